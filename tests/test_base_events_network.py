"""Connections, servers and datagrams: what a loop resolves, binds, refuses."""

import asyncio
import concurrent.futures
import errno
import os
import socket
import sys
import threading

import pytest

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


def tcp(address):
    """What the resolver answers for *address*."""
    return (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, '',
            address)


# And for one of a family that no machine has.
NO_FAMILY = 1234, socket.SOCK_STREAM, 0, '', ('address', 0)


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


@needs_reuse_port
def test_reuse_port_where_the_system_does_not_know_it(loop, monkeypatch):
    monkeypatch.setattr(socket, 'SO_REUSEPORT', 9999)
    with pytest.raises(ValueError) as info:
        loop.run_until_complete(
            loop.create_server(Greeter, HOST, 0, reuse_port=True))
    assert str(info.value) == ('reuse_port not supported by socket module, '
                               'SO_REUSEPORT defined but not implemented.')


@pytest.mark.parametrize('reuse_address', [True, False])
def test_whether_a_server_reuses_its_address(loop, reuse_address):
    server = loop.run_until_complete(loop.create_server(
        Greeter, HOST, 0, reuse_address=reuse_address))
    (sock,) = server.sockets
    assert bool(sock.getsockopt(socket.SOL_SOCKET,
                                socket.SO_REUSEADDR)) is reuse_address
    server.close()


@pytest.mark.parametrize('debug', [True, False])
def test_a_server_on_a_machine_without_one_of_the_families(
        loop, serve, caplog, debug):
    loop.set_debug(debug)
    resolve_to(loop, [NO_FAMILY, tcp((HOST, 0))])
    assert [host for host, port in serve('name', 0)] == [HOST]
    assert ('create_server() failed to create' in caplog.text) is debug


@pytest.mark.parametrize('arguments, error, text', [
    ({'ssl': True}, TypeError, 'ssl argument must be an SSLContext or None'),
    ({'host': HOST, 'sock': 'sock'}, ValueError,
     'host/port and sock can not be specified at the same time'),
    ({}, ValueError, 'Neither host/port nor sock were specified'),
])
def test_servers_that_make_no_sense(loop, arguments, error, text):
    with pytest.raises(error) as info:
        loop.run_until_complete(loop.create_server(Greeter, **arguments))
    assert str(info.value) == text


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
    error = errno.EMFILE, 'Too many open files'

    def accept(self):
        if self.failures:
            self.failures -= 1
            raise OSError(*self.error)
        return super().accept()


class Forbidden(OutOfFiles):
    error = errno.EPERM, 'Operation not permitted'


def test_an_error_of_accept_is_reported(loop):
    errors = []
    loop.set_exception_handler(lambda loop, context: errors.append(context))
    sock = Forbidden()
    sock.bind((HOST, 0))
    server = loop.run_until_complete(loop.create_server(Greeter, sock=sock))
    address = sock.getsockname()
    assert ask(loop, address) == repr(address)
    server.close()
    assert [error['exception'].args for error in errors] == [Forbidden.error]


def test_more_clients_than_the_backlog(loop):
    server = loop.run_until_complete(
        loop.create_server(Greeter, HOST, 0, backlog=1))
    address = server.sockets[0].getsockname()
    clients = [socket.create_connection(address) for _ in range(2)]
    for client in clients:
        client.settimeout(10)
        said = loop.run_until_complete(
            loop.run_in_executor(None, client.recv, 100))
        assert said.decode() == repr(address)
        client.close()
    server.close()
    finish(loop)


def accept_one(loop, server):
    """Let a client connect to *server*, and what comes of it begin."""
    with socket.create_connection(server.sockets[0].getsockname()):
        for _ in range(5):
            loop.stop()
            loop.run_forever()
    server.close()
    finish(loop)


