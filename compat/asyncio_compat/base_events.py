"""Completes asyncio.base_events: how a loop runs and stops, its futures, and
its servers and connections.

3.5.0 stops by an exception; 3.5.0-3.5.2 know no running loop; before 3.5.2
there is no create_future; no 3.5 closes asynchronous generators.
"""

import functools
import sys
import threading
import warnings
import weakref

from asyncio import base_events, events, futures, tasks
from asyncio.coroutines import coroutine

# What ends a run_forever() on 3.5.0, where stop() raised it from a callback.
_STOP_ERRORS = tuple(vars(base_events)[name] for name in ('_StopError',)
                     if name in vars(base_events))


def _run_until_complete_cb(fut):
    exc = fut._exception
    if isinstance(exc, BaseException) and not isinstance(exc, Exception):
        # It has left run_forever() already (bpo-22429).
        return
    fut._loop.stop()


def _raise_stop_error(*args):
    raise _STOP_ERRORS[0]


def _end_run(loop):
    del loop._run_once
    _raise_stop_error()


class BaseEventLoop:
    # For loops made before the install.
    _stopping = False
    _asyncgens = None
    _asyncgens_shutdown_called = False
    # True while run_forever() looks at _stopping.
    _obeys_stopping = False

    def create_future(self):
        """Return a Future that belongs to this loop."""
        return futures.Future(loop=self)

    def get_exception_handler(self):
        """Return the handler that was set, or None for the default one."""
        return self._exception_handler

    def run_forever(self):
        """Run until stop() is called."""
        self._check_closed()
        if self.is_running():
            raise RuntimeError('This event loop is already running')
        if events._get_running_loop() is not None:
            raise RuntimeError(
                'Cannot run the event loop while another loop is running')
        self._set_coroutine_wrapper(self._debug)
        self._thread_id = threading.get_ident()
        forget_asyncgens = self._watch_asyncgens()
        try:
            events._set_running_loop(self)
            self._obeys_stopping = True
            if self._stopping and not self._ready:
                # An overridden _run_once() would wait for something to do.
                self._ready.append(events.Handle(int, (), self))
            while True:
                self._run_once()
                if self._stopping:
                    break
        except _STOP_ERRORS:
            # 3.5.0's own stop(): the install was undone while this ran.
            pass
        finally:
            self._stopping = False
            self._obeys_stopping = False
            self._thread_id = None
            events._set_running_loop(None)
            forget_asyncgens()
            self._set_coroutine_wrapper(False)

    def stop(self):
        """Stop running the event loop.

        The callbacks of the current iteration still run, those that they
        schedule do not.  Before run_forever() it means one iteration.
        """
        if not self._waits_for_stop_error():
            self._stopping = True
        elif self.is_running():
            # The next iteration only ends the run.
            self._run_once = functools.partial(_end_run, self)
        else:
            self.call_soon(_raise_stop_error)

    def _waits_for_stop_error(self):
        # 3.5.0's run_forever(), either still running since before the
        # install or written anew by a subclass, does not look at _stopping.
        if self._obeys_stopping:
            return False
        run_forever = getattr(type(self).run_forever, '__code__', None)
        names = getattr(run_forever, 'co_names', ())
        if '_StopError' in names:
            return True
        if '_stopping' in names and '_obeys_stopping' not in names:
            return False
        return self.is_running()

    def _watch_asyncgens(self):
        """Track the asynchronous generators that start to be iterated.

        Returns a function that ends it.  3.5 has none of its own; those of
        the async_generator package have hooks just like 3.6's (bpo-28003).
        """
        module = sys.modules.get('async_generator')
        try:
            before = module.get_asyncgen_hooks()
        except AttributeError:
            return int
        if self._asyncgens is None:
            self._asyncgens = weakref.WeakSet()
        module.set_asyncgen_hooks(firstiter=self._asyncgen_firstiter_hook,
                                  finalizer=self._asyncgen_finalizer_hook)
        return functools.partial(module.set_asyncgen_hooks, *before)

    def _asyncgen_firstiter_hook(self, agen):
        if self._asyncgens_shutdown_called:
            warnings.warn(
                'asynchronous generator {!r} was scheduled after '
                'loop.shutdown_asyncgens() call'.format(agen),
                ResourceWarning)
        self._asyncgens.add(agen)

    def _asyncgen_finalizer_hook(self, agen):
        self._asyncgens.discard(agen)
        if not self.is_closed():
            # The collector may run in any thread (bpo-34769).
            self.call_soon_threadsafe(self.create_task, agen.aclose())

    @coroutine
    def shutdown_asyncgens(self):
        """Close the asynchronous generators that are still being iterated.

        Since Python 3.6 (bpo-28003).
        """
        self._asyncgens_shutdown_called = True
        agens = list(self._asyncgens or ())
        if not agens:
            return
        self._asyncgens.clear()
        results = yield from tasks.gather(
            *[agen.aclose() for agen in agens],
            return_exceptions=True, loop=self)
        for agen, result in zip(agens, results):
            if isinstance(result, Exception):
                self.call_exception_handler({
                    'message': 'an error occurred during closing of '
                               'asynchronous generator {!r}'.format(agen),
                    'exception': result,
                    'asyncgen': agen,
                })
