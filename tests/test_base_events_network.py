"""Connections, servers and datagrams: what a loop resolves, binds, refuses."""

import asyncio
import concurrent.futures
import errno
import os
import socket
import sys
import threading

import pytest
from conftest import beyond

try:
    import ssl
except ImportError:
    ssl = None

HOST = '127.0.0.1'


def have_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(('::1', 0))
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not have_ipv6(), reason='no IPv6')
needs_reuse_port = pytest.mark.skipif(not hasattr(socket, 'SO_REUSEPORT'),
                                      reason='no SO_REUSEPORT')


class Speaker(asyncio.Protocol):
    """Says where it was reached."""

    def connection_made(self, transport):
        transport.write(repr(transport.get_extra_info('sockname')).encode())


class Greeter(Speaker):
    """The same, and ends."""

    def connection_made(self, transport):
        super().connection_made(transport)
        transport.close()


def read_all(address):
    family = socket.AF_INET6 if ':' in address[0] else socket.AF_INET
    with socket.socket(family) as sock:
        sock.settimeout(10)
        sock.connect(address)
        return b''.join(iter(lambda: sock.recv(100), b'')).decode()


def finish(loop, *transports):
    for transport in transports:
        transport.abort()
    loop.run_until_complete(asyncio.sleep(0))


@pytest.fixture
def serve(loop):
    """Start a server; returns the addresses that it listens on."""
    servers = []

    def serve(*args, **kwargs):
        server = loop.run_until_complete(
            loop.create_server(Greeter, *args, **kwargs))
        servers.append(server)
        return [sock.getsockname() for sock in server.sockets]

    yield serve
    for server in servers:
        server.close()
    finish(loop)


@pytest.fixture
def no_resolver(loop):
    """Whoever asks the resolver of *loop* gets told the question."""
    def getaddrinfo(host, port, **options):
        raise AssertionError('asked for %r, %r' % (host, port))

    loop.getaddrinfo = getaddrinfo


def resolve_to(loop, infos):
    """Let the resolver of *loop* answer *infos*; returns what it is asked."""
    asked = []

    async def resolve():
        return infos

    def getaddrinfo(host, port, **options):
        asked.append((host, port))
        return loop.create_task(resolve())

    loop.getaddrinfo = getaddrinfo
    return asked


# Servers

def ask(loop, address):
    """What the server at *address* says, while *loop* runs."""
    return loop.run_until_complete(
        loop.run_in_executor(None, read_all, address))


@pytest.mark.parametrize('hosts', [
    [HOST, '127.0.0.2'], (HOST, '127.0.0.2'), {HOST, '127.0.0.2'}])
def test_a_server_on_several_hosts(loop, serve, hosts):
    addresses = serve(hosts, 0)
    assert {host for host, port in addresses} == set(hosts)
    for address in addresses:
        assert ask(loop, address) == repr(address)


@pytest.mark.parametrize('hosts', [[HOST, HOST], [HOST, b'127.0.0.1'],
                                   [HOST, 'one'], ['one', 'two']])
def test_equal_addresses_are_bound_once(loop, serve, hosts):
    resolve_to(loop, [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP,
                       '', (HOST, 0))])
    assert len(serve(hosts, 0)) == 1


@needs_ipv6
@beyond('create_server_hosts')
def test_equal_ipv6_addresses_are_bound_once(loop, serve):
    resolve_to(loop, [(socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP,
                       '', ('::1', 0, 0, 0))])
    assert len(serve(['::1', 'name'], 0)) == 1


@pytest.mark.parametrize('host', ['', None])
def test_no_host_is_all_interfaces(serve, host):
    assert '0.0.0.0' in [address[0] for address in serve(host, 0)]


@pytest.mark.skipif(sys.version_info >= (3, 5, 1),
                    reason='takes it for a sequence of numbers')
def test_bytes_are_one_host(serve):
    assert [host for host, port in serve(HOST.encode(), 0)] == [HOST]


@pytest.mark.skipif(sys.version_info >= (3, 11), reason='is an error')
def test_an_empty_list_of_hosts(serve):
    assert serve([], 0) == []


def test_a_host_that_is_not_found(loop):
    resolve_to(loop, [])
    with pytest.raises(OSError) as info:
        loop.run_until_complete(loop.create_server(Greeter, ['name'], 0))
    assert str(info.value) == "getaddrinfo('name') returned empty list"


def test_one_address_in_use_closes_the_others(loop, serve):
    ((host, port),) = serve(HOST, 0)
    with pytest.raises(OSError) as info:
        loop.run_until_complete(
            loop.create_server(Greeter, ['127.0.0.2', HOST], port))
    assert ("error while attempting to bind on address ('%s', %d)"
            % (HOST, port)) in str(info.value)
    assert serve('127.0.0.2', port) == [('127.0.0.2', port)]


