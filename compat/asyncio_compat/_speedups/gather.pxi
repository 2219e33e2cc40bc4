# gather(), and what it returns.

cdef class Gathering(Future):
    cdef list children
    cdef list results
    cdef Py_ssize_t missing
    cdef bint return_exceptions
    cdef bint cancel_requested

    def cancel(self):
        if self.state != PENDING:
            return False
        cancelled = False
        for child in self.children:
            if child.cancel():
                cancelled = True
        if cancelled:
            # Even if exceptions are returned as results (bpo-32684).
            self.cancel_requested = True
        return cancelled

    cdef int take(self, Py_ssize_t number, child) except -1:
        """The child of this number is done."""
        cdef Future ours
        if type(child) is TaskType or type(child) is FutureType:
            ours = <Future>child
            cancelled, error, value = ours.state == CANCELLED, ours._exception, ours._result
            ours._log_traceback = False
        else:
            cancelled = child.cancelled()
            error = None if cancelled else child.exception()
            value = None if cancelled or error is not None else child._result
        if self.state != PENDING:
            return 0
        if cancelled:
            error = CancelledError()
        if error is not None:
            if not self.return_exceptions:
                return self.fail(error)
            value = error
        self.results[number] = value
        self.missing -= 1
        if not self.missing:
            if self.cancel_requested:
                return self.fail(CancelledError())
            self.finish(self.results)
        return 0

    @property
    def _children(self):
        return self.children


cdef class GatheringCallback:
    cdef Gathering outer
    cdef Py_ssize_t number

    def __call__(self, child):
        self.outer.take(self.number, child)

    # For the repr of the child: what it is called in the Python code, and where that stands.

    @property
    def __qualname__(self):
        return 'gather.<locals>._done_callback(%d)' % self.number

    @property
    def __wrapped__(self):
        return python_done_callback


def gather(tuple arguments, loop, bint return_exceptions):
    cdef Gathering outer
    cdef GatheringCallback callback
    cdef dict future_of = {}
    cdef list children = []
    cdef Py_ssize_t number
    for argument in arguments:
        future = future_of.get(argument)
        if future is None:
            if type(argument) is not TaskType and type(argument) is not FutureType and not futures.isfuture(argument):
                if loop is not None and type(loop) is LoopType and PyCoro_CheckExact(argument):
                    future = (<Loop>loop).create_task(argument)
                else:
                    future = tasks.ensure_future(argument, loop=loop)
                if loop is None:
                    loop = future._loop
                if type(future) is TaskType:
                    (<Task>future)._log_destroy_pending = False
                else:
                    future._log_destroy_pending = False
            else:
                future = argument
                if loop is None:
                    loop = future._loop
                elif future._loop is not loop:
                    raise ValueError('futures are tied to different event loops')
            future_of[argument] = future
        children.append(future)
    outer = Gathering.__new__(GatheringType)
    outer.init(loop)
    outer.children = children
    outer.missing = len(children)
    outer.results = [None] * outer.missing
    outer.return_exceptions = return_exceptions
    for number in range(outer.missing):
        callback = GatheringCallback.__new__(GatheringCallback)
        callback.outer = outer
        callback.number = number
        future = children[number]
        if type(future) is TaskType or type(future) is FutureType:
            (<Future>future).add_callback(callback)
        else:
            future.add_done_callback(callback)
    return outer
