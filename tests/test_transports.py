"""Whether a transport is closing, and another protocol for it."""

import asyncio
import os
import socket
import sys

import pytest

from asyncio import proactor_events


class Recorder(asyncio.Protocol):
    """Any protocol: futures of the first data and of the connection's end."""

    def __init__(self, loop):
        self.received = asyncio.Future(loop=loop)
        self.lost = asyncio.Future(loop=loop)

    def data_received(self, data):
        if not self.received.done():
            self.received.set_result(data)

    def datagram_received(self, data, addr):
        self.data_received(data)

    def pipe_data_received(self, fd, data):
        self.data_received(data)

    def pipe_connection_lost(self, fd, exc):
        pass

    def process_exited(self):
        pass

    def connection_lost(self, exc):
        self.lost.set_result(exc)


class Waiter:
    """As much of a future of another make as a transport needs."""

    connected = False

    def cancelled(self):
        return False

    def set_result(self, result):
        self.connected = True


def recorders(loop):
    return lambda: Recorder(loop)


# Each returns a transport and a function that makes data arrive there.

async def stream(loop):
    ours, theirs = socket.socketpair()
    transport, _ = await loop.create_connection(recorders(loop), sock=ours)
    return transport, theirs.sendall


async def datagrams(loop):
    transport, _ = await loop.create_datagram_endpoint(
        recorders(loop), local_addr=('127.0.0.1', 0))
    theirs = socket.socket(type=socket.SOCK_DGRAM)
    address = transport.get_extra_info('sockname')
    return transport, lambda data: theirs.sendto(data, address)


async def read_pipe(loop):
    reading, writing = os.pipe()
    transport, _ = await loop.connect_read_pipe(
        recorders(loop), os.fdopen(reading, 'rb', 0))
    return transport, os.fdopen(writing, 'wb', 0).write


async def write_pipe(loop):
    reading, writing = os.pipe()
    transport, protocol = await loop.connect_write_pipe(
        recorders(loop), os.fdopen(writing, 'wb', 0))
    # Kept open for as long as the transport.
    transport.reading = os.fdopen(reading, 'rb', 0)
    return transport, None


async def process(loop):
    transport, _ = await loop.subprocess_exec(recorders(loop), 'cat',
                                              stderr=None)
    return transport, transport.get_pipe_transport(0).write


kinds = pytest.mark.parametrize(
    'connect', [stream, datagrams, read_pipe, write_pipe, process])


async def check_transport(loop, transport, feed):
    """It is not closing, changes its protocol, and then is closing."""
    assert transport.is_closing() is False
    first, second = transport.get_protocol(), Recorder(loop)
    transport.set_protocol(second)
    assert transport.get_protocol() is second
    if feed is not None:
        feed(b'data')
        assert await second.received == b'data'
        assert not first.received.done()
    transport.close()
    assert transport.is_closing() is True
    assert await second.lost is None
    assert transport.is_closing() is True
    assert not first.lost.done()


@kinds
def test_transport(policy_loop, connect):
    async def run():
        transport, feed = await connect(policy_loop)
        await check_transport(policy_loop, transport, feed)

    policy_loop.run_until_complete(run())


@pytest.mark.parametrize('connect', [stream, datagrams, read_pipe])
def test_abort_is_closing(policy_loop, connect):
    async def run():
        transport, _ = await connect(policy_loop)
        protocol = transport.get_protocol()
        getattr(transport, 'abort', transport.close)()
        assert transport.is_closing()
        await protocol.lost

    policy_loop.run_until_complete(run())


def test_a_stream_that_the_peer_ends_is_closing(loop):
    async def run():
        transport, feed = await stream(loop)
        feed.__self__.close()
        await transport.get_protocol().lost
        assert transport.is_closing()

    loop.run_until_complete(run())


def test_closing_ends_the_wait_to_write(loop):
    """The older TLS transport waits although its buffer is empty."""
    async def run():
        transport, _ = await stream(loop)
        fileno = transport.get_extra_info('socket').fileno()
        getattr(loop, '_add_writer', loop.add_writer)(fileno, int)
        transport.close()
        assert loop.remove_writer(fileno) is False

    loop.run_until_complete(run())


