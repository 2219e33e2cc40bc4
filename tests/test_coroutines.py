"""What counts as a coroutine, and how one is described."""

import asyncio
import functools
import sys
import types
from unittest import mock

import pytest

from asyncio import coroutines

generator_based = pytest.mark.skipif(
    sys.version_info >= (3, 8), reason='@coroutine is deprecated, then gone')


async def native():
    pass


class Foreign:
    """A coroutine as Cython makes them: neither frame nor code."""

    def __init__(self, **attributes):
        self.__dict__.update(attributes)

    def send(self, value):
        raise StopIteration(5)

    def throw(self, *error):
        raise error[0]

    def close(self):
        pass

    def __await__(self):
        return self

    __iter__ = __await__

    def __next__(self):
        return self.send(None)


def test_a_mock_is_no_coroutine_function():
    assert not asyncio.iscoroutinefunction(mock.Mock())
    assert asyncio.iscoroutinefunction(native)
    assert not asyncio.iscoroutinefunction(len)


@generator_based
def test_a_decorated_function_is_one():
    @asyncio.coroutine
    def decorated():
        yield

    assert asyncio.iscoroutinefunction(decorated)
    assert decorated._is_coroutine is coroutines._is_coroutine


@generator_based
def test_a_native_one_needs_no_decoration():
    assert asyncio.coroutine(native) is native


@generator_based
def test_decorated_before_the_install(child):
    assert child('''
        import asyncio

        @asyncio.coroutine
        def before():
            yield

        import asyncio_compat.auto

        @asyncio.coroutine
        def after():
            yield

        print(asyncio.iscoroutinefunction(before),
              asyncio.iscoroutinefunction(after))
        asyncio_compat.uninstall()
        print(bool(asyncio.iscoroutinefunction(after)))
    ''') == 'True True\nTrue\n'


@pytest.mark.skipif(sys.version_info >= (3, 7),
                    reason='then __iter__() does not do')
@pytest.mark.parametrize('debug', ['', '1'])
def test_what_a_decorated_function_returns_is_waited_for(child, debug):
    assert child('''
        import asyncio_compat.auto
        import asyncio

        class FutureLike:
            _asyncio_future_blocking = False

            def __init__(self, loop):
                self._loop = loop
                loop.call_soon(self.finish)

            def add_done_callback(self, callback):
                self.callback = callback

            def finish(self):
                self._loop.call_soon(self.callback, self)

            def result(self):
                return 'like'

            def __iter__(self):
                self._asyncio_future_blocking = True
                yield self
                return self.result()

        @asyncio.coroutine
        def future():
            future = asyncio.Future(loop=loop)
            loop.call_soon(future.set_result, 'future')
            return future

        @asyncio.coroutine
        def like():
            return FutureLike(loop)

        async def native():
            return 'native'

        @asyncio.coroutine
        def generator():
            return later()

        @asyncio.coroutine
        def later():
            yield
            return 'generator'

        @asyncio.coroutine
        def of_native():
            return native()

        @asyncio.coroutine
        def nothing():
            return 'nothing'

        loop = asyncio.new_event_loop()
        for function in future, like, generator, of_native, nothing:
            print(loop.run_until_complete(function()))
        loop.close()
    ''', PYTHONASYNCIODEBUG=debug).split() == [
        'future', 'like', 'generator', 'native', 'nothing']


def test_format_a_native_coroutine():
    coro = native()
    lineno = native.__code__.co_firstlineno
    try:
        assert coroutines._format_coroutine(coro) == (
            'native() running at %s:%s' % (__file__, lineno))
    finally:
        coro.close()
    assert coroutines._format_coroutine(coro) == (
        'native() done, defined at %s:%s' % (__file__, lineno))


