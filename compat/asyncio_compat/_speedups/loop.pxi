# The loop: scheduling, and one iteration.

cdef enum:
    MOST_EVENTS = 256           # that are asked for at once
    SELF_PIPE_SIZE = 4096       # bytes that are read at once
    MOST_TIMERS = 100           # that are kept in any case; of more, at most half may be cancelled

cdef double MAXIMUM_SELECT_TIMEOUT = 24 * 3600

# With one of these on the loop itself, what asyncio's Python code calls is called.
cdef frozenset OVERRIDES = frozenset([
    '_add_callback', '_call_soon', '_process_events', '_run_once', 'call_at', 'call_exception_handler', 'call_later',
    'call_soon', 'call_soon_threadsafe', 'create_future', 'create_task', 'time'])


# What asyncio's classes had when they were bound: [(class, name, function)].
cdef list ORIGINALS = []


cdef int remember_originals() except -1:
    ORIGINALS[:] = [(unix_loop, name, getattr(unix_loop, name)) for name in OVERRIDES]
    ORIGINALS.append((Handle, '_run', Handle._run))
    return 0


cdef bint is_patched() except -1:
    """True if somebody else has replaced what is not called any more."""
    for cls, name, function in ORIGINALS:
        # 3.5.0 has not all of them any more after uninstall().
        if getattr(cls, name, None) is not function:
            return True
    return False


