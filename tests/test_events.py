"""The running loop: who is told of it, and who is not."""

import asyncio
import os
import sys
import threading
from asyncio import get_event_loop

import pytest


def test_get_event_loop_in_a_coroutine_and_a_callback(loop):
    seen = []

    async def coroutine():
        seen.append(asyncio.get_event_loop())
        seen.append(get_event_loop())
        loop.call_soon(lambda: seen.append(get_event_loop()))
        loop.call_soon(loop.stop)

    loop.create_task(coroutine())
    loop.run_forever()
    assert seen == [loop] * 3


def test_the_policy_does_not_matter_inside(policy_loop):
    other = asyncio.new_event_loop()

    async def coroutine():
        asyncio.set_event_loop(other)
        return get_event_loop()

    try:
        assert policy_loop.run_until_complete(coroutine()) is policy_loop
        assert get_event_loop() is other
    finally:
        other.close()


def test_outside_there_is_no_running_loop(loop):
    assert asyncio._get_running_loop() is None
    loop.call_soon(loop.stop)
    loop.run_forever()
    assert asyncio._get_running_loop() is None
    assert asyncio.events._get_running_loop is asyncio._get_running_loop


def test_a_loop_that_fails_is_not_running_any_more(loop):
    loop.call_soon(sys.exit)
    with pytest.raises(SystemExit):
        loop.run_forever()
    assert asyncio._get_running_loop() is None
    assert not loop.is_running()


def test_loops_set_it_for_their_thread_alone(loop):
    seen = []

    def in_thread():
        seen.append(asyncio._get_running_loop())
        asyncio._set_running_loop(marker)
        seen.append(asyncio._get_running_loop())
        asyncio._set_running_loop(None)

    async def coroutine():
        thread = threading.Thread(target=in_thread)
        thread.start()
        thread.join()
        return asyncio._get_running_loop()

    marker = object()
    assert loop.run_until_complete(coroutine()) is loop
    assert seen == [None, marker]


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='needs os.fork()')
@pytest.mark.filterwarnings('ignore::DeprecationWarning')
def test_a_forked_child_sees_none(loop):
    async def coroutine():
        pid = os.fork()
        if not pid:
            os._exit(7 if asyncio._get_running_loop() is None else 8)
        return os.waitpid(pid, 0)[1]

    status = loop.run_until_complete(coroutine())
    assert os.WEXITSTATUS(status) == 7


def deep(make, depth=20):
    return deep(make, depth - 1) if depth else make()


@pytest.mark.parametrize('make', [
    lambda loop: loop.call_soon(int),
    lambda loop: loop.call_soon_threadsafe(int),
    lambda loop: loop.call_later(3600, int),
    # The compiled one records them all.
    lambda loop: asyncio.futures._PyFuture(loop=loop),
])
def test_debug_mode_records_the_last_callers(loop, monkeypatch, make):
    monkeypatch.setattr('asyncio.constants.DEBUG_STACK_DEPTH', 5)
    loop.set_debug(True)
    stack = deep(lambda: make(loop))._source_traceback
    assert 2 <= len(stack) <= 5
    *_, caller, last = stack
    assert (last[0], last[2]) == (__file__, '<lambda>')
    assert last[3].startswith('lambda loop: ')
    assert caller[3].startswith('stack = ') or caller[3].startswith('return ')


def test_without_debug_mode_nothing_is_recorded(loop):
    loop.set_debug(False)
    assert loop.call_soon(int)._source_traceback is None
    assert not asyncio.Future(loop=loop)._source_traceback


@pytest.mark.skipif(sys.version_info >= (3, 7), reason='is in another module')
def test_extract_stack(loop):
    here, caller, *_ = reversed(asyncio.events.extract_stack(limit=2))
    assert here[2] == 'test_extract_stack'
    assert _ == []
    frame = sys._getframe()
    assert asyncio.events.extract_stack(frame)[-1][2] == here[2]
    assert len(asyncio.events.extract_stack()) == 10
