"""Futures: of any make, chained across threads, and what they refuse."""

import asyncio
import concurrent.futures
import logging
import sys
from unittest import mock

import pytest

from asyncio import futures


class FutureLike:
    """Has the protocol of a future and nothing else."""

    _asyncio_future_blocking = False

    def __init__(self, loop):
        self._loop = loop
        self._callbacks = []
        self._result = None

    def get_loop(self):
        return self._loop

    def add_done_callback(self, callback, **context):
        self._callbacks.append(callback)

    def result(self):
        return self._result

    def set_result(self, result):
        self._result = result
        for callback in self._callbacks:
            self._loop.call_soon(callback, self)

    def __await__(self):
        self._asyncio_future_blocking = True
        yield self
        return self.result()


def test_isfuture(loop):
    class Denied(asyncio.Future):
        _asyncio_future_blocking = None

    future = asyncio.Future(loop=loop)
    assert asyncio.isfuture(future)
    assert asyncio.isfuture(FutureLike(loop))
    assert not asyncio.isfuture(Denied(loop=loop))
    assert not asyncio.isfuture(FutureLike)
    assert not asyncio.isfuture(concurrent.futures.Future())
    assert not asyncio.isfuture(mock.Mock())
    assert futures.isfuture is asyncio.isfuture
    assert 'isfuture' in asyncio.__all__ and 'isfuture' in futures.__all__


def test_a_task_waits_for_a_future_of_another_make(loop):
    future = FutureLike(loop)

    async def wait():
        loop.call_soon(future.set_result, 5)
        return await future

    assert loop.run_until_complete(wait()) == 5


@pytest.mark.skipif(sys.version_info >= (3, 5, 3), reason='has one name')
def test_both_names_of_blocking_are_one(loop):
    class Old(asyncio.Future):
        def __iter__(self):
            self._blocking = True
            yield self
            return self.result()

        __await__ = __iter__

    async def wait():
        loop.call_soon(future.set_result, 5)
        return await future

    future = Old(loop=loop)
    assert future._blocking is future._asyncio_future_blocking is False
    assert loop.run_until_complete(wait()) == 5
    assert future._blocking is False


@pytest.mark.parametrize('stop', [StopIteration, StopIteration()],
                         ids=['class', 'instance'])
def test_a_stopiteration_cannot_be_set(loop, stop):
    future = asyncio.Future(loop=loop)
    try:
        future.set_exception(stop)
    except TypeError as exc:
        assert str(exc) == (
            'StopIteration interacts badly with generators and cannot be '
            'raised into a Future')
        assert not future.done()
    else:
        # The last releases of 3.11 and 3.12, and all later ones, wrap it.
        assert sys.version_info >= (3, 11)
        assert isinstance(future.exception(), RuntimeError)


def test_set_exception(loop):
    for exception in KeyError, KeyError():
        future = asyncio.Future(loop=loop)
        future.set_exception(exception)
        assert isinstance(future.exception(), KeyError)
        with pytest.raises(asyncio.InvalidStateError):
            future.set_exception(exception)


def test_an_overridden_set_exception_is_called(loop):
    class Task(asyncio.Task):
        def set_exception(self, exception):
            seen.append(exception)
            super().set_exception(exception)

    class Future(asyncio.Future):
        def set_exception(self, exception):
            super().set_exception(LookupError(exception))

    seen = []
    future = Future(loop=loop)
    future.set_exception(StopIteration())
    assert isinstance(future.exception(), LookupError)
    if sys.version_info < (3, 6):
        # Since then a task keeps its own exception.
        async def fail():
            raise KeyError

        with pytest.raises(KeyError):
            loop.run_until_complete(Task(fail(), loop=loop))
        assert seen


def test_cancel_of_a_failed_future_means_that_nobody_asks(loop, caplog):
    future = asyncio.Future(loop=loop)
    future.set_exception(KeyError())
    assert not future.cancel()
    del future
    assert not caplog.records


def test_a_failed_future_that_nobody_asks_is_logged(loop, caplog):
    future = asyncio.Future(loop=loop)
    future.set_exception(KeyError())
    del future
    assert 'Future exception was never retrieved' in caplog.text


@pytest.fixture
def source():
    return concurrent.futures.Future()


def test_wrap_future_result_and_exception(loop, source):
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        assert loop.run_until_complete(
            asyncio.wrap_future(executor.submit(int, '5'), loop=loop)) == 5
        with pytest.raises(ValueError):
            loop.run_until_complete(
                asyncio.wrap_future(executor.submit(int, 'x'), loop=loop))


def test_wrap_future_cancels_its_source(loop, source):
    wrapped = asyncio.wrap_future(source, loop=loop)
    wrapped.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(wrapped)
    assert source.cancelled()


def test_a_cancelled_source_cancels_the_wrapped_future(loop, source):
    wrapped = asyncio.wrap_future(source, loop=loop)
    source.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(wrapped)


def test_wrap_future_leaves_a_future_alone(loop):
    future, like = asyncio.Future(loop=loop), FutureLike(loop)
    assert asyncio.wrap_future(future) is future
    assert asyncio.wrap_future(like) is like


def test_wrap_future_takes_the_running_loop(loop, source):
    async def wrap():
        return asyncio.wrap_future(source)

    assert loop.run_until_complete(wrap())._loop is loop


def test_a_closed_loop_is_not_told(source, caplog):
    loop = asyncio.new_event_loop()
    source.set_running_or_notify_cancel()
    wrapped = asyncio.wrap_future(source, loop=loop)
    wrapped.cancel()
    loop.run_until_complete(asyncio.wait([wrapped]))
    loop.close()
    with caplog.at_level(logging.DEBUG):
        source.set_result(None)
    assert not caplog.records


def test_chain_future_wants_futures(loop, source):
    with pytest.raises(TypeError, match='for source argument'):
        futures._chain_future(5, source)
    with pytest.raises(TypeError, match='for destination argument'):
        futures._chain_future(source, 5)


def test_chain_future_between_loops(loop):
    other = asyncio.new_event_loop()
    try:
        ours, theirs = asyncio.Future(loop=loop), asyncio.Future(loop=other)
        futures._chain_future(theirs, ours)
        other.call_soon(theirs.set_result, 5)
        other.run_until_complete(theirs)
        other.run_until_complete(asyncio.sleep(0))
        assert loop.run_until_complete(ours) == 5
    finally:
        other.close()


def test_set_result_unless_cancelled(loop):
    future = asyncio.Future(loop=loop)
    futures._set_result_unless_cancelled(future, 5)
    assert future.result() == 5
    future = asyncio.Future(loop=loop)
    future.cancel()
    futures._set_result_unless_cancelled(future, 5)
    assert future.cancelled()
