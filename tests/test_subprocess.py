"""Processes: whose futures are waited for, and what fails while they start."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE

import pytest

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
