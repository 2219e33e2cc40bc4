"""Sockets by way of a selector: sock_*, whose they are, and TCP_NODELAY."""

import asyncio
import os
import socket
import sys

import pytest

from asyncio import proactor_events, selector_events
from test_base_events_network import (
    HOST, counted, finish, have_ipv6, listening, needs_ipv6, resolve_to)

try:
    import ssl
except ImportError:
    ssl = None

assert counted and listening    # fixtures


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.settimeout(10)
    yield ours, theirs
    ours.close()
    theirs.close()


def test_sock_recv(counted, pair):
    ours, theirs = pair
    later = counted.sock_recv(ours, 10)
    theirs.send(b'data')
    assert counted.run_until_complete(later) == b'data'
    theirs.send(b'more')
    assert counted.run_until_complete(counted.sock_recv(ours, 10)) == b'more'
    # Since 3.7 only if it has to wait.
    assert counted.made == 2 or sys.version_info >= (3, 7)


def test_sock_sendall(counted, pair):
    ours, theirs = pair
    # More than fits: it has to wait.
    data = bytes(1024 * 1024)
    reading = counted.run_in_executor(
        None, lambda: sum(map(len, iter(lambda: theirs.recv(65536), b''))))
    counted.run_until_complete(counted.sock_sendall(ours, b''))
    counted.run_until_complete(counted.sock_sendall(ours, data))
    ours.shutdown(socket.SHUT_WR)
    assert counted.run_until_complete(reading) == len(data)
    assert counted.made >= 2 or sys.version_info >= (3, 7)


def fill(sock):
    """Send until *sock* takes no more."""
    with pytest.raises(BlockingIOError):
        while True:
            sock.send(bytes(65536))


@pytest.mark.parametrize('name, data', [('sock_recv', 1),
                                        ('sock_sendall', b'data')])
def test_a_socket_that_is_gone_is_not_waited_for(loop, pair, name, data):
    """3.5 looks in vain for its descriptor, and spins (bpo-32015)."""
    async def run():
        with pytest.raises(OSError):
            await getattr(loop, name)(ours, data)

    ours, theirs = pair
    fill(ours)
    running = loop.create_task(run())
    finish(loop)
    gone = ours.detach()
    loop.set_exception_handler(lambda loop, context: loop.stop())
    theirs.send(b'data')
    theirs.recv(1024 * 1024)
    loop.run_until_complete(running)
    assert gone not in watched(loop)
    os.close(gone)


def test_sockets_that_are_waited_for_already(child):
    child('''
        import asyncio, socket
        loop = asyncio.new_event_loop()
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        theirs.settimeout(10)
        received = asyncio.ensure_future(loop.sock_recv(ours, 4), loop=loop)
        sent = asyncio.ensure_future(loop.sock_sendall(ours, bytes(1 << 22)),
                                     loop=loop)
        loop.call_soon(loop.stop)
        loop.run_forever()
        import asyncio_compat.auto
        theirs.send(b'data')
        assert loop.run_until_complete(received) == b'data'
        reading = loop.run_in_executor(
            None, lambda: sum(map(len, iter(lambda: theirs.recv(65536), b''))))
        loop.run_until_complete(sent)
        ours.close()
        assert loop.run_until_complete(reading) == 1 << 22
        theirs.close()
        loop.close()
    ''')


def test_sock_accept_and_connect(counted, listening):
    listening.setblocking(False)
    accepting = counted.sock_accept(listening)
    with socket.socket() as sock:
        sock.setblocking(False)
        counted.run_until_complete(
            counted.sock_connect(sock, listening.getsockname()))
        conn, address = counted.run_until_complete(accepting)
        assert address == sock.getsockname()
        assert conn.gettimeout() == 0
        conn.close()
    assert counted.made >= 2


def test_sock_connect_is_a_coroutine(loop, listening):
    with socket.socket() as sock:
        sock.setblocking(False)
        task = loop.create_task(
            loop.sock_connect(sock, listening.getsockname()))
        loop.run_until_complete(task)


def test_sock_connect_looks_a_name_up(loop, listening):
    asked = resolve_to(loop, [(socket.AF_INET, socket.SOCK_STREAM, 6, '',
                               listening.getsockname())])
    with socket.socket() as sock:
        sock.setblocking(False)
        loop.run_until_complete(loop.sock_connect(sock, ('name', 1)))
        assert sock.getpeername() == listening.getsockname()
    assert asked == [('name', 1)]