def test_datagrams_that_are_closed_at_once_are_not_waited_for(loop):
    class Closing(Recorder):
        def connection_made(self, transport):
            self.fileno = transport.get_extra_info('socket').fileno()
            transport.close()

    async def run():
        _, protocol = await loop.create_datagram_endpoint(
            lambda: Closing(loop), local_addr=('127.0.0.1', 0))
        await protocol.lost
        assert loop.remove_reader(protocol.fileno) is False

    loop.run_until_complete(run())


def test_write_eof_of_a_transport_that_is_closed(loop):
    """3.5 raises AttributeError (bpo-31647)."""
    async def run():
        transport, _ = await stream(loop)
        protocol = transport.get_protocol()
        transport.close()
        await protocol.lost
        transport.write_eof()

    loop.run_until_complete(run())


def test_pause_reading_twice(loop):
    """3.5 raises RuntimeError (bpo-32356)."""
    async def run():
        transport, feed = await stream(loop)
        protocol = transport.get_protocol()
        transport.pause_reading()
        transport.pause_reading()
        feed(b'data')
        for _ in range(3):
            await asyncio.sleep(0)
        assert not protocol.received.done()
        transport.resume_reading()
        assert await protocol.received == b'data'
        transport.close()
        await protocol.lost

    loop.run_until_complete(run())


@pytest.mark.parametrize('paused', [True, False])
def test_pause_reading_while_closing(loop, paused):
    async def run():
        transport, _ = await stream(loop)
        protocol = transport.get_protocol()
        fileno = transport.get_extra_info('socket').fileno()
        if paused:
            transport.pause_reading()
        transport.close()
        transport.pause_reading()
        transport.resume_reading()
        await protocol.lost
        transport.pause_reading()
        transport.resume_reading()
        assert loop.remove_reader(fileno) is False

    loop.run_until_complete(run())


def test_resume_reading_of_what_is_not_paused(loop):
    """3.5 raises RuntimeError (bpo-32356)."""
    async def run():
        transport, feed = await stream(loop)
        protocol = transport.get_protocol()
        transport.resume_reading()
        transport.pause_reading()
        transport.resume_reading()
        transport.resume_reading()
        feed(b'data')
        assert await protocol.received == b'data'
        transport.close()
        await protocol.lost

    loop.run_until_complete(run())


class Proactor:
    """Stands for a Windows one; the test completes what is read."""

    def __init__(self, loop):
        self.loop = loop
        self.reads = []

    def recv(self, sock, size):
        self.reads.append(asyncio.Future(loop=self.loop))
        return self.reads[-1]


def iterate(loop):
    loop.call_soon(loop.stop)
    loop.run_forever()


@pytest.fixture
def reading(loop):
    """A transport of a proactor that reads, its protocol and the reads."""
    if sys.version_info >= (3, 7):
        pytest.skip('reads in another way')
    loop._proactor = Proactor(loop)
    ours, theirs = socket.socketpair()
    protocol = Recorder(loop)
    transport = proactor_events._ProactorSocketTransport(loop, ours, protocol)
    errors = []
    loop.set_exception_handler(lambda loop, context: errors.append(context))
    iterate(loop)
    yield transport, protocol, loop._proactor.reads
    transport.close()
    iterate(loop)
    iterate(loop)
    theirs.close()
    assert errors == []


def test_a_proactor_transport_that_is_paused_while_it_reads(loop, reading):
    """3.5 asks the read for its result at once (bpo-26819)."""
    transport, protocol, reads = reading
    transport.pause_reading()
    transport.pause_reading()
    transport.resume_reading()
    transport.resume_reading()
    iterate(loop)
    reads[0].set_result(b'data')
    iterate(loop)
    assert protocol.received.result() == b'data'
    assert len(reads) == 2


def test_what_a_proactor_transport_reads_while_it_is_paused(loop, reading):
    transport, protocol, reads = reading
    transport.pause_reading()
    reads[0].set_result(b'data')
    iterate(loop)
    assert not protocol.received.done()
    transport.resume_reading()
    iterate(loop)
    assert protocol.received.result() == b'data'
    assert len(reads) == 2


