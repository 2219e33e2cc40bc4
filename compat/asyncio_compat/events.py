"""Completes asyncio.events, which lacks the running loop before 3.5.3.

A forked child sees no running loop only since 3.5.4 (bpo-29703).
"""

import functools
import os
import reprlib
import socket
import sys
import threading
import traceback

from asyncio import constants, events
from asyncio.events import _get_function_source, get_event_loop_policy

from .patching import completion

__all__ = ['_get_running_loop', '_set_running_loop']


def _loop_on_stack(frame=None):
    """Return the loop whose run_forever() called *frame*, or None.

    *frame* is the caller's by default, so the loop is that of this thread.
    """
    frame = frame or sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == 'run_forever':
            loop = frame.f_locals.get('self')
            if (isinstance(loop, events.AbstractEventLoop) and
                    loop.is_running()):
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
    if events._RunningLoop is _RunningLoop:
        # 3.5.3's own knows of them, and must do so after an uninstall.
        changes.set(events, '_running_loop', _RunningLoop())


def _format_args_and_kwargs(args, kwargs):
    items = [reprlib.repr(arg) for arg in args or ()]
    items.extend('{}={}'.format(name, reprlib.repr(value))
                 for name, value in (kwargs or {}).items())
    return '({})'.format(', '.join(items))


def _format_callback(func, args, kwargs, suffix=''):
    # 3.5.0-3.5.2 have no kwargs, and drop those of a functools.partial.
    if isinstance(func, functools.partial):
        suffix = _format_args_and_kwargs(args, kwargs) + suffix
        return _format_callback(func.func, func.args, func.keywords, suffix)
    name = (getattr(func, '__qualname__', None) or
            getattr(func, '__name__', None) or repr(func))
    return name + _format_args_and_kwargs(args, kwargs) + suffix


def _format_callback_source(func, args):
    func_repr = _format_callback(func, args, None)
    source = _get_function_source(func)
    if source:
        func_repr += ' at %s:%s' % source
    return func_repr


def extract_stack(f=None, limit=None):
    """The frame *f*, by default the caller's, and those that led there.

    As traceback.extract_stack() with *limit*, by default DEBUG_STACK_DEPTH,
    but no line is read before it is shown (bpo-31970).
    """
    if f is None:
        f = sys._getframe(1)
    if limit is None:
        limit = constants.DEBUG_STACK_DEPTH
    stack = traceback.StackSummary.extract(
        traceback.walk_stack(f), limit=limit, lookup_lines=False)
    stack.reverse()
    return stack


class Handle(metaclass=completion):
    def __init__(self, callback, args, loop):
        self._loop = loop
        self._callback = callback
        self._args = args
        self._cancelled = False
        self._repr = None
        self._source_traceback = None
        if loop.get_debug():
            self._source_traceback = extract_stack(sys._getframe(1))


class AbstractEventLoop(metaclass=completion):
    def create_future(self):
        """Return a future that belongs to this loop.

        A loop that was written before 3.5.2 has none of its own: asyncio's.
        """
        from asyncio.events import AbstractEventLoop
        from asyncio.futures import Future
        if type(self) is AbstractEventLoop:
            raise NotImplementedError
        return Future(loop=self)

    def get_exception_handler(self):
        raise NotImplementedError

    def shutdown_asyncgens(self):
        """Close the asynchronous generators that are still being iterated."""
        raise NotImplementedError

    def create_server(self, protocol_factory, host=None, port=None, *,
                      family=socket.AF_UNSPEC, flags=socket.AI_PASSIVE,
                      sock=None, backlog=100, ssl=None, reuse_address=None,
                      reuse_port=None):
        """Listen for TCP connections; return a Server.

        *host* may also be a sequence of hosts; with *reuse_port* others that
        say so may use the port at the same time.  Since Python 3.5.1.
        """
        raise NotImplementedError

    def create_datagram_endpoint(self, protocol_factory,
                                 local_addr=None, remote_addr=None, *,
                                 family=0, proto=0, flags=0,
                                 reuse_address=None, reuse_port=None,
                                 allow_broadcast=None, sock=None):
        """Open a datagram socket; return (transport, protocol).

        With *reuse_port* others that say so may use the port at the same
        time; with *allow_broadcast* it may send to a broadcast address; or
        it is *sock*.  Since Python 3.5.1.
        """
        raise NotImplementedError
