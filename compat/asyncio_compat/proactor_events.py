"""Completes asyncio.proactor_events: futures of any make (3.5.2), whether a
transport is closing (3.5.1), and another protocol for it (3.5.3).
"""

from asyncio import base_events, futures, transports
from asyncio.proactor_events import _ProactorReadPipeTransport


class _ProactorBasePipeTransport:
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


class _ProactorSocketTransport:
    def __init__(self, loop, sock, protocol, waiter=None,
                 extra=None, server=None):
        _ProactorReadPipeTransport.__init__(self, loop, sock, protocol, waiter,
                                            extra, server)
        base_events._set_nodelay(sock)


class BaseProactorEventLoop:
    def sock_connect(self, sock, address):
        # 3.5.0 made a future of its own kind to refuse a host (bpo-27041).
        return self._proactor.connect(sock, address)
