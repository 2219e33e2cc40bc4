"""Completes asyncio.tasks: tasks that wait for any awaitable.

3.5.0 takes only coroutines and its own futures, and lacks
run_coroutine_threadsafe(); before 3.5.4 a task may miss its cancellation.
"""

import concurrent.futures
import functools
import inspect
import warnings

from asyncio import coroutines, events, futures, tasks
from asyncio.coroutines import coroutine
from asyncio.tasks import ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION

from .patching import completion

__all__ = ['run_coroutine_threadsafe']

# Its name in 3.6.  What is called Task below only holds methods.
_PyTask = tasks.Task


class Task(metaclass=completion):
    @classmethod
    def all_tasks(cls, loop=None):
        """Return the set of all tasks of *loop*, by default the caller's."""
        if loop is None:
            loop = events.get_event_loop()
        # A copy, for tasks may end meanwhile, and others start in threads.
        found = [ref() for ref in cls._all_tasks.data.copy()]
        return {task for task in found
                if task is not None and task._loop is loop}

    def cancel(self):
        """Ask the task to cancel itself: its coroutine gets a CancelledError.

        The coroutine may clean up first, or go on.  Returns False if the task
        is done already.
        """
        # Whoever cancels it has no interest in its exception (bpo-30508).
        self._log_traceback = False
        if self.done():
            return False
        if self._fut_waiter is not None and self._fut_waiter.cancel():
            # It stays: a task may ignore this and be cancelled once more.
            return True
        # _step() is scheduled already, and will see it.
        self._must_cancel = True
        return True

    def _step(self, exc=None, *old):
        if old:
            # 3.5.0's frames and subclasses give (value, exc): the value is
            # the future's to tell, or else the error of a bad yield.
            exc = exc if self._fut_waiter is None else None
            exc = exc if old[0] is None else old[0]
        assert not self.done(), (
            '_step(): already done: {!r}, {!r}'.format(self, exc))
        if self._must_cancel:
            if not isinstance(exc, futures.CancelledError):
                exc = futures.CancelledError()
            self._must_cancel = False
        coro = self._coro
        self._fut_waiter = None

        self.__class__._current_tasks[self._loop] = self
        try:
            if exc is None:
                result = coro.send(None)
            else:
                result = coro.throw(exc)
        except StopIteration as exc:
            if self._must_cancel:
                # It cancelled itself and returned at once (bpo-30048).
                self._must_cancel = False
                self.set_exception(futures.CancelledError())
            else:
                self.set_result(exc.value)
        except futures.CancelledError:
            _end_cancelled(self)
        except Exception as exc:
            self.set_exception(exc)
        except BaseException as exc:
            self.set_exception(exc)
            raise
        else:
            blocking = getattr(result, '_asyncio_future_blocking', None)
            if blocking and result._loop is self._loop and result is not self:
                result._asyncio_future_blocking = False
                result.add_done_callback(self._wakeup)
                self._fut_waiter = result
                if self._must_cancel and result.cancel():
                    self._must_cancel = False
            elif result is None:
                # A bare yield: the others' turn.
                self._loop.call_soon(self._step)
            else:
                self._loop.call_soon(self._step, _bad_yield(self, result))
        finally:
            self.__class__._current_tasks.pop(self._loop)
            self = None  # An exception must not keep the task alive.

    def _wakeup(self, future):
        try:
            future.result()
        except Exception as exc:
            # Cancellation too.
            self._step(exc)
        else:
            self._step()
        self = None  # An exception must not keep the task alive.


def _end_cancelled(task):
    # A function: in a method, super() would be a closure.
    super(_PyTask, task).cancel()


def destroy_in_one_piece(changes):
    """Have no Python code run while a task is destroyed (bpo-26617).

    Before 3.5.3 the garbage collector, if it comes then, takes the task for
    one that lives: from the WeakSet's own function, or from another thread.
    """
    all_tasks = tasks.Task._all_tasks
    changes.set(all_tasks, '_remove', all_tasks.data.discard)


def _bad_yield(task, result):
    """The error for a *task* whose coroutine yielded *result*."""
    blocking = getattr(result, '_asyncio_future_blocking', None)
    if blocking is None:
        if not inspect.isgenerator(result):
            return RuntimeError('Task got bad yield: {!r}'.format(result))
        return RuntimeError('yield was used instead of yield from for '
                            'generator in task {!r} with {!r}'.format(
                                task, result))
    if result._loop is not task._loop:
        return RuntimeError('Task {!r} got Future {!r} attached to a '
                            'different loop'.format(task, result))
    if blocking:
        return RuntimeError('Task cannot await on itself: {!r}'.format(task))
    return RuntimeError('yield was used instead of yield from '
                        'in task {!r} with {!r}'.format(task, result))


