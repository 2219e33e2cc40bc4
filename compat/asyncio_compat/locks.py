"""Completes asyncio.locks: futures of the loop's own kind (3.5.2), and no
wake-up is lost with the task it was meant for: Semaphore (3.5.1), Lock (3.6).
"""

import collections
import functools
import inspect
import types

from asyncio import futures, locks, tasks
from asyncio.coroutines import coroutine

from .patching import completion


class Lock(metaclass=completion):
    @coroutine
    def acquire(self):
        """Wait until the lock is free and take it; returns True."""
        if not self._locked and all(fut.cancelled() for fut in self._waiters):
            self._locked = True
            return True
        fut = self._loop.create_future()
        self._waiters.append(fut)
        try:
            try:
                yield from fut
            finally:
                # Before anybody is woken, lest it be this waiter again.
                self._waiters.remove(fut)
        except futures.CancelledError:
            # It may have been woken already (bpo-27585).
            if not self._locked:
                self._wake_up_first()
            raise
        self._locked = True
        return True

    def release(self):
        """Free the lock and wake the first task that waits for it.

        Raises RuntimeError if the lock is free.
        """
        if not self._locked:
            raise RuntimeError('Lock is not acquired.')
        self._locked = False
        self._wake_up_first()

    def _wake_up_first(self):
        for fut in self._waiters:
            if not fut.cancelled():
                # One that is woken already takes the lock or calls this.
                if not fut.done():
                    fut.set_result(True)
                break


class Event(metaclass=completion):
    @coroutine
    def wait(self):
        """Wait until the event is set; returns True."""
        if self._value:
            return True
        fut = self._loop.create_future()
        self._waiters.append(fut)
        try:
            yield from fut
            return True
        finally:
            self._waiters.remove(fut)


class Condition(metaclass=completion):
    @coroutine
    def wait(self):
        """Free the lock, wait for notify(), take the lock again; returns True.

        Raises RuntimeError if the lock is not taken.  If cancelled it takes
        the lock again before it raises CancelledError (bpo-22970).
        """
        if not self.locked():
            raise RuntimeError('cannot wait on un-acquired lock')
        self.release()
        try:
            fut = self._loop.create_future()
            self._waiters.append(fut)
            try:
                yield from fut
                return True
            finally:
                self._waiters.remove(fut)
        finally:
            cancelled = False
            while True:
                try:
                    yield from self.acquire()
                    break
                except futures.CancelledError:
                    cancelled = True
            if cancelled:
                # This time it was not wait() that was cancelled (bpo-32841).
                raise futures.CancelledError


class Semaphore(metaclass=completion):
    def _wake_up_next(self):
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    @coroutine
    def acquire(self):
        """Wait until the counter is above 0 and lower it; returns True."""
        while self._value <= 0:
            fut = self._loop.create_future()
            self._waiters.append(fut)
            try:
                yield from fut
            except:
                # Not done yet if it is thrown in from elsewhere.
                fut.cancel()
                if self._value > 0 and not fut.cancelled():
                    # Woken, but cancelled as well: another's turn.
                    self._wake_up_next()
                raise
        self._value -= 1
        return True

    def release(self):
        """Raise the counter, and wake the first task that waits for it."""
        self._value += 1
        self._wake_up_next()


def methods(cls, *names):
    """Those of *cls* that are there, as {code: (class, function)}."""
    return {inspect.unwrap(vars(cls)[name]).__code__: (cls, vars(cls)[name])
            for name in names if name in vars(cls)}


# As they are before an install.
_LOCK = methods(locks.Lock, 'acquire', 'release')
_SEMAPHORE = methods(locks.Semaphore, 'acquire', 'release')


def take_over(changes):
    """Have locks that were bound or waited for before the install go on."""
    change_in_place(changes, _LOCK)
    for frame in suspended_in(_LOCK):
        waiter = frame.f_locals.get('fut')
        if waiter is not None:
            waiter.add_done_callback(
                functools.partial(_pass_on, frame.f_locals['self']))


def take_over_semaphores(changes):
    """The same for semaphores."""
    change_in_place(changes, _SEMAPHORE)
    for frame in suspended_in(_SEMAPHORE):
        # 3.5.1 waits as it is done here.
        if '_wake_up_next' not in frame.f_code.co_names:
            waiter = frame.f_locals.get('fut')
            if waiter is not None:
                _take_over_semaphore(frame.f_locals['self'], waiter)


def change_in_place(changes, native):
    """Give the functions of *native* what their classes have in their place.

    A Condition has bound its lock's methods for good, and so does whoever
    keeps queue.put_nowait.
    """
    for cls, function in native.values():
        name = function.__name__
        before = inspect.unwrap(function)
        after = inspect.unwrap(vars(cls)[name])
        if after is not before and not before.__closure__:
            changes.become(before, after)
            changes.set(cls, name, function)


def suspended_in(native):
    """The frames of the generators that are waiting in *native*'s functions.

    A task that would start with one of these starts with the new one instead.
    """
    waiting = {}
    # Copied at once, for other threads may start tasks.
    for ref in tasks.Task._all_tasks.data.copy():
        task = ref()
        if task is not None and not task.done():
            coro = getattr(task, '_coro', None)
            # In debug mode it is wrapped.
            waiting[id(getattr(coro, 'gen', coro))] = task
    if not waiting:
        return
    import gc
    for generator in gc.get_objects():
        if type(generator) is not types.GeneratorType:
            continue
        frame = generator.gi_frame
        if frame is None or generator.gi_code not in native:
            continue
        if frame.f_lasti != -1:
            yield frame
        elif id(generator) in waiting:
            cls, function = native[generator.gi_code]
            waiting[id(generator)]._coro = function(**frame.f_locals)
            generator.close()


def _pass_on(lock, waiter):
    # The old acquire() has run: did it leave its turn unused?
    if not lock._locked:
        Lock._wake_up_first(lock)


def _take_over_semaphore(semaphore, waiter):
    if not isinstance(semaphore._waiters, _Waiters):
        semaphore._waiters = _Waiters(semaphore._waiters)
    if not waiter.done():
        index = semaphore._waiters.index(waiter)
        semaphore._waiters[index] = _OldAcquire(semaphore, waiter)
    elif not waiter.cancelled():
        _reserve(semaphore, waiter)


class _Waiters(collections.deque):
    """What the old acquire() wants to remove may be gone already."""

    def remove(self, value):
        if value in self:
            super().remove(value)


class _OldAcquire:
    """The waiter of a task in 3.5.0's acquire().

    That one lowers the counter without a look at it, as it may when nobody
    overtakes those that wait.
    """

    def __init__(self, semaphore, waiter):
        self._semaphore = semaphore
        self._waiter = waiter
        self.done = waiter.done

    def set_result(self, result):
        self._waiter.set_result(result)
        _reserve(self._semaphore, self._waiter)


def _reserve(semaphore, waiter):
    semaphore._value -= 1
    # Called after the old acquire() has lowered it too, or was cancelled.
    waiter.add_done_callback(functools.partial(_unreserve, semaphore))


def _unreserve(semaphore, waiter):
    semaphore._value += 1
    if semaphore._value > 0:
        Semaphore._wake_up_next(semaphore)
