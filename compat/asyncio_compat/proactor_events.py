"""Completes asyncio.proactor_events: futures of any make (3.5.2), whether a
transport is closing (3.5.1), another protocol for it (3.5.3), and pauses that
lose nothing (3.6.6).
"""

from asyncio import base_events, futures, transports
from asyncio import proactor_events as native
from asyncio.log import logger

from .patching import completion


class _ProactorBasePipeTransport(metaclass=completion):
    def __init__(self, loop, sock, protocol, waiter=None,
                 extra=None, server=None):
        transports._FlowControlMixin.__init__(self, extra, loop)
        self._set_extra(sock)
        self._sock = sock
        self._protocol = protocol
        self._server = server
        self._buffer = None
        self._read_fut = self._write_fut = None
        self._pending_write = self._conn_lost = 0
        self._closing = self._eof_written = False
        if server is not None:
            server._attach()
        loop.call_soon(protocol.connection_made, self)
        if waiter is not None:
            # In this order, and for a future of any make (bpo-27041).
            loop.call_soon(futures._set_result_unless_cancelled, waiter, None)

    def set_protocol(self, protocol):
        self._protocol = protocol

    def get_protocol(self):
        return self._protocol

    def is_closing(self):
        return self._closing


class _ProactorReadPipeTransport(metaclass=completion):
    # True for one that was paused before the install.
    _reschedule_on_resume = True
    _read_on = native._ProactorReadPipeTransport._loop_reading

    def pause_reading(self):
        """Receive nothing until resume_reading().

        May be called twice, and while closing, since Python 3.6.7.
        """
        if self._closing or self._paused:
            return
        self._paused = True
        self._reschedule_on_resume = False
        if self._loop.get_debug():
            logger.debug('%r pauses reading', self)

    def resume_reading(self):
        """Receive again what arrives.

        May be called twice, and while closing, since Python 3.6.7.
        """
        if self._closing or not self._paused:
            return
        self._paused = False
        # What is still being read schedules itself (bpo-26819).
        if self._reschedule_on_resume:
            self._loop.call_soon(self._loop_reading, self._read_fut)
        if self._loop.get_debug():
            logger.debug('%r resumes reading', self)

    def _loop_reading(self, fut=None):
        if self._paused:
            self._reschedule_on_resume = True
        else:
            self._read_on(fut)


class _ProactorSocketTransport(metaclass=completion):
    def __init__(self, loop, sock, protocol, waiter=None,
                 extra=None, server=None):
        _ProactorReadPipeTransport.__init__(self, loop, sock, protocol, waiter,
                                            extra, server)
        base_events._set_nodelay(sock)


class BaseProactorEventLoop(metaclass=completion):
    def sock_connect(self, sock, address):
        # 3.5.0 made a future of its own kind to refuse a host (bpo-27041).
        return self._proactor.connect(sock, address)
