"""Completes asyncio.coroutines: awaitables and futures of other makes.

Before 3.5.3 it takes a mock for a coroutine function and fails to describe
coroutines of other makes; in debug mode 3.5.0 lets one be awaited twice.
"""

import functools
import inspect
import sys
import types

from asyncio import coroutines, events, futures
from asyncio.coroutines import (_AwaitableABC, _DEBUG,
                                _inspect_iscoroutinefunction,
                                _types_coroutine, iscoroutine)

from .patching import completion

# What @coroutine leaves on a function; 3.5.0-3.5.2 left True there.
_is_coroutine = object()


def iscoroutinefunction(func):
    """Return True for a function that was decorated with @coroutine, and for
    one defined by async def.

    A mock, which has every attribute, is none since 3.5.3 (bpo-28703).
    """
    marker = getattr(func, '_is_coroutine', None)
    return (marker is _is_coroutine or marker is True or
            _inspect_iscoroutinefunction(func))


def coroutine(func):
    """Decorator to mark a generator as a coroutine.

    A function that is no generator becomes one: what it returns is waited
    for, if it is a future or another awaitable.  In debug mode a coroutine
    that nobody waits for is logged.
    """
    if _inspect_iscoroutinefunction(func):
        return func
    if inspect.isgeneratorfunction(func):
        coro = func
    else:
        @functools.wraps(func)
        def coro(*args, **kw):
            res = func(*args, **kw)
            if (futures.isfuture(res) or inspect.isgenerator(res) or
                    isinstance(res, CoroWrapper)):
                res = yield from res
            elif hasattr(res, '__await__') and isinstance(res, _AwaitableABC):
                res = yield from res.__await__()
            return res

    if not _DEBUG:
        wrapper = _types_coroutine(coro)
    else:
        @functools.wraps(func)
        def wrapper(*args, **kwds):
            w = CoroWrapper(coro(*args, **kwds), func=func)
            if w._source_traceback:
                del w._source_traceback[-1]
            # A functools.partial has neither.
            w.__name__ = getattr(func, '__name__', None)
            w.__qualname__ = getattr(func, '__qualname__', None)
            return w

    wrapper._is_coroutine = _is_coroutine
    return wrapper


class CoroWrapper(metaclass=completion):
    def __init__(self, gen, func=None):
        assert inspect.isgenerator(gen) or inspect.iscoroutine(gen), gen
        self.gen = gen
        # What @coroutine was put around.
        self.func = func
        self._source_traceback = events.extract_stack(sys._getframe(1))
        self.__name__ = getattr(gen, '__name__', None)
        self.__qualname__ = getattr(gen, '__qualname__', None)

    def throw(self, type, value=None, traceback=None):
        return self.gen.throw(type, value, traceback)

    def __await__(self):
        cr_await = getattr(self.gen, 'cr_await', None)
        if cr_await is not None:
            raise RuntimeError(
                "Cannot await on coroutine {!r} while it's "
                "awaiting for {!r}".format(self.gen, cr_await))
        return self


def _format_coroutine(coro):
    """Describe *coro*, for the repr of a task and of a CoroWrapper."""
    assert iscoroutine(coro)
    if not hasattr(coro, 'cr_code') and not hasattr(coro, 'gi_code'):
        return _format_foreign_coroutine(coro)
    func = coro.func if isinstance(coro, CoroWrapper) else None
    if isinstance(coro, CoroWrapper) and coro.__qualname__ is not None:
        name = '{}()'.format(coro.__qualname__)
    else:
        name = events._format_callback(coro if func is None else func, (), {})
    code = getattr(coro, 'cr_code', None) or getattr(coro, 'gi_code', None)
    frame = getattr(coro, 'cr_frame', None) or getattr(coro, 'gi_frame', None)
    filename, lineno = '<empty co_filename>', 0
    if code and code.co_filename:
        filename = code.co_filename
    if func is not None and not inspect.isgeneratorfunction(func):
        # The generator is @coroutine's own; name what it was put around.
        source = events._get_function_source(func)
        if source is not None:
            filename, lineno = source
        state = 'done, defined' if frame is None else 'running, defined'
    elif frame is not None:
        state, lineno = 'running', frame.f_lineno
    elif code:
        state, lineno = 'done, defined', code.co_firstlineno
    else:
        return name
    return '%s %s at %s:%s' % (name, state, filename, lineno)


def _format_foreign_coroutine(coro):
    """Describe a coroutine of another make, such as Cython's."""
    name = (getattr(coro, '__qualname__', None) or
            getattr(coro, '__name__', None) or type(coro).__name__)
    running = getattr(coro, 'cr_running', getattr(coro, 'gi_running', False))
    return '{}() running'.format(name) if running else '{}()'.format(name)


def look_for_native_first(changes):
    """Have iscoroutine() ask for async def's own type first, as since 3.5.3.

    The abstract class, asked first of all, takes several times longer.
    """
    known = coroutines._COROUTINE_TYPES
    if known[0] is not types.CoroutineType:
        changes.set(coroutines, '_COROUTINE_TYPES',
                    (types.CoroutineType,) + known)
