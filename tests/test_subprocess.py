"""Processes: whose futures are waited for, what fails while they start, and
what signals they get.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE

import pytest

from conftest import lacks

pytestmark = pytest.mark.skipif(sys.platform == 'win32', reason='Unix')


@pytest.fixture
def made(policy_loop):
    """A list of the futures that the loop is asked for."""
    made = []

    def create_future():
        made.append(asyncio.Future(loop=policy_loop))
        return made[-1]

    policy_loop.create_future = create_future
    return made


def test_a_process_is_started_and_waited_for_with_the_loops_futures(
        policy_loop, made):
    async def run():
        process = await asyncio.create_subprocess_exec('cat', stdin=PIPE)
        assert made
        waiting = asyncio.ensure_future(process.wait())
        del made[:]
        # wait() is the only one to run.
        turn = asyncio.Future(loop=policy_loop)
        policy_loop.call_soon(turn.set_result, None)
        await turn
        assert len(made) == 1
        process.stdin.close()
        assert await waiting == 0
        assert await process.wait() == 0

    policy_loop.run_until_complete(run())


class Pipes(asyncio.SubprocessTransport):
    """A process whose output can be read, and nothing else."""

    closed = False

    def get_pipe_transport(self, fd):
        return self if fd == 1 else None

    def close(self):
        self.closed = True


def test_a_pipe_that_breaks_is_an_error_of_its_reader(policy_loop):
    transport = Pipes()
    protocol = asyncio.subprocess.SubprocessStreamProtocol(
        limit=100, loop=policy_loop)
    protocol.connection_made(transport)
    # Its input and its errors were no pipes.
    protocol.pipe_connection_lost(0, None)
    protocol.pipe_connection_lost(2, None)
    protocol.pipe_connection_lost(1, OSError('broken'))
    with pytest.raises(OSError) as broken:
        policy_loop.run_until_complete(protocol.stdout.read())
    assert str(broken.value) == 'broken'
    assert not transport.closed
    protocol.process_exited()
    assert transport.closed


@pytest.mark.skipif(sys.version_info >= (3, 7),
                    reason='other child watchers, and other waiting')
def test_a_process_whose_pipes_cannot_be_connected_is_ended(policy_loop,
                                                            monkeypatch):
    async def refuse(*args):
        raise OSError('refused')

    monkeypatch.setattr(policy_loop, 'connect_read_pipe', refuse)
    with pytest.raises(OSError) as refused:
        policy_loop.run_until_complete(asyncio.create_subprocess_exec(
            'sleep', '1000', stdout=PIPE))
    assert str(refused.value) == 'refused'
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


class Program(asyncio.SubprocessProtocol):
    def __init__(self, loop):
        self.exited = asyncio.Future(loop=loop)
        self.lost = asyncio.Future(loop=loop)

    def process_exited(self):
        self.exited.set_result(None)

    def connection_lost(self, exc):
        self.lost.set_result(exc)


@pytest.mark.skipif(sys.version_info >= (3, 13), reason='is signalled again')
def test_a_process_that_has_ended_is_not_signalled(policy_loop, monkeypatch):
    """Its pid may be another's by then (bpo-6973)."""
    async def run():
        # The shell ends at once; the cat that it leaves holds the pipes.
        transport, program = await policy_loop.subprocess_exec(
            lambda: Program(policy_loop), 'sh', '-c',
            'exec 3<&0; cat <&3 & exit 7', stderr=None)
        await program.exited
        assert transport.get_returncode() == 7
        assert transport.get_extra_info('subprocess').returncode == 7
        monkeypatch.setattr(os, 'kill', lambda *args: killed.append(args))
        transport.send_signal(signal.SIGUSR1)
        transport.terminate()
        transport.kill()
        transport.get_pipe_transport(0).close()
        await program.lost
        with pytest.raises(ProcessLookupError):
            transport.kill()
        transport.close()

    killed = []
    policy_loop.run_until_complete(run())
    assert killed == []


@pytest.mark.parametrize('end, number', [
    (lambda transport: transport.send_signal(signal.SIGUSR1),
     signal.SIGUSR1),
    (lambda transport: transport.terminate(), signal.SIGTERM),
    (lambda transport: transport.kill(), signal.SIGKILL)])
def test_a_process_is_signalled(policy_loop, end, number):
    async def run():
        transport, program = await policy_loop.subprocess_exec(
            lambda: Program(policy_loop), 'sleep', '1000', stdin=None,
            stdout=None, stderr=None)
        end(transport)
        await program.lost
        assert transport.get_returncode() == -number
        transport.close()

    policy_loop.run_until_complete(run())


@pytest.mark.skipif(not lacks((3, 5, 2)), reason='lacks nothing')
def test_windows_takes_the_loops_futures_too(child):
    """With stand-ins for what there is on Windows only."""
    assert child('''
        import asyncio, sys, types

        class ProactorEventLoop(asyncio.SelectorEventLoop):
            def create_future(self):
                made.append(asyncio.Future(loop=self))
                return made[-1]

        class IocpProactor:
            pass

        class _WindowsSubprocessTransport:
            def __init__(self, loop, protocol, args, shell, stdin, stdout,
                         stderr, bufsize, waiter, extra):
                self.calls = extra
                loop.call_soon(*((waiter.set_result, None)
                                 if args == 'works' else
                                 (waiter.set_exception, OSError('fails'))))

            def close(self):
                self.calls.append('close')

            @asyncio.coroutine
            def _wait(self):
                yield
                self.calls.append('wait')

        module = types.ModuleType('asyncio.windows_events')
        vars(module).update(
            ProactorEventLoop=ProactorEventLoop, IocpProactor=IocpProactor,
            _WindowsSubprocessTransport=_WindowsSubprocessTransport,
            __builtins__=__builtins__)
        sys.modules[module.__name__] = module
        import asyncio_compat.auto

        def start(args):
            calls = []
            try:
                transport = loop.run_until_complete(
                    loop._make_subprocess_transport(
                        None, args, False, None, None, None, 0, calls))
                assert transport.calls is calls
            except OSError as exc:
                calls.append(exc)
            return calls

        made = []
        loop = ProactorEventLoop()
        assert start('works') == [] and len(made) == 1
        print(start('does not'))
        proactor = IocpProactor()
        proactor._loop = loop
        future = proactor._result(5)
        assert future is made[-1] and future.result() == 5
        loop.close()
        asyncio_compat.uninstall()
        assert not hasattr(IocpProactor, '_result')
    ''') == "['close', 'wait', OSError('fails',)]\n"