@needs_reuse_port
def test_servers_share_a_port(serve):
    ((host, port),) = serve(HOST, 0, reuse_port=True)
    assert serve(HOST, port, reuse_port=True) == [(host, port)]


@needs_reuse_port
def test_reuse_port_where_it_is_not_supported(loop, monkeypatch):
    monkeypatch.delattr(socket, 'SO_REUSEPORT')
    with pytest.raises(ValueError) as info:
        loop.run_until_complete(
            loop.create_server(Greeter, HOST, 0, reuse_port=True))
    assert str(info.value) == 'reuse_port not supported by socket module'
    with pytest.raises(ValueError):
        loop.run_until_complete(loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, (HOST, 0), reuse_port=True))


def test_an_abstract_loop_has_the_arguments(loop):
    abstract = asyncio.AbstractEventLoop()
    for call in (
            lambda: abstract.create_server(None, reuse_port=True),
            lambda: abstract.create_datagram_endpoint(
                None, sock=None, reuse_port=True, allow_broadcast=True)):
        with pytest.raises(NotImplementedError):
            result = call()
            if sys.version_info >= (3, 7):
                loop.run_until_complete(result)


def test_all_that_wait_are_accepted_at_once(loop):
    made = []

    class Accepted(asyncio.Protocol):
        def connection_made(self, transport):
            made.append(transport)

    server = loop.run_until_complete(loop.create_server(Accepted, HOST, 0))
    clients = [socket.create_connection(server.sockets[0].getsockname())
               for _ in range(10)]
    # Accept, start a task, make a transport, tell its protocol.
    for _ in range(5):
        loop.stop()
        loop.run_forever()
    assert len(made) == 10
    server.close()
    finish(loop, *made)
    for client in clients:
        client.close()


class OutOfFiles(socket.socket):
    failures = 1

    def accept(self):
        if self.failures:
            self.failures -= 1
            raise OSError(errno.EMFILE, 'Too many open files')
        return super().accept()


def test_accepting_goes_on_when_there_are_files_again(loop, monkeypatch):
    monkeypatch.setattr('asyncio.constants.ACCEPT_RETRY_DELAY', 0.01)
    errors = []
    loop.set_exception_handler(lambda loop, context: errors.append(context))
    sock = OutOfFiles()
    sock.bind((HOST, 0))
    server = loop.run_until_complete(loop.create_server(Greeter, sock=sock))
    address = sock.getsockname()
    assert ask(loop, address) == repr(address)
    server.close()
    assert [error['message'] for error in errors if 'socket' in error] == [
        'socket.accept() out of system resource']


class OldLoop(asyncio.SelectorEventLoop):
    """Overrides what 3.5.2 called without a backlog."""

    def _start_serving(self, protocol_factory, sock, sslcontext=None,
                       server=None):
        self.started = True
        super()._start_serving(protocol_factory, sock, sslcontext, server)

    def _accept_connection(self, protocol_factory, sock, sslcontext=None,
                           server=None):
        self.accepted = True
        super()._accept_connection(protocol_factory, sock, sslcontext, server)


class NewLoop(asyncio.SelectorEventLoop):
    """Overrides what 3.5.3 calls with a backlog."""

    def _start_serving(self, *args):
        self.started = args[-1] == 7
        super()._start_serving(*args)

    def _accept_connection(self, *args):
        self.accepted = args[-1] == 7
        super()._accept_connection(*args)


@pytest.mark.parametrize('loop_class', [
    pytest.param(OldLoop, marks=pytest.mark.skipif(
        sys.version_info >= (3, 5, 3), reason='calls it with a backlog')),
    pytest.param(NewLoop, marks=pytest.mark.skipif(
        sys.version_info >= (3, 7), reason='calls it with more'))])
def test_loops_that_override_how_to_serve(loop_class):
    loop = loop_class()
    try:
        server = loop.run_until_complete(
            loop.create_server(Greeter, HOST, 0, backlog=7))
        address = server.sockets[0].getsockname()
        assert ask(loop, address) == repr(address)
        assert loop.started and loop.accepted
        server.close()
    finally:
        loop.close()


# Resolving

def connect_and_finish(loop, connecting):
    transport, _ = loop.run_until_complete(connecting)
    finish(loop, transport)


@pytest.fixture
def listening():
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        sock.listen(5)
        yield sock