cdef class Loop:
    cdef Ring ring
    cdef Task current_task
    cdef list scheduled
    cdef object selector
    # Its attributes: select() may be one of them.
    cdef dict selector_dict
    # The descriptor to poll, or -1.
    cdef int epoll
    cdef bint debug
    cdef bint closed
    # Neither debug mode, nor closed, nor an override: then there is no need to go through Python code.
    cdef bint direct
    cdef public object _clock_resolution
    cdef public object _stopping
    cdef public object _task_factory
    cdef public Py_ssize_t _timer_cancelled_count

    def __cinit__(self, *args, **kwargs):
        ring_resize(&self.ring, LEAST_ROOM)
        self.scheduled = []
        self.epoll = -1
        self.direct = True
        self._stopping = False

    def __dealloc__(self):
        ring_clear(&self.ring)
        PyMem_Free(self.ring.entries)

    cdef int look(self) except -1:
        self.direct = not (self.debug or self.closed or not OVERRIDES.isdisjoint(self.__dict__) or
                           is_patched())
        return 0

    def __setattr__(self, name, value):
        PyObject_GenericSetAttr(self, name, value)
        if name in OVERRIDES:
            self.look()

    def __delattr__(self, name):
        PyObject_GenericDelAttr(<PyObject *>self, <PyObject *>name, NULL)
        if name in OVERRIDES:
            self.look()

    def create_future(self):
        return new_future(self) if self.direct else futures.Future(loop=self)

    def create_task(self, coro):
        cdef Task task
        if not self.direct or self._task_factory is not None or not is_coroutine(coro):
            return python_loop.create_task(self, coro)
        task = <Task>fresh(TaskType, ())
        task.loop = task.ours = self
        task.start(coro)
        return task

    def call_soon(self, callback, *args):
        if not self.direct:
            return python_loop.call_soon(self, callback, *args)
        return self.add_handle(callback, args)

    def call_soon_threadsafe(self, callback, *args):
        if not self.direct:
            return python_loop.call_soon_threadsafe(self, callback, *args)
        handle = self.add_handle(callback, args)
        self._write_to_self()
        return handle

    def _read_from_self(self):
        # What is left is read in the next iteration: asking once more only to be told that nothing is costs an error.
        try:
            data = <bytes>self._ssock.recv(SELF_PIPE_SIZE)
        except BlockingIOError:
            return
        # A signal's number, or 0 of call_soon_threadsafe().
        if data.count(b'\0') != len(data):
            self._process_self_data(data)

    cdef object add_handle(self, callback, args):
        handle = new_handle(Handle, callback, args, self)
        ring_push(&self.ring, HANDLE, handle, NULL)
        return handle

    def call_later(self, delay, callback, *args):
        if not self.direct:
            return python_loop.call_later(self, delay, callback, *args)
        return self.add_timer(monotonic() + delay, callback, args)

    def call_at(self, when, callback, *args):
        if not self.direct:
            return python_loop.call_at(self, when, callback, *args)
        return self.add_timer(when, callback, args)

    cdef object add_timer(self, when, callback, args):
        # A TypeError here, where the heap has no way to raise one.
        cdef double _ = when
        handle = new_handle(TimerHandle, callback, args, self)
        set_slot(handle, WHEN_SLOT, when)
        set_slot(handle, SCHEDULED_SLOT, True)
        heap_push(self.scheduled, handle)
        return handle

    def run_forever(self):
        # asyncio's classes may have been patched since.
        self.look()
        python_loop.run_forever(self)

    def _run_once(self):
        cdef Py_ssize_t _
        if not self.direct:
            python_loop._run_once(self)
            return
        if self.scheduled:
            self.drop_cancelled_timers()
        self.poll(self.timeout())
        if self.scheduled:
            self.take_timers()
        # What these schedule waits for the next iteration.
        for _ in range(self.ring.length):
            if not self.ring.length:
                # A callback has closed the loop.
                break
            self.run(ring_pop(&self.ring))
        if self.ring.mask >= MOST_UNUSED_ROOM and not self.ring.length:
            ring_resize(&self.ring, LEAST_ROOM)

    cdef double timeout(self) except? -2:
        """In seconds; -1 for ever."""
        if self.ring.length or self._stopping:
            return 0
        if not self.scheduled:
            return -1
        return min(max(0, when_of(self.scheduled[0]) - monotonic()), MAXIMUM_SELECT_TIMEOUT)

    cdef int poll(self, double timeout) except -1:
        cdef epoll_event polled[MOST_EVENTS]
        cdef int number, i
        if type(self.selector) is not EpollSelector or 'select' in self.selector_dict:
            self._process_events(self.selector.select(None if timeout < 0 else timeout))
            return 0
        if self.epoll < 0:
            self.epoll = self.selector.fileno()
        number = wait_for_events(self.epoll, polled, timeout)
        if number:
            keys = <dict?>self.selector._fd_to_key
            for i in range(number):
                self.take_event(keys.get(polled[i].data.fd), polled[i].events)
        return 0

    cdef int take_event(self, key, unsigned int mask) except -1:
        if key is None:
            return 0
        fileobj, _, events, (reader, writer) = key
        if mask & ~EPOLLOUT and reader is not None and events & READ:
            if is_cancelled(reader):
                self._remove_reader(fileobj)
            else:
                ring_push(&self.ring, HANDLE, reader, NULL)
        if mask & ~EPOLLIN and writer is not None and events & WRITE:
            if is_cancelled(writer):
                self._remove_writer(fileobj)
            else:
                ring_push(&self.ring, HANDLE, writer, NULL)
        return 0

    cdef int drop_cancelled_timers(self) except -1:
        cdef Py_ssize_t number = len(self.scheduled)
        if number > MOST_TIMERS and 2 * self._timer_cancelled_count > number:
            for handle in self.scheduled:
                set_slot(handle, SCHEDULED_SLOT, not is_cancelled(handle))
            # In its place: an iteration of Python code goes on with the same list.
            self.scheduled[:] = [handle for handle in self.scheduled if not is_cancelled(handle)]
            heapq.heapify(self.scheduled)
            self._timer_cancelled_count = 0
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
                (<Task>what).step(None)
            elif entry.kind == CALLBACK:
                what(argument)
            elif not is_cancelled(what):
                # Held here: cancel() makes the handle forget them.
                callback = <object>SLOT(what, CALLBACK_SLOT)
                args = <object>SLOT(what, ARGS_SLOT)
                PyObject_Call(callback, args, NULL)
        except Exception as exc:
            log_failed_callback(self, as_handle(self, entry.kind, what, argument), exc)
        return 0

    @property
    def _ready(self):
        cdef Ready ready = Ready.__new__(Ready)
        ready.loop = self
        return ready

    @_ready.setter
    def _ready(self, handles):
        ring_clear(&self.ring)
        for handle in handles:
            ring_push(&self.ring, HANDLE, handle, NULL)

    @property
    def _scheduled(self):
        return self.scheduled

    @_scheduled.setter
    def _scheduled(self, handles):
        self.scheduled = handles

    @property
    def _selector(self):
        return self.selector

    @_selector.setter
    def _selector(self, selector):
        self.selector = selector
        self.selector_dict = getattr(selector, '__dict__', None)
        self.epoll = -1

    @property
    def _debug(self):
        return self.debug

    @_debug.setter
    def _debug(self, debug):
        self.debug = debug
        self.look()

    @property
    def _closed(self):
        return self.closed

    @_closed.setter
    def _closed(self, closed):
        self.closed = closed
        self.look()


# By hand, because Cython's knows objects only, and a loop that is dropped has to be found by the garbage collector.
cdef traverseproc traverse_attributes


cdef int traverse_loop(PyObject *self, visitproc visit, void *argument) except -1:
    cdef Ring *ring = &(<Loop>self).ring
    cdef Entry *entry
    cdef Py_ssize_t i
    cdef int found
    for i in range(ring.length):
        entry = &ring.entries[(ring.first + i) & ring.mask]
        found = visit(entry.what, argument)
        if not found and entry.argument is not NULL:
            found = visit(entry.argument, argument)
        if found:
            return found
    return traverse_attributes(self, visit, argument)


traverse_attributes = (<PyTypeObject *>Loop).tp_traverse
(<PyTypeObject *>Loop).tp_traverse = traverse_loop


cdef int log_failed_callback(Loop loop, handle, exc) except -1:
    context = {
        'message': 'Exception in callback {}'.format(
            events._format_callback_source(handle._callback, handle._args)),
        'exception': exc,
        'handle': handle,
    }
    if handle._source_traceback:
        context['source_traceback'] = handle._source_traceback
    loop.call_exception_handler(context)
    return 0


cdef inline bint is_coroutine(coro) except -1:
    return PyCoro_CheckExact(coro) or coroutines.iscoroutine(coro)
