"""How a loop runs and stops."""

import asyncio

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
