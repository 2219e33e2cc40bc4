"""Completes asyncio.selector_events: addresses that are resolved already and
the loop's own futures (3.5.2), whose descriptor it is, accepting many at once
(3.5.3), TCP_NODELAY, and transports that are closing or paused (3.6).
"""

import errno
import socket
import weakref

from asyncio import base_events, constants, futures, transports
from asyncio import selector_events as native
from asyncio.coroutines import coroutine
from asyncio.log import logger

from .patching import completion

# How the names of the loop's methods for its transports begin; before 3.5.3
# they are the public ones, which a loop of that time overrides (bpo-28369).
_PRIVATE = '_' if hasattr(native.BaseSelectorEventLoop, '_add_reader') else ''


class _TransportDescriptor(int):
    """A descriptor in the hands of the transport that uses it.

    By it the public methods know a transport of 3.5.0 to 3.5.2 (bpo-28369).
    """


class _Registered(int):
    """True, as 3.5 tells the callbacks of sock_recv() and sock_sendall().

    fd: the descriptor that was registered (bpo-32015).
    """


def _set_nodelay(sock):
    # Linux marks the type of a non-blocking socket, so 3.5.3-3.5.10 did not
    # recognise a single one (bpo-27456).
    base_events._set_nodelay(sock)


class BaseSelectorEventLoop(metaclass=completion):
    # Of all loops, since those that exist have none of their own.
    _transports = weakref.WeakValueDictionary()

    # What the public ones did until 3.5.3.
    _add_reader = native.BaseSelectorEventLoop.add_reader
    _remove_reader = native.BaseSelectorEventLoop.remove_reader
    _add_writer = native.BaseSelectorEventLoop.add_writer
    _remove_writer = native.BaseSelectorEventLoop.remove_writer

    def _ensure_fd_no_transport(self, fd):
        if type(fd) is _TransportDescriptor:
            return
        transport = self._transports.get(fd)
        if (transport is None or transport._closing or
                transport._loop is not self):
            return
        # Its socket may have been closed or taken away behind its back.
        if transport._sock is not None and transport._sock.fileno() == fd:
            raise RuntimeError('File descriptor {!r} is used by transport {!r}'
                               .format(fd, transport))

    def add_reader(self, fd, callback, *args):
        """Call *callback* with *args* whenever *fd* can be read.

        *fd* is a descriptor, or a file that has one.  Raises RuntimeError
        for the descriptor of a transport, since Python 3.5.3 (bpo-28369).
        """
        self._ensure_fd_no_transport(fd)
        return self._add_reader(fd, callback, *args)

    def remove_reader(self, fd):
        """Stop what add_reader() began; return False if it did not begin.

        Raises RuntimeError for the descriptor of a transport.
        """
        self._ensure_fd_no_transport(fd)
        return self._remove_reader(fd)

    def add_writer(self, fd, callback, *args):
        """Call *callback* with *args* whenever *fd* can be written to.

        As add_reader() does.
        """
        self._ensure_fd_no_transport(fd)
        return self._add_writer(fd, callback, *args)

    def remove_writer(self, fd):
        """Stop what add_writer() began; return False if it did not begin.

        As remove_reader() does.
        """
        self._ensure_fd_no_transport(fd)
        return self._remove_writer(fd)

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
                self.remove_reader(sock.fileno())
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

    def _sock_recv(self, fut, registered, sock, n):
        if registered:
            # From before the install it is True alone.
            self.remove_reader(getattr(registered, 'fd', sock.fileno()))
        if fut.cancelled():
            return
        try:
            data = sock.recv(n)
        except (BlockingIOError, InterruptedError):
            registered = _Registered(True)
            registered.fd = sock.fileno()
            self.add_reader(registered.fd, self._sock_recv, fut, registered,
                            sock, n)
        except Exception as exc:
            fut.set_exception(exc)
        else:
            fut.set_result(data)

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

    def _sock_sendall(self, fut, registered, sock, data):
        if registered:
            self.remove_writer(getattr(registered, 'fd', sock.fileno()))
        if fut.cancelled():
            return
        try:
            data = data[sock.send(data):]
        except (BlockingIOError, InterruptedError):
            pass
        except Exception as exc:
            fut.set_exception(exc)
            return
        if not data:
            fut.set_result(None)
            return
        registered = _Registered(True)
        registered.fd = sock.fileno()
        self.add_writer(registered.fd, self._sock_sendall, fut, registered,
                        sock, data)

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
            is_dgram = base_events._is_dgram_socket(sock.type)
            type = socket.SOCK_DGRAM if is_dgram else socket.SOCK_STREAM
            infos = yield from base_events._ensure_resolved(
                address, family=sock.family, type=type, proto=sock.proto,
                loop=self)
            _, _, _, _, address = infos[0]
        connected = self.create_future()
        self._sock_connect(connected, sock, address)
        return (yield from connected)