@coroutine
def wait(fs, *, loop=None, timeout=None, return_when=ALL_COMPLETED):
    """Wait for the awaitables *fs*; returns sets of futures: done, pending.

    timeout: in seconds, None for none; it raises nothing, the second set
        then has what is not done.
    return_when: FIRST_COMPLETED, FIRST_EXCEPTION or ALL_COMPLETED.

    Raises TypeError for a single awaitable, and ValueError for an empty
    sequence or another return_when.
    """
    if futures.isfuture(fs) or coroutines.iscoroutine(fs):
        raise TypeError('expect a list of futures, not %s' % type(fs).__name__)
    if not fs:
        raise ValueError('Set of coroutines/Futures is empty.')
    if return_when not in (FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED):
        raise ValueError('Invalid return_when value: {}'.format(return_when))
    if loop is None:
        loop = events.get_event_loop()
    fs = {ensure_future(f, loop=loop) for f in set(fs)}
    return (yield from _wait(fs, timeout, return_when, loop))


@coroutine
def wait_for(fut, timeout, *, loop=None):
    """Wait for one awaitable, at most *timeout* seconds; returns its result.

    None waits for ever.  When the time is over it is cancelled, and
    TimeoutError raised; when the wait is cancelled it is cancelled too.
    """
    if loop is None:
        loop = events.get_event_loop()
    if timeout is None:
        if not hasattr(fut, '__iter__') and inspect.isawaitable(fut):
            fut = fut.__await__()
        return (yield from fut)

    waiter = loop.create_future()
    timeout_handle = loop.call_later(timeout, _release_waiter, waiter)
    cb = functools.partial(_release_waiter, waiter)
    fut = ensure_future(fut, loop=loop)
    fut.add_done_callback(cb)
    try:
        try:
            yield from waiter
        except futures.CancelledError:
            fut.remove_done_callback(cb)
            fut.cancel()
            raise
        if fut.done():
            return fut.result()
        fut.remove_done_callback(cb)
        fut.cancel()
        raise futures.TimeoutError()
    finally:
        timeout_handle.cancel()


def _release_waiter(waiter, *args):
    if not waiter.done():
        waiter.set_result(None)


@coroutine
def _wait(fs, timeout, return_when, loop):
    """What wait() does once *fs* is a set of futures."""
    assert fs, 'Set of Futures is empty.'
    waiter = loop.create_future()
    timeout_handle = None
    if timeout is not None:
        timeout_handle = loop.call_later(timeout, _release_waiter, waiter)
    counter = len(fs)

    def _on_completion(f):
        nonlocal counter
        counter -= 1
        if (counter <= 0 or return_when == FIRST_COMPLETED or
                return_when == FIRST_EXCEPTION and
                not f.cancelled() and f.exception() is not None):
            if timeout_handle is not None:
                timeout_handle.cancel()
            _release_waiter(waiter)

    for f in fs:
        f.add_done_callback(_on_completion)
    try:
        yield from waiter
    finally:
        if timeout_handle is not None:
            timeout_handle.cancel()

    done, pending = set(), set()
    for f in fs:
        f.remove_done_callback(_on_completion)
        (done if f.done() else pending).add(f)
    return done, pending


def as_completed(fs, *, loop=None, timeout=None):
    """An iterator of coroutines: the first returns what is done first, ...

    timeout: in seconds, for all together; then the coroutines that are left
        raise TimeoutError.

    Raises TypeError for a single awaitable.
    """
    if futures.isfuture(fs) or coroutines.iscoroutine(fs):
        raise TypeError('expect a list of futures, not %s' % type(fs).__name__)
    loop = loop if loop is not None else events.get_event_loop()
    todo = {ensure_future(f, loop=loop) for f in set(fs)}
    # asyncio.queues imports asyncio.tasks.
    from asyncio.queues import Queue
    done = Queue(loop=loop)
    timeout_handle = None

    def _on_timeout():
        for f in todo:
            f.remove_done_callback(_on_completion)
            done.put_nowait(None)
        todo.clear()

    def _on_completion(f):
        if not todo:
            return  # The time was over first.
        todo.remove(f)
        done.put_nowait(f)
        if not todo and timeout_handle is not None:
            timeout_handle.cancel()

    @coroutine
    def _wait_for_one():
        f = yield from done.get()
        if f is None:
            raise futures.TimeoutError
        return f.result()

    for f in todo:
        f.add_done_callback(_on_completion)
    if todo and timeout is not None:
        timeout_handle = loop.call_later(timeout, _on_timeout)
    for _ in range(len(todo)):
        yield _wait_for_one()


@coroutine
def sleep(delay, result=None, *, loop=None):
    """Wait for *delay* seconds, then return *result*.

    A delay of 0 gives the others one turn.
    """
    if delay == 0:
        yield
        return result
    if loop is None:
        loop = events.get_event_loop()
    future = loop.create_future()
    h = future._loop.call_later(delay, futures._set_result_unless_cancelled,
                                future, result)
    try:
        return (yield from future)
    finally:
        h.cancel()