def test_a_proactor_transport_that_is_paused_already(child):
    if sys.version_info >= (3, 7):
        pytest.skip('reads in another way')
    child('''
        import asyncio, socket, sys
        from asyncio import proactor_events
        sys.path.insert(0, %r)
        from test_transports import Proactor, Recorder, iterate
        loop = asyncio.new_event_loop()
        loop._proactor = Proactor(loop)
        ours, theirs = socket.socketpair()
        protocol = Recorder(loop)
        transport = proactor_events._ProactorSocketTransport(
            loop, ours, protocol)
        iterate(loop)
        transport.pause_reading()
        loop._proactor.reads[0].set_result(b'data')
        iterate(loop)
        import asyncio_compat.auto
        transport.resume_reading()
        iterate(loop)
        assert protocol.received.result() == b'data'
        transport.abort()
        iterate(loop)
        iterate(loop)
        theirs.close()
        loop.close()
    ''' % os.path.dirname(__file__), ASYNCIO_COMPAT_TESTS='stock')


def test_a_proactor_transport_that_is_closing_is_paused(loop, reading):
    transport, _, reads = reading
    transport.close()
    transport.pause_reading()
    transport.resume_reading()
    iterate(loop)
    assert len(reads) == 1


def test_a_future_of_any_make_can_wait_for_datagrams(loop):
    waiter, protocol = Waiter(), Recorder(loop)
    transport = loop._make_datagram_transport(
        socket.socket(type=socket.SOCK_DGRAM), protocol, waiter=waiter)
    transport.close()
    loop.run_until_complete(protocol.lost)
    assert waiter.connected


def test_proactor_transport(child):
    """On Linux it is completed only if somebody has imported it before."""
    child('''
        import sys
        from asyncio import proactor_events
        from unittest import mock
        import asyncio_compat.auto
        sys.path.insert(0, %r)
        from test_transports import Waiter

        calls, waiter = [], Waiter()
        loop = mock.Mock(get_debug=lambda: False,
                         call_soon=lambda *call: calls.append(call))
        transport = proactor_events._ProactorSocketTransport(
            loop, mock.Mock(), mock.Mock(), waiter)
        for function, *arguments in calls:
            if waiter in arguments:
                function(*arguments)
        assert waiter.connected
        assert transport.is_closing() is False
        second = mock.Mock()
        transport.set_protocol(second)
        assert transport.get_protocol() is second
        transport.close()
        assert transport.is_closing() is True
        transport._sock = None

        # A server knows of the connections that are its own.
        server = mock.Mock()
        transport = proactor_events._ProactorSocketTransport(
            loop, mock.Mock(), mock.Mock(), server=server)
        assert server._attach.called
        transport._sock = None
    ''' % os.path.dirname(__file__))


def test_what_a_transport_of_another_make_cannot_tell():
    transport = asyncio.BaseTransport()
    for ask in (transport.is_closing, transport.get_protocol,
                lambda: transport.set_protocol(None)):
        with pytest.raises(NotImplementedError):
            ask()


class Written(asyncio.Transport):
    """A transport of another make, from before there was is_closing()."""

    def write(self, data):
        pass


class Quacking:
    write = Written.write


@pytest.mark.skipif(sys.version_info >= (3, 5, 3),
                    reason='asyncio requires is_closing()')
@pytest.mark.parametrize('transport_class', [Written, Quacking])
def test_drain_with_a_transport_of_another_make(policy_loop, transport_class):
    async def run():
        reader = asyncio.StreamReader()
        writer = asyncio.StreamWriter(transport_class(),
                                      asyncio.StreamReaderProtocol(reader),
                                      reader, policy_loop)
        writer.write(b'data')
        await writer.drain()

    policy_loop.run_until_complete(run())


def test_transports_that_exist_already(child):
    child('''
        import asyncio, sys
        sys.path.insert(0, %r)
        import test_transports as kinds
        loop = asyncio.get_event_loop_policy().new_event_loop()
        asyncio.set_event_loop(loop)
        transports = [loop.run_until_complete(connect(loop)) for connect in (
            kinds.stream, kinds.datagrams, kinds.read_pipe, kinds.write_pipe,
            kinds.process)]
        import asyncio_compat.auto
        for transport, feed in transports:
            loop.run_until_complete(
                kinds.check_transport(loop, transport, feed))
        loop.close()
    ''' % os.path.dirname(__file__),
          # A debug build tells of the other ends, which nobody closes.
          '-W', 'ignore::ResourceWarning', ASYNCIO_COMPAT_TESTS='stock')