@pytest.mark.parametrize('attributes, text', [
    ({'__qualname__': 'made.elsewhere'}, 'made.elsewhere()'),
    ({'__name__': 'elsewhere', 'cr_running': True}, 'elsewhere() running'),
    ({'__name__': 'elsewhere', 'gi_running': False}, 'elsewhere()'),
])
def test_format_a_coroutine_of_another_make(attributes, text):
    assert coroutines._format_coroutine(Foreign(**attributes)) == text


@pytest.mark.parametrize('attributes', [
    {'__qualname__': 'elsewhere'},
    {'__qualname__': '', '__name__': 'elsewhere'}])
def test_format_a_coroutine_that_hides_its_code(attributes):
    coro = Foreign(cr_code=None, cr_frame=None, **attributes)
    assert 'elsewhere()' in coroutines._format_coroutine(coro)


@pytest.mark.skipif(sys.version_info >= (3, 7),
                    reason='then it wraps generators alone')
def test_debug_mode_describes_what_is_compiled(child):
    assert child('''
        import asyncio_compat.auto
        import asyncio
        coro = asyncio.coroutine(print)()
        print(asyncio.coroutines._format_coroutine(coro).split(' at ')[0])
        loop = asyncio.new_event_loop()
        loop.run_until_complete(coro)
        loop.close()
    ''', PYTHONASYNCIODEBUG='1') == 'print() running, defined\n\n'


def test_a_task_of_a_coroutine_of_another_make(loop):
    task = asyncio.Task(Foreign(__qualname__='elsewhere'), loop=loop)
    assert 'elsewhere()' in repr(task)
    assert loop.run_until_complete(task) == 5


@pytest.mark.skipif(sys.version_info >= (3, 7),
                    reason='then it wraps generators alone')
def test_debug_mode_records_the_last_callers_of_a_coroutine(child):
    assert child('''
        import asyncio_compat.auto
        import asyncio

        @asyncio.coroutine
        def generator():
            yield

        def deep(depth):
            return deep(depth - 1) if depth else generator()

        loop = asyncio.new_event_loop()
        coro = deep(30)
        loop.run_until_complete(coro)
        print(len(coro._source_traceback), coro._source_traceback[-1][2])
        loop.close()
    ''', PYTHONASYNCIODEBUG='1') == '9 deep\n'


@pytest.mark.skipif(sys.version_info >= (3, 7),
                    reason='then it wraps generators alone')
def test_the_wrapper_of_debug_mode():
    def function():
        yield

    wrapper = coroutines.CoroWrapper(function(), functools.partial(function))
    next(wrapper)
    assert coroutines._format_coroutine(wrapper).endswith(
        'function() running, defined at %s:%s'
        % (__file__, function.__code__.co_firstlineno))
    with pytest.raises(KeyError):
        wrapper.throw(KeyError, None, None)

    coro = native()
    wrapper = coroutines.CoroWrapper(coro)
    assert wrapper.__await__() is wrapper
    with pytest.raises(KeyError):
        wrapper.throw(KeyError())


@pytest.mark.skipif(sys.version_info >= (3, 7),
                    reason='then it wraps generators alone')
def test_a_wrapped_coroutine_is_not_awaited_twice(loop):
    async def wait():
        await future

    async def again():
        await wrapper

    future = asyncio.Future(loop=loop)
    wrapper = coroutines.CoroWrapper(wait())
    wrapper.send(None)
    with pytest.raises(RuntimeError) as info:
        again().send(None)
    assert 'Cannot await on coroutine' in str(info.value)
    future.cancel()
    wrapper.close()


@generator_based
def test_repr_of_a_handle_of_a_partial(loop):
    # Keywords too, since 3.5.3.
    handle = asyncio.Handle(functools.partial(print, 1, file=None), (2,),
                            loop)
    assert 'print(1, file=None)(2)' in repr(handle)


def test_iscoroutine_asks_for_the_native_type_first():
    known = getattr(coroutines, '_COROUTINE_TYPES', (types.CoroutineType,))
    assert known[0] is types.CoroutineType
