# The loop: scheduling, and one iteration.

import heapq
import selectors

from posix.time cimport clock_gettime, timespec, CLOCK_MONOTONIC
from libc.math cimport ceil

cdef extern from "sys/epoll.h":
    ctypedef union epoll_data_t:
        int fd
    struct epoll_event:
        unsigned int events
        epoll_data_t data
    int epoll_wait(int, epoll_event *, int, int) nogil
    int EPOLLIN, EPOLLOUT

from cpython.object cimport PyObject_GenericSetAttr
from libc.errno cimport errno, EINTR
from cpython.exc cimport PyErr_CheckSignals, PyErr_SetFromErrno

cdef enum:
    MOST_EVENTS = 256
    LEAST_CANCELLED = 100       # timers, before they are swept

cdef double MAXIMUM_SELECT_TIMEOUT = 24 * 3600

cdef object python_run_once = base_events.BaseEventLoop._run_once
cdef object EpollSelector = selectors.EpollSelector
cdef frozenset OVERRIDABLE = frozenset([
    'call_soon', 'call_at', 'call_later', 'create_future', 'create_task', 'time', '_run_once', '_process_events',
    '_add_callback', 'call_exception_handler', '_call_soon'])


cdef inline double monotonic():
    cdef timespec now
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec + now.tv_nsec * 1e-9


cdef class Loop:
    cdef Ring ring
    cdef object current_task
    cdef object task_factory
    cdef list scheduled
    cdef public object _stopping
    cdef public object _clock_resolution
    cdef public Py_ssize_t _timer_cancelled_count
    cdef public object _selector
    cdef bint debug
    cdef bint closed
    cdef bint overridden
    cdef bint direct
    cdef int epoll

    def __cinit__(self, *args, **kwargs):
        ring_init(&self.ring)
        self.scheduled = []
        self.epoll = -1
        self._stopping = False
        self.direct = True

    def __dealloc__(self):
        cdef Entry entry
        while self.ring.length:
            entry = ring_pop(&self.ring)
            Py_DECREF(<object>entry.what)
            Py_XDECREF(entry.argument)
        PyMem_Free(self.ring.entries)

    cdef inline bint is_direct(self):
        return self.direct

    cdef void note(self):
        self.direct = not (self.debug or self.closed or self.overridden)

    def __setattr__(self, name, value):
        if name in OVERRIDABLE:
            self.overridden = True
            self.note()
        PyObject_GenericSetAttr(self, name, value)

    def time(self):
        return monotonic()

    def create_future(self):
        cdef Future future = Future.__new__(FutureType)
        future.init(self)
        return future

    def create_task(self, coro):
        cdef Task task
        if not self.direct or self.task_factory is not None:
            return super_create_task(self, coro)
        if not coroutines.iscoroutine(coro):
            assert False, repr(coro)
        task = Task.__new__(TaskType)
        task.loop = self
        task.ready = self
        task.start(coro)
        return task

    def call_soon(self, callback, *args):
        if not self.direct:
            return super_call_soon(self, callback, *args)
        handle = new_handle(Handle, callback, args, self)
        ring_push(&self.ring, HANDLE, handle, NULL)
        return handle

    def call_later(self, delay, callback, *args):
        if not self.direct:
            return super_call_later(self, delay, callback, *args)
        return self.add_timer(monotonic() + delay, callback, args)

    def call_at(self, when, callback, *args):
        if not self.direct:
            return super_call_at(self, when, callback, *args)
        return self.add_timer(when, callback, args)

    cdef object add_timer(self, when, callback, args):
        assert when is not None
        handle = new_handle(TimerHandle, callback, args, self)
        set_slot(handle, WHEN_SLOT, when)
        set_slot(handle, SCHEDULED_SLOT, True)
        heap_push(self.scheduled, handle)
        return handle

    def _run_once(self):
        if not self.direct:
            python_run_once(self)
        else:
            self.iteration()

    cdef int iteration(self) except -1:
        cdef double timeout
        cdef Py_ssize_t number
        self.sweep_timers()
        if self.ring.length or self._stopping:
            timeout = 0
        elif self.scheduled:
            timeout = min(max(0, when_of(self.scheduled[0]) - monotonic()), MAXIMUM_SELECT_TIMEOUT)
        else:
            timeout = -1
        self.poll(timeout)
        if self.scheduled:
            self.take_timers()
        for number in range(self.ring.length):
            # A callback may have cleared it.
            if not self.ring.length:
                break
            self.run(ring_pop(&self.ring))
        return 0

    cdef int sweep_timers(self) except -1:
        cdef Py_ssize_t count = len(self.scheduled)
        if count > LEAST_CANCELLED and self._timer_cancelled_count * 2 > count:
            kept = []
            for handle in self.scheduled:
                if is_cancelled(handle):
                    set_slot(handle, SCHEDULED_SLOT, False)
                else:
                    kept.append(handle)
            heapq.heapify(kept)
            self.scheduled = kept
            self._timer_cancelled_count = 0
        else:
            while self.scheduled and is_cancelled(self.scheduled[0]):
                self._timer_cancelled_count -= 1
                set_slot(heap_pop(self.scheduled), SCHEDULED_SLOT, False)
        return 0

    cdef int take_timers(self) except -1:
        cdef double end = monotonic() + <double>self._clock_resolution
        while self.scheduled and when_of(self.scheduled[0]) < end:
            handle = heap_pop(self.scheduled)
            set_slot(handle, SCHEDULED_SLOT, False)
            ring_push(&self.ring, HANDLE, handle, NULL)
        return 0

    cdef int poll(self, double timeout) except -1:
        cdef epoll_event events[MOST_EVENTS]
        cdef int milliseconds, number, i
        cdef double until = 0
        selector = self._selector
        if type(selector) is not EpollSelector:
            self._process_events(selector.select(None if timeout < 0 else timeout))
            return 0
        if self.epoll < 0:
            self.epoll = selector.fileno()
        if timeout == 0:
            number = epoll_wait(self.epoll, events, MOST_EVENTS, 0)
            if number < 0 and errno == EINTR:
                number = 0
                PyErr_CheckSignals()
        else:
            if timeout > 0:
                until = monotonic() + timeout
            while True:
                milliseconds = -1 if timeout < 0 else <int>ceil(timeout * 1e3)
                with nogil:
                    number = epoll_wait(self.epoll, events, MOST_EVENTS, milliseconds)
                if number >= 0 or errno != EINTR:
                    break
                PyErr_CheckSignals()
                if timeout > 0:
                    timeout = max(0, until - monotonic())
        if number < 0:
            PyErr_SetFromErrno(OSError)
        if number:
            keys = <dict?>selector._fd_to_key
            for i in range(number):
                self.take_event(keys, events[i].data.fd, events[i].events)
        return 0

    cdef int take_event(self, dict keys, int fd, unsigned int mask) except -1:
        key = keys.get(fd)
        if key is None:
            return 0
        fileobj, _, wanted, data = key
        reader, writer = data
        if mask & ~EPOLLOUT and wanted & 1 and reader is not None:
            if is_cancelled(reader):
                self._remove_reader(fileobj)
            else:
                ring_push(&self.ring, HANDLE, reader, NULL)
        if mask & ~EPOLLIN and wanted & 2 and writer is not None:
            if is_cancelled(writer):
                self._remove_writer(fileobj)
            else:
                ring_push(&self.ring, HANDLE, writer, NULL)
        return 0

    cdef int run(self, Entry entry) except -1:
        what = <object>entry.what
        Py_DECREF(what)
        argument = None
        if entry.argument is not NULL:
            argument = <object>entry.argument
            Py_DECREF(argument)
        try:
            if entry.kind == WAKEUP:
                (<Task>what).wakeup(argument)
            elif entry.kind == STEP:
                (<Task>what).step(argument)
            elif entry.kind == CALLBACK:
                what(argument)
            elif is_cancelled(what):
                pass
            else:
                # Held here: cancel() makes the handle forget them.
                callback = <object>SLOT(what, CALLBACK_SLOT)
                args = <object>SLOT(what, ARGS_SLOT)
                PyObject_Call(callback, args, NULL)
        except Exception as exc:
            self.failed(self.as_handle(entry.kind, what, argument), exc)
        return 0

    cdef object as_handle(self, int kind, what, argument):
        if kind == HANDLE:
            return what
        if kind == WAKEUP:
            return new_handle(Handle, (<Task>what)._wakeup, (argument,), self)
        if kind == STEP:
            return new_handle(Handle, (<Task>what)._step, () if argument is None else (argument,), self)
        return new_handle(Handle, what, (argument,), self)

    cdef int failed(self, handle, exc) except -1:
        context = {
            'message': 'Exception in callback {}'.format(
                events._format_callback_source(handle._callback, handle._args)),
            'exception': exc,
            'handle': handle,
        }
        if handle._source_traceback:
            context['source_traceback'] = handle._source_traceback
        self.call_exception_handler(context)
        return 0

    @property
    def _ready(self):
        cdef Ready ready = Ready.__new__(Ready)
        ready.loop = self
        return ready

    @_ready.setter
    def _ready(self, handles):
        for handle in handles:
            ring_push(&self.ring, HANDLE, handle, NULL)

    @property
    def _scheduled(self):
        return self.scheduled

    @_scheduled.setter
    def _scheduled(self, handles):
        self.scheduled = handles

    @property
    def _debug(self):
        return self.debug

    @_debug.setter
    def _debug(self, debug):
        self.debug = debug
        self.note()

    @property
    def _closed(self):
        return self.closed

    @_closed.setter
    def _closed(self, closed):
        self.closed = closed
        self.epoll = -1
        self.note()

    @property
    def _task_factory(self):
        return self.task_factory

    @_task_factory.setter
    def _task_factory(self, factory):
        self.task_factory = factory


