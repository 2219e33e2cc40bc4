"""Each item of a Queue is had once, in its order, and nobody waits for it."""

import asyncio
import collections
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import Scenario, sequences, time_limit

pytestmark = time_limit

# Before, a putter that is cancelled stays until it would be woken.
FORGETS_PUTTERS = sys.version_info >= (3, 7)


class Passing(Scenario):
    """Tasks that put items and tasks that get them."""

    def __init__(self, make, maxsize, take):
        self.make = make
        self.maxsize = maxsize
        # Takes out of a plain list what the queue would give.
        self.take = take
        self.items = []
        self.number = 0
        self.unfinished = 0
        self.to_be_done = 0
        self.times_finished = 0
        self.roles = collections.defaultdict(list)

    async def start(self):
        self.queue = self.make(self.maxsize)

    # What happens in the queue, as it happens.

    def came(self, item):
        assert not self.is_full()
        self.items.append(item)
        self.unfinished += 1

    def went(self, item):
        assert item == self.take(self.items)
        self.to_be_done += 1

    def is_full(self):
        return 0 < self.maxsize <= len(self.items)

    def new_item(self, priority):
        self.number += 1
        return priority, self.number

    # Steps

    def put(self, timed, priority):
        self.roles['put'].append(
            self.begin(timed, self.put_one, self.new_item(priority)))

    async def put_one(self, item):
        await self.queue.put(item)
        self.came(item)

    def put_nowait(self, priority):
        item = self.new_item(priority)
        if self.is_full():
            with pytest.raises(asyncio.QueueFull):
                self.queue.put_nowait(item)
        else:
            self.queue.put_nowait(item)
            self.came(item)

    def get(self, timed):
        self.roles['get'].append(self.begin(timed, self.get_one))

    async def get_one(self):
        self.went(await self.queue.get())

    def get_nowait(self):
        if self.items:
            self.went(self.queue.get_nowait())
        else:
            with pytest.raises(asyncio.QueueEmpty):
                self.queue.get_nowait()

    def join(self, timed):
        self.roles['join'].append(self.begin(timed, self.join_once))

    async def join_once(self):
        has_to_wait = self.unfinished > 0
        before = self.times_finished
        await self.queue.join()
        assert has_to_wait == (self.times_finished > before)

    def done(self):
        if self.to_be_done:
            self.to_be_done -= 1
            self.unfinished -= 1
            self.times_finished += not self.unfinished
            self.queue.task_done()

    # When nothing happens any more

    def waiting(self, role):
        return len([task for task in self.roles[role] if not task.done()])

    def check(self):
        assert self.queue.qsize() == len(self.items)
        assert self.queue.empty() == (not self.items)
        assert self.queue.full() == self.is_full()
        assert not (self.items and self.waiting('get'))
        assert self.is_full() or not self.waiting('put')
        assert self.unfinished or not self.waiting('join')
        assert len(self.queue._getters) == self.waiting('get')
        if FORGETS_PUTTERS:
            assert len(self.queue._putters) == self.waiting('put')

    async def finish(self):
        while self.waiting('get'):
            self.put_nowait(0)
            await self.settle()
        while self.items:
            self.get_nowait()
            await self.settle()
        while self.unfinished:
            self.done()
        with pytest.raises(ValueError):
            self.queue.task_done()
        assert not self.queue._getters and not self.queue._putters


@pytest.mark.parametrize('make, take', [
    (asyncio.Queue, lambda items: items.pop(0)),
    (asyncio.LifoQueue, list.pop),
    (asyncio.PriorityQueue,
     lambda items: items.pop(items.index(min(items)))),
], ids=['Queue', 'LifoQueue', 'PriorityQueue'])
@given(maxsize=st.sampled_from([1, 2, 0]), steps=sequences(
    ('put', False, 0), ('put', False, 1), ('put', False, 2), ('put', True, 1),
    ('put_nowait', 0), ('put_nowait', 1), ('put_nowait', 2),
    ('get', False), ('get', False), ('get', False), ('get', True),
    ('get_nowait',), ('get_nowait',), ('get_nowait',),
    ('join', False), ('join', True), ('done',), ('done',)))
def test_queue(make, take, maxsize, steps):
    Passing(make, maxsize, take).run(steps)
