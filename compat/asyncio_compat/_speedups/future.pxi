# Future, and what awaiting one iterates over.

cdef enum:
    PENDING = 0
    CANCELLED = 1
    FINISHED = 2

cdef tuple STATES = ('PENDING', 'CANCELLED', 'FINISHED')


cdef class Future:
    cdef object loop
    # The loop again, if callbacks may go right into its ring.
    cdef Loop ready
    cdef object value
    cdef object error
    cdef object callback
    cdef list more_callbacks
    cdef object source_traceback
    cdef int state
    cdef bint blocking
    cdef bint log_traceback

    def __init__(self, *, loop=None):
        self.init(events.get_event_loop() if loop is None else loop)

    cdef int init(self, loop) except -1:
        self.loop = loop
        if type(loop) is LoopType:
            self.ready = <Loop>loop
            if not self.ready.debug:
                return 0
        elif not loop.get_debug():
            return 0
        self.source_traceback = events.extract_stack(sys._getframe(0))
        return 0

    def done(self):
        return self.state != PENDING

    def cancelled(self):
        return self.state == CANCELLED

    def result(self):
        if self.state == FINISHED:
            self.log_traceback = False
            if self.error is not None:
                raise self.error
            return self.value
        if self.state == CANCELLED:
            raise CancelledError
        raise InvalidStateError('Result is not ready.')

    def exception(self):
        if self.state == FINISHED:
            self.log_traceback = False
            return self.error
        if self.state == CANCELLED:
            raise CancelledError
        raise InvalidStateError('Exception is not set.')

    def set_result(self, result):
        self.finish(result)

    cdef int finish(self, result) except -1:
        if self.state != PENDING:
            raise InvalidStateError('{}: {!r}'.format(STATES[self.state], self))
        self.value = result
        self.state = FINISHED
        if self.callback is not None:
            self.schedule_callbacks()
        return 0

    def set_exception(self, exception):
        self.fail(exception)

    cdef int fail(self, exception) except -1:
        if self.state != PENDING:
            raise InvalidStateError('{}: {!r}'.format(STATES[self.state], self))
        if isinstance(exception, type):
            exception = exception()
        if type(exception) is StopIteration:
            raise TypeError('StopIteration interacts badly with generators '
                            'and cannot be raised into a Future')
        self.error = exception
        self.state = FINISHED
        self.schedule_callbacks()
        self.log_traceback = True
        return 0

    def cancel(self):
        return self.cancel_future()

    cdef bint cancel_future(self) except -1:
        self.log_traceback = False
        if self.state != PENDING:
            return False
        self.state = CANCELLED
        self.schedule_callbacks()
        return True

    cdef int schedule_callbacks(self) except -1:
        callback, self.callback = self.callback, None
        if callback is None:
            return 0
        more, self.more_callbacks = self.more_callbacks, None
        self.schedule(callback)
        if more is not None:
            for callback in more:
                self.schedule(callback)
        return 0

    cdef int schedule(self, callback) except -1:
        cdef Loop ready = self.ready
        if ready is not None and ready.is_direct():
            if type(callback) is TaskType:
                # Not a callback of the user's: a task that waits for this.
                ring_push(&ready.ring, WAKEUP, callback, <PyObject *>self)
            else:
                ring_push(&ready.ring, CALLBACK, callback, <PyObject *>self)
        else:
            if type(callback) is TaskType:
                callback = (<Task>callback)._wakeup
            self.loop.call_soon(callback, self)
        return 0

    def add_done_callback(self, fn):
        if type(fn) is TaskType:
            fn = fn.__call__
        self.add_callback(fn)

    cdef int add_callback(self, fn) except -1:
        if self.state != PENDING:
            self.schedule(fn)
        elif self.callback is None:
            self.callback = fn
        elif self.more_callbacks is None:
            self.more_callbacks = [fn]
        else:
            self.more_callbacks.append(fn)
        return 0

    def remove_done_callback(self, fn):
        callbacks = self._callbacks
        kept = [callback for callback in callbacks if callback != fn]
        removed = len(callbacks) - len(kept)
        if removed:
            self._callbacks = kept
        return removed

    def _schedule_callbacks(self):
        self.schedule_callbacks()

    def __iter__(self):
        cdef FutureIterator iterator = FutureIterator.__new__(FutureIterator)
        iterator.future = self
        return iterator

    def __await__(self):
        cdef FutureIterator iterator = FutureIterator.__new__(FutureIterator)
        iterator.future = self
        return iterator

    def __del__(self):
        if not self.log_traceback:
            return
        context = {
            'message': '%s exception was never retrieved' % self.__class__.__name__,
            'exception': self.error,
            'future': self,
        }
        if self.source_traceback:
            context['source_traceback'] = self.source_traceback
        self.loop.call_exception_handler(context)

    # What asyncio's own Python code, and that of subclasses, calls the fields.

    @property
    def _loop(self):
        return self.loop

    @_loop.setter
    def _loop(self, loop):
        self.loop = loop
        self.ready = loop if type(loop) is LoopType else None

    @property
    def _state(self):
        return STATES[self.state]

    @_state.setter
    def _state(self, state):
        self.state = STATES.index(state)

    @property
    def _result(self):
        return self.value

    @_result.setter
    def _result(self, value):
        self.value = value

    @property
    def _exception(self):
        return self.error

    @_exception.setter
    def _exception(self, error):
        self.error = error

    @property
    def _callbacks(self):
        if self.callback is None:
            return []
        return [(<Task>callback)._wakeup if type(callback) is TaskType else callback
                for callback in [self.callback] + (self.more_callbacks or [])]

    @_callbacks.setter
    def _callbacks(self, callbacks):
        self.callback = callbacks[0] if callbacks else None
        self.more_callbacks = list(callbacks[1:]) or None

    @property
    def _source_traceback(self):
        return self.source_traceback

    @_source_traceback.setter
    def _source_traceback(self, stack):
        self.source_traceback = stack

    @property
    def _log_traceback(self):
        return self.log_traceback

    @_log_traceback.setter
    def _log_traceback(self, log):
        self.log_traceback = log

    @property
    def _asyncio_future_blocking(self):
        return self.blocking

    @_asyncio_future_blocking.setter
    def _asyncio_future_blocking(self, blocking):
        self.blocking = blocking

    @property
    def _blocking(self):
        return self.blocking

    @_blocking.setter
    def _blocking(self, blocking):
        self.blocking = blocking


