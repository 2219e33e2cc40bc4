"""Pipes: what is buffered, terminals, and whose futures are made."""

import asyncio
import errno
import gc
import os
import sys

import pytest
from conftest import beyond

from test_transports import Recorder, Waiter, recorders

pytestmark = pytest.mark.skipif(sys.platform == 'win32', reason='Unix')

BIG = bytes(range(256)) * 4096     # bytes; more than a pipe takes at once


class Writer(Recorder):
    """The protocol of a write pipe that is not bothered by pauses."""

    def pause_writing(self):
        pass

    def resume_writing(self):
        pass


async def write_pipe(loop):
    """A new pipe: its transport, its protocol, and a file at its other end."""
    reading, writing = os.pipe()
    transport, protocol = await loop.connect_write_pipe(
        lambda: Writer(loop), os.fdopen(writing, 'wb', 0))
    return transport, protocol, os.fdopen(reading, 'rb', 0)


async def read_all(loop, file):
    """Read *file* to its end in the loop's executor, and close it."""
    with file:
        return await loop.run_in_executor(None, file.read)


def test_what_a_pipe_does_not_take_is_buffered(loop):
    async def run():
        transport, protocol, reading = await write_pipe(loop)
        transport.write(BIG)
        transport.write(memoryview(BIG))
        assert len(BIG) < transport.get_write_buffer_size() < 2 * len(BIG)
        # Not a list of chunks, joined at every write (bpo-26909).
        assert isinstance(transport._buffer, bytearray)
        transport.close()
        assert await read_all(loop, reading) == 2 * BIG
        assert await protocol.lost is None

    loop.run_until_complete(run())


def test_a_bytearray_is_the_writers_again_after_write(loop):
    async def run():
        transport, _, reading = await write_pipe(loop)
        data = bytearray(BIG)
        transport.write(data)
        transport.write(data)
        data[:] = b'other'
        transport.close()
        assert await read_all(loop, reading) == 2 * BIG

    loop.run_until_complete(run())


@pytest.mark.skipif(sys.version_info >= (3, 6),
                    reason='asyncio says twice that the connection is lost')
@beyond('is_closing')
def test_resume_writing_may_close_the_pipe(loop):
    async def run():
        transport, protocol, reading = await write_pipe(loop)
        protocol.resume_writing = transport.close
        transport.write(BIG)
        assert await read_all(loop, reading) == BIG
        assert await protocol.lost is None

    errors = []
    loop.set_exception_handler(lambda loop, context: errors.append(context))
    loop.run_until_complete(run())
    assert errors == []


def test_the_reader_of_a_pipe_goes_away(loop):
    async def run():
        transport, protocol, reading = await write_pipe(loop)
        transport.write(BIG)
        reading.close()
        assert isinstance(await protocol.lost, BrokenPipeError)

    loop.run_until_complete(run())


def test_what_is_typed_on_a_terminal_does_not_close_it(policy_loop):
    async def run():
        keyboard, terminal = os.openpty()
        transport, protocol = await policy_loop.connect_write_pipe(
            recorders(policy_loop), os.fdopen(terminal, 'wb', 0))
        os.write(keyboard, b'typed\n')
        # What waits to be read is seen in the first iteration, if at all.
        for _ in range(3):
            await asyncio.sleep(0)
        assert not protocol.lost.done()
        transport.write(b'answer')
        transport.close()
        await protocol.lost
        os.close(keyboard)

    policy_loop.run_until_complete(run())


@pytest.mark.parametrize('connect', ['connect_read_pipe',
                                     'connect_write_pipe'])
def test_a_file_that_is_no_pipe_stays_open(loop, tmpdir, capfd, connect):
    with open(str(tmpdir.join('file')), 'w+b') as file:
        with pytest.raises(ValueError):
            loop.run_until_complete(
                getattr(loop, connect)(recorders(loop), file))
        gc.collect()
        assert not file.closed
    # 3.5.0's transport failed as it was deleted, too.
    assert capfd.readouterr()[1] == ''