@pytest.mark.parametrize('debug', [True, False])
@pytest.mark.filterwarnings('ignore::ResourceWarning')
def test_an_accepted_connection_that_gets_no_protocol(loop, debug):
    def refuse():
        raise KeyError('no protocol')

    errors = []
    loop.set_debug(debug)
    loop.set_exception_handler(lambda loop, context: errors.append(context))
    accept_one(loop, loop.run_until_complete(
        loop.create_server(refuse, HOST, 0)))
    assert [error['message'] for error in errors] == debug * [
        'Error on transport creation for incoming connection']
    assert all(isinstance(error['exception'], KeyError) for error in errors)


def test_an_accepted_connection_that_fails_to_begin(loop):
    def make_ssl_transport(sock, protocol, context, waiter, **options):
        assert options['server_side']
        waiter.set_exception(OSError('handshake'))
        return loop._make_socket_transport(sock, protocol)

    errors = []
    loop._make_ssl_transport = make_ssl_transport
    loop.set_debug(True)
    loop.set_exception_handler(lambda loop, context: errors.append(context))
    accept_one(loop, loop.run_until_complete(loop.create_server(
        asyncio.Protocol, HOST, 0, ssl='a context')))
    (error,) = errors
    assert str(error['exception']) == 'handshake'
    assert isinstance(error['protocol'], asyncio.Protocol)
    assert error['transport'].is_closing()


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


@pytest.mark.skipif(sys.version_info >= (3, 7), reason='is called with more')
def test_a_compiled_loop_is_not_asked_what_it_takes(loop, capsys):
    # Like print(), which has no signature either.
    loop._start_serving = print
    loop.run_until_complete(
        loop.create_server(Greeter, HOST, 0, backlog=7)).close()
    assert capsys.readouterr()[0].endswith(' 7\n')


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


def test_an_address_of_a_family_that_is_lacking(loop, listening):
    resolve_to(loop, [NO_FAMILY, tcp(listening.getsockname())])
    connect_and_finish(
        loop, loop.create_connection(asyncio.Protocol, 'name', 1))
    resolve_to(loop, [NO_FAMILY])
    with pytest.raises(OSError) as info:
        loop.run_until_complete(
            loop.create_connection(asyncio.Protocol, 'name', 1))
    assert info.value.errno == errno.EAFNOSUPPORT


def test_where_there_is_no_ipv6_the_resolver_has_to_know(loop, monkeypatch):
    # One or the other is what asyncio looks at.
    monkeypatch.setattr('asyncio.base_events._HAS_IPv6', False, raising=False)
    monkeypatch.delattr('socket.AF_INET6')
    asked = resolve_to(loop, [])
    with pytest.raises(OSError):
        loop.run_until_complete(
            loop.create_connection(asyncio.Protocol, '::1', 1))
    assert asked == [('::1', 1)]


@pytest.mark.parametrize('name', ['create_connection',
                                  'create_datagram_endpoint'])
def test_a_connecting_that_is_cancelled_closes_its_socket(loop, name):
    def sock_connect(sock, address):
        socks.append(sock)
        return asyncio.Future(loop=loop)

    socks = []
    loop.sock_connect = sock_connect
    arguments = {'remote_addr': (HOST, 1)} if 'datagram' in name else {
        'host': HOST, 'port': 1}
    task = loop.create_task(
        getattr(loop, name)(asyncio.Protocol, **arguments))
    while not socks:
        loop.run_until_complete(asyncio.sleep(0))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)
    assert [sock.fileno() for sock in socks] == [-1]


def connection(loop, factory, ours, theirs):
    return loop.create_connection(factory, sock=ours)


def accepted(loop, factory, ours, theirs):
    return loop.connect_accepted_socket(factory, ours)


def datagrams(loop, factory, ours, theirs):
    return loop.create_datagram_endpoint(factory, local_addr=(HOST, 0))


def read_pipe(loop, factory, ours, theirs):
    return loop.connect_read_pipe(factory, ours)


def write_pipe(loop, factory, ours, theirs):
    return loop.connect_write_pipe(factory, ours)


ways_to_connect = pytest.mark.parametrize(
    'connect', [connection, accepted, datagrams, read_pipe, write_pipe])


