"""What test_leaks.py repeats: for each row of the table what it is about.

Each function is named as its row and is given a loop, which runs it if it is
a coroutine function.  It leaves nothing pending and nothing open.
"""

import asyncio
import concurrent.futures
import os
import pickle
import signal
import socket
import tempfile
import types
from asyncio import sslproto
from asyncio.subprocess import PIPE
from unittest import mock

import pytest
from async_generator import async_generator, yield_

import test_sslproto
from test_transports import Recorder, check_transport

HOST = '127.0.0.1'
BODIES = {}


def body(function):
    BODIES[function.__name__] = function
    return function


class Awaitable:
    def __await__(self):
        yield
        return 'awaited'


async def answer():
    return 42


async def for_ever():
    await asyncio.Event().wait()


async def refused(awaitable, error=asyncio.CancelledError):
    """Wait for *awaitable*, which has to raise *error*."""
    # pytest.raises() would keep this frame until the collector comes.
    try:
        await awaitable
    except error:
        return
    raise AssertionError('not refused')


async def turns(number=2):
    for _ in range(number):
        await asyncio.sleep(0)


async def echo_line(reader, writer):
    writer.write(await reader.readline())
    writer.close()


async def use_tcp(hosts=HOST):
    """One connection to a server; returns how many sockets that had."""
    server = await asyncio.start_server(echo_line, hosts, 0)
    count = len(server.sockets)
    reader, writer = await asyncio.open_connection(
        *server.sockets[0].getsockname()[:2])
    sock = writer.get_extra_info('socket')
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    writer.write(b'line\n')
    assert await reader.read() == b'line\n'
    writer.close()
    server.close()
    await server.wait_closed()
    await turns()
    return count


def listening_socket():
    sock = socket.socket()
    sock.bind((HOST, 0))
    sock.listen(1)
    sock.setblocking(False)
    return sock


@body
async def running_loop(loop):
    assert asyncio.get_event_loop() is loop
    other = asyncio.new_event_loop()
    with pytest.raises(RuntimeError):
        other.run_forever()
    other.close()


@body
async def awaitables(loop):
    assert asyncio.isfuture(asyncio.Future())
    assert await asyncio.ensure_future(Awaitable()) == 'awaited'
    assert await asyncio.wait_for(Awaitable(), 10) == 'awaited'
    assert await asyncio.shield(Awaitable()) == 'awaited'
    assert await asyncio.gather(Awaitable(), answer()) == ['awaited', 42]
    for next_done in asyncio.as_completed([Awaitable(), Awaitable()]):
        assert await next_done == 'awaited'
    done, pending = await asyncio.wait([asyncio.ensure_future(Awaitable())])
    assert len(done) == 1 and not pending


@body
async def run_coroutine_threadsafe(loop):
    def submit():
        future = asyncio.run_coroutine_threadsafe(answer(), loop)
        assert future.result(10) == 42
        future = asyncio.run_coroutine_threadsafe(for_ever(), loop)
        assert future.cancel()
        concurrent.futures.wait([future], 10)

    await loop.run_in_executor(None, submit)


@body
async def is_closing(loop):
    def recorder():
        return Recorder(loop)

    ours, theirs = socket.socketpair()
    transport, _ = await loop.create_connection(recorder, sock=ours)
    await check_transport(loop, transport, theirs.sendall)
    theirs.close()

    transport, _ = await loop.create_datagram_endpoint(recorder, (HOST, 0))
    with socket.socket(type=socket.SOCK_DGRAM) as theirs:
        theirs.connect(transport.get_extra_info('sockname'))
        await check_transport(loop, transport, theirs.send)

    reading, writing = os.pipe()
    with os.fdopen(writing, 'wb', 0) as theirs:
        transport, _ = await loop.connect_read_pipe(
            recorder, os.fdopen(reading, 'rb', 0))
        await check_transport(loop, transport, theirs.write)

    reading, writing = os.pipe()
    with os.fdopen(reading, 'rb', 0):
        transport, _ = await loop.connect_write_pipe(
            recorder, os.fdopen(writing, 'wb', 0))
        await check_transport(loop, transport, None)


