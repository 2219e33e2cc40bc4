"""Completes asyncio.futures: any awaitable, and futures of other makes.

3.5.0 cannot chain futures across threads; before 3.5.3 only its own count.
"""

import concurrent.futures
import sys

from asyncio import events, futures
from asyncio.futures import InvalidStateError, _CANCELLED, _FINISHED, _PENDING

from .patching import completion

__all__ = ['isfuture']

# Its name in 3.6.  What is called Future below only holds methods.
_PyFuture = futures.Future


def isfuture(obj):
    """Return True for a Future and for what declares itself like one.

    An object does so with an attribute _asyncio_future_blocking of its class
    that is not None; a subclass of Future says None to be taken for no future.
    Since Python 3.5.3.
    """
    return (hasattr(obj.__class__, '_asyncio_future_blocking') and
            obj._asyncio_future_blocking is not None)


def _get_blocking(future):
    return future._asyncio_future_blocking


def _set_blocking(future, blocking):
    future._asyncio_future_blocking = blocking


class Future(metaclass=completion):
    # True from "yield from future" until the task has seen it.
    _asyncio_future_blocking = False
    # Its name before 3.5.3, which old frames and subclasses still use.
    _blocking = property(_get_blocking, _set_blocking)

    def __init__(self, *, loop=None):
        self._loop = events.get_event_loop() if loop is None else loop
        self._callbacks = []
        if self._loop.get_debug():
            self._source_traceback = events.extract_stack(sys._getframe(1))

    def cancel(self):
        """Cancel the future and have its callbacks called soon.

        Returns False, and does nothing, if it is done already.
        """
        # Whoever cancels it has no interest in its exception (bpo-30508).
        self._log_traceback = False
        if self._state != _PENDING:
            return False
        self._state = _CANCELLED
        self._schedule_callbacks()
        return True

    def set_exception(self, exception):
        """Mark the future done and set an exception, an instance or a class.

        Raises InvalidStateError if it is done already, and TypeError for
        StopIteration, which a generator would take for its end (bpo-26221).
        """
        if self._state != _PENDING:
            raise InvalidStateError('{}: {!r}'.format(self._state, self))
        if isinstance(exception, type):
            exception = exception()
        if type(exception) is StopIteration:
            raise TypeError('StopIteration interacts badly with generators '
                            'and cannot be raised into a Future')
        self._exception = exception
        self._state = _FINISHED
        self._schedule_callbacks()
        # For the log, if nobody ever asks.
        self._log_traceback = True

    def __iter__(self):
        if not self.done():
            self._asyncio_future_blocking = True
            yield self
        assert self.done(), "yield from wasn't used with future"
        return self.result()

    __await__ = __iter__


def _set_result_unless_cancelled(fut, result):
    if not fut.cancelled():
        fut.set_result(result)


def _set_concurrent_future_state(concurrent, source):
    """Give *source*'s outcome to *concurrent*, a concurrent.futures.Future."""
    assert source.done()
    if source.cancelled():
        concurrent.cancel()
    if not concurrent.set_running_or_notify_cancel():
        return
    exception = source.exception()
    if exception is not None:
        concurrent.set_exception(exception)
    else:
        concurrent.set_result(source.result())


def _copy_future_state(source, dest):
    """Give the outcome of *source*, a future of any kind, to *dest*."""
    assert source.done()
    if dest.cancelled():
        return
    assert not dest.done()
    if source.cancelled():
        dest.cancel()
        return
    exception = source.exception()
    if exception is not None:
        dest.set_exception(exception)
    else:
        dest.set_result(source.result())


def _loop_of(future, role):
    """The loop of *future*, or None if it is of concurrent.futures."""
    if isinstance(future, concurrent.futures.Future):
        return None
    if isfuture(future) or isinstance(future, _PyFuture):
        return future._loop
    raise TypeError('A future is required for %s argument' % role)


def _chain_future(source, destination):
    """Let the outcome of *source* become that of *destination*.

    Cancelling *destination* cancels *source*.  Each is a future of asyncio
    or of concurrent.futures.
    """
    source_loop = _loop_of(source, 'source')
    dest_loop = _loop_of(destination, 'destination')

    def _set_state(future, other):
        if dest_loop is None:
            _set_concurrent_future_state(future, other)
        else:
            _copy_future_state(other, future)

    def _call_check_cancel(destination):
        if destination.cancelled():
            if source_loop is None or source_loop is dest_loop:
                source.cancel()
            else:
                source_loop.call_soon_threadsafe(source.cancel)

    def _call_set_state(source):
        if (dest_loop is not None and destination.cancelled() and
                dest_loop.is_closed()):
            # Nobody is left to be told (bpo-33469).
            return
        if dest_loop is None or dest_loop is source_loop:
            _set_state(destination, source)
        else:
            dest_loop.call_soon_threadsafe(_set_state, destination, source)

    destination.add_done_callback(_call_check_cancel)
    source.add_done_callback(_call_set_state)


def wrap_future(future, *, loop=None):
    """Return an asyncio future for *future*, of concurrent.futures.

    It is made by loop.create_future(); a future of asyncio is returned as it
    is.
    """
    if isfuture(future):
        return future
    assert isinstance(future, concurrent.futures.Future), (
        'concurrent.futures.Future is expected, got {!r}'.format(future))
    if loop is None:
        loop = events.get_event_loop()
    new_future = loop.create_future()
    _chain_future(future, new_future)
    return new_future