@ways_to_connect
def test_what_is_cancelled_while_it_begins_is_closed(loop, connect):
    class Cancelling(asyncio.Protocol):
        def __init__(self):
            task.cancel()

        def connection_lost(self, exc):
            lost.set_result(exc)

    ours, theirs = socket.socketpair()
    lost = asyncio.Future(loop=loop)
    task = loop.create_task(connect(loop, Cancelling, ours, theirs))
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)
    assert loop.run_until_complete(lost) is None
    ours.close()
    theirs.close()


@ways_to_connect
def test_debug_mode_logs_what_begins(loop, caplog, connect):
    loop.set_debug(True)
    caplog.set_level('DEBUG', 'asyncio')
    ours, theirs = socket.socketpair()
    transport, protocol = loop.run_until_complete(
        connect(loop, asyncio.Protocol, ours, theirs))
    assert ', %r)' % protocol in caplog.text
    transport.close()
    finish(loop)
    ours.close()
    theirs.close()


def test_debug_mode_logs_what_is_served(loop, caplog):
    loop.set_debug(True)
    caplog.set_level('DEBUG', 'asyncio')
    server = loop.run_until_complete(loop.create_server(Greeter, HOST, 0))
    address = server.sockets[0].getsockname()
    assert '%r is serving' % server in caplog.text
    transport, _ = loop.run_until_complete(
        loop.create_connection(asyncio.Protocol, *address))
    assert ask(loop, address) == repr(address)
    assert 'connected to %s:%r' % address in caplog.text
    assert 'got a new connection from' in caplog.text
    server.close()
    finish(loop, transport)


@pytest.mark.parametrize('given, expected', [
    (None, HOST), ('a.name', 'a.name'), ('', '')])
def test_the_name_of_a_tls_server_is_its_host_unless_given(
        loop, listening, given, expected):
    def make_ssl_transport(sock, *arguments, **options):
        sock.close()
        raise KeyError(options['server_hostname'])

    loop._make_ssl_transport = make_ssl_transport
    with pytest.raises(KeyError) as info:
        loop.run_until_complete(loop.create_connection(
            asyncio.Protocol, *listening.getsockname(), ssl=True,
            server_hostname=given))
    assert info.value.args == (expected,)


@pytest.mark.parametrize('arguments, text', [
    ({'server_hostname': 'name'},
     'server_hostname is only meaningful with ssl'),
    ({'ssl': True},
     'You must set server_hostname when using ssl without a host')])
def test_tls_that_makes_no_sense(loop, arguments, text):
    with pytest.raises(ValueError) as info:
        loop.run_until_complete(
            loop.create_connection(Greeter, **arguments))
    assert str(info.value) == text


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


@needs_ipv6
@pytest.mark.skipif(sys.version_info >= (3, 6), reason='takes all four only')
def test_datagrams_to_the_ipv6_address_as_it_was_given(loop):
    transport, _ = endpoint(loop, remote_addr=('::1', 1))
    transport.sendto(b'', ('::1', 1))
    finish(loop, transport)


def test_datagrams_from_an_address_that_is_not_ours(loop):
    with pytest.raises(OSError) as info:
        endpoint(loop, local_addr=('192.0.2.1', 0))
    assert info.value.errno == errno.EADDRNOTAVAIL


def test_datagrams_to_a_name(loop):
    resolve_to(loop, [])
    with pytest.raises(OSError) as info:
        endpoint(loop, remote_addr=('name', 1))
    assert str(info.value) == 'getaddrinfo() returned empty list'
    # The family of the first is lacking.
    resolve_to(loop, [NO_FAMILY, (socket.AF_INET, socket.SOCK_DGRAM, 17, '',
                                  (HOST, 1))])
    transport, _ = endpoint(loop, remote_addr=('name', 1))
    assert transport.get_extra_info('peername') == (HOST, 1)
    finish(loop, transport)


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
    with pytest.raises(TypeError) as info:
        loop.call_soon('not callable')
    assert 'a callable object was expected by call_soon()' in str(info.value)
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
