# Time, and waiting for events.

from posix.time cimport CLOCK_MONOTONIC, clock_gettime, timespec

cdef extern from "sys/epoll.h" nogil:
    ctypedef union epoll_data_t:
        int fd
    struct epoll_event:
        unsigned int events
        epoll_data_t data
    int epoll_wait(int, epoll_event *, int, int)
    enum:
        EPOLLIN
        EPOLLOUT

# selectors.EVENT_READ and EVENT_WRITE
cdef enum:
    READ = 1
    WRITE = 2


cdef double monotonic() noexcept:
    cdef timespec now
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec + now.tv_nsec * 1e-9


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