@body
async def create_server_hosts(loop):
    assert await use_tcp([HOST, HOST]) == 1


@body
async def create_future(loop):
    loop.call_soon(loop.create_future().set_result, None)
    queue, event, full = asyncio.Queue(1), asyncio.Event(), asyncio.Semaphore()
    condition = asyncio.Condition()

    async def put():
        await queue.put(1)
        await queue.put(2)
        event.set()
        async with condition:
            condition.notify()

    async with full, condition:
        putting = asyncio.ensure_future(put())
        assert [await queue.get(), await queue.get()] == [1, 2]
        await event.wait()
        await condition.wait()
    await putting
    await asyncio.sleep(0.0001)
    assert await loop.run_in_executor(None, int) == 0


@body
async def get_exception_handler(loop):
    contexts = []

    def handler(loop, context):
        contexts.append(context)

    loop.set_exception_handler(handler)
    assert loop.get_exception_handler() is handler
    loop.call_soon(int, 'no number')
    await turns()
    loop.set_exception_handler(None)
    assert isinstance(contexts.pop()['exception'], ValueError)


@body
async def readuntil(loop):
    reader = asyncio.StreamReader(limit=8, loop=loop)
    for data in b'li', b'ne', b'\r', b'\nbeyond the limit':
        loop.call_soon(reader.feed_data, data)
    assert await reader.readuntil(b'\r\n') == b'line\r\n'
    await refused(reader.readuntil(b'\r\n'), asyncio.LimitOverrunError)
    await refused(reader.readline(), ValueError)
    reader.feed_data(b'end')
    reader.feed_eof()
    await refused(reader.readuntil(b'\r\n'), asyncio.IncompleteReadError)


@body
async def readexactly(loop):
    reader = asyncio.StreamReader(limit=8, loop=loop)
    for data in b'half', b'half', b'end':
        loop.call_soon(reader.feed_data, data)
    assert await reader.readexactly(8) == b'halfhalf'
    loop.call_soon(reader.feed_eof)
    await refused(reader.readexactly(8), asyncio.IncompleteReadError)


@body
async def getaddrinfo_skip(loop):
    with listening_socket() as listening, socket.socket() as ours:
        ours.setblocking(False)
        await loop.sock_connect(ours, listening.getsockname())
        theirs, _ = await loop.sock_accept(listening)
        with theirs:
            await loop.sock_sendall(ours, b'data')
            assert await loop.sock_recv(theirs, 100) == b'data'


@body
def loop_stop(loop):
    loop.stop()
    loop.run_forever()
    loop.call_soon(loop.stop)
    loop.run_forever()


@body
async def set_exception_stopiteration(loop):
    future = asyncio.Future()
    try:
        future.set_exception(StopIteration())
    except TypeError:
        return
    # Since 3.12 it is wrapped.
    future.exception()


@body
async def connect_accepted_socket(loop):
    with listening_socket() as listening, socket.socket() as theirs:
        theirs.connect(listening.getsockname())
        ours, _ = await loop.sock_accept(listening)
        transport, _ = await loop.connect_accepted_socket(
            lambda: Recorder(loop), ours)
        await check_transport(loop, transport, theirs.send)


@body
async def tcp_nodelay(loop):
    await use_tcp()


@async_generator
async def numbers():
    await yield_(1)
    await yield_(2)


@body
def shutdown_asyncgens(loop):
    async def iterate():
        generators = [numbers() for _ in range(3)]
        for generator in generators:
            assert await generator.__anext__() == 1
        await other.shutdown_asyncgens()
        for generator in generators:
            # On 3.6 and later nobody else closes those of the package.
            await generator.aclose()

    other = asyncio.new_event_loop()
    other.run_until_complete(iterate())
    other.close()


