"""TLS transports: the one of asyncio.sslproto and the one that came before."""

import asyncio
import gc
import os
import socket
import struct
import sys
import types
import weakref

import pytest

from asyncio import selector_events, sslproto
from conftest import lacks
from test_transports import Recorder, check_transport, recorders

try:
    import ssl
except ImportError:
    ssl = None

needs_ssl = pytest.mark.skipif(ssl is None, reason='no ssl module')


def contexts():
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(
        os.path.join(os.path.dirname(__file__), 'localhost.pem'))
    client = ssl.create_default_context()
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    return server, client


async def run_tls(loop):
    server_context, client_context = contexts()
    accepted = asyncio.Future(loop=loop)

    class Accepted(Recorder):
        def connection_made(self, transport):
            accepted.set_result(transport)

    server = await loop.create_server(lambda: Accepted(loop), '127.0.0.1', 0,
                                      ssl=server_context)
    host, port = server.sockets[0].getsockname()
    try:
        transport, _ = await loop.create_connection(
            recorders(loop), host, port, ssl=client_context)
        theirs = await accepted
        for end in transport, theirs:
            assert isinstance(end.get_extra_info('ssl_object'),
                              (ssl.SSLSocket, ssl.SSLObject))
        await check_transport(loop, transport, theirs.write)
        theirs.close()
        return type(transport)
    finally:
        server.close()
        await server.wait_closed()


@needs_ssl
def test_tls(loop):
    assert (loop.run_until_complete(run_tls(loop)) is
            sslproto._SSLProtocolTransport)


@needs_ssl
@pytest.mark.skipif(not hasattr(selector_events, '_SelectorSslTransport'),
                    reason='has only one')
def test_tls_without_memory_bio(loop, monkeypatch):
    monkeypatch.setattr(sslproto, '_is_sslproto_available', lambda: False)
    assert (loop.run_until_complete(run_tls(loop)) is
            selector_events._SelectorSslTransport)


class SSLProtocol:
    """As much of asyncio's as a transport needs, without the ssl module."""

    def __init__(self, app_protocol):
        self._app_protocol = app_protocol

    def _set_app_protocol(self, app_protocol):
        self._app_protocol = app_protocol

    def _start_shutdown(self, context=None):
        pass


def test_transport_without_ssl(loop):
    transport_class = sslproto._SSLProtocolTransport
    transport = transport_class.__new__(transport_class)
    transport._loop = loop
    transport._ssl_protocol = ssl_protocol = SSLProtocol('first')
    transport._closed = False
    transport.set_protocol('second')
    assert ssl_protocol._app_protocol == 'second'
    transport.close()
    assert transport.is_closing() is True


@pytest.mark.skipif(not hasattr(selector_events, '_SelectorSslTransport'),
                    reason='has only one')
def test_transport_of_the_legacy_make_without_ssl():
    transport_class = selector_events._SelectorSslTransport
    transport = transport_class.__new__(transport_class)
    transport._closing = False
    transport.set_protocol('second')
    assert transport.get_protocol() == 'second'
    assert transport.is_closing() is False


class Pipe:
    """Stands for asyncio's: a handshake is a word, and nothing encrypted."""

    need_ssldata = wrapped = False
    shutdown_cb = None

    def __init__(self, context, server_side, server_hostname):
        self.ssl_object = types.SimpleNamespace(
            getpeercert=dict, cipher=tuple, compression=str)

    def do_handshake(self, callback):
        self.handshake_cb = callback
        return [b'hello']

    def feed_ssldata(self, data):
        if data == b'reset':
            raise sslproto.ssl.SSLError
        if not self.wrapped:
            self.wrapped = True
            self.handshake_cb(None if data == b'hello' else
                              sslproto.ssl.CertificateError())
            return [], []
        if data != b'bye':
            return [], [data]
        if self.shutdown_cb is not None:
            self.shutdown_cb()
        return [], [b'']

    def feed_appdata(self, data, offset):
        return [data[offset:]], len(data)

    def shutdown(self, callback):
        self.shutdown_cb = callback
        return [b'bye']


