"""Reading from a stream, and its two errors."""

import asyncio
import pickle
import re
import sys

import pytest

from conftest import lacks
from test_locks import ticks

FOUND = 'Separator is found, but chunk is longer than limit'
NOT_FOUND = 'Separator is not found, and chunk exceed the limit'


class Transport(asyncio.Transport):
    """Gives its *chunks* to the reader, one a call, unless it is paused."""

    def __init__(self, loop, reader, chunks):
        super().__init__()
        self.loop = loop
        self.reader = reader
        self.chunks = list(chunks)
        self.paused = False
        self.pauses = 0
        reader.set_transport(self)
        loop.call_soon(self.feed)

    def feed(self):
        if self.chunks and not self.paused:
            self.reader.feed_data(self.chunks.pop(0))
            self.loop.call_soon(self.feed)

    def pause_reading(self):
        self.paused = True
        self.pauses += 1

    def resume_reading(self):
        self.paused = False
        self.loop.call_soon(self.feed)


@pytest.fixture
def run(policy_loop):
    return lambda coro: policy_loop.run_until_complete(
        asyncio.wait_for(coro, 30))


@pytest.fixture
def fed(policy_loop):
    """A function that returns a reader of this data, then of its end."""
    def fed(data, limit=2 ** 16, eof=True):
        reader = asyncio.StreamReader(limit=limit, loop=policy_loop)
        reader.feed_data(data)
        if eof:
            reader.feed_eof()
        return reader
    return fed


def chunked(data, size):
    return [data[i:i + size] for i in range(0, len(data), size)]


@pytest.mark.parametrize('separator', [b'\n', b'--', b'SEPARATOR', b'aab'])
@pytest.mark.parametrize('size', range(1, 12))
def test_readuntil_finds_a_separator_split_over_chunks(
        policy_loop, run, separator, size):
    blocks = [block + separator for block in (b'', b'one', b'aa', b'SEPA')]
    reader = asyncio.StreamReader(limit=16, loop=policy_loop)
    Transport(policy_loop, reader, chunked(b''.join(blocks), size))

    assert [run(reader.readuntil(separator)) for _ in blocks] == blocks


def test_readuntil_is_by_line_unless_told_otherwise(fed, run):
    assert run(fed(b'line\nrest').readuntil()) == b'line\n'


def test_readuntil_an_empty_separator_is_refused(fed, run):
    with pytest.raises(ValueError) as info:
        run(fed(b'data').readuntil(b''))
    assert str(info.value) == 'Separator should be at least one-byte string'


@pytest.mark.parametrize('data, consumed, message', [
    (b'12345678--', 8, FOUND),
    (b'12345678-', 8, NOT_FOUND),
    (b'1234567890123', 12, NOT_FOUND),
])
def test_readuntil_beyond_the_limit_leaves_the_data(
        fed, run, data, consumed, message):
    reader = fed(data, limit=7)
    for _ in range(2):
        with pytest.raises(asyncio.LimitOverrunError) as info:
            run(reader.readuntil(b'--'))
        assert info.value.consumed == consumed
        assert str(info.value) == message
    assert run(reader.readexactly(consumed)) == data[:consumed]
    assert run(reader.read()) == data[consumed:]


def test_readuntil_the_limit_does_not_count_the_separator(fed, run):
    assert run(fed(b'1234567--', limit=7).readuntil(b'--')) == b'1234567--'


@pytest.mark.parametrize('data', [b'', b'partial', b'partial-'])
def test_readuntil_the_end(fed, run, data):
    reader = fed(data)
    with pytest.raises(asyncio.IncompleteReadError) as info:
        run(reader.readuntil(b'--'))
    assert info.value.partial == data
    assert info.value.expected is None
    assert reader.at_eof()


def test_a_read_raises_the_exception_of_the_stream(fed, run):
    reader = fed(b'data\n', eof=False)
    reader.set_exception(KeyError())
    for reading in (reader.readuntil(), reader.readline(), reader.read(),
                    reader.readexactly(0)):
        with pytest.raises(KeyError):
            run(reading)


def test_readline_a_line_beyond_the_limit_is_dropped(fed, run):
    reader = fed(b'toolong\nline\nrest', limit=5)
    with pytest.raises(ValueError) as info:
        run(reader.readline())
    assert str(info.value) == FOUND
    assert run(reader.readline()) == b'line\n'
    assert run(reader.readline()) == b'rest'
    assert run(reader.readline()) == b''


def test_readline_without_its_end_beyond_the_limit_is_dropped(fed, run):
    reader = fed(b'toolong', limit=5, eof=False)
    with pytest.raises(ValueError) as info:
        run(reader.readline())
    assert str(info.value) == NOT_FOUND
    reader.feed_data(b'line\n')
    assert run(reader.readline()) == b'line\n'


def test_readline_counts_no_newline_towards_the_limit(fed, run):
    assert run(fed(b'12345\n', limit=5).readline()) == b'12345\n'