@body
async def call_soon(loop):
    calls = []
    loop.call_soon(calls.append, 'soon')
    loop.call_soon_threadsafe(calls.append, 'from anywhere')
    loop.call_at(loop.time(), calls.append, 'at')
    loop.call_later(1000, calls.append, 'later').cancel()
    loop.set_debug(True)
    with pytest.raises(TypeError):
        loop.call_soon(answer)
    loop.set_debug(False)
    while len(calls) < 3:
        await asyncio.sleep(0)


@body
def run_until_complete(loop):
    future = asyncio.Future(loop=loop)
    loop.call_soon(loop.stop)
    with pytest.raises(RuntimeError):
        loop.run_until_complete(future)
    assert not future._callbacks
    future.cancel()


@body
async def task_cancellation(loop):
    async def cancel_and_return():
        task.cancel()

    task = asyncio.ensure_future(cancel_and_return())
    await refused(task)


@body
async def task_destruction(loop):
    task = asyncio.ensure_future(answer())
    all_tasks = getattr(asyncio, 'all_tasks', None) or asyncio.Task.all_tasks
    assert task in all_tasks()
    await task


@body
async def gather_cancellation(loop):
    gathering = asyncio.gather(for_ever(), for_ever(), return_exceptions=True)
    await turns()
    gathering.cancel()
    await refused(gathering)


@body
async def lock_cancellation(loop):
    async def hold():
        async with lock:
            await asyncio.sleep(0)

    lock = asyncio.Lock()
    first, second, third = map(asyncio.ensure_future, [hold() for _ in '123'])
    await asyncio.sleep(0)
    second.cancel()
    await refused(second)
    await first
    await third


@body
async def queue_cancellation(loop):
    queue = asyncio.Queue()
    getting = asyncio.ensure_future(queue.get())
    await asyncio.sleep(0)
    getting.cancel()
    await refused(getting)
    queue.put_nowait(1)
    assert await queue.get() == 1


@body
async def subprocess_streams(loop):
    process = await asyncio.create_subprocess_exec('cat', stdin=PIPE,
                                                   stdout=PIPE)
    assert await process.communicate(b'') == (b'', None)
    await turns()


@body
async def subprocess_returncode(loop):
    process = await asyncio.create_subprocess_exec('cat', stdin=PIPE)
    process.kill()
    assert await process.wait() == -signal.SIGKILL
    with pytest.raises(ProcessLookupError):
        process.terminate()
    await turns()


@body
async def child_watcher_loop(loop):
    watcher_class = getattr(asyncio, 'FastChildWatcher', None)
    if watcher_class is None or hasattr(watcher_class, 'is_active'):
        # Since 3.8 they are another thing.
        return
    with watcher_class() as watcher:
        with pytest.raises(RuntimeError):
            watcher.add_child_handler(1, print)


@body
async def unix_sockets(loop):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'socket')
        for _ in range(2):
            # The second time there is one already.
            server = await asyncio.start_unix_server(echo_line, path)
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(b'line\n')
            assert await reader.read() == b'line\n'
            writer.close()
            server.close()
            await server.wait_closed()
            await turns()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        await refused(
            loop.create_unix_connection(Recorder, None, sock=sock), ValueError)


@body
async def signals_at_exit(loop):
    other = asyncio.new_event_loop()
    other.add_signal_handler(signal.SIGUSR1, print)
    other.close()


@body
async def transport_descriptors(loop):
    ours, theirs = socket.socketpair()
    transport, protocol = await loop.create_connection(
        lambda: Recorder(loop), sock=ours)
    with pytest.raises(RuntimeError):
        loop.add_reader(ours.fileno(), print)
    loop.add_reader(theirs.fileno(), print)
    loop.remove_reader(theirs.fileno())
    transport.close()
    await protocol.lost
    theirs.close()