class TLS(Recorder):
    """The protocol of an application, and the SSLProtocol that it is under."""

    connections = 0

    def __init__(self, loop, context=object(), **options):  # noqa: B008
        super().__init__(loop)
        self.waiter = asyncio.Future(loop=loop)
        self.ssl_protocol = sslproto.SSLProtocol(loop, self, context,
                                                 self.waiter, **options)

    def connection_made(self, transport):
        self.connections += 1
        self.transport = transport

    async def connect(self, loop):
        """Start a handshake; the socket of the other end, which has begun."""
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        await loop.create_connection(lambda: self.ssl_protocol, sock=ours)
        assert await loop.sock_recv(theirs, 100) == b'hello'
        return theirs

    async def shake_hands(self, loop):
        theirs = await self.connect(loop)
        theirs.send(b'hello')
        await self.waiter
        return theirs


@pytest.fixture
def pipes(monkeypatch):
    """Let asyncio take Pipe, and need no ssl module."""
    if not hasattr(sslproto, '_SSLPipe'):
        pytest.skip('3.11 and later have no pipe')
    monkeypatch.setattr(sslproto, '_SSLPipe', Pipe)
    # It warns of those that were aborted, too.
    monkeypatch.delattr(sslproto._SSLProtocolTransport, '__del__')
    monkeypatch.setattr(sslproto, 'ssl', types.SimpleNamespace(
        SSLError=type('SSLError', (OSError,), {'reason': 'probe'}),
        CertificateError=type('CertificateError', (ValueError,), {})))


@pytest.fixture
def contexts_of_errors(loop):
    contexts = []
    loop.set_exception_handler(lambda loop, context: contexts.append(context))
    return contexts


@pytest.mark.parametrize('debug', [False, True])
def test_tls_from_its_handshake_to_its_end(loop, pipes, debug):
    async def run():
        tls = TLS(loop)
        theirs = await tls.shake_hands(loop)
        assert tls.connections == 1
        theirs.send(b'data')
        assert await tls.received == b'data'
        tls.transport.write(b'answer')
        assert await loop.sock_recv(theirs, 100) == b'answer'
        tls.transport.close()
        assert await loop.sock_recv(theirs, 100) == b'bye'
        theirs.send(b'bye')
        assert await tls.lost is None
        assert await loop.sock_recv(theirs, 100) == b''
        theirs.close()

    loop.set_debug(debug)
    loop.run_until_complete(run())


def test_the_handshake_begins_as_the_connection_is_made(loop, pipes):
    """Or what arrives before would be taken for data (bpo-33674)."""
    class Transport(asyncio.Transport):
        def write(self, data):
            self.written = data

    transport, tls = Transport(), TLS(loop)
    tls.ssl_protocol.connection_made(transport)
    assert transport.written == b'hello'
    tls.ssl_protocol.connection_lost(None)


def test_the_other_end_ends_tls(loop, pipes):
    async def run():
        tls = TLS(loop)
        theirs = await tls.shake_hands(loop)
        theirs.send(b'bye')
        assert await loop.sock_recv(theirs, 100) == b'bye'
        theirs.close()
        assert await tls.lost is None

    loop.run_until_complete(run())


def test_what_tls_does_not_take_before_it_reads(loop, pipes, monkeypatch):
    async def run():
        tls = TLS(loop)
        theirs = await tls.shake_hands(loop)
        tls.ssl_protocol._transport.pause_reading()
        monkeypatch.setattr(Pipe, 'need_ssldata', True)
        monkeypatch.setattr(Pipe, 'feed_appdata', feed_half)
        tls.transport.write(b'data')
        assert await loop.sock_recv(theirs, 100) == b'da'
        theirs.send(b'read')
        assert await tls.received == b'read'
        tls.transport.writelines([b'-', b'.'])
        assert await loop.sock_recv(theirs, 100) == b'ta-.'
        tls.transport.abort()
        await tls.lost
        theirs.close()

    def feed_half(self, data, offset):
        if offset or len(data) < 4:
            return [data[offset:]], len(data)
        return [data[:2]], 2

    loop.run_until_complete(run())


@pytest.mark.parametrize('debug', [False, True])
def test_a_handshake_that_fails(loop, pipes, debug):
    async def run():
        tls = TLS(loop)
        theirs = await tls.connect(loop)
        theirs.send(b'nonsense')
        with pytest.raises(sslproto.ssl.CertificateError):
            await tls.waiter
        assert await loop.sock_recv(theirs, 100) == b''
        theirs.close()
        assert tls.connections == 0

    loop.set_debug(debug)
    loop.run_until_complete(run())


