# Task: steps a coroutine. All tasks are in a list, from the first to the last that were made.

cdef str THROW = 'throw'
cdef str SEND = 'send'

cdef extern from *:
    """
    #define step_generator(coro) (PyGen_Type.tp_iternext(coro))
    """
    PyObject *step_generator(PyObject *)


cdef class Task(Future):
    cdef readonly object _coro
    cdef public object _fut_waiter
    cdef public bint _must_cancel
    cdef public bint _log_destroy_pending
    # Borrowed: a task leaves the list before it dies.
    cdef PyObject *older
    cdef PyObject *newer

    def __init__(self, coro, *, loop=None):
        assert coroutines.iscoroutine(coro), repr(coro)
        self.init(events.get_event_loop() if loop is None else loop)
        # In case that it is called twice.
        leave(self)
        self.start(coro)

    cdef int start(self, coro) except -1:
        self._coro = coro
        self._log_destroy_pending = True
        enter(self)
        if self.ours is not None and self.ours.direct:
            return ring_push(&self.ours.ring, STEP, self, NULL)
        self.loop.call_soon(self._step)
        return 0

    def _step(self, exc=None):
        self.step(exc)

    def _wakeup(self, future):
        self.wakeup(future)

    cdef int wakeup(self, future) except -1:
        cdef Future waited
        if type(future) is FutureType or type(future) is TaskType:
            waited = <Future>future
            if waited.state == FINISHED and (waited._exception is None or isinstance(waited._exception, Exception)):
                waited._log_traceback = False
                return self.step(waited._exception)
            if waited.state == CANCELLED:
                return self.step(CancelledError())
        try:
            future.result()
        except Exception as exc:
            return self.step(exc)
        return self.step(None)

    cdef int step(self, exc) except -1:
        cdef PyObject *yielded
        assert self.state == PENDING, '_step(): already done: {!r}, {!r}'.format(self, exc)
        if self._must_cancel:
            if not isinstance(exc, CancelledError):
                exc = CancelledError()
            self._must_cancel = False
        self._fut_waiter = None
        coro = self._coro
        outer = enter_step(self)
        if exc is not None:
            yielded = PyObject_CallMethodObjArgs(<PyObject *>coro, <PyObject *>THROW, <PyObject *>exc, NULL)
        elif PyCoro_CheckExact(coro) or PyGen_CheckExact(coro):
            yielded = step_generator(<PyObject *>coro)
        else:
            yielded = PyObject_CallMethodObjArgs(<PyObject *>coro, <PyObject *>SEND, <PyObject *>None, NULL)
        try:
            if yielded is NULL:
                self.ended()
            else:
                result = <object>yielded
                Py_DECREF(result)
                self.wait_for(result)
        finally:
            leave_step(self, outer)
        return 0

    cdef int ended(self) except -1:
        """The coroutine has returned or raised."""
        cdef PyObject *value = NULL
        if PyErr_Occurred() is NULL or PyErr_ExceptionMatches(PyExc_StopIteration):
            _PyGen_FetchStopIterationValue(&value)
            result = <object>value
            Py_DECREF(result)
            if not self._must_cancel:
                return self.finish(result)
            # It cancelled itself and returned at once (bpo-30048).
            self._must_cancel = False
            return self.fail(CancelledError())
        exc = taken_exception()
        if isinstance(exc, CancelledError):
            self.cancel_future()
            return 0
        self.fail(exc)
        if not isinstance(exc, Exception):
            raise exc
        return 0

    cdef int wait_for(self, yielded) except -1:
        """The coroutine has yielded: a future, or None for the others' turn."""
        cdef Future future
        if type(yielded) is FutureType or type(yielded) is TaskType:
            future = <Future>yielded
            if future._asyncio_future_blocking and future.loop is self.loop and future is not self:
                future._asyncio_future_blocking = False
                future.add_callback(self)
                self._fut_waiter = future
                if self._must_cancel and future.cancel():
                    self._must_cancel = False
                return 0
        elif yielded is None:
            if self.ours is not None and self.ours.direct:
                return ring_push(&self.ours.ring, STEP, self, NULL)
            self.loop.call_soon(self._step)
            return 0
        elif getattr(yielded, '_asyncio_future_blocking', None) and yielded._loop is self.loop:
            yielded._asyncio_future_blocking = False
            yielded.add_done_callback(self._wakeup)
            self._fut_waiter = yielded
            if self._must_cancel and yielded.cancel():
                self._must_cancel = False
            return 0
        self.loop.call_soon(self._step, bad_yield(self, yielded))
        return 0

    def cancel(self):
        # Whoever cancels it has no interest in its exception (bpo-30508).
        self._log_traceback = False
        if self.state != PENDING:
            return False
        if self._fut_waiter is not None and self._fut_waiter.cancel():
            # It stays: a task may ignore this and be cancelled once more.
            return True
        # A step is scheduled already, and will see it.
        self._must_cancel = True
        return True

    def __del__(self):
        leave(self)
        if self.state == PENDING and self._log_destroy_pending:
            log_pending(self)
        if self._log_traceback:
            log_never_retrieved(self)

    def __dealloc__(self):
        leave(self)


cdef object bad_yield(Task task, yielded):
    from asyncio_compat.tasks import _bad_yield
    return _bad_yield(task, yielded)


cdef int log_pending(Task task) except -1:
    if interpreter_ended():
        # 3.6 does not get to say it either.
        return 0
    context = {
        'task': task,
        'message': 'Task was destroyed but it is pending!',
    }
    if task._source_traceback:
        context['source_traceback'] = task._source_traceback
    task.loop.call_exception_handler(context)
    return 0


cdef object taken_exception():
    """What is raised, which no longer is; with its own traceback, and no line of this file."""
    cdef PyObject *kind
    cdef PyObject *value
    cdef PyObject *traceback
    PyErr_Fetch(&kind, &value, &traceback)
    PyErr_NormalizeException(&kind, &value, &traceback)
    if traceback is not NULL:
        PyException_SetTraceback(value, traceback)
    exc = <object>value
    Py_XDECREF(kind)
    Py_XDECREF(value)
    Py_XDECREF(traceback)
    return exc


# The current task of a loop: the task that was it before is returned, for a loop that is run inside of a step.

cdef object enter_step(Task task):
    if task.ours is None:
        current_tasks[task.loop] = task
        return None
    outer, task.ours.current_task = task.ours.current_task, task
    return outer


cdef int leave_step(Task task, outer) except -1:
    if task.ours is None:
        del current_tasks[task.loop]
    else:
        task.ours.current_task = outer
    return 0


def current_task(loop):
    if type(loop) is LoopType:
        return (<Loop>loop).current_task


# The list of all tasks: a WeakSet costs 0.6 us a task.

cdef PyObject *last_task = NULL


cdef void enter(Task task):
    global last_task
    task.older = last_task
    if last_task is not NULL:
        (<Task>last_task).newer = <PyObject *>task
    last_task = <PyObject *>task


cdef void leave(Task task):
    global last_task
    if task.newer is not NULL:
        (<Task>task.newer).older = task.older
    elif last_task is <PyObject *>task:
        last_task = task.older
    if task.older is not NULL:
        (<Task>task.older).newer = task.newer
    task.older = task.newer = NULL


def all_tasks(loop):
    """The set of those of *loop* that exist, done or not."""
    cdef PyObject *task = last_task
    found = set()
    while task is not NULL:
        if (<Task>task).loop is loop:
            found.add(<object>task)
        task = (<Task>task).older
    return found