def test_sock_connect_looks_for_the_family_of_the_socket(loop):
    """3.5.2 may find an IPv4 address for a socket of IPv6."""
    asked = []

    async def resolved():
        return [(socket.AF_INET6, socket.SOCK_STREAM, 6, '', ('::1', 1))]

    def getaddrinfo(host, port, **options):
        asked.append((options['family'], options['proto']))
        return loop.create_task(resolved())

    loop.getaddrinfo = getaddrinfo
    sock = Connectable(socket.AF_INET6)
    loop.run_until_complete(loop.sock_connect(sock, ('name', 1)))
    assert asked == [(socket.AF_INET6, sock.proto)]
    assert sock.address[0] == '::1'


@pytest.mark.parametrize('name', ['sock_recv', 'sock_sendall', 'sock_connect',
                                  'sock_accept'])
def test_a_blocking_socket_in_debug_mode(loop, name):
    async def call():
        await getattr(loop, name)(sock, *[b''] * (name != 'sock_accept'))

    loop.set_debug(True)
    with socket.socket() as sock:
        with pytest.raises(ValueError) as info:
            loop.run_until_complete(call())
    assert str(info.value) == 'the socket must be non-blocking'


def test_sock_connect_to_a_path(loop, tmpdir):
    path = str(tmpdir.join('socket'))
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen(1)
        with socket.socket(socket.AF_UNIX) as client:
            client.setblocking(False)
            loop.run_until_complete(loop.sock_connect(client, path))
            assert client.getpeername() == path


class Connectable:
    """Stands for a socket of a family that not every machine has."""

    proto = 0

    def __init__(self, family, type=socket.SOCK_STREAM):
        self.family, self.type = family, type

    def gettimeout(self):
        return 0

    def fileno(self):
        return -1

    def connect(self, address):
        self.address = address


@pytest.mark.skipif((3, 6) <= sys.version_info < (3, 7, 2),
                    reason='bpo-35545')
def test_sock_connect_keeps_the_scope(loop):
    sock = Connectable(socket.AF_INET6)
    address = 'fe80::1', 1, 2, 3
    loop.run_until_complete(loop.sock_connect(sock, address))
    assert sock.address == address


@pytest.mark.skipif((3, 6) <= sys.version_info < (3, 9),
                    reason='bpo-27136')
def test_sock_connect_of_another_family(loop):
    sock = Connectable(31)  # Bluetooth
    address = '00:00:00:00:00:00', 1
    loop.run_until_complete(loop.sock_connect(sock, address))
    assert sock.address == address


@pytest.mark.skipif((3, 6) <= sys.version_info < (3, 9),
                    reason='always asks for a stream')
