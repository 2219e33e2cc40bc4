"""The wrapped names work without a patch, and are native where they can be."""

import sys

import pytest

BEGIN = '''
import asyncio, socket, sys, types
snapshot = {name: dict(vars(module)) for name, module in sys.modules.items()
            if name.startswith('asyncio')}
import asyncio_compat
from asyncio_compat import *

class Awaitable:
    def __init__(self, result='awaited'):
        self.result = result
    def __await__(self):
        yield from create_future_later().__await__()
        return self.result

def create_future_later():
    future = create_future(get_event_loop())
    get_event_loop().call_soon(future.set_result, None)
    return future

asyncio.set_event_loop(None)
loop = asyncio.new_event_loop()
'''
END = '''
loop.close()
for name, names in snapshot.items():
    for key, value in names.items():
        assert vars(sys.modules[name])[key] is value or key in (
            '_event_loop_policy', '__warningregistry__'), (name, key)
    assert not set(vars(sys.modules[name])) - set(names) - {
        '__warningregistry__'}, name
'''


@pytest.fixture
def unpatched(child):
    def run(source):
        return child(BEGIN + source + END)
    return run


def test_every_name_is_there(unpatched):
    unpatched('''
names = set('get_event_loop ensure_future isfuture run_until_complete wait '
            'wait_for gather shield as_completed run_coroutine_threadsafe '
            'create_future get_exception_handler is_closing readuntil '
            'readexactly create_server connect_accepted_socket '
            'shutdown_asyncgens LimitOverrunError IncompleteReadError '
            'install uninstall status InstallError'.split())
assert names == set(asyncio_compat.__all__), (
    names ^ set(asyncio_compat.__all__))
for name in names:
    assert getattr(asyncio_compat, name).__doc__, name
''')


@pytest.mark.skipif(sys.version_info < (3, 6), reason='lacks something')
def test_native_where_nothing_lacks(unpatched):
    unpatched('''
for name in ('get_event_loop ensure_future isfuture wait wait_for gather '
             'shield as_completed run_coroutine_threadsafe '
             'LimitOverrunError IncompleteReadError'.split()):
    assert getattr(asyncio_compat, name) is getattr(asyncio, name), name
''')


def test_get_event_loop_finds_the_loop_that_runs(unpatched):
    unpatched('''
async def main():
    seen = [get_event_loop()]
    loop.call_soon(lambda: seen.append(get_event_loop()))
    await create_future_later()
    return seen
assert run_until_complete(loop, main()) == [loop, loop]
asyncio.set_event_loop(loop)
assert get_event_loop() is loop
asyncio.set_event_loop(None)
try:
    get_event_loop()
except RuntimeError as exc:
    assert 'no current event loop' in str(exc), exc
else:
    raise AssertionError('found one')
''')


def test_awaitables_everywhere(unpatched):
    unpatched('''
async def main():
    assert await ensure_future(Awaitable()) == 'awaited'
    assert await wait_for(Awaitable(), 30) == 'awaited'
    assert await shield(Awaitable()) == 'awaited'
    twice = Awaitable('twice')
    assert await gather(Awaitable(1), twice, Awaitable(3), twice) == [
        1, 'twice', 3, 'twice']
    assert await gather() == []
    for future in as_completed([Awaitable()]):
        assert await future == 'awaited'
    tasks = [ensure_future(Awaitable(number)) for number in range(3)]
    done, pending = await wait(tasks)
    assert done == set(tasks) and not pending
    return 'done'
assert run_until_complete(loop, main()) == 'done'
assert run_until_complete(loop, Awaitable()) == 'awaited'
''')


def test_what_is_not_awaitable(unpatched):
    unpatched('''
async def main():
    for call in ensure_future, gather, shield:
        try:
            await call(7)
        except TypeError as exc:
            assert 'a coroutine or an awaitable is required' in str(exc), exc
        else:
            raise AssertionError(call)
    for call in wait, (lambda fs: list(as_completed(fs))):
        future = create_future(loop)
        try:
            await call(future)
        except TypeError as exc:
            assert str(exc).startswith('expect'), exc
            future.cancel()
        else:
            raise AssertionError(call)
    try:
        await wait([])
    except ValueError as exc:
        assert str(exc).startswith('Set of'), exc
    else:
        raise AssertionError('waited for nothing')
run_until_complete(loop, main())
''')


def test_isfuture_and_futures_of_another_make(unpatched):
    unpatched('''
class Foreign:
    _asyncio_future_blocking = False
    _loop = loop
    def __await__(self):
        yield from create_future_later().__await__()
        return 'foreign'
    def add_done_callback(self, callback):
        raise AssertionError('not called')

assert isfuture(create_future(loop)) and isfuture(Foreign())
assert not isfuture(Awaitable()) and not isfuture(Foreign)
foreign = Foreign()
assert ensure_future(foreign) is foreign
other = asyncio.new_event_loop()
try:
    ensure_future(foreign, loop=other)
except ValueError as exc:
    assert 'loop argument' in str(exc), exc
else:
    raise AssertionError('of another loop')
other.close()
''')


