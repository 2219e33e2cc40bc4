"""The questions the table asks of this interpreter's asyncio.

One function a feature, named as its row: True if asyncio behaves as the row
says.  They look at behaviour, not at versions, open no socket unless nothing
else can tell, and leave nothing behind.
"""

import sys

from asyncio import base_events, events, futures, streams


class _Loop(base_events.BaseEventLoop):
    """A loop that never blocks and has neither sockets nor a selector."""

    def __init__(self):
        super().__init__()
        self._selector = self

    def select(self, timeout=None):
        return []

    def _process_events(self, event_list):
        pass

    def _write_to_self(self):
        pass


class _Found(Exception):
    """Raised by a probe's own stand-in, to say that asyncio called it."""


def running_loop():
    get = getattr(events, '_get_running_loop', None)
    if get is None:
        return False
    # A child must not inherit the loop: in Python code, that takes getpid().
    code = getattr(get, '__code__', None)
    if code is not None and 'getpid' not in code.co_names:
        return False
    before, marker = get(), object()
    events._set_running_loop(marker)
    try:
        return events.get_event_loop() is marker
    finally:
        events._set_running_loop(before)


def create_future():
    class Loop(_Loop):
        def create_future(self):
            raise _Found

    loop = Loop()
    try:
        streams.StreamReader(loop=loop)._wait_for_data('probe').send(None)
    except _Found:
        return True
    finally:
        loop.close()
    return False


def get_exception_handler():
    get = getattr(base_events.BaseEventLoop, 'get_exception_handler', None)
    if get is None:
        return False
    loop, handler = _Loop(), (lambda loop, context: None)
    try:
        loop.set_exception_handler(handler)
        return get(loop) is handler
    finally:
        loop.close()


def loop_stop():
    loop = _Loop()
    try:
        loop.stop()
        # Before 3.5.1 this puts off the stop to a callback of its own.
        return not loop._ready
    finally:
        loop.close()


def set_exception_stopiteration():
    loop = _Loop()
    try:
        future = futures.Future(loop=loop)
        try:
            future.set_exception(StopIteration())
        except TypeError:
            return True
        # Since 3.12 it is wrapped in a RuntimeError instead.
        return not isinstance(future.exception(), StopIteration)
    finally:
        loop.close()


def shutdown_asyncgens():
    return (hasattr(base_events.BaseEventLoop, 'shutdown_asyncgens') and
            hasattr(sys, 'get_asyncgen_hooks'))


def accelerated():
    return futures.Future.__module__ == '_asyncio'