cdef class Ready:
    """The ring, for asyncio's Python code: as the deque that it is elsewhere."""

    cdef Loop loop

    def __len__(self):
        return self.loop.ring.length

    def __iter__(self):
        cdef Py_ssize_t i
        cdef Entry entry
        handles = []
        for i in range(self.loop.ring.length):
            entry = self.loop.ring.entries[(self.loop.ring.first + i) & self.loop.ring.mask]
            handles.append(self.loop.as_handle(
                entry.kind, <object>entry.what, None if entry.argument is NULL else <object>entry.argument))
        return iter(handles)

    def append(self, handle):
        ring_push(&self.loop.ring, HANDLE, handle, NULL)

    def popleft(self):
        cdef Entry entry
        if not self.loop.ring.length:
            raise IndexError('pop from an empty deque')
        entry = ring_pop(&self.loop.ring)
        what = <object>entry.what
        Py_DECREF(what)
        argument = None
        if entry.argument is not NULL:
            argument = <object>entry.argument
            Py_DECREF(argument)
        return self.loop.as_handle(entry.kind, what, argument)

    def clear(self):
        while self.loop.ring.length:
            self.popleft()


cdef object super_create_task = base_events.BaseEventLoop.create_task
cdef object super_call_soon = base_events.BaseEventLoop.call_soon
cdef object super_call_later = base_events.BaseEventLoop.call_later
cdef object super_call_at = base_events.BaseEventLoop.call_at
