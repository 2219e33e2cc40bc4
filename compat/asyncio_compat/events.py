"""Completes asyncio.events, which lacks the running loop before 3.5.3.

A forked child sees no running loop only since 3.5.4 (bpo-29703).
"""

import os
import sys
import threading

from asyncio import events
from asyncio.events import get_event_loop_policy

__all__ = ['_get_running_loop', '_set_running_loop']


def _loop_on_stack():
    """Return the loop that runs in this thread, found by its run_forever()."""
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == 'run_forever':
            loop = frame.f_locals.get('self')
            if isinstance(loop, events.AbstractEventLoop) and loop.is_running():
                return loop
        frame = frame.f_back
    return None


class _RunningLoop(threading.local):
    """The loop that runs in each thread, and the process that set it."""

    _loop = None
    _pid = None
    # The loop was running before the install, so it will not say that it ends.
    _unannounced = False

    def __init__(self):
        # Called in each thread when that thread asks for the first time.
        self._loop = _loop_on_stack()
        self._pid = os.getpid()
        self._unannounced = self._loop is not None


_RunningLoop.__module__ = events.__name__
_running_loop = _RunningLoop()


def _get_running_loop():
    """Return the loop that runs in this thread, or None.

    For event loops to use.  Since Python 3.5.3 (bpo-28613).
    """
    running_loop = _running_loop._loop
    # 3.5.3 did not note the process of a loop that it had started.
    if running_loop is None or _running_loop._pid not in (os.getpid(), None):
        return None
    if _running_loop._unannounced and not running_loop.is_running():
        return None
    return running_loop


def _set_running_loop(loop):
    """Say that *loop* runs in this thread; None says that none does.

    For event loops to use.  Since Python 3.5.3 (bpo-28613).
    """
    _running_loop._pid = os.getpid()
    _running_loop._loop = loop
    _running_loop._unannounced = False


def get_event_loop():
    """Return the event loop of the caller.

    Called from a coroutine or a callback, this is the loop that runs it.
    Elsewhere it is the policy's, as get_event_loop_policy().get_event_loop()
    returns it.
    """
    current_loop = _get_running_loop()
    if current_loop is not None:
        return current_loop
    return get_event_loop_policy().get_event_loop()


def note_running_loops(changes):
    """Have each thread look again, once, for a loop that runs already."""
    changes.set(events, '_running_loop', _RunningLoop())


class AbstractEventLoop:
    def create_future(self):
        raise NotImplementedError

    def get_exception_handler(self):
        raise NotImplementedError

    def shutdown_asyncgens(self):
        """Close the asynchronous generators that are still being iterated."""
        raise NotImplementedError