@pytest.mark.skipif(not lacks((3, 7)), reason='every context looks itself')
def test_a_context_that_does_not_look_at_the_name(loop, pipes):
    def match_hostname(certificate, name):
        names.append(name)
        raise sslproto.ssl.CertificateError

    async def run():
        tls = TLS(loop, types.SimpleNamespace(verify_mode='required'),
                  server_hostname='name')
        theirs = await tls.connect(loop)
        theirs.send(b'hello')
        with pytest.raises(sslproto.ssl.CertificateError):
            await tls.waiter
        theirs.close()
        assert tls.connections == 0

    names = []
    sslproto.ssl.CERT_NONE = 'none'
    sslproto.ssl.match_hostname = match_hostname
    loop.run_until_complete(run())
    assert names == ['name']


def test_a_connection_is_lost_in_the_handshake(loop, pipes):
    tls, error = TLS(loop), ConnectionResetError()
    loop.run_until_complete(tls.connect(loop)).close()
    tls.ssl_protocol.connection_lost(error)
    assert tls.waiter.exception() is error
    # What it belongs to has not seen it.
    assert not tls.lost.done()


@pytest.mark.parametrize('end', ['close', 'abort'])
def test_a_transport_is_ended_in_the_handshake(loop, pipes, end):
    async def run():
        tls = TLS(loop)
        theirs = await tls.connect(loop)
        getattr(tls.ssl_protocol._app_transport, end)()
        assert await loop.sock_recv(theirs, 100) == b''
        theirs.close()
        await tls.waiter

    loop.run_until_complete(run())


@pytest.mark.skipif(sys.implementation.name != 'cpython', reason='no counts')
def test_an_aborted_connection_leaves_nothing(loop, pipes):
    async def run():
        tls = TLS(loop)
        theirs = await tls.shake_hands(loop)
        tls.transport.abort()
        await tls.lost
        theirs.close()
        ssl_protocol = weakref.ref(tls.ssl_protocol)
        del tls.transport, tls.ssl_protocol
        return ssl_protocol

    gc.disable()
    try:
        assert loop.run_until_complete(run())() is None
    finally:
        gc.enable()


def test_an_aborted_connection_is_used(loop, pipes, contexts_of_errors):
    async def run():
        tls = TLS(loop)
        theirs = await tls.shake_hands(loop)
        tls.transport.abort()
        tls.ssl_protocol.data_received(b'late')
        tls.transport.write(b'late')
        assert await tls.lost is None
        assert not tls.received.done()
        assert await loop.sock_recv(theirs, 100) == b''
        theirs.close()

    loop.run_until_complete(run())
    assert contexts_of_errors == []


@pytest.mark.parametrize('debug', [False, True])
def test_an_error_of_the_other_end(loop, pipes, contexts_of_errors, debug):
    async def run():
        tls = TLS(loop)
        theirs = await tls.shake_hands(loop)
        theirs.send(b'reset')
        lost = await tls.lost
        # Since 3.7 it is told.
        assert lost is None or sys.version_info >= (3, 7)
        theirs.close()

    loop.set_debug(debug)
    loop.run_until_complete(run())
    assert contexts_of_errors == []


@pytest.mark.parametrize('debug', [False, True])
@pytest.mark.parametrize('error, is_logged', [
    (BrokenPipeError, False), (ConnectionResetError, False),
    (ConnectionAbortedError, False), (ZeroDivisionError, True)])
def test_an_error_that_ends_the_connection(loop, pipes, contexts_of_errors,
                                           monkeypatch, debug, error,
                                           is_logged):
    """On 3.5.2 it was a NameError, and the connection stayed."""

    def fail(self, data, offset):
        raise error

    async def run():
        tls = TLS(loop)
        theirs = await tls.shake_hands(loop)
        theirs.send(b'data')
        await tls.received
        monkeypatch.setattr(Pipe, 'feed_appdata', fail)
        tls.transport.write(b'data')
        assert type(await tls.lost) is error
        # The error keeps it until later than the fixture can tell.
        tls.transport.close()
        theirs.close()

    loop.set_debug(debug)
    loop.run_until_complete(run())
    assert [(context['message'], type(context['exception']))
            for context in contexts_of_errors] == [
                ('Fatal error on SSL transport', error)] * is_logged