@body
async def sock_recv(loop):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.setblocking(False)
        receiving = asyncio.ensure_future(loop.sock_recv(ours, 4))
        await turns()
        receiving.cancel()
        await refused(receiving)
        receiving = asyncio.ensure_future(loop.sock_recv(ours, 4))
        await turns()
        await loop.sock_sendall(theirs, b'data')
        assert await receiving == b'data'


@body
async def sock_connect(loop):
    with socket.socket(type=socket.SOCK_DGRAM) as ours, \
            socket.socket(type=socket.SOCK_DGRAM) as theirs:
        ours.setblocking(False)
        theirs.bind((HOST, 0))
        await loop.sock_connect(ours, theirs.getsockname())
        assert ours.getpeername() == theirs.getsockname()


@body
async def closing_transports(loop):
    ours, theirs = socket.socketpair()
    transport, protocol = await loop.create_connection(
        lambda: Recorder(loop), sock=ours)
    transport.close()
    transport.write_eof()
    await protocol.lost
    theirs.close()


@body
async def pause_reading(loop):
    ours, theirs = socket.socketpair()
    transport, protocol = await loop.create_connection(
        lambda: Recorder(loop), sock=ours)
    await turns()
    transport.pause_reading()
    transport.pause_reading()
    theirs.send(b'data')
    transport.resume_reading()
    assert await protocol.received == b'data'
    transport.close()
    transport.pause_reading()
    transport.resume_reading()
    await protocol.lost
    theirs.close()


@body
async def ipv6_addresses(loop):
    if socket.has_ipv6:
        try:
            await use_tcp('::1')
        except OSError:
            # The interpreter has it, and the system has not.
            pass


CONTEXTS = test_sslproto.contexts() if test_sslproto.ssl else None


async def use_tls(loop):
    for_server, for_client = CONTEXTS
    accepted = asyncio.Future()

    class Accepted(Recorder):
        def connection_made(self, transport):
            accepted.set_result((transport, self))

    server = await loop.create_server(lambda: Accepted(loop), HOST, 0,
                                      ssl=for_server)
    transport, _ = await loop.create_connection(
        lambda: Recorder(loop), *server.sockets[0].getsockname(),
        ssl=for_client)
    theirs, protocol = await accepted
    await check_transport(loop, transport, theirs.write)
    theirs.close()
    await protocol.lost
    server.close()
    await server.wait_closed()


@body
async def ssl_set_protocol(loop):
    if CONTEXTS is None:
        test_sslproto.test_transport_without_ssl(loop)
    else:
        await use_tls(loop)


def tls_body(function):
    """It is given a TLS whose other end speaks as test_sslproto.Pipe does."""
    async def run(loop):
        if not hasattr(sslproto, '_SSLPipe'):
            # 3.11's TLS knows no such thing.
            await use_tls(loop)
            return
        ssl = types.SimpleNamespace(
            SSLError=SSLError, CertificateError=CertificateError)
        with mock.patch.object(sslproto, '_SSLPipe', test_sslproto.Pipe), \
                mock.patch.object(sslproto, 'ssl', ssl):
            tls = test_sslproto.TLS(loop)
            transport = tls.ssl_protocol._app_transport
            await function(loop, tls)
            # It warns of one that was only aborted, or lost.
            transport.close()

    BODIES[function.__name__] = run


class SSLError(OSError):
    reason = 'stress'


class CertificateError(ValueError):
    pass


@tls_body
async def ssl_object(loop, tls):
    theirs = await tls.shake_hands(loop)
    assert tls.transport.get_extra_info('ssl_object') is not None
    tls.transport.close()
    assert await loop.sock_recv(theirs, 100) == b'bye'
    theirs.send(b'bye')
    await tls.lost
    theirs.close()


@tls_body
async def ssl_call_connection_made(loop, tls):
    tls = test_sslproto.TLS(loop, call_connection_made=False)
    theirs = await tls.shake_hands(loop)
    assert tls.connections == 0
    tls.ssl_protocol._app_transport.close()
    assert await loop.sock_recv(theirs, 100) == b'bye'
    theirs.send(b'bye')
    await tls.lost
    theirs.close()