@pytest.mark.skipif(sys.version_info >= (3, 6), reason='wrapped only on 3.5')
def test_futures_of_another_make_are_awaited(unpatched):
    unpatched('''
class Foreign:
    _asyncio_future_blocking = False
    _loop = loop
    def __await__(self):
        yield from create_future_later().__await__()
        return 'foreign'
async def main():
    if sys.version_info >= (3, 5, 3):
        return
    assert await gather(Foreign(), loop=loop) == ['foreign']
    done, pending = await wait([Foreign()])
    assert [task.result() for task in done] == ['foreign']
run_until_complete(loop, main())
''')


def test_run_coroutine_threadsafe(unpatched):
    unpatched('''
import concurrent.futures, threading
async def result():
    return get_event_loop()
async def error():
    raise KeyError('error')
async def endless():
    try:
        await create_future(loop)
    finally:
        cancelled.set()
cancelled = threading.Event()
thread = threading.Thread(target=loop.run_forever)
thread.start()
assert run_coroutine_threadsafe(result(), loop).result(30) is loop
assert isinstance(run_coroutine_threadsafe(error(), loop).exception(30),
                  KeyError)
future = run_coroutine_threadsafe(endless(), loop)
run_coroutine_threadsafe(result(), loop).result(30)
assert future.cancel()
assert cancelled.wait(30)
try:
    run_coroutine_threadsafe(7, loop)
except TypeError as exc:
    assert str(exc) == 'A coroutine object is required'
def factory(loop, coro, **options):
    coro.close()
    raise KeyError('factory')
loop.set_exception_handler(lambda loop, context: None)
loop.call_soon_threadsafe(loop.set_task_factory, factory)
assert isinstance(run_coroutine_threadsafe(result(), loop).exception(30),
                  KeyError)
# Cancelled before the factory fails.
holding, held = threading.Event(), threading.Event()
loop.call_soon_threadsafe(lambda: (holding.set(), held.wait(30)))
assert holding.wait(30)
future = run_coroutine_threadsafe(result(), loop)
assert future.cancel()
held.set()
loop.call_soon_threadsafe(loop.stop)
thread.join()
''')


def test_get_exception_handler(unpatched):
    unpatched('''
assert get_exception_handler(loop) is None
loop.set_exception_handler(print)
assert get_exception_handler(loop) is print
class Foreign:
    pass
try:
    get_exception_handler(Foreign())
except NotImplementedError as exc:
    assert 'Foreign' in str(exc)
else:
    raise AssertionError('told')
''')


def test_readers(unpatched):
    unpatched('''
class Transport:
    paused = False
    def pause_reading(self):
        self.paused = True
    def resume_reading(self):
        self.paused = False
        loop.call_soon(feed)

def feed():
    while not transport.paused and reader.left:
        reader.left -= 1
        reader.feed_data(b'x' * 10)

async def main():
    text = asyncio.StreamReader(limit=16, loop=loop)
    text.feed_data(b'one--two--' + b'3' * 30)
    assert await readuntil(text, b'--') == b'one--'
    assert await readuntil(text, b'--') == b'two--'
    try:
        await readuntil(text, b'--')
    except LimitOverrunError as exc:
        assert await readexactly(text, 30) == b'3' * 30
        assert exc.consumed == 29
    text.feed_data(b'partial')
    text.feed_eof()
    for read in readuntil(text), readexactly(text, 3), readexactly(text, 1):
        try:
            assert await read == b'exact'
        except IncompleteReadError as exc:
            assert exc.partial in (b'partial', b''), exc
    for bad, type in ((readuntil(text, b''), ValueError),
                      (readexactly(text, -1), ValueError)):
        try:
            await bad
        except type:
            continue
        raise AssertionError(bad)
    assert await readexactly(text, 0) == b''

    # More than the limit lets into the buffer at once.
    reader.set_transport(transport)
    loop.call_soon(feed)
    assert await readexactly(reader, 100) == b'x' * 100
    reader.set_exception(KeyError())
    try:
        await readexactly(reader, 1)
    except KeyError:
        return

transport, reader = Transport(), asyncio.StreamReader(limit=16, loop=loop)
reader.left = 10
run_until_complete(loop, main())
''')


