"""How a loop runs and stops."""

import asyncio
import sys

import pytest


def test_stop_ends_the_current_iteration(loop):
    calls = []

    def stop():
        loop.stop()
        loop.call_soon(calls.append, 'scheduled by the last iteration')

    loop.call_soon(stop)
    loop.call_soon(calls.append, 'same iteration')
    loop.run_forever()
    assert calls == ['same iteration']
    loop.stop()
    loop.run_forever()
    assert calls == ['same iteration', 'scheduled by the last iteration']


def test_stop_before_run_forever_runs_one_iteration(loop):
    calls = []
    loop.stop()
    loop.call_soon(lambda: loop.call_soon(calls.append, 'second'))
    loop.call_soon(calls.append, 'first')
    loop.run_forever()
    assert calls == ['first']
    loop.stop()
    loop.run_forever()
    assert calls == ['first', 'second']


def test_run_forever_refuses_to_nest(loop):
    other = asyncio.new_event_loop()

    async def nest():
        # In this order: once refused, 3.13.0 forgets what runs.
        with pytest.raises(RuntimeError) as another:
            other.run_forever()
        with pytest.raises(RuntimeError) as same:
            loop.run_forever()
        return str(same.value), str(another.value)

    try:
        assert loop.run_until_complete(nest()) == (
            'This event loop is already running',
            'Cannot run the event loop while another loop is running')
    finally:
        other.close()


def test_get_exception_handler(loop):
    def handler(loop, context):
        pass

    assert loop.get_exception_handler() is None
    loop.set_exception_handler(handler)
    assert loop.get_exception_handler() is handler
    with pytest.raises(NotImplementedError):
        asyncio.AbstractEventLoop().get_exception_handler()


def test_a_timer_that_is_years_away(loop):
    def select_at_once(timeout):
        timeouts.append(timeout)
        loop.call_soon_threadsafe(loop.stop)
        return select(timeout)

    timeouts = []
    select, loop._selector.select = loop._selector.select, select_at_once
    loop.call_later(1e10, int)
    # More is an OverflowError of epoll, for one.
    loop.run_forever()
    assert timeouts == [24 * 3600]


def run_once(loop):
    loop.stop()
    loop.run_forever()


@pytest.mark.parametrize('cancelled', [1, 20, 200])
def test_cancelled_timers_are_dropped(loop, cancelled):
    timers = [loop.call_later(3600 + i, int) for i in range(cancelled + 3)]
    for timer in timers[:cancelled]:
        timer.cancel()
    run_once(loop)
    assert sorted(loop._scheduled) == timers[cancelled:]
    assert loop._scheduled[0] is timers[cancelled]


def test_many_cancelled_timers_are_dropped_wherever_they_are(loop):
    timers = [loop.call_later(3600 - i, int) for i in range(200)]
    for i, timer in enumerate(timers):
        if i % 3:
            timer.cancel()
    run_once(loop)
    assert sorted(loop._scheduled) == timers[198::-3]
    assert loop._timer_cancelled_count == 0


def test_timers_run_in_their_order(loop):
    calls = []
    now = loop.time()
    for delay in 2, 1, 0, -1:
        loop.call_at(now + delay / 1000, calls.append, delay)
    loop.call_at(now + 0.003, loop.stop)
    loop.call_soon(calls.append, 'soon')
    loop.run_forever()
    assert calls == ['soon', -1, 0, 1, 2]


@pytest.mark.parametrize('debug', [False, True])
def test_a_callback_that_leaves_the_loop(loop, debug):
    calls = []
    loop.set_debug(debug)
    loop.call_soon(sys.exit)
    loop.call_soon(calls.append, 'next')
    with pytest.raises(SystemExit):
        loop.run_forever()
    assert not calls
    loop.call_soon(loop.stop)
    loop.run_forever()
    assert calls == ['next']


@pytest.mark.skipif(sys.version_info >= (3, 8), reason='is not logged')
@pytest.mark.parametrize('delay, took, events, logged', [
    (None, 0.5, [], [('DEBUG', 'poll took 500.000 ms: 0 events')]),
    (None, 2.0, [5], [('INFO', 'poll took 2000.000 ms: 1 events')]),
    (5.0, 0.5, [5], [('DEBUG', 'poll 5000.000 ms took 500.000 ms: 1 events')]),
    (5.0, 2.0, [], [('INFO', 'poll 5000.000 ms took 2000.000 ms: timeout')]),
    (5.0, 0.5, [], []),
])
def test_debug_mode_logs_how_long_the_loop_waited(
        loop, caplog, delay, took, events, logged):
    def select(timeout):
        nonlocal now
        assert timeout == delay
        now += took
        loop.call_soon(loop.stop)
        return events

    now = 0.0
    loop.set_debug(True)
    loop.time = lambda: now
    loop._selector.select = select
    loop._process_events = events.count
    if delay is not None:
        loop.call_later(delay, int)
    caplog.set_level('DEBUG')
    caplog.clear()
    try:
        loop.run_forever()
    finally:
        del loop._selector.select
    assert [(record.levelname, record.getMessage())
            for record in caplog.records] == logged


def test_debug_mode_logs_a_callback_that_takes_long(loop, caplog):
    async def coroutine():
        pass

    loop.set_debug(True)
    loop.slow_callback_duration = 0
    loop.call_soon(int)
    loop.create_task(coroutine())
    run_once(loop)
    first, second = [record.getMessage() for record in caplog.records]
    assert first.startswith('Executing <Handle int()')
    assert second.startswith('Executing <Task ')
    assert loop._current_handle is None


def test_a_loop_that_runs_while_installing_gets_its_timeouts(child):
    assert child('''
        import asyncio
        import asyncio_compat

        class Loop(asyncio.SelectorEventLoop):
            def _run_once(self):
                iterations.append(super()._run_once())

        def install():
            asyncio_compat.install()
            loop._selector.select = select_at_once
            loop.call_later(1e10, int)

        def select_at_once(timeout):
            print(timeout)
            loop.call_soon_threadsafe(loop.stop)
            return []

        for Loop in Loop, asyncio.SelectorEventLoop:
            iterations = []
            loop = Loop()
            for _ in range(200):
                loop.call_later(3600, int).cancel()
            loop.call_soon(install)
            loop.run_forever()
            print(len(loop._scheduled), iterations)
            loop.close()
            asyncio_compat.uninstall()
    ''').split('\n') == [
        '86400', '1 [None, None]', '86400', '1 []', '']
