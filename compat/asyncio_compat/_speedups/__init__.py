"""The compiled core, put in place of asyncio's own code."""
import asyncio
from asyncio import events, futures, selector_events, streams, tasks, unix_events

from . import core


def bind():
    for theirs, ours in core.bind().items():
        core.redirect(theirs, ours)
    tasks._gather = core.gather
    tasks.gather.__code__ = gather.__code__
    tasks.Task.current_task = classmethod(current_task)
    tasks.Task.all_tasks = classmethod(all_tasks)


def gather(*coros_or_futures, loop=None, return_exceptions=False):
    if not coros_or_futures:
        if loop is None:
            loop = events.get_event_loop()
        outer = loop.create_future()
        outer.set_result([])
        return outer
    return _gather(coros_or_futures, loop, return_exceptions)


def current_task(cls, loop=None):
    if loop is None:
        loop = events.get_event_loop()
    task = core.current_task(loop)
    return cls._current_tasks.get(loop) if task is None else task


def all_tasks(cls, loop=None):
    if loop is None:
        loop = events.get_event_loop()
    return {task for task in cls._all_tasks if task._loop is loop} | core.all_tasks(loop)