def test_servers_and_transports(unpatched):
    unpatched('''
class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
    def data_received(self, data):
        self.transport.write(data)

async def ask(address, family):
    sock = socket.socket(family)
    sock.setblocking(False)
    await loop.sock_connect(sock, address)
    await loop.sock_sendall(sock, b'ping')
    assert await loop.sock_recv(sock, 10) == b'ping'
    sock.close()

async def main():
    hosts = ['127.0.0.1', '127.0.0.2', '127.0.0.1']
    server = await create_server(loop, Echo, hosts, 0)
    names = sorted(sock.getsockname()[0] for sock in server.sockets)
    assert names == ['127.0.0.1', '127.0.0.2'], names
    for sock in server.sockets:
        await ask(sock.getsockname(), sock.family)
    server.close()
    await wait_for(server.wait_closed(), 30)

    if hasattr(socket, 'SO_REUSEPORT'):
        one = await create_server(loop, Echo, '127.0.0.1', 0, reuse_port=True)
        port = one.sockets[0].getsockname()[1]
        two = await create_server(loop, Echo, '127.0.0.1', port,
                                  reuse_port=True)
        one.close()
        two.close()
        await wait_for(two.wait_closed(), 30)

    try:
        await create_server(loop, Echo)
    except ValueError as exc:
        assert str(exc) == 'Neither host/port nor sock were specified', exc
    taken = await create_server(loop, Echo, '127.0.0.1', 0)
    try:
        await create_server(loop, Echo, ['127.0.0.2', '127.0.0.1'],
                            taken.sockets[0].getsockname()[1])
    except OSError as exc:
        assert 'error while attempting to bind on address' in str(exc), exc
    else:
        raise AssertionError('bound twice')
    taken.close()
    await wait_for(taken.wait_closed(), 30)

    ours, theirs = socket.socketpair()
    transport, protocol = await connect_accepted_socket(loop, Echo, ours)
    theirs.setblocking(False)
    assert not is_closing(transport)
    await loop.sock_sendall(theirs, b'accepted')
    assert await loop.sock_recv(theirs, 20) == b'accepted'
    transport.close()
    assert is_closing(transport)
    theirs.close()
    datagram = socket.socket(type=socket.SOCK_DGRAM)
    try:
        await connect_accepted_socket(loop, Echo, datagram)
    except ValueError as exc:
        assert str(exc).startswith('A Stream Socket was expected, got'), exc
    datagram.close()
    assert await shutdown_asyncgens(loop) is None
    await create_future_later()

run_until_complete(loop, main())
''')


def test_servers_that_cannot_be_made(unpatched):
    unpatched('''
infos = []
async def resolve():
    return infos
loop.getaddrinfo = lambda host, port, **options: loop.create_task(resolve())

async def main():
    try:
        await create_server(loop, asyncio.Protocol, 'name', 0)
    except OSError as exc:
        assert str(exc) == "getaddrinfo('name') returned empty list", exc
    else:
        raise AssertionError('served')
    infos.append((socket.AF_INET, socket.SOCK_STREAM, 6, '',
                  ('127.0.0.1', 0)))
    server = await create_server(loop, asyncio.Protocol, ['name', 'another'],
                                 0, reuse_address=False)
    (sock,) = server.sockets
    assert not sock.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)
    server.close()

    if sys.version_info < (3, 6):
        class Refused(Exception):
            pass
        def refuse(protocol_factory, sock, *options):
            refused.append(sock)
            raise Refused
        refused, loop._start_serving = [], refuse
        try:
            await create_server(loop, asyncio.Protocol, '127.0.0.1', 0)
        except Refused:
            # Closed, unless asyncio's own create_server() was called.
            assert refused[0].fileno() == -1 or (
                sys.version_info >= (3, 5, 2))
            refused[0].close()
        else:
            raise AssertionError('served')
run_until_complete(loop, main())
''')


def test_connections_that_cannot_be_accepted(unpatched):
    unpatched('''
class Protocol(asyncio.Protocol):
    def connection_lost(self, exc):
        lost.set_result(exc)

def cancel():
    task.cancel()
    return Protocol()

lost = create_future(loop)
ours, theirs = socket.socketpair()
task = loop.create_task(connect_accepted_socket(loop, cancel, ours))
try:
    loop.run_until_complete(task)
except asyncio.CancelledError:
    assert loop.run_until_complete(lost) is None
else:
    raise AssertionError('connected')
theirs.close()

class Asked(Exception):
    pass
def make_ssl_transport(sock, protocol, context, waiter, **options):
    raise Asked(context, options['server_side'], sock.gettimeout())
loop._make_ssl_transport = make_ssl_transport
ours, theirs = socket.socketpair()
try:
    run_until_complete(loop, connect_accepted_socket(
        loop, asyncio.Protocol, ours, ssl='a context'))
except Asked as exc:
    assert exc.args == ('a context', True, 0), exc
ours.close()
theirs.close()
''')


def test_is_closing_of_tls(unpatched):
    unpatched('''
from asyncio import sslproto
transport_class = sslproto._SSLProtocolTransport
transport = transport_class.__new__(transport_class)
transport._closed = True
assert is_closing(transport) is True
''')


def test_is_closing_of_another_make(unpatched):
    unpatched('''
class Foreign(asyncio.Transport):
    pass
try:
    is_closing(Foreign())
except NotImplementedError:
    pass
else:
    raise AssertionError('told')
''')