def test_the_repr_of_a_read_pipe(loop):
    reading, writing = os.pipe()
    transport, protocol = loop.run_until_complete(
        loop.connect_read_pipe(recorders(loop), os.fdopen(reading, 'rb', 0)))
    name = '<_UnixReadPipeTransport '
    assert repr(transport) == name + 'fd=%d polling>' % reading
    transport.pause_reading()
    assert repr(transport) == name + 'fd=%d idle>' % reading
    transport.close()
    assert repr(transport) == name + 'closing fd=%d idle>' % reading
    loop.run_until_complete(protocol.lost)
    assert repr(transport) == name + 'closed fd=%d closed>' % reading
    os.close(writing)


def test_the_repr_of_a_write_pipe(loop):
    transport, protocol, reading = loop.run_until_complete(write_pipe(loop))
    name, fd = '<_UnixWritePipeTransport ', transport._fileno
    assert repr(transport) == name + 'fd=%d idle bufsize=0>' % fd
    transport.write(BIG)
    assert repr(transport) == name + 'fd=%d polling bufsize=%d>' % (
        fd, transport.get_write_buffer_size())
    transport.abort()
    loop.run_until_complete(protocol.lost)
    assert repr(transport) == name + 'closed fd=%d closed>' % fd
    reading.close()


@pytest.mark.parametrize('end, connect', [
    (0, 'connect_read_pipe'), (1, 'connect_write_pipe')])
def test_the_repr_of_a_pipe_that_outlives_its_loop(loop, end, connect):
    """3.5.0 and 3.5.1 failed, also when the pipe was deleted."""
    ends = os.pipe()
    with os.fdopen(ends[end], 'r+b', 0) as pipe:
        transport, _ = loop.run_until_complete(
            getattr(loop, connect)(recorders(loop), pipe))
        loop.close()
        assert repr(transport).endswith('fd=%d open>' % ends[end])
        # Or it warns that nobody has closed it.
        transport._pipe = None
    os.close(ends[1 - end])


@pytest.mark.parametrize('end, make', [
    (0, '_make_read_pipe_transport'), (1, '_make_write_pipe_transport')])
def test_a_future_of_any_make_can_wait_for_a_pipe(loop, end, make):
    ends = os.pipe()
    waiter, protocol = Waiter(), Recorder(loop)
    transport = getattr(loop, make)(os.fdopen(ends[end], 'r+b', 0), protocol,
                                    waiter)
    transport.close()
    loop.run_until_complete(protocol.lost)
    assert waiter.connected
    os.close(ends[1 - end])


def test_a_pipe_that_buffers_already(child):
    """3.5.0 keeps a list of chunks."""
    child('''
        import asyncio, sys
        sys.path.insert(0, %r)
        from test_unix_events import BIG, read_all, write_pipe

        async def run():
            transport, protocol, reading = await write_pipe(loop)
            transport.write(BIG)
            transport.write(bytearray(BIG))
            import asyncio_compat.auto
            assert len(BIG) < transport.get_write_buffer_size()
            transport.write(BIG)
            transport.close()
            assert await read_all(loop, reading) == 3 * BIG
            assert await protocol.lost is None

        assert 'asyncio_compat.supplying' not in sys.modules
        loop = asyncio.new_event_loop()
        loop.run_until_complete(run())
        loop.close()
    ''' % os.path.dirname(__file__), ASYNCIO_COMPAT_TESTS='stock')


def test_a_pipe_that_buffers_already_is_emptied(child):
    """By the method of before, which waits for it."""
    child('''
        import asyncio, sys
        sys.path.insert(0, %r)
        from test_unix_events import BIG, read_all, write_pipe

        async def run():
            transport, protocol, reading = await write_pipe(loop)
            transport.write(BIG)
            import asyncio_compat.auto
            transport.close()
            assert await read_all(loop, reading) == BIG
            assert await protocol.lost is None

        loop = asyncio.new_event_loop()
        loop.run_until_complete(run())
        loop.close()
    ''' % os.path.dirname(__file__), ASYNCIO_COMPAT_TESTS='stock')