cdef class FutureIterator:
    cdef Future future

    def __iter__(self):
        return self

    def __next__(self):
        raise NotImplementedError   # see future_iternext()

    def send(self, value):
        return self.__next__()

    def throw(self, type, value=None, traceback=None):
        self.future = None
        if value is None:
            value = type
        if isinstance(value, BaseException):
            raise value.with_traceback(traceback) if traceback is not None else value
        raise type(value)

    def close(self):
        self.future = None


cdef PyObject *future_iternext(PyObject *self):
    """By hand: an end by exception would cost a traceback of Cython's, 0.3 us."""
    cdef Future future = (<FutureIterator>self).future
    if future is None:
        return NULL
    if future.state == PENDING:
        if not future.blocking:
            future.blocking = True
            Py_INCREF(future)
            return <PyObject *>future
        set_assertion()
        return NULL
    (<FutureIterator>self).future = None
    if future.state == FINISHED and future.error is None:
        future.log_traceback = False
        if future.value is not None:
            stop_with(future.value)
        return NULL
    raise_of(future)
    return NULL


cdef void set_assertion() noexcept:
    kind, text = AssertionError, "yield from wasn't used with future"
    PyErr_SetObject(<PyObject *>kind, <PyObject *>text)


cdef void stop_with(value) noexcept:
    if isinstance(value, (tuple, BaseException)):
        # Else they would be taken for its arguments, or for itself.
        stop = StopIteration(value)
        PyErr_SetObject(PyExc_StopIteration, <PyObject *>stop)
    else:
        PyErr_SetObject(PyExc_StopIteration, <PyObject *>value)


cdef void raise_of(Future future) noexcept:
    if future.state == CANCELLED:
        error = CancelledError()
    else:
        future.log_traceback = False
        error = future.error
    kind = type(error)
    PyErr_SetObject(<PyObject *>kind, <PyObject *>error)


set_tp_iternext(FutureIterator, future_iternext)
