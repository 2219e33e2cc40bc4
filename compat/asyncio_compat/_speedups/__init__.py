"""The compiled part: Future, Task, the loop's iteration, gather(), the
transport of sockets and StreamReader.  The Python code beside it says what
must hold.
"""

import os
import types
import warnings

from asyncio import coroutines, events, streams, tasks

_reason = None
_has_looked = False


def why_not():
    """Why the compiled part does not serve, or None: then it is loaded."""
    global _has_looked, _reason
    if not _has_looked:
        _has_looked = True
        _reason = _look()
    return _reason


def _look():
    if os.environ.get('ASYNCIO_COMPAT_PURE', '0') not in ('', '0'):
        return 'ASYNCIO_COMPAT_PURE asks for the Python code'
    if not _is_there():
        return 'asyncio-compat was installed without its compiled part'
    from .. import __version__
    try:
        from . import core
        if core.VERSION == __version__:
            return None
        reason = 'it is that of version %s' % core.VERSION
    except Exception as exc:
        # That of another version may raise anything.
        reason = '%s: %s' % (type(exc).__name__, exc)
    reason = 'the compiled part of asyncio-compat %s cannot be used: %s' % (
        __version__, reason)
    warnings.warn(reason + '; the Python code serves', RuntimeWarning,
                  stacklevel=8)
    return reason


def _is_there():
    try:
        names = os.listdir(os.path.dirname(__file__))
    except OSError:
        # In a zip file, from which nothing compiled is imported.
        return False
    return any(name.startswith('core.') and name.endswith(('.so', '.pyd'))
               for name in names)


def accelerate(changes):
    """Let asyncio's classes make compiled objects; they stay what they are."""
    from . import core
    for cls in core.bind(_done_callback_of_gather()):
        # In debug mode whatever is not awaited is wrapped: by Python code.
        if cls is not streams.StreamReader or not coroutines._DEBUG:
            changes.when_undone(core.forget_new, cls)
            changes.set(cls, '__new__', core.new_of_ours)
    changes.set(tasks, '_gather', core.gather)
    changes.become(tasks.gather, gather)
    changes.set(tasks.Task, 'current_task', classmethod(current_task))
    changes.set(tasks.Task, 'all_tasks', classmethod(all_tasks))


def _done_callback_of_gather():
    """The function inside of the Python code's gather(); not to be called."""
    from ..tasks import gather
    code, = [const for const in gather.__code__.co_consts
             if isinstance(const, types.CodeType) and
             const.co_name == '_done_callback']
    cell, = (lambda: code).__closure__
    return types.FunctionType(code, {},
                              closure=(cell,) * len(code.co_freevars))


def gather(*coros_or_futures, loop=None, return_exceptions=False):
    if not coros_or_futures:
        outer = (loop or events.get_event_loop()).create_future()
        outer.set_result([])
        return outer
    return _gather(coros_or_futures, loop, return_exceptions)   # noqa: F821


gather.__doc__ = tasks.gather.__doc__


def current_task(cls, loop=None):
    """Return the task that *loop*, or the one that runs, steps, or None."""
    if loop is None:
        loop = events.get_event_loop()
    from . import core
    # A task of a subclass is Python code.
    return core.current_task(loop) or cls._current_tasks.get(loop)


def all_tasks(cls, loop=None):
    """Return the set of all tasks of *loop*, or of the loop that runs."""
    if loop is None:
        loop = events.get_event_loop()
    from . import core
    return core.all_tasks(loop) | {task for task in cls._all_tasks
                                   if task._loop is loop}