def test_what_a_transport_tells_of_itself(loop, pipes):
    async def run():
        tls = TLS(loop)
        info = tls.ssl_protocol._app_transport.get_extra_info
        assert info('socket') is None
        assert info('socket', 'default') == 'default'
        theirs = await tls.shake_hands(loop)
        ssl_object = info('ssl_object')
        assert ssl_object is tls.ssl_protocol._sslpipe.ssl_object
        assert info('socket').fileno() >= 0
        tls.transport.abort()
        await tls.lost
        theirs.close()
        assert info('socket', 'default') == 'default'
        assert info('ssl_object') is ssl_object

    loop.run_until_complete(run())


def test_a_protocol_that_has_its_connection(loop, pipes):
    """As libraries change to TLS: before 3.7 there is no start_tls()."""
    async def run():
        tls = TLS(loop, call_connection_made=False)
        theirs = await tls.shake_hands(loop)
        assert tls.connections == 0
        theirs.send(b'data')
        assert await tls.received == b'data'
        tls.ssl_protocol._app_transport.abort()
        await tls.lost
        theirs.close()

    loop.run_until_complete(run())


def test_a_context_is_made_where_none_is_given(loop, pipes, monkeypatch):
    monkeypatch.setattr(sslproto, '_create_transport_context', lambda *a: a)
    made = sslproto.SSLProtocol(loop, None, None, None, True, 'name')
    assert made._sslcontext == (True, 'name')
    assert made._app_transport.get_extra_info('sslcontext') == (True, 'name')
    made._app_transport.close()


def test_no_ssl_module(loop, monkeypatch):
    monkeypatch.setattr(sslproto, 'ssl', None)
    with pytest.raises(RuntimeError) as missing:
        sslproto.SSLProtocol(loop, None, None, None)
    assert str(missing.value) == 'stdlib ssl module not available'


@pytest.mark.skipif(not lacks((3, 6)), reason='lacks nothing')
def test_a_handshake_that_began_before(child):
    child('''
        import asyncio, sys
        from asyncio import sslproto
        sys.path.insert(0, %r)
        import test_sslproto

        async def run():
            tls = test_sslproto.TLS(loop)
            theirs = await tls.connect(loop)
            import asyncio_compat.auto
            theirs.send(b'hello')
            await tls.waiter
            assert tls.connections == 1
            tls.transport.abort()
            await tls.lost
            # Or a debug build warns of it.
            tls.transport.close()
            theirs.close()

        assert 'asyncio_compat.supplying' not in sys.modules
        sslproto._SSLPipe, sslproto.ssl = test_sslproto.Pipe, test_sslproto
        loop = asyncio.new_event_loop()
        loop.run_until_complete(run())
        loop.close()
    ''' % os.path.dirname(__file__), ASYNCIO_COMPAT_TESTS='stock')


async def handshake_with_nobody(loop):
    """A task that connects, and the socket of who does not answer."""
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen(1)
    listener.setblocking(False)
    _, context = contexts()
    connecting = loop.create_task(loop.create_connection(
        recorders(loop), *listener.getsockname(), ssl=context,
        server_hostname='localhost'))
    theirs, _ = await loop.sock_accept(listener)
    listener.close()
    theirs.setblocking(False)
    return connecting, theirs


@needs_ssl
def test_who_stops_to_wait_for_a_handshake_closes_the_connection(loop):
    """As wait_for() does (bpo-29743)."""
    async def run():
        connecting, theirs = await handshake_with_nobody(loop)
        assert await loop.sock_recv(theirs, 10000)
        connecting.cancel()
        assert await loop.sock_recv(theirs, 10000) == b''
        theirs.close()
        with pytest.raises(asyncio.CancelledError):
            await connecting

    loop.run_until_complete(run())


@needs_ssl
def test_a_connection_that_is_reset_in_its_handshake(loop):
    """It was waited for without an end (bpo-28990)."""
    async def run():
        connecting, theirs = await handshake_with_nobody(loop)
        assert await loop.sock_recv(theirs, 10000)
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                          struct.pack('ii', 1, 0))
        theirs.close()
        with pytest.raises(ConnectionResetError):
            await connecting

    loop.run_until_complete(run())