@pytest.mark.parametrize('host', [HOST, HOST.encode()])
@pytest.mark.parametrize('port_type', [int, str, lambda n: str(n).encode()])
def test_an_ip_address_is_not_looked_up(loop, no_resolver, listening, host,
                                        port_type):
    port = port_type(listening.getsockname()[1])
    connect_and_finish(
        loop, loop.create_connection(asyncio.Protocol, host, port))
    loop.run_until_complete(loop.create_server(Greeter, [host], None)).close()
    connect_and_finish(loop, loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, local_addr=(host, None),
        remote_addr=(host, port)))
    with socket.socket() as sock:
        sock.setblocking(False)
        loop.run_until_complete(loop.sock_connect(sock, (host, port)))
        assert sock.getpeername() == listening.getsockname()


@needs_ipv6
@pytest.mark.parametrize('host', ['::1', b'::1'])
def test_an_ipv6_address_is_not_looked_up(loop, no_resolver, host):
    loop.run_until_complete(loop.create_server(Greeter, [host], 0)).close()
    with socket.socket(socket.AF_INET6) as sock:
        sock.bind(('::1', 0))
        port = sock.getsockname()[1]
        # Nobody listens.
        with pytest.raises(ConnectionRefusedError):
            loop.run_until_complete(
                loop.create_connection(Greeter, host, port))


@pytest.mark.parametrize('host, port', [
    ('name', 1), ('::1%lo', 1), (HOST, 'http'), (HOST, b'http'), (None, 1)])
def test_what_the_resolver_is_asked_for(loop, host, port):
    asked = resolve_to(loop, [])
    with pytest.raises(OSError):
        loop.run_until_complete(loop.create_connection(Greeter, host, port))
    with pytest.raises(OSError):
        loop.run_until_complete(loop.create_server(Greeter, [host], port))
    assert asked == [(host, port)] * 2


def test_to_an_ip_address_without_a_thread(loop, listening):
    class Executor(concurrent.futures.ThreadPoolExecutor):
        def submit(self, *args, **kwargs):
            raise AssertionError('a thread was started')

    with Executor(1) as executor:
        loop.set_default_executor(executor)
        connect_and_finish(loop, loop.create_connection(
            asyncio.Protocol, *listening.getsockname()))


def test_a_getaddrinfo_that_is_a_coroutine(loop, serve):
    async def getaddrinfo(host, port, **options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, '', (HOST, port))]

    loop.getaddrinfo = getaddrinfo
    ((host, port),) = serve('name', 0)
    assert host == HOST


# Connections

def test_the_errors_of_all_addresses(loop):
    with socket.socket() as one, socket.socket() as two:
        for sock in one, two:
            sock.bind((HOST, 0))
        addresses = [one.getsockname(), two.getsockname()]
        resolve_to(loop, [
            (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, '',
             address) for address in addresses])
        with pytest.raises(OSError) as info:
            loop.run_until_complete(
                loop.create_connection(Greeter, 'name', 1))
    assert str(info.value) == 'Multiple exceptions: ' + ', '.join(
        '[Errno %d] Connect call failed %r' % (errno.ECONNREFUSED, address)
        for address in addresses)


def test_the_first_address_that_answers(loop, listening):
    with socket.socket() as silent:
        silent.bind((HOST, 0))
        resolve_to(loop, [
            (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, '',
             sock.getsockname()) for sock in (silent, listening)])
        transport, _ = loop.run_until_complete(
            loop.create_connection(asyncio.Protocol, 'name', 1))
    assert transport.get_extra_info('peername') == listening.getsockname()
    finish(loop, transport)


def test_a_connection_from_an_address(loop, listening):
    transport, _ = loop.run_until_complete(loop.create_connection(
        asyncio.Protocol, *listening.getsockname(),
        local_addr=('127.0.0.2', 0)))
    assert transport.get_extra_info('sockname')[0] == '127.0.0.2'
    finish(loop, transport)


def test_a_connection_from_an_address_in_use(loop, listening):
    with pytest.raises(OSError) as info:
        loop.run_until_complete(loop.create_connection(
            asyncio.Protocol, *listening.getsockname(),
            local_addr=listening.getsockname()))
    assert 'error while attempting to bind on address' in str(info.value)


@pytest.mark.parametrize('arguments, text', [
    ((HOST, 1, 'sock'),
     'host/port and sock can not be specified at the same time'),
    ((None, None, None),
     'host and port was not specified and no sock specified'),
])
def test_connections_that_make_no_sense(loop, arguments, text):
    host, port, sock = arguments
    with pytest.raises(ValueError) as info:
        loop.run_until_complete(
            loop.create_connection(Greeter, host, port, sock=sock))
    assert str(info.value) == text