def test_readline_beyond_the_limit_resumes_the_transport(policy_loop, run):
    reader = asyncio.StreamReader(limit=4, loop=policy_loop)
    Transport(policy_loop, reader, [b'0123456789', b'ok\n'])

    async def main():
        with pytest.raises(ValueError):
            await reader.readline()
        return await reader.readline()

    assert run(main()) == b'ok\n'


def test_a_cancelled_read_takes_nothing(policy_loop, run):
    async def main():
        reader = asyncio.StreamReader(loop=policy_loop)
        for read in (reader.readexactly(9), reader.readuntil(b'--'),
                     reader.readline()):
            reading = asyncio.ensure_future(read)
            reader.feed_data(b'one')
            await asyncio.wait([reading], timeout=0)
            reading.cancel()
            await asyncio.wait([reading])
        return await reader.read(100)

    assert run(main()) == b'oneoneone'


@pytest.mark.parametrize('size', [1, 7, 99, 100])
def test_readexactly_more_than_the_limit(policy_loop, run, size):
    data = bytes(range(100))
    reader = asyncio.StreamReader(limit=16, loop=policy_loop)
    transport = Transport(policy_loop, reader,
                          chunked(data + b'rest', size))
    assert run(reader.readexactly(100)) == data
    assert transport.pauses
    assert run(reader.readexactly(4)) == b'rest'


def test_readexactly_leaves_the_rest(fed, run):
    reader = fed(b'123456789')
    assert run(reader.readexactly(0)) == b''
    assert run(reader.readexactly(4)) == b'1234'
    assert run(reader.read()) == b'56789'


def test_readexactly_less_than_nothing(fed, run):
    with pytest.raises(ValueError) as info:
        run(fed(b'data').readexactly(-1))
    assert str(info.value) == 'readexactly size can not be less than zero'


def test_readexactly_the_end(fed, run):
    with pytest.raises(asyncio.IncompleteReadError) as info:
        run(fed(b'1234').readexactly(5))
    assert (info.value.partial, info.value.expected) == (b'1234', 5)
    assert str(info.value) == '4 bytes read on a total of 5 expected bytes'


def test_read(fed, run):
    reader = fed(b'123456789')
    assert run(reader.read(0)) == b''
    assert run(reader.read(4)) == b'1234'
    assert run(reader.read(-1)) == b'56789'
    assert run(reader.read(1)) == b''


def test_two_at_a_time_are_refused(policy_loop, run):
    async def main():
        reader = asyncio.StreamReader(loop=policy_loop)
        first = asyncio.ensure_future(reader.readuntil())
        await asyncio.wait([first], timeout=0)
        with pytest.raises(RuntimeError) as info:
            await reader.readexactly(1)
        reader.feed_data(b'\n')
        assert await first == b'\n'
        return str(info.value)

    assert run(main()) == ('readexactly() called while another coroutine is '
                           'already waiting for incoming data')


@pytest.mark.parametrize('limit', [0, -1])
def test_a_limit_is_positive(loop, limit):
    with pytest.raises(ValueError) as info:
        asyncio.StreamReader(limit=limit, loop=loop)
    assert str(info.value) == 'Limit cannot be <= 0'


def test_repr_of_a_reader(fed, loop):
    assert '4 bytes eof' in repr(fed(b'data'))
    assert repr(fed(b'', eof=False)) == '<StreamReader>'
    # The names are short until 3.7.
    reader = fed(b'', limit=5, eof=False)
    assert re.search('l(imit)?=5>', repr(reader))
    reader.set_exception(KeyError('failed'))
    assert re.search("e(xception)?=KeyError", repr(reader))
    reader = fed(b'', eof=False)
    transport = Transport(loop, reader, [])
    assert re.search('t(ransport)?=<', repr(reader))
    reader.feed_data(b'x' * (2 ** 17 + 1))
    assert transport.paused and 'paused' in repr(reader)


def test_repr_of_a_reader_that_waits(fed, run):
    async def main():
        reader = fed(b'', eof=False)
        reading = asyncio.ensure_future(reader.read())
        await ticks()
        assert re.search('w(aiter)?=<Future pending', repr(reader))
        reader.feed_eof()
        return await reading

    assert run(main()) == b''


@pytest.mark.parametrize('protocol', range(pickle.HIGHEST_PROTOCOL + 1))
def test_errors_are_pickled(protocol):
    error = pickle.loads(pickle.dumps(
        asyncio.IncompleteReadError(b'abc', None), protocol))
    assert (error.partial, error.expected) == (b'abc', None)
    assert str(error) in (
        '3 bytes read on a total of None expected bytes',
        '3 bytes read on a total of undefined expected bytes')  # since 3.8.2
    error = pickle.loads(pickle.dumps(
        asyncio.LimitOverrunError('message', 10), protocol))
    assert (str(error), error.consumed) == ('message', 10)


def test_a_lost_connection_is_let_go(fed, loop):
    protocol = asyncio.StreamReaderProtocol(fed(b'', eof=False), loop=loop)
    protocol.connection_made(Encrypted())
    for _ in range(2):
        protocol.connection_lost(None)
        assert protocol._stream_reader is protocol._stream_writer is None


