# Future, and what awaiting one iterates over.

cdef enum State:
    PENDING = 0
    CANCELLED = 1
    FINISHED = 2

cdef tuple STATES = ('PENDING', 'CANCELLED', 'FINISHED')


cdef class Future:
    cdef State state
    # The loop, and the same again if it is one whose ring may be used.
    cdef object loop
    cdef Loop ours
    # The first callback, or a task that waits; and the others.
    cdef object callback
    cdef list more_callbacks
    cdef public object _result
    cdef public object _exception
    cdef public object _source_traceback
    cdef public bint _log_traceback
    cdef public bint _asyncio_future_blocking

    def __init__(self, *, loop=None):
        self.init(events.get_event_loop() if loop is None else loop)

    cdef int init(self, loop) except -1:
        self._loop = loop
        if self.ours is not None and not self.ours.debug:
            return 0
        if loop.get_debug():
            self._source_traceback = events.extract_stack(sys._getframe(0))
        return 0

    def cancelled(self):
        return self.state == CANCELLED

    def done(self):
        return self.state != PENDING

    def result(self):
        if self.state == CANCELLED:
            raise CancelledError
        if self.state != FINISHED:
            raise InvalidStateError('Result is not ready.')
        self._log_traceback = False
        if self._exception is not None:
            raise self._exception
        return self._result

    def exception(self):
        if self.state == CANCELLED:
            raise CancelledError
        if self.state != FINISHED:
            raise InvalidStateError('Exception is not set.')
        self._log_traceback = False
        return self._exception

    def set_result(self, result):
        self.finish(result)

    cdef int finish(self, result) except -1:
        if self.state != PENDING:
            raise InvalidStateError('{}: {!r}'.format(STATES[self.state], self))
        self._result = result
        self.state = FINISHED
        return self.schedule_callbacks()

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
        self._exception = exception
        self.state = FINISHED
        self.schedule_callbacks()
        self._log_traceback = True
        return 0

    def cancel(self):
        return self.cancel_future()

    cdef bint cancel_future(self) except -1:
        # Whoever cancels it has no interest in its exception (bpo-30508).
        self._log_traceback = False
        if self.state != PENDING:
            return False
        self.state = CANCELLED
        self.schedule_callbacks()
        return True

    def add_done_callback(self, fn):
        # A task itself stands for its _wakeup(); this is a task that somebody calls.
        self.add_callback(fn.__call__ if type(fn) is TaskType else fn)

    cdef int add_callback(self, callback) except -1:
        if self.state != PENDING:
            self.schedule(callback)
        elif self.callback is None:
            self.callback = callback
        elif self.more_callbacks is None:
            self.more_callbacks = [callback]
        else:
            self.more_callbacks.append(callback)
        return 0

    def remove_done_callback(self, fn):
        callbacks = self._callbacks
        kept = [callback for callback in callbacks if callback != fn]
        if len(kept) != len(callbacks):
            self._callbacks = kept
        return len(callbacks) - len(kept)

    def _schedule_callbacks(self):
        self.schedule_callbacks()

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
        if self.ours is not None and self.ours.direct:
            return ring_push(&self.ours.ring, WAKEUP if type(callback) is TaskType else CALLBACK,
                             callback, <PyObject *>self)
        self.loop.call_soon(as_callback(callback), self)
        return 0

    @property
    def _callbacks(self):
        if self.callback is None:
            return []
        return [as_callback(callback) for callback in [self.callback] + (self.more_callbacks or [])]

    @_callbacks.setter
    def _callbacks(self, callbacks):
        self.callback = callbacks[0] if callbacks else None
        self.more_callbacks = list(callbacks[1:]) or None

    @property
    def _loop(self):
        return self.loop

    @_loop.setter
    def _loop(self, loop):
        self.loop = loop
        self.ours = <Loop>loop if type(loop) is LoopType else None

    @property
    def _state(self):
        return STATES[self.state]

    @_state.setter
    def _state(self, state):
        self.state = STATES.index(state)

    def __iter__(self):
        return new_iterator(self)

    def __await__(self):
        return new_iterator(self)

    def __del__(self):
        if self._log_traceback:
            log_never_retrieved(self)


cdef extern from *:
    """
    static PyObject *fresh(PyObject *type, PyObject *no_arguments) {
        return ((PyTypeObject *)type)->tp_new((PyTypeObject *)type, no_arguments, NULL);
    }
    """
    # Calling __new__() takes 550 instructions more, of the 9,000 of a task.
    object fresh(object type, tuple no_arguments)


cdef Future new_future(Loop loop):
    cdef Future future = <Future>fresh(FutureType, ())
    future.loop = future.ours = loop
    return future


cdef object as_callback(callback):
    return (<Task>callback)._wakeup if type(callback) is TaskType else callback


cdef extern from *:
    """
    #define interpreter_ended() (PyThreadState_GET()->interp->modules == NULL)
    """
    # This file's globals keep asyncio's modules, and so the last tasks, until then; the Python code is emptied before.
    bint interpreter_ended()


cdef int log_never_retrieved(Future future) except -1:
    if interpreter_ended():
        return 0
    context = {
        'message': '%s exception was never retrieved' % future.__class__.__name__,
        'exception': future._exception,
        'future': future,
    }
    if future._source_traceback:
        context['source_traceback'] = future._source_traceback
    future.loop.call_exception_handler(context)
    return 0


cdef class FutureIterator:
    cdef Future future
    cdef bint has_yielded

    def __iter__(self):
        return self

    def __next__(self):
        """See future_iternext(), which is called instead."""

    def send(self, value):
        return self.__next__()

    def throw(self, type, value=None, traceback=None):
        self.future = None
        if value is None:
            value = type() if isinstance(type, BaseException.__class__) else type
        elif not isinstance(value, BaseException):
            value = type(value)
        raise value if traceback is None else value.with_traceback(traceback)

    def close(self):
        self.future = None


cdef FutureIterator new_iterator(Future future):
    cdef FutureIterator iterator = FutureIterator.__new__(FutureIterator)
    iterator.future = future
    return iterator


cdef extern from *:
    """
    #define set_iternext(type, function) (((PyTypeObject *)(type))->tp_iternext = (iternextfunc)(function))
    """
    void set_iternext(object, PyObject *(PyObject *))


# By hand, because at an exception Cython makes a traceback: 0.3 us of the 1.1 us of a future's round trip.
cdef PyObject *future_iternext(PyObject *self) noexcept:
    cdef Future future = (<FutureIterator>self).future
    if future is None:
        return NULL
    if future.state == PENDING:
        if (<FutureIterator>self).has_yielded:
            PyErr_SetObject(AssertionError, "yield from wasn't used with future")
            return NULL
        (<FutureIterator>self).has_yielded = True
        future._asyncio_future_blocking = True
        Py_INCREF(future)
        return <PyObject *>future
    (<FutureIterator>self).future = None
    if future.state == CANCELLED:
        PyErr_SetObject(CancelledError, None)
    else:
        future._log_traceback = False
        if future._exception is not None:
            PyErr_SetObject(type(future._exception), future._exception)
        elif isinstance(future._result, (tuple, BaseException)):
            # Else it would be taken for the arguments, or for the exception itself.
            PyErr_SetObject(StopIteration, StopIteration(future._result))
        elif future._result is not None:
            PyErr_SetObject(StopIteration, future._result)
    return NULL


set_iternext(FutureIterator, future_iternext)
