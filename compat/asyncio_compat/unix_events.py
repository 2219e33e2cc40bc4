"""Completes asyncio.unix_events: the loop's own futures (3.5.2), and pipes:
whether one is closing (3.5.1), another protocol, and a terminal (3.5.3).

Before 3.5.3 a write pipe copied all that it had buffered at every write.
"""

import os
import stat
import sys

from asyncio import constants, events, futures
from asyncio.coroutines import coroutine
from asyncio.log import logger
from asyncio.unix_events import _set_nonblocking, _UnixSubprocessTransport


class _UnixSelectorEventLoop:
    @coroutine
    def _make_subprocess_transport(self, protocol, args, shell,
                                   stdin, stdout, stderr, bufsize,
                                   extra=None, **kwargs):
        with events.get_child_watcher() as watcher:
            waiter = self.create_future()
            transport = _UnixSubprocessTransport(
                self, protocol, args, shell, stdin, stdout, stderr, bufsize,
                waiter=waiter, extra=extra, **kwargs)
            watcher.add_child_handler(
                transport.get_pid(), self._child_watcher_callback, transport)
            failure = None
            try:
                yield from waiter
            except Exception as exc:
                # To yield in here would leave it in sys.exc_info()
                # (bpo-23353).
                failure = exc
            if failure is not None:
                transport.close()
                yield from transport._wait()
                raise failure
        return transport


def _take_pipe(transport, pipe, protocol, kinds, message):
    """Let *transport* own *pipe*, if it is a file of one of these *kinds*.

    Returns its mode.  Otherwise the pipe stays its caller's: ValueError.
    """
    transport._extra['pipe'] = pipe
    fileno = pipe.fileno()
    mode = os.fstat(fileno).st_mode
    if not any(is_kind(mode) for is_kind in kinds):
        # What __del__() and repr() look at.
        transport._pipe = transport._fileno = transport._protocol = None
        raise ValueError(message)
    transport._pipe = pipe
    transport._fileno = fileno
    transport._protocol = protocol
    return mode