class _SelectorTransport(metaclass=completion):
    def __init__(self, loop, sock, protocol, extra=None, server=None):
        transports._FlowControlMixin.__init__(self, extra, loop)
        self._extra['socket'] = sock
        self._extra['sockname'] = sock.getsockname()
        if 'peername' not in self._extra:
            try:
                self._extra['peername'] = sock.getpeername()
            except OSError:
                self._extra['peername'] = None
        self._sock, self._protocol, self._server = sock, protocol, server
        self._sock_fd = fd = sock.fileno()
        self._protocol_connected = True
        self._buffer = self._buffer_factory()
        self._conn_lost = 0
        self._closing = False
        if server is not None:
            server._attach()
        # A loop of another make has methods of its own.
        if isinstance(loop, BaseSelectorEventLoop) and isinstance(fd, int):
            self._sock_fd = _TransportDescriptor(fd)
            loop._transports[fd] = self

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
        self._loop.remove_reader(self._sock_fd)
        if not self._buffer:
            self._conn_lost += 1
            # TLS may wait to write although nothing is buffered.
            self._loop.remove_writer(self._sock_fd)
            self._loop.call_soon(self._call_connection_lost, None)

    def _add_reader(self, fd, callback, *args):
        # It may have been closed since this was scheduled (bpo-33263).
        if not self._closing:
            getattr(self._loop, _PRIVATE + 'add_reader')(fd, callback, *args)


class _SelectorSslTransport(metaclass=completion):
    def get_extra_info(self, name, default=None):
        # 3.5.0 tells all that the handshake found out but this (bpo-25114).
        if name == 'ssl_object' and self._protocol_connected:
            return self._sock
        return self._extra.get(name, default)


class _SelectorSocketTransport(metaclass=completion):
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

    def pause_reading(self):
        """Receive nothing until resume_reading().

        May be called twice, and while closing, since Python 3.6.7.
        """
        if self._closing or self._paused:
            return
        self._paused = True
        getattr(self._loop, _PRIVATE + 'remove_reader')(self._sock_fd)
        if self._loop.get_debug():
            logger.debug('%r pauses reading', self)

    def resume_reading(self):
        """Receive again what arrives.

        May be called twice, and while closing, since Python 3.6.7.
        """
        if self._closing:
            return
        if not self._paused:
            # On loops of their own, CPython 3.5's tests ask for the error.
            if not isinstance(self._loop, BaseSelectorEventLoop):
                raise RuntimeError('Not paused')
            return
        self._paused = False
        self._add_reader(self._sock_fd, self._read_ready)
        if self._loop.get_debug():
            logger.debug('%r resumes reading', self)

    def write_eof(self):
        """End what is sent when all that was written is.

        Does nothing while closing, since Python 3.6.6 (bpo-31647).
        """
        if self._closing or self._eof:
            return
        self._eof = True
        if not self._buffer:
            self._sock.shutdown(socket.SHUT_WR)


class _SelectorDatagramTransport(metaclass=completion):
    def __init__(self, loop, sock, protocol, address=None,
                 waiter=None, extra=None):
        _SelectorTransport.__init__(self, loop, sock, protocol, extra)
        self._address = address
        loop.call_soon(protocol.connection_made, self)
        loop.call_soon(self._add_reader, self._sock_fd, self._read_ready)
        if waiter is not None:
            # In this order, and for a future of any make (bpo-27041).
            loop.call_soon(futures._set_result_unless_cancelled, waiter, None)