def state(transport):
    """The words of its repr, without its class and file."""
    return repr(transport)[1:-1].split()[1:]


def test_repr_of_a_read_pipe(loop):
    async def run():
        reading, writing = os.pipe()
        transport, protocol = await loop.connect_read_pipe(
            recorders(loop), os.fdopen(reading, 'rb', 0))
        fd = 'fd=%d' % reading
        assert repr(transport) == '<_UnixReadPipeTransport %s polling>' % fd
        transport.pause_reading()
        assert state(transport) == [fd, 'idle']
        transport.close()
        assert state(transport)[:2] == ['closing', fd]
        await protocol.lost
        assert state(transport)[::2] == ['closed', 'closed']
        os.close(writing)

    loop.run_until_complete(run())


def test_repr_of_a_write_pipe(loop):
    async def run():
        transport, protocol, reading = await write_pipe(loop)
        assert state(transport)[1:] == ['idle', 'bufsize=0']
        transport.write(BIG)
        assert state(transport)[1:] == [
            'polling', 'bufsize=%d' % transport.get_write_buffer_size()]
        transport.abort()
        await protocol.lost
        assert state(transport)[::2] == ['closed', 'closed']
        reading.close()

    loop.run_until_complete(run())


@pytest.mark.skipif((3, 5, 2) <= sys.version_info < (3, 6),
                    reason='left as it is')
def test_repr_of_a_pipe_of_a_closed_loop():
    loop = asyncio.new_event_loop()
    transport, _, reading = loop.run_until_complete(write_pipe(loop))
    loop.close()
    assert state(transport)[1:] == ['open']
    transport._pipe.close()
    transport._pipe = None
    reading.close()


@pytest.mark.parametrize('end, make', [
    (0, '_make_read_pipe_transport'), (1, '_make_write_pipe_transport')])
def test_nobody_need_wait_for_a_pipe(loop, end, make):
    ends = os.pipe()
    protocol = Recorder(loop)
    getattr(loop, make)(os.fdopen(ends[end], 'r+b', 0), protocol).close()
    loop.run_until_complete(protocol.lost)
    os.close(ends[1 - end])


def test_writing_on_to_a_closed_pipe_is_logged(loop, caplog):
    async def run():
        transport, protocol, reading = await write_pipe(loop)
        transport.close()
        for _ in range(6):
            transport.write(b'data')
        await protocol.lost
        assert reading.read() == b''
        reading.close()

    loop.run_until_complete(run())
    assert [record.getMessage() for record in caplog.records] == [
        'pipe closed by peer or os.write(pipe, data) raised exception.']


def test_a_write_to_a_pipe_that_nobody_reads(loop):
    async def run():
        transport, protocol, reading = await write_pipe(loop)
        reading.close()
        transport.write(b'data')
        assert transport.is_closing()
        assert isinstance(await protocol.lost, BrokenPipeError)

    loop.run_until_complete(run())


def test_a_write_to_a_full_pipe_waits(loop):
    async def run():
        transport, protocol, reading = await write_pipe(loop)
        fileno = transport.get_extra_info('pipe').fileno()
        taken = os.write(fileno, BIG)
        transport.write(b'data')
        assert transport.get_write_buffer_size() == 4
        transport.close()
        assert await read_all(loop, reading) == BIG[:taken] + b'data'
        assert await protocol.lost is None

    loop.run_until_complete(run())


def test_an_error_while_a_pipe_is_emptied(loop, monkeypatch):
    async def run():
        transport, protocol, reading = await write_pipe(loop)
        transport.write(BIG)
        monkeypatch.setattr(os, 'write', write)
        reading.read(len(BIG))
        assert await protocol.lost is error
        assert transport.get_write_buffer_size() == 0
        reading.close()

    def write(fileno, data):
        monkeypatch.setattr(os, 'write', fail)
        raise BlockingIOError

    def fail(fileno, data):
        monkeypatch.undo()
        raise error

    error, contexts = OSError(errno.EIO, 'Input/output error'), []
    loop.set_exception_handler(lambda loop, context: contexts.append(context))
    loop.run_until_complete(run())