@tls_body
async def ssl_connection_lost(loop, tls):
    theirs = await tls.connect(loop)
    theirs.close()
    # 3.7 and later say how it ended.
    await asyncio.wait([tls.waiter])
    tls.waiter.exception()
    await turns()


@tls_body
async def ssl_fatal_error(loop, tls):
    theirs = await tls.shake_hands(loop)
    tls.ssl_protocol._fatal_error(ConnectionAbortedError())
    assert isinstance(await tls.lost, ConnectionAbortedError)
    theirs.close()


@tls_body
async def ssl_get_extra_info(loop, tls):
    theirs = await tls.shake_hands(loop)
    transport = tls.transport
    transport.abort()
    await tls.lost
    assert transport.get_extra_info('socket', 'default') == 'default'
    theirs.close()


@tls_body
async def ssl_close(loop, tls):
    theirs = await tls.connect(loop)
    tls.ssl_protocol._app_transport.close()
    assert await loop.sock_recv(theirs, 100) == b''
    theirs.close()
    await asyncio.wait([tls.waiter])
    tls.waiter.exception()


@tls_body
async def ssl_data_received(loop, tls):
    theirs = await tls.shake_hands(loop)
    tls.transport.abort()
    tls.ssl_protocol.data_received(b'late')
    await tls.lost
    theirs.close()


@tls_body
async def ssl_handshake(loop, tls):
    theirs = await tls.shake_hands(loop)
    theirs.send(b'bye')
    assert await loop.sock_recv(theirs, 100) == b'bye'
    theirs.close()
    await tls.lost


@body
async def select_timeout(loop):
    for debug in False, True:
        loop.set_debug(debug)
        in_years = loop.call_later(10 ** 10, print)
        # Meanwhile the loop waits for that.
        await loop.run_in_executor(None, int)
        in_years.cancel()
    loop.set_debug(False)


@body
async def closed_loop(loop):
    other, slow = asyncio.new_event_loop(), concurrent.futures.Future()
    asyncio.wrap_future(slow, loop=other).cancel()
    other.close()
    slow.set_result('too late')


class Foreign:
    """A coroutine of another make, which tells nothing about itself."""

    def __await__(self):
        return self

    __iter__ = __await__

    def send(self, value):
        raise StopIteration('sent')

    def throw(self, *args):
        raise StopIteration('thrown')

    def close(self):
        pass


@body
async def foreign_coroutines(loop):
    task = asyncio.ensure_future(Foreign())
    assert 'Foreign' in repr(task)
    assert await task == 'sent'


@body
async def debug_stack(loop):
    loop.set_debug(True)
    future = loop.create_future()
    assert future._source_traceback
    loop.call_soon(future.set_result, None)
    await future
    loop.set_debug(False)


@body
async def stream_errors(loop):
    for error in (asyncio.LimitOverrunError('too long', 8),
                  asyncio.IncompleteReadError(b'partial', 8)):
        copy = pickle.loads(pickle.dumps(error))
        assert type(copy) is type(error) and str(copy) == str(error)


@body
async def accelerated(loop):
    async def wait(future):
        return await future

    # Done, failed, cancelled, and destroyed while it waits in a cycle.
    cancelled = loop.create_task(wait(loop.create_future()))
    future = loop.create_future()
    tasks = [loop.create_task(wait(future)) for _ in range(2)]
    await asyncio.sleep(0)
    cancelled.cancel()
    await refused(cancelled)
    future.set_result((1, 2))
    assert await asyncio.gather(*tasks) == [(1, 2), (1, 2)]
    failed = loop.create_future()
    failed.set_exception(KeyError())
    await refused(asyncio.gather(wait(failed), answer()), KeyError)
    lost = loop.create_future()
    lost.task = loop.create_task(wait(lost))
    await asyncio.sleep(0)
    lost.task._log_destroy_pending = False
    loop.call_later(0, int).cancel()
    loop.call_soon(int).cancel()
