"""Pipes: what is buffered, terminals, and whose futures are made.

Unix sockets, child watchers, and signals at the end of the interpreter.
"""

import asyncio
import errno
import gc
import os
import signal
import socket
import sys

import pytest

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


@pytest.mark.skipif(sys.version_info >= (3, 5, 3),
                    reason='asyncio says twice that the connection is lost')
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


KINDS = [(socket.AF_INET, socket.SOCK_STREAM),
         (getattr(socket, 'AF_UNIX', None), socket.SOCK_DGRAM),
         (getattr(socket, 'AF_UNIX', None), socket.SOCK_SEQPACKET)]


@pytest.mark.parametrize('family, kind', KINDS)
@pytest.mark.parametrize('arguments', [('create_unix_connection', None),
                                       ('create_unix_server',)])
def test_a_socket_of_another_kind_is_refused(loop, arguments, family, kind):
    """It was connected or listened on, whatever came of it (bpo-28652)."""
    name, *path = arguments
    with socket.socket(family, kind) as sock:
        with pytest.raises(ValueError) as refused:
            loop.run_until_complete(getattr(loop, name)(
                recorders(loop), *path, sock=sock))
    assert str(refused.value).startswith(
        'A UNIX Domain Stream Socket was expected, got <socket.socket')


@pytest.mark.parametrize('name, path, options, error', [
    ('create_unix_connection', 'path', {'sock': 1},
     'path and sock can not be specified at the same time'),
    ('create_unix_connection', None, {}, 'no path and sock were specified'),
    ('create_unix_connection', 'path', {'ssl': object()},
     'you have to pass server_hostname when using ssl'),
    ('create_unix_connection', 'path', {'server_hostname': 'name'},
     'server_hostname is only meaningful with ssl'),
    ('create_unix_server', 'path', {'sock': 1},
     'path and sock can not be specified at the same time'),
    ('create_unix_server', None, {},
     'path was not specified, and no sock specified')])
def test_arguments_that_make_no_unix_socket(loop, name, path, options, error):
    with pytest.raises(ValueError) as refused:
        loop.run_until_complete(
            getattr(loop, name)(recorders(loop), path, **options))
    assert str(refused.value) == error


def test_a_unix_server_wants_a_context(loop):
    with pytest.raises(TypeError) as refused:
        loop.run_until_complete(
            loop.create_unix_server(recorders(loop), 'path', ssl=True))
    assert str(refused.value) == 'ssl argument must be an SSLContext or None'


async def serve(loop, path, **options):
    """A server that has been connected to, and is closed."""
    accepted = asyncio.Future(loop=loop)

    class Accepted(Recorder):
        def connection_made(self, transport):
            accepted.set_result(transport)

    server = await loop.create_unix_server(lambda: Accepted(loop), path,
                                           **options)
    address = server.sockets[0].getsockname()
    transport, protocol = await loop.create_unix_connection(recorders(loop),
                                                            address)
    (await accepted).write(b'served')
    assert await protocol.received == b'served'
    (await accepted).close()
    await protocol.lost
    server.close()
    await server.wait_closed()