def async_(coro_or_future, *, loop=None):
    """Deprecated: use ensure_future()."""
    warnings.warn(
        'asyncio.async() function is deprecated, use ensure_future()',
        DeprecationWarning, stacklevel=2)
    return ensure_future(coro_or_future, loop=loop)


# Since 3.7 it cannot be written: it is a keyword.
globals()['async'] = async_


def ensure_future(coro_or_future, *, loop=None):
    """Schedule an awaitable as a task; a future is returned as it is.

    Raises TypeError for anything else, and ValueError for a future of
    another loop.
    """
    if futures.isfuture(coro_or_future):
        if loop is not None and loop is not coro_or_future._loop:
            raise ValueError('loop argument must agree with Future')
        return coro_or_future
    if not coroutines.iscoroutine(coro_or_future):
        if not inspect.isawaitable(coro_or_future):
            raise TypeError('An asyncio.Future, a coroutine or an awaitable '
                            'is required')
        coro_or_future = _wrap_awaitable(coro_or_future)
    if loop is None:
        loop = events.get_event_loop()
    task = loop.create_task(coro_or_future)
    if task._source_traceback:
        del task._source_traceback[-1]
    return task


@coroutine
def _wrap_awaitable(awaitable):
    return (yield from awaitable.__await__())


class _GatheringFuture(metaclass=completion):
    # For those made before the install.
    _cancel_requested = False

    def cancel(self):
        """Cancel the children; returns False if none could be (bpo-26923)."""
        if self.done():
            return False
        ret = False
        for child in self._children:
            if child.cancel():
                ret = True
        if ret:
            # Even if exceptions are returned as results (bpo-32684).
            self._cancel_requested = True
        return ret


def gather(*coros_or_futures, loop=None, return_exceptions=False):
    """Return a future of the list of what the awaitables return.

    The list is in the order of the arguments.  The first exception becomes
    that of the future, unless *return_exceptions* is true: then exceptions
    are put into the list.  Cancelling the future cancels them all; that one
    of them is cancelled counts as an exception.

    Raises ValueError if they belong to different loops.
    """
    if not coros_or_futures:
        if loop is None:
            loop = events.get_event_loop()
        outer = loop.create_future()
        outer.set_result([])
        return outer

    arg_to_fut = {}
    for arg in set(coros_or_futures):
        if not futures.isfuture(arg):
            fut = ensure_future(arg, loop=loop)
            if loop is None:
                loop = fut._loop
            # The caller has no hold of it: no warning if it is destroyed.
            fut._log_destroy_pending = False
        else:
            fut = arg
            if loop is None:
                loop = fut._loop
            elif fut._loop is not loop:
                raise ValueError('futures are tied to different event loops')
        arg_to_fut[arg] = fut

    children = [arg_to_fut[arg] for arg in coros_or_futures]
    nchildren = len(children)
    outer = _GatheringFuture(children, loop=loop)
    nfinished = 0
    results = [None] * nchildren

    def _done_callback(i, fut):
        nonlocal nfinished
        if outer.done():
            if not fut.cancelled():
                fut.exception()  # It counts as retrieved.
            return
        if fut.cancelled():
            res = futures.CancelledError()
            if not return_exceptions:
                outer.set_exception(res)
                return
        elif fut._exception is not None:
            res = fut.exception()
            if not return_exceptions:
                outer.set_exception(res)
                return
        else:
            res = fut._result
        results[i] = res
        nfinished += 1
        if nfinished == nchildren:
            if outer._cancel_requested:
                outer.set_exception(futures.CancelledError())
            else:
                outer.set_result(results)

    for i, fut in enumerate(children):
        fut.add_done_callback(functools.partial(_done_callback, i))
    return outer


def shield(arg, *, loop=None):
    """Return a future that waits for *arg* and protects it.

    Cancelling the future does not cancel the awaitable *arg*.
    """
    inner = ensure_future(arg, loop=loop)
    if inner.done():
        return inner
    outer = inner._loop.create_future()

    def _done_callback(inner):
        if outer.cancelled():
            if not inner.cancelled():
                inner.exception()  # It counts as retrieved.
        elif inner.cancelled():
            outer.cancel()
        elif inner.exception() is not None:
            outer.set_exception(inner.exception())
        else:
            outer.set_result(inner.result())

    inner.add_done_callback(_done_callback)
    return outer


def run_coroutine_threadsafe(coro, loop):
    """Submit the coroutine *coro* to *loop*, which runs in another thread.

    Returns a concurrent.futures.Future; cancelling it cancels the task.

    Raises TypeError if *coro* is no coroutine, and RuntimeError if *loop* is
    closed.  Since Python 3.5.1 (bpo-25304).
    """
    if not coroutines.iscoroutine(coro):
        raise TypeError('A coroutine object is required')
    future = concurrent.futures.Future()

    def callback():
        try:
            futures._chain_future(ensure_future(coro, loop=loop), future)
        except Exception as exc:
            if future.set_running_or_notify_cancel():
                future.set_exception(exc)
            raise

    loop.call_soon_threadsafe(callback)
    return future