def call_with_sock(loop, name, sock):
    loop.run_until_complete(getattr(loop, name)(Greeter, sock=sock))


@pytest.mark.parametrize('name', ['create_connection', 'create_server',
                                  'connect_accepted_socket'])
def test_a_socket_that_is_not_of_a_stream(loop, name):
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        with pytest.raises(ValueError) as info:
            call_with_sock(loop, name, sock)
        assert str(info.value) == (
            'A Stream Socket was expected, got {!r}'.format(sock))


def connect_accepted(loop, client_context=None, server_context=None):
    """Connect a client, accept by hand; returns what the client reads."""
    may_close = threading.Event()
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen(1)

        def client():
            with socket.create_connection(listener.getsockname(),
                                          timeout=10) as sock:
                if client_context:
                    sock = client_context.wrap_socket(sock)
                data = sock.recv(100)
                may_close.wait(10)
                sock.close()
                return data.decode()

        reading = loop.run_in_executor(None, client)
        accepted, address = listener.accept()
        transport, protocol = loop.run_until_complete(
            loop.connect_accepted_socket(Speaker, accepted,
                                         ssl=server_context))
        assert isinstance(protocol, Speaker)
        assert transport.get_extra_info('peername') == address
        may_close.set()
        said = loop.run_until_complete(reading)
        finish(loop, transport)
        return said, listener.getsockname()


def test_connect_accepted_socket(loop):
    said, address = connect_accepted(loop)
    assert said == repr(address)


@pytest.mark.skipif(ssl is None, reason='no ssl module')
def test_connect_accepted_socket_ssl(loop):
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(
        os.path.join(os.path.dirname(__file__), 'localhost.pem'))
    client = ssl.create_default_context()
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    said, address = connect_accepted(loop, client, server)
    assert said == repr(address)


def test_connect_accepted_socket_debug(loop, caplog):
    loop.set_debug(True)
    caplog.set_level('DEBUG', 'asyncio')
    connect_accepted(loop)
    assert 'handled: (' in caplog.text


# Datagrams

class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        self.transport.sendto(data, address)


class Listener(asyncio.DatagramProtocol):
    def __init__(self, loop):
        self.received = asyncio.Future(loop=loop)

    def datagram_received(self, data, address):
        self.received.set_result((data, address))


def endpoint(loop, factory=asyncio.DatagramProtocol, **kwargs):
    return loop.run_until_complete(
        loop.create_datagram_endpoint(factory, **kwargs))


def test_datagrams_there_and_back(loop):
    there, _ = endpoint(loop, Echo, local_addr=(HOST, 0))
    address = there.get_extra_info('sockname')
    here, protocol = endpoint(loop, lambda: Listener(loop),
                              remote_addr=address)
    here.sendto(b'ping')
    assert loop.run_until_complete(protocol.received) == (b'ping', address)
    finish(loop, there, here)


def options_of(transport, *names):
    sock = transport.get_extra_info('socket')
    return [bool(sock.getsockopt(socket.SOL_SOCKET, getattr(socket, name)))
            for name in names]


@needs_reuse_port
def test_datagram_options(loop):
    transport, _ = endpoint(loop, local_addr=(HOST, 0), reuse_port=True,
                            allow_broadcast=True)
    plain, _ = endpoint(loop, family=socket.AF_INET)
    names = 'SO_REUSEPORT', 'SO_BROADCAST'
    assert options_of(transport, *names) == [True, True]
    assert options_of(plain, *names) == [False, False]
    finish(loop, transport, plain)


def test_a_datagram_socket_of_ones_own(loop):
    sock = socket.socket(type=socket.SOCK_DGRAM)
    sock.bind((HOST, 0))
    transport, _ = endpoint(loop, sock=sock)
    assert transport.get_extra_info('sockname') == sock.getsockname()
    assert sock.gettimeout() == 0
    finish(loop, transport)


# 3.5.1-3.5.10 took it for no security concern (bpo-37228), and are as the
# table wants them but for that.
@pytest.mark.skipif(sys.version_info >= (3, 6), reason='dangerous: 37228')
def test_reuse_address_of_datagrams(loop):
    for reuse_address, expected in ((None, True), (True, True),
                                    (False, False)):
        transport, _ = endpoint(loop, local_addr=(HOST, 0),
                                reuse_address=reuse_address)
        assert options_of(transport, 'SO_REUSEADDR') == [expected]
        finish(loop, transport)


@pytest.mark.parametrize('option', [
    {'local_addr': (HOST, 0)}, {'remote_addr': (HOST, 1)}, {'family': 1},
    {'proto': 1}, {'flags': 1}, {'reuse_port': True},
    {'allow_broadcast': True}])