def leave_socket(path):
    """Bind and close: the file stays, as after a crash."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(path)


@pytest.mark.parametrize('to_path', [str, os.fsencode])
def test_a_server_takes_the_place_of_one_that_is_gone(loop, tmpdir, to_path):
    path = str(tmpdir.join('socket'))
    leave_socket(path)
    loop.run_until_complete(serve(loop, to_path(path)))


@pytest.mark.skipif(not sys.platform.startswith('linux'), reason='Linux')
@pytest.mark.parametrize('path', ['\0asyncio-compat-%d' % os.getpid(),
                                  b'\0asyncio-compat-%d' % os.getpid()])
def test_an_abstract_socket(loop, path):
    loop.run_until_complete(serve(loop, path))


def test_sockets_of_the_callers(loop, tmpdir):
    async def run():
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(tmpdir.join('socket')))
        await serve(loop, None, sock=listening)
        ours, theirs = socket.socketpair()
        transport, protocol = await loop.create_unix_connection(
            recorders(loop), None, sock=ours)
        theirs.send(b'data')
        assert await protocol.received == b'data'
        transport.close()
        await protocol.lost
        theirs.close()

    loop.run_until_complete(run())


def test_what_is_no_socket_stays(loop, tmpdir):
    file = tmpdir.join('file')
    file.write('content')
    with pytest.raises(OSError) as refused:
        loop.run_until_complete(
            loop.create_unix_server(recorders(loop), str(file)))
    assert refused.value.errno == errno.EADDRINUSE
    assert refused.value.strerror == (
        'Address %r is already in use' % str(file))
    assert file.read() == 'content'


def test_a_place_that_cannot_be_looked_at(loop, tmpdir, caplog):
    file = tmpdir.join('file')
    file.write('')
    path = str(file.join('socket'))
    with pytest.raises(NotADirectoryError) as refused:
        loop.run_until_complete(
            loop.create_unix_server(recorders(loop), path))
    assert [record.getMessage() for record in caplog.records] == [
        'Unable to check or remove stale UNIX socket %r: %r' % (
            path, NotADirectoryError(refused.value.errno,
                                     refused.value.strerror))]


def test_nobody_listens(loop, tmpdir):
    path = str(tmpdir.join('socket'))
    leave_socket(path)
    with pytest.raises(ConnectionRefusedError):
        loop.run_until_complete(
            loop.create_unix_connection(recorders(loop), path))


@pytest.fixture(params=['SafeChildWatcher', 'FastChildWatcher'])
def watcher(request):
    """A child watcher without a loop, that has been entered."""
    if sys.version_info >= (3, 8):
        pytest.skip('other watchers')
    with getattr(asyncio, request.param)() as watcher:
        yield watcher
    watcher.close()


def test_a_watcher_without_a_loop_refuses_to_watch(watcher):
    """Nobody would have been told of the end (bpo-28368)."""
    with pytest.raises(RuntimeError) as refused:
        watcher.add_child_handler(os.getpid(), print)
    assert str(refused.value) == (
        'Cannot add child handler, '
        'the child watcher does not have a loop attached')


def test_a_watcher_hears_of_those_that_end(loop, watcher):
    ended = asyncio.Future(loop=loop)
    watcher.attach_loop(loop)
    pid = os.spawnlp(os.P_NOWAIT, 'sh', 'sh', '-c', 'exit 5')
    watcher.add_child_handler(pid, lambda *args: ended.set_result(args), 'and')
    assert loop.run_until_complete(ended) == (pid, 5, 'and')


def test_a_watcher_hears_of_those_that_ended_before(loop, watcher):
    calls = []
    watcher.attach_loop(loop)
    pid = os.spawnlp(os.P_NOWAIT, 'true', 'true')
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    watcher._sig_chld()
    watcher.add_child_handler(pid, lambda *args: calls.append(args))
    assert calls == [(pid, 0)]


def test_a_loop_is_taken_from_a_watcher_that_needs_it(loop, watcher):
    calls = []
    watcher.attach_loop(loop)
    pid = os.spawnlp(os.P_NOWAIT, 'sleep', 'sleep', '1000')
    watcher.add_child_handler(pid, lambda *args: calls.append(args))
    with pytest.warns(RuntimeWarning) as warned:
        watcher.attach_loop(None)
    assert [str(warning.message) for warning in warned] == [
        'A loop is being detached from a child watcher with pending handlers']
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert calls == []
    watcher.attach_loop(loop)
    assert calls == [(pid, -signal.SIGKILL)]


@pytest.mark.skipif(sys.version_info >= (3, 5, 3), reason='has to have them')
def test_a_watcher_that_was_written_without_callbacks(loop):
    class Watcher(asyncio.unix_events.BaseChildWatcher):
        def __init__(self):
            self._loop = None

        def _do_waitpid_all(self):
            pass

    watcher = Watcher()
    watcher.attach_loop(loop)
    watcher.close()
    assert watcher._loop is None


@pytest.mark.skipif(sys.version_info >= (3, 8), reason='other watchers')
def test_a_watcher_that_was_written_for_callbacks():
    assert asyncio.unix_events.BaseChildWatcher()._callbacks == {}


def test_a_loop_that_nobody_closed_at_exit(child):
    """It was a TypeError of the signal module (bpo-26133)."""
    assert child('''
        import asyncio, asyncio_compat.auto, signal
        loop = asyncio.new_event_loop()
        loop.add_signal_handler(signal.SIGUSR1, print)
        # Until the very end.
        asyncio.loop = loop
        print('end')
    ''') == 'end\n'


def test_a_loop_that_is_closed_at_exit_says_so(loop, monkeypatch):
    loop.add_signal_handler(signal.SIGUSR1, print)
    handler = signal.getsignal(signal.SIGUSR1)
    try:
        with monkeypatch.context() as exit:
            exit.setattr(sys, 'is_finalizing', lambda: True)
            with pytest.warns(ResourceWarning) as warned:
                loop.close()
        assert [str(warning.message) for warning in warned] == [
            'Closing the loop %r on interpreter shutdown stage, '
            'skipping signal handlers removal' % loop]
        assert signal.getsignal(signal.SIGUSR1) is handler
    finally:
        signal.signal(signal.SIGUSR1, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)


def test_a_loop_that_is_closed_in_time_resets_the_signals(loop):
    loop.add_signal_handler(signal.SIGUSR1, print)
    loop.close()
    assert signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL


def test_a_loop_is_closed_with_what_it_is_made_of(loop):
    class Part(asyncio.SelectorEventLoop.__bases__[0]):
        def close(self):
            closed.append(self)
            super().close()

    class Loop(asyncio.SelectorEventLoop, Part):
        pass

    closed = []
    made = Loop()
    made.close()
    assert closed == [made]
