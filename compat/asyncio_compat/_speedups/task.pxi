# Task: steps a coroutine.

cdef class Task(Future):
    cdef object coro
    cdef object fut_waiter
    cdef bint must_cancel
    cdef bint log_destroy_pending

    def __init__(self, coro, *, loop=None):
        assert coroutines.iscoroutine(coro), repr(coro)
        self.init(events.get_event_loop() if loop is None else loop)
        if self.source_traceback:
            del self.source_traceback[-1]
        self.start(coro)

    cdef int start(self, coro) except -1:
        cdef Loop ready = self.ready
        self.coro = coro
        self.log_destroy_pending = True
        if ready is not None and ready.is_direct():
            ring_push(&ready.ring, STEP, self, NULL)
        else:
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
            if waited.state == FINISHED:
                waited.log_traceback = False
                return self.step(waited.error)
            if waited.state == CANCELLED:
                return self.step(CancelledError())
        try:
            future.result()
        except Exception as exc:
            self.step(exc)
        else:
            self.step(None)
        return 0

    cdef int step(self, exc) except -1:
        cdef PyObject *yielded
        cdef PyObject *value
        cdef object before = None
        assert self.state == PENDING, '_step(): already done: {!r}, {!r}'.format(self, exc)
        if self.must_cancel:
            if not isinstance(exc, CancelledError):
                exc = CancelledError()
            self.must_cancel = False
        self.fut_waiter = None
        coro = self.coro
        if self.ready is not None:
            before, self.ready.current_task = self.ready.current_task, self
        else:
            TaskType._current_tasks[self.loop] = self
        try:
            if exc is None and (PyCoro_CheckExact(coro) or PyGen_CheckExact(coro)):
                yielded = step_generator(<PyObject *>coro)
                if yielded is NULL:
                    return self.ended()
                result = <object>yielded
                Py_DECREF(result)
            elif exc is None:
                result = coro.send(None)
            else:
                result = coro.throw(exc)
        except StopIteration as stop:
            self.returned(stop.value)
        except CancelledError:
            self.cancel_future()
        except Exception as error:
            self.fail(error)
        except BaseException as error:
            self.fail(error)
            raise
        else:
            self.yielded(result)
        finally:
            if self.ready is not None:
                self.ready.current_task = before
            else:
                TaskType._current_tasks.pop(self.loop)
        return 0

    cdef int ended(self) except -1:
        """tp_iternext has returned nothing: for a return or an error."""
        cdef PyObject *value = NULL
        _PyGen_FetchStopIterationValue(&value)
        self.returned(<object>value)
        Py_DECREF(<object>value)
        return 0

    cdef int returned(self, value) except -1:
        if self.must_cancel:
            self.must_cancel = False
            self.fail(CancelledError())
        else:
            self.finish(value)
        return 0

    cdef int yielded(self, result) except -1:
        cdef Future future
        if type(result) is FutureType or type(result) is TaskType:
            future = <Future>result
            if future.blocking and future.loop is self.loop and future is not self:
                future.blocking = False
                future.add_callback(self)
                self.fut_waiter = future
                if self.must_cancel and future.cancel():
                    self.must_cancel = False
                return 0
        elif result is None:
            if self.ready is not None and self.ready.is_direct():
                ring_push(&self.ready.ring, STEP, self, NULL)
            else:
                self.loop.call_soon(self._step)
            return 0
        elif (getattr(result, '_asyncio_future_blocking', None) and
                result._loop is self.loop):
            result._asyncio_future_blocking = False
            result.add_done_callback(self._wakeup)
            self.fut_waiter = result
            if self.must_cancel and result.cancel():
                self.must_cancel = False
            return 0
        self.loop.call_soon(self._step, tasks._bad_yield(self, result))
        return 0

    def cancel(self):
        self.log_traceback = False
        if self.state != PENDING:
            return False
        if self.fut_waiter is not None and self.fut_waiter.cancel():
            return True
        self.must_cancel = True
        return True

    def __del__(self):
        if self.state == PENDING and self.log_destroy_pending:
            context = {
                'task': self,
                'message': 'Task was destroyed but it is pending!',
            }
            if self.source_traceback:
                context['source_traceback'] = self.source_traceback
            self.loop.call_exception_handler(context)
        Future.__del__(self)

    @property
    def _coro(self):
        return self.coro

    @property
    def _fut_waiter(self):
        return self.fut_waiter

    @_fut_waiter.setter
    def _fut_waiter(self, future):
        self.fut_waiter = future

    @property
    def _must_cancel(self):
        return self.must_cancel

    @_must_cancel.setter
    def _must_cancel(self, must_cancel):
        self.must_cancel = must_cancel

    @property
    def _log_destroy_pending(self):
        return self.log_destroy_pending

    @_log_destroy_pending.setter
    def _log_destroy_pending(self, log):
        self.log_destroy_pending = log
