"""Completes asyncio.selector_events: addresses that are resolved already and
the loop's own futures (3.5.2), accepting many connections at once (3.5.3),
TCP_NODELAY (3.6), whether a transport is closing, another protocol for it.
"""

import errno
import socket

from asyncio import base_events, constants, futures
from asyncio.coroutines import coroutine
from asyncio.log import logger


def _set_nodelay(sock):
    # Linux marks the type of a non-blocking socket, so 3.5.3-3.5.10 did not
    # recognise a single one (bpo-27456).
    base_events._set_nodelay(sock)


class BaseSelectorEventLoop:
    def _start_serving(self, protocol_factory, sock,
                       sslcontext=None, server=None, backlog=100):
        self.add_reader(
            sock.fileno(), self._accept_connection,
            *base_events._known_arguments(
                self._accept_connection, protocol_factory, sock, sslcontext,
                server, backlog))

    def _accept_connection(self, protocol_factory, sock,
                           sslcontext=None, server=None, backlog=100):
        # All that wait, not one an iteration (bpo-27906).
        for _ in range(max(backlog, 1)):
            try:
                conn, addr = sock.accept()
                if self._debug:
                    logger.debug('%r got a new connection from %r: %r',
                                 server, addr, conn)
                conn.setblocking(False)
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as exc:
                if exc.errno not in (errno.EMFILE, errno.ENFILE,
                                     errno.ENOBUFS, errno.ENOMEM):
                    raise
                self.call_exception_handler({
                    'message': 'socket.accept() out of system resource',
                    'exception': exc,
                    'socket': sock,
                })
                # The selector would say without a pause that it is ready.
                getattr(self, '_remove_reader', self.remove_reader)(
                    sock.fileno())
                self.call_later(
                    constants.ACCEPT_RETRY_DELAY, self._start_serving,
                    *base_events._known_arguments(
                        self._start_serving, protocol_factory, sock,
                        sslcontext, server, backlog))
                return
            self.create_task(self._accept_connection2(
                protocol_factory, conn, {'peername': addr}, sslcontext,
                server))

    @coroutine
    def _accept_connection2(self, protocol_factory, conn, extra,
                            sslcontext=None, server=None):
        protocol = None
        transport = None
        try:
            protocol = protocol_factory()
            waiter = self.create_future()
            if sslcontext:
                transport = self._make_ssl_transport(
                    conn, protocol, sslcontext, waiter=waiter,
                    server_side=True, extra=extra, server=server)
            else:
                transport = self._make_socket_transport(
                    conn, protocol, waiter=waiter, extra=extra, server=server)
            try:
                yield from waiter
            except:
                transport.close()
                raise
        except Exception as exc:
            if not self._debug:
                return
            context = {'message': 'Error on transport creation for incoming '
                                  'connection',
                       'exception': exc}
            if protocol is not None:
                context['protocol'] = protocol
            if transport is not None:
                context['transport'] = transport
            self.call_exception_handler(context)

    def sock_recv(self, sock, n):
        """Return a future for at most *n* bytes that *sock* receives.

        b'' means that the other end has closed.
        """
        if self._debug and sock.gettimeout() != 0:
            raise ValueError('the socket must be non-blocking')
        received = self.create_future()
        self._sock_recv(received, False, sock, n)
        return received

    def sock_sendall(self, sock, data):
        """Return a future that is done when *sock* has sent all of *data*."""
        if self._debug and sock.gettimeout() != 0:
            raise ValueError('the socket must be non-blocking')
        sent = self.create_future()
        if data:
            self._sock_sendall(sent, False, sock, data)
        else:
            sent.set_result(None)
        return sent

    def sock_accept(self, sock):
        """Return a future for (connection, address), which *sock* accepts."""
        if self._debug and sock.gettimeout() != 0:
            raise ValueError('the socket must be non-blocking')
        accepted = self.create_future()
        self._sock_accept(accepted, False, sock)
        return accepted

    @coroutine
    def sock_connect(self, sock, address):
        """Connect *sock* to *address*, which may be a name since 3.5.2.

        Raises OSError if that fails.
        """
        if self._debug and sock.gettimeout() != 0:
            raise ValueError('the socket must be non-blocking')
        # Other families have no names to be looked up (bpo-27136).
        if sock.family in (socket.AF_INET, getattr(socket, 'AF_INET6', -1)):
            type = (socket.SOCK_DGRAM if base_events._is_dgram_socket(sock.type)
                    else socket.SOCK_STREAM)
            infos = yield from base_events._ensure_resolved(
                address, family=sock.family, type=type, proto=sock.proto,
                loop=self)
            _, _, _, _, address = infos[0]
        connected = self.create_future()
        self._sock_connect(connected, sock, address)
        return (yield from connected)


class _SelectorTransport:
    def set_protocol(self, protocol):
        self._protocol = protocol

    def get_protocol(self):
        return self._protocol

    def is_closing(self):
        return self._closing

    def close(self):
        if self._closing:
            return
        self._closing = True
        loop = self._loop
        getattr(loop, '_remove_reader', loop.remove_reader)(self._sock_fd)
        if not self._buffer:
            self._conn_lost += 1
            # TLS may wait to write although nothing is buffered.
            getattr(loop, '_remove_writer', loop.remove_writer)(self._sock_fd)
            loop.call_soon(self._call_connection_lost, None)

    def _add_reader(self, fd, callback, *args):
        # It may have been closed since this was scheduled (bpo-29743).
        if not self._closing:
            # Before 3.5.3 there is the public name only.
            loop = self._loop
            getattr(loop, '_add_reader', loop.add_reader)(fd, callback, *args)


class _SelectorSocketTransport:
    def __init__(self, loop, sock, protocol, waiter=None,
                 extra=None, server=None):
        _SelectorTransport.__init__(self, loop, sock, protocol, extra, server)
        self._eof = False
        self._paused = False
        base_events._set_nodelay(self._sock)
        loop.call_soon(protocol.connection_made, self)
        loop.call_soon(self._add_reader, self._sock_fd, self._read_ready)
        if waiter is not None:
            # In this order, and for a future of any make (bpo-27041).
            loop.call_soon(futures._set_result_unless_cancelled, waiter, None)


class _SelectorDatagramTransport:
    def __init__(self, loop, sock, protocol, address=None,
                 waiter=None, extra=None):
        _SelectorTransport.__init__(self, loop, sock, protocol, extra)
        self._address = address
        loop.call_soon(protocol.connection_made, self)
        loop.call_soon(self._add_reader, self._sock_fd, self._read_ready)
        if waiter is not None:
            # In this order, and for a future of any make (bpo-27041).
            loop.call_soon(futures._set_result_unless_cancelled, waiter, None)
