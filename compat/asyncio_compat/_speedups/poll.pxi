# Time, and waiting for events.

cdef extern from *:
    """
    #ifdef __linux__
    #include <sys/epoll.h>
    #else
    /* The loop asks its selector then, which is no EpollSelector. */
    struct epoll_event { unsigned int events; union { int fd; } data; };
    enum { EPOLLIN = 1, EPOLLOUT = 4 };
    static int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout) { return 0; }
    #endif
    """
    ctypedef union epoll_data_t:
        int fd
    struct epoll_event:
        unsigned int events
        epoll_data_t data
    int epoll_wait(int, epoll_event *, int, int) nogil
    enum:
        EPOLLIN
        EPOLLOUT

cdef extern from "pytime.h":
    long long _PyTime_GetMonotonicClock()

# selectors.EVENT_READ and EVENT_WRITE
cdef enum:
    READ = 1
    WRITE = 2


cdef inline double monotonic() noexcept:
    """time.monotonic()"""
    return _PyTime_GetMonotonicClock() * 1e-9


cdef int wait_for_events(int epoll, epoll_event *polled, double timeout) except -1:
    """The number of events that came within *timeout* seconds; -1 is for ever. A signal does not end it (PEP 475)."""
    cdef int number, milliseconds
    cdef double end = 0
    if timeout == 0:
        # It comes back at once, so the other threads need not get the interpreter.
        number = epoll_wait(epoll, polled, MOST_EVENTS, 0)
        if number < 0 and errno == EINTR:
            PyErr_CheckSignals()
            number = 0
    else:
        if timeout > 0:
            end = monotonic() + timeout
        while True:
            milliseconds = -1 if timeout < 0 else <int>ceil(timeout * 1e3)
            with nogil:
                number = epoll_wait(epoll, polled, MOST_EVENTS, milliseconds)
            if number >= 0 or errno != EINTR:
                break
            PyErr_CheckSignals()
            if timeout > 0:
                timeout = max(0, end - monotonic())
    if number < 0:
        PyErr_SetFromErrno(OSError)
    return number