def test_a_datagram_socket_with_options(loop, option):
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        with pytest.raises(ValueError) as info:
            endpoint(loop, sock=sock, **option)
    text = str(info.value)
    assert text.startswith('socket modifier keyword arguments can not be used '
                           'when sock is specified. (')
    assert '{}={}'.format(*list(option.items())[0]) in text


@pytest.mark.parametrize('kwargs, text', [
    ({}, 'unexpected address family'),
    ({'local_addr': (HOST, 0), 'remote_addr': ('::1', 1)},
     'can not get address information'),
])
def test_datagrams_that_make_no_sense(loop, kwargs, text):
    with pytest.raises(ValueError) as info:
        endpoint(loop, **kwargs)
    assert str(info.value) == text


def test_a_socket_that_is_not_of_datagrams(loop):
    with socket.socket() as sock:
        with pytest.raises(ValueError) as info:
            endpoint(loop, sock=sock)
        assert 'ocket was expected, got {!r}'.format(sock) in str(info.value)


# The loop's own futures

class Future(asyncio.Future):
    """What the loop under test makes."""


class FutureLoop(asyncio.SelectorEventLoop):
    made = 0

    def create_future(self):
        self.made += 1
        return Future(loop=self)


@pytest.fixture
def counted():
    loop = FutureLoop()
    yield loop
    loop.close()


def test_connections_use_the_futures_of_the_loop(counted, listening):
    transport, _ = counted.run_until_complete(counted.create_connection(
        asyncio.Protocol, *listening.getsockname()))
    # The connecting and the transport; before 3.7 the address too.
    assert counted.made >= 2
    finish(counted, transport)


def test_datagrams_use_the_futures_of_the_loop(counted):
    transport, _ = endpoint(counted, family=socket.AF_INET)
    assert counted.made == 1
    finish(counted, transport)


def test_pipes_use_the_futures_of_the_loop(counted):
    read, write = os.pipe()
    reader, _ = counted.run_until_complete(counted.connect_read_pipe(
        asyncio.Protocol, os.fdopen(read, 'rb', 0)))
    assert counted.made == 1
    writer, _ = counted.run_until_complete(counted.connect_write_pipe(
        asyncio.BaseProtocol, os.fdopen(write, 'wb', 0)))
    assert counted.made == 2
    reader.close()
    writer.close()
    finish(counted)


def test_a_server_waits_with_a_future_of_the_loop(counted):
    server = counted.run_until_complete(
        counted.create_server(Greeter, [HOST], 0))
    before = counted.made
    waiting = counted.create_task(server.wait_closed())
    counted.call_soon(server.close)
    counted.run_until_complete(waiting)
    # Since 3.12 it has one that is nobody's but its own.
    assert counted.made > before or sys.version_info >= (3, 12)


def test_run_in_executor_in_debug_mode(loop):
    async def coroutine():
        pass

    loop.set_debug(True)
    with pytest.raises(TypeError):
        loop.run_in_executor(None, coroutine)
    assert loop.run_until_complete(
        loop.run_in_executor(None, threading.get_ident)
    ) != threading.get_ident()


# Installing under way

@pytest.mark.skipif(sys.version_info >= (3, 6), reason='lacks nothing')
def test_what_began_before_the_install_goes_on(child):
    assert child('''
        import asyncio, socket
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(None)

        class Greeter(asyncio.Protocol):
            def connection_made(self, transport):
                transport.write(b'hello')
                transport.close()

        server = loop.run_until_complete(
            loop.create_server(Greeter, '127.0.0.1', 0))
        a, b = socket.socketpair()
        a.setblocking(False)
        received = loop.sock_recv(a, 10)
        connecting = loop.create_task(loop.create_connection(
            asyncio.Protocol, 'localhost', server.sockets[0].getsockname()[1],
            family=socket.AF_INET))
        looking = loop.create_task(loop.create_server(
            Greeter, 'localhost', 0))
        loop.call_soon(loop.stop)
        loop.run_forever()

        import asyncio_compat
        asyncio_compat.install()
        b.send(b'late')
        assert loop.run_until_complete(received) == b'late'
        transport, _ = loop.run_until_complete(connecting)
        transport.abort()
        loop.run_until_complete(looking).close()

        def read():
            with socket.create_connection(
                    server.sockets[0].getsockname()) as sock:
                return sock.recv(100)

        for _ in range(2):
            print(loop.run_until_complete(loop.run_in_executor(None, read)))
        server.close()
        loop.run_until_complete(server.wait_closed())
        loop.close()
        a.close()
        b.close()
    ''') == "b'hello'\n" * 2