def test_who_is_connected_may_be_told_by_a_plain_function(loop):
    protocol = asyncio.StreamReaderProtocol(
        asyncio.StreamReader(loop=loop),
        lambda reader, writer: told.append((reader, writer)), loop=loop)
    told = []
    transport = Encrypted()
    transport.is_closing = lambda: True
    protocol.connection_made(transport)
    ((reader, writer),) = told
    assert writer.transport is transport


def test_the_error_is_exported():
    assert 'LimitOverrunError' in asyncio.__all__
    namespace = {}
    exec('from asyncio import *', namespace)
    assert namespace['LimitOverrunError'] is asyncio.LimitOverrunError


class Closing(asyncio.Transport):
    def __init__(self, is_closing):
        super().__init__()
        self.is_closing = is_closing


async def drain(loop, is_closing):
    """Call drain() just before connection_lost() is called."""
    reader = asyncio.StreamReader(loop=loop)
    transport = Closing(is_closing)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    protocol.connection_made(transport)
    writer = asyncio.StreamWriter(transport, protocol, reader, loop)
    loop.call_soon(protocol.connection_lost, None)
    try:
        await writer.drain()
    finally:
        transport.is_closing = lambda: True


def test_drain_of_a_closing_transport_lets_the_error_arrive(policy_loop):
    policy_loop.run_until_complete(drain(policy_loop, lambda: False))
    with pytest.raises(ConnectionResetError):
        policy_loop.run_until_complete(drain(policy_loop, lambda: True))


def test_drain_waits_while_the_protocol_is_paused(policy_loop, run):
    async def main():
        reader = asyncio.StreamReader(loop=policy_loop)
        transport = Closing(lambda: False)
        protocol = asyncio.StreamReaderProtocol(reader, loop=policy_loop)
        protocol.connection_made(transport)
        writer = asyncio.StreamWriter(transport, protocol, reader, policy_loop)
        protocol.pause_writing()
        draining = asyncio.ensure_future(writer.drain())
        await ticks()
        assert not draining.done()
        protocol.resume_writing()
        await draining
        # And again, with the error that reading has met.
        reader.set_exception(KeyError())
        with pytest.raises(KeyError):
            await writer.drain()
        transport.is_closing = lambda: True

    run(main())


@pytest.mark.skipif(not lacks((3, 5, 3)), reason='every transport must tell')
def test_drain_of_a_transport_that_does_not_tell(policy_loop):
    def is_closing():
        raise NotImplementedError

    policy_loop.run_until_complete(drain(policy_loop, is_closing))


class Encrypted(asyncio.Transport):
    def get_extra_info(self, name, default=None):
        return 'a context' if name == 'sslcontext' else default


@pytest.mark.parametrize('transport, stays_open', [
    (asyncio.Transport(), True), (Encrypted(), False)])
def test_the_end_half_closes_no_tls_connection(loop, transport, stays_open):
    reader = asyncio.StreamReader(loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    protocol.connection_made(transport)
    assert protocol.eof_received() is stays_open
    assert reader.at_eof()


def test_communicate_with_an_empty_input_closes_the_pipe(policy_loop, run):
    async def main():
        process = await asyncio.create_subprocess_exec(
            sys.executable, '-c', 'import sys; print(repr(sys.stdin.read()))',
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
        return await process.communicate(b'')

    assert run(main()) == (b"''\n", None)


def test_the_output_of_a_process_outlives_it(policy_loop, run):
    async def main():
        process = await asyncio.create_subprocess_exec(
            sys.executable, '-c', 'print("x" * 9999)', limit=1000,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        # wait() will not do: since 3.11 it waits for the pipes as well.
        exited, protocol = asyncio.Event(), process._protocol
        process_exited = protocol.process_exited

        def note_exit():
            process_exited()
            exited.set()

        protocol.process_exited = note_exit
        # More than twice the limit: the pipe pauses until this is read.
        data = await process.stdout.read(1)
        if process.returncode is None:
            await exited.wait()
        await ticks()
        data += await process.stdout.read()
        await process.wait()
        return data

    assert run(main()) == b'x' * 9999 + b'\n'


@pytest.mark.skipif(not lacks((3, 5, 2)), reason='has its own')
def test_readers_of_an_asyncio_that_is_left_alone(child):
    assert child('''
        import asyncio, pickle
        from asyncio_compat import streams
        loop = asyncio.new_event_loop()
        reader = asyncio.StreamReader(limit=5, loop=loop)
        read = streams.StreamReader
        run = loop.run_until_complete
        reader.feed_data(b'one--two--beyond--')
        assert run(read.readuntil(reader, b'--')) == b'one--'
        assert run(read.readexactly(reader, 5)) == b'two--'
        try:
            run(read.readuntil(reader, b'--'))
        except streams.LimitOverrunError as exc:
            error = pickle.loads(pickle.dumps(exc))
            assert error.consumed == exc.consumed == 6
        reader.feed_eof()
        try:
            run(read.readexactly(reader, 100))
        except asyncio.IncompleteReadError as exc:
            assert pickle.loads(pickle.dumps(exc)).partial == b'beyond--'
        loop.close()
        print('read')
    ''') == 'read\n'
