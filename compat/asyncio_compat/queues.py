"""Completes asyncio.queues: futures of the loop's own kind (3.5.2), and a
getter or putter that is cancelled takes no item with it (3.5.1).
"""

import functools

from asyncio import queues
from asyncio.coroutines import coroutine
from asyncio.queues import QueueEmpty, QueueFull

from . import locks
from .patching import completion


def _forget(waiters, waiter):
    # It may have waited long, and not be the first (bpo-31620).
    try:
        waiters.remove(waiter)
    except ValueError:
        pass


class Queue(metaclass=completion):
    def _wakeup_next(self, waiters):
        while waiters:
            waiter = waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                break

    @coroutine
    def put(self, item):
        """Put *item* into the queue, after waiting while it is full."""
        while self.full():
            putter = self._loop.create_future()
            self._putters.append(putter)
            try:
                yield from putter
            except:
                # Not done yet if it is thrown in from elsewhere.
                putter.cancel()
                _forget(self._putters, putter)
                if not self.full() and not putter.cancelled():
                    # Woken, but cancelled as well: another's turn.
                    self._wakeup_next(self._putters)
                raise
        return self.put_nowait(item)

    def put_nowait(self, item):
        """Put *item* into the queue; raises QueueFull if it is full."""
        if self.full():
            raise QueueFull
        self._put(item)
        self._unfinished_tasks += 1
        self._finished.clear()
        self._wakeup_next(self._getters)

    @coroutine
    def get(self):
        """Take an item out of the queue, after waiting while it is empty."""
        while self.empty():
            getter = self._loop.create_future()
            self._getters.append(getter)
            try:
                yield from getter
            except:
                getter.cancel()
                _forget(self._getters, getter)
                if not self.empty() and not getter.cancelled():
                    self._wakeup_next(self._getters)
                raise
        return self.get_nowait()

    def get_nowait(self):
        """Take an item out of the queue; raises QueueEmpty if it is empty."""
        if self.empty():
            raise QueueEmpty
        item = self._get()
        self._wakeup_next(self._putters)
        return item

    def _put_it_back(self, item):
        # 3.5.0's get() was given the item, and then cancelled.
        if hasattr(self._queue, 'appendleft'):
            self._queue.appendleft(item)
        else:
            self._put(item)
        self._wakeup_next(self._getters)


# As they are before an install.
_NATIVE = locks.methods(queues.Queue,
                        'get', 'get_nowait', 'put', 'put_nowait')


def take_over(changes):
    """Have what was bound or was waiting before the install go on right."""
    locks.take_over_semaphores(changes)
    locks.change_in_place(changes, _NATIVE)
    if hasattr(queues.Queue, '_put_it_back'):
        changes.become(queues.Queue._put_it_back, Queue._put_it_back)
    for frame in locks.suspended_in(_NATIVE):
        # So called on 3.5.0 only; 3.5.1 waits as it is done here.
        waiter = frame.f_locals.get('waiter')
        if waiter is not None:
            queue = frame.f_locals['self']
            if waiter in queue._getters:
                index = queue._getters.index(waiter)
                queue._getters[index] = _OldGet(queue, waiter)
            elif frame.f_code.co_name == 'put':
                waiter.add_done_callback(functools.partial(
                    _after_old_put, queue, frame, frame.f_lineno))


class _OldGet:
    """The waiter of a task in 3.5.0's get(), which wants to have the item."""

    def __init__(self, queue, waiter):
        self._queue = queue
        self._waiter = waiter
        self.done = waiter.done

    def set_result(self, result):
        if self._queue.empty():
            # A queue of another make did not keep what was put.
            self._queue._getters.appendleft(self)
        else:
            self._waiter.set_result(self._queue.get_nowait())


def _after_old_put(queue, frame, line, waiter):
    # It is on another line than it was waiting on, unless it was cancelled.
    if frame.f_lineno != line:
        queue._unfinished_tasks += 1
        queue._finished.clear()
    # It woke nobody, and left its turn unused if it was cancelled.
    if not queue.empty():
        Queue._wakeup_next(queue, queue._getters)
    if not queue.full():
        Queue._wakeup_next(queue, queue._putters)