@pytest.mark.parametrize('type', [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_sock_connect_asks_for_the_right_type(loop, type):
    asked = []

    async def resolved():
        return [(socket.AF_INET, type, 0, '', (HOST, 1))]

    def getaddrinfo(host, port, **options):
        asked.append(options['type'])
        return loop.create_task(resolved())

    loop.getaddrinfo = getaddrinfo
    sock = Connectable(socket.AF_INET, type)
    loop.run_until_complete(loop.sock_connect(sock, ('name', 1)))
    assert asked == [type]
    assert sock.address == (HOST, 1)


# Whose descriptor it is

async def stream_transport(loop):
    ours, theirs = socket.socketpair()
    transport, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
    return transport, theirs


async def datagram_transport(loop):
    transport, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, local_addr=(HOST, 0))
    return transport, socket.socket()


def watched(loop):
    """The descriptors in the selector of *loop*."""
    return {key.fd for key in loop._selector.get_map().values()}


@pytest.mark.parametrize('name, arguments', [
    ('add_reader', (print,)), ('remove_reader', ()),
    ('add_writer', (print,)), ('remove_writer', ())])
@pytest.mark.parametrize('connect', [stream_transport, datagram_transport])
def test_the_descriptor_of_a_transport_is_its_own(loop, connect, name,
                                                  arguments):
    transport, theirs = loop.run_until_complete(connect(loop))
    fd = transport.get_extra_info('socket').fileno()
    method = getattr(loop, name)
    with pytest.raises(RuntimeError) as info:
        method(fd, *arguments)
    assert str(info.value) == ('File descriptor %d is used by transport %r'
                               % (fd, transport))
    assert fd in watched(loop)
    # Of another loop it is not; nor is it of this one, once it is closing.
    other = asyncio.new_event_loop()
    assert not getattr(other, name)(fd, *arguments)
    other.close()
    transport.close()
    assert not method(fd, *arguments)
    finish(loop)
    theirs.close()


@pytest.mark.skipif(sys.version_info >= (3, 5, 3), reason='refuses it')
def test_a_descriptor_that_a_transport_has_lost_is_free(loop):
    transport, theirs = loop.run_until_complete(stream_transport(loop))
    fd = transport.get_extra_info('socket').detach()
    assert loop.remove_reader(fd)
    finish(loop, transport)
    os.close(fd)
    theirs.close()


class Recorded:
    """A loop that writes down which descriptors come and go."""

    def __init__(self):
        self.calls = []
        super().__init__()


class OverPublic(Recorded, asyncio.SelectorEventLoop):
    """As one did before 3.5.3: asyncio calls these for its transports."""

    def add_reader(self, fd, callback, *args):
        self.calls.append(('+r', fd))
        return super().add_reader(fd, callback, *args)

    def remove_reader(self, fd):
        self.calls.append(('-r', fd))
        return super().remove_reader(fd)

    def add_writer(self, fd, callback, *args):
        self.calls.append(('+w', fd))
        return super().add_writer(fd, callback, *args)

    def remove_writer(self, fd):
        self.calls.append(('-w', fd))
        return super().remove_writer(fd)


class OverPrivate(Recorded, asyncio.SelectorEventLoop):
    """As one does since 3.5.3."""

    def _add_reader(self, fd, callback, *args):
        self.calls.append(('+r', fd))
        return super()._add_reader(fd, callback, *args)

    def _remove_reader(self, fd):
        self.calls.append(('-r', fd))
        return super()._remove_reader(fd)

    def _add_writer(self, fd, callback, *args):
        self.calls.append(('+w', fd))
        return super()._add_writer(fd, callback, *args)

    def _remove_writer(self, fd):
        self.calls.append(('-w', fd))
        return super()._remove_writer(fd)


@pytest.mark.parametrize('loop_class', [
    pytest.param(OverPublic, marks=pytest.mark.skipif(
        sys.version_info >= (3, 5, 3), reason='transports have their own')),
    OverPrivate])
def test_a_loop_is_told_of_all_that_a_transport_waits_for(loop_class):
    loop = loop_class()
    transport, theirs = loop.run_until_complete(stream_transport(loop))
    fd = transport.get_extra_info('socket').fileno()
    # More than fits: it has to wait.
    transport.write(bytes(1 << 22))
    transport.pause_reading()
    transport.resume_reading()
    transport.abort()
    finish(loop)
    loop.close()
    theirs.close()
    assert [what for what, of in loop.calls if of == fd][:5] == [
        '+r', '+w', '-r', '+r', '-w']
    assert loop.calls[-1][0] == '-r'


@pytest.mark.skipif(sys.version_info >= (3, 5, 3),
                    reason='asyncio requires _add_reader() and _transports')
def test_a_transport_of_a_loop_of_another_make(loop, pair):
    """Of one that has the public methods only, and no _transports."""
    class Loop(asyncio.BaseEventLoop):
        add_reader = staticmethod(loop.add_reader)
        remove_reader = staticmethod(loop.remove_reader)
        remove_writer = staticmethod(loop.remove_writer)
        call_soon = staticmethod(loop.call_soon)

    other = Loop()
    ours, theirs = pair
    transport = selector_events._SelectorSocketTransport(
        other, ours, asyncio.Protocol())
    finish(loop)
    transport.pause_reading()
    transport.resume_reading()
    transport.close()
    finish(loop)
    assert ours.fileno() == -1
    other.close()


# TCP_NODELAY

def nodelay(transport):
    sock = transport.get_extra_info('socket')
    return bool(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


class Accepting(asyncio.Protocol):
    def __init__(self, accepted):
        self.accepted = accepted

    def connection_made(self, transport):
        self.accepted.set_result(transport)


def both_ends(loop, host, server_context=None, client_context=None):
    """A connection to *host*: the transports that accepted and connected."""
    accepted = asyncio.Future(loop=loop)
    server = loop.run_until_complete(loop.create_server(
        lambda: Accepting(accepted), host, 0, ssl=server_context))
    connected, _ = loop.run_until_complete(loop.create_connection(
        asyncio.Protocol, *server.sockets[0].getsockname()[:2],
        ssl=client_context))
    transports = loop.run_until_complete(accepted), connected
    server.close()
    return transports


@pytest.mark.parametrize('host', [HOST, 'localhost'] +
                         ['::1'] * have_ipv6())
def test_nodelay(loop, host):
    transports = both_ends(loop, host)
    assert [nodelay(transport) for transport in transports] == [True, True]
    finish(loop, *transports)


@pytest.mark.skipif(ssl is None, reason='no ssl module')
def test_nodelay_ssl(loop):
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(
        os.path.join(os.path.dirname(__file__), 'localhost.pem'))
    client = ssl.create_default_context()
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    transports = both_ends(loop, HOST, server, client)
    assert [nodelay(transport) for transport in transports] == [True, True]
    finish(loop, *transports)


def test_nodelay_of_a_connection_accepted_elsewhere(loop):
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind((HOST, 0))
        listener.listen(1)
        with socket.create_connection(listener.getsockname()):
            sock, _ = listener.accept()
            transport, _ = loop.run_until_complete(
                loop.connect_accepted_socket(asyncio.Protocol, sock))
            assert nodelay(transport)
            finish(loop, transport)


def test_a_unix_socket_has_no_nodelay(loop, pair):
    ours, theirs = pair
    transport, _ = loop.run_until_complete(
        loop.create_connection(asyncio.Protocol, sock=ours))
    finish(loop, transport)


def test_nodelay_of_a_proactor(loop):
    class Reading(proactor_events._ProactorSocketTransport):
        def _loop_reading(self, future=None):
            pass

    sock = socket.socket(proto=socket.IPPROTO_TCP)
    transport = Reading(loop, sock, asyncio.Protocol())
    assert nodelay(transport)
    sock.close()
    transport._sock = None


@pytest.mark.skipif(sys.version_info >= (3, 7), reason='is a coroutine')
def test_a_proactor_is_given_the_address_as_it_is():
    class Proactor:
        def connect(self, sock, address):
            return sock, address

    loop_class = proactor_events.BaseProactorEventLoop
    loop = loop_class.__new__(loop_class)
    # It has not begun, and need not be closed.
    loop._proactor, loop._closed, loop._debug = Proactor(), True, False
    with socket.socket() as sock:
        assert loop.sock_connect(sock, (HOST, 1)) == (sock, (HOST, 1))


def test_closing_waits_until_all_is_written(loop, pair):
    ours, theirs = pair
    data = bytes(1024 * 1024)
    transport, _ = loop.run_until_complete(
        loop.create_connection(asyncio.Protocol, sock=ours))
    transport.write(data)
    transport.close()
    transport.close()
    assert transport.get_write_buffer_size()
    reading = loop.run_in_executor(
        None, lambda: sum(map(len, iter(lambda: theirs.recv(65536), b''))))
    assert loop.run_until_complete(reading) == len(data)


def test_nobody_need_wait_for_a_transport(loop, pair):
    ours, theirs = pair
    for transport in (
            loop._make_socket_transport(ours, asyncio.Protocol()),
            loop._make_datagram_transport(
                socket.socket(type=socket.SOCK_DGRAM), asyncio.Protocol())):
        finish(loop, transport)
        finish(loop)
        assert transport.get_extra_info('socket').fileno() == -1


def test_a_transport_closed_at_once_is_not_read(loop, pair):
    """It was left in the selector (bpo-33263), and read (bpo-27223)."""
    class Closing(asyncio.Protocol):
        def connection_made(self, transport):
            transport.close()

    ours, theirs = pair
    fd = ours.fileno()
    theirs.send(b'data')
    errors = []
    loop.set_exception_handler(lambda loop, context: errors.append(context))
    loop.run_until_complete(loop.create_connection(Closing, sock=ours))
    finish(loop)
    assert fd not in watched(loop)
    assert errors == []


@needs_ipv6
def test_datagrams_over_ipv6(loop):
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.bind(('::1', 0))
        transport, _ = loop.run_until_complete(loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, remote_addr=sock.getsockname()[:2]))
        assert transport.get_extra_info('peername') == sock.getsockname()
        finish(loop, transport)
