"""No turn of a Lock, Semaphore, Condition or Event is lost, or had twice."""

import asyncio
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import Scenario, current_task, sequences, time_limit

pytestmark = time_limit

# Before, who comes to a semaphore just then gets ahead of who was woken.
FAIR = sys.version_info >= (3, 10, 8)
# In between a permit is lost if a task is cancelled that was woken.
loses_permits = pytest.mark.skipif(
    (3, 9, 12) <= sys.version_info < (3, 10, 8), reason='bpo-45997, gh-90155')
# Since then whoever is cancelled has another one woken in its place.
WAKES_FOR_NOTHING = sys.version_info >= (3, 13)

# Else a task stays inside for so many iterations of the loop.
UNTIL_TOLD = None


class Entering(Scenario):
    """Tasks that go into what a lock guards, some of them again."""

    # A cancelled wait_for() may lose what it has got (bpo-37658).
    CANCELS_WAIT_FOR = sys.version_info >= (3, 9)

    def __init__(self, make, permits, is_fair):
        self.make = make
        self.permits = permits
        self.is_fair = is_fair
        self.inside = 0
        self.queue = []

    async def start(self):
        self.lock = self.make()
        self.gate = asyncio.Event()

    def enter(self, timed, stays):
        # The task waits in wait_for() then, and is not in one.
        task = self.begin(False, self.work, timed, stays)
        if timed:
            self.timed.add(task)

    async def work(self, timed, stays):
        me = current_task()
        for stay in stays:
            try:
                await self.acquire(timed, me)
            except asyncio.TimeoutError:
                continue
            try:
                self.inside += 1
                assert self.inside <= self.permits
                if stay == UNTIL_TOLD:
                    await self.gate.wait()
                else:
                    for _ in range(stay):
                        await asyncio.sleep(0)
            finally:
                self.inside -= 1
                self.lock.release()

    async def acquire(self, timed, me):
        self.queue.append(me)
        try:
            if timed:
                await asyncio.wait_for(self.lock.acquire(), self.TIMEOUT)
            else:
                await self.lock.acquire()
                # The others wait in tasks of their own.
                before = self.queue[:self.queue.index(me)]
                assert not self.is_fair or self.timed.issuperset(before)
        finally:
            if me in self.queue:
                self.queue.remove(me)

    def cancel_task(self, task):
        if task not in self.timed or self.CANCELS_WAIT_FOR:
            super().cancel_task(task)
            if task in self.queue:
                self.queue.remove(task)

    def tell(self):
        """Those inside leave."""
        self.gate.set()
        self.gate.clear()

    def check(self):
        waiting = len(self.live()) - self.inside
        assert waiting == 0 or self.inside == self.permits
        assert self.lock.locked() == (self.inside == self.permits)

    async def finish(self):
        self.gate.set()
        await self.settle()
        assert not self.lock._waiters


class Permits(Entering):
    """The same with a semaphore, of which there may be more permits."""

    async def start(self):
        await super().start()
        self.lock = self.make(self.permits)

    def release(self):
        self.permits += 1
        self.lock.release()

    def check(self):
        super().check()
        assert self.lock._value + self.inside == self.permits

    async def finish(self):
        if self.permits == 0:
            self.release()
        await super().finish()


entering = [('tell',)] * 5 + [
    ('enter', timed, stays) for timed in (False, False, True)
    for stays in ([0], [1], [UNTIL_TOLD], [0, 0], [0, 2, 1])]


@given(sequences(*entering))
def test_lock(steps):
    Entering(asyncio.Lock, 1, True).run(steps)


@loses_permits
@given(st.integers(0, 3), sequences(*[('release',)] * 5 + entering))
def test_semaphore(permits, steps):
    Permits(asyncio.Semaphore, permits, FAIR).run(steps)


@loses_permits
@given(st.integers(1, 3), sequences(*entering))
def test_bounded_semaphore(permits, steps):
    Permits(asyncio.BoundedSemaphore, permits, FAIR).run(steps)


class Notifying(Scenario):
    """Tasks that wait in a condition, and tasks that notify them."""

    def __init__(self):
        self.inside = 0
        # Who waits, in order, and who need not any more.
        self.waiting = []
        self.notified = []
        # Notifications of tasks that were cancelled then: 3.6 loses these.
        self.spare = 0

    async def start(self):
        self.condition = asyncio.Condition()

    def enter(self):
        self.inside += 1
        assert self.inside == 1 and self.condition.locked()

    def leave(self):
        self.inside -= 1

    def wait(self, timed):
        self.begin(timed, self.wait_inside)

    async def wait_inside(self):
        me = current_task()
        async with self.condition:
            self.enter()
            self.leave()
            self.waiting.append(me)
            try:
                assert await self.condition.wait()
            except asyncio.CancelledError:
                if me in self.notified:
                    self.spare += 1
                self.forget(me)
                raise
            else:
                if me not in self.notified:
                    self.spare -= 1
                self.forget(me)
            finally:
                # Cancelled or not, it has the lock again.
                self.enter()
                self.leave()

    def forget(self, me):
        for tasks in self.waiting, self.notified:
            if me in tasks:
                tasks.remove(me)

    def notify(self, n, before, after):
        self.begin(False, self.notify_inside, n, before, after)

    async def notify_inside(self, n, before=0, after=0):
        async with self.condition:
            self.enter()
            try:
                for _ in range(before):
                    await asyncio.sleep(0)
                if n is None:
                    n = len(self.waiting)
                    self.condition.notify_all()
                else:
                    self.condition.notify(n)
                self.notified += self.waiting[:n]
                del self.waiting[:n]
                for _ in range(after):
                    await asyncio.sleep(0)
            finally:
                self.leave()

    def cancel_task(self, task):
        super().cancel_task(task)
        if task in self.waiting:
            self.waiting.remove(task)

    def check(self):
        assert not self.condition.locked()
        assert not self.notified, 'It was not woken'
        assert len(self.waiting) == len(self.live())
        assert self.spare >= 0 or WAKES_FOR_NOTHING

    async def finish(self):
        await self.notify_inside(None)
        await self.settle()
        assert not self.condition._waiters
        assert not self.condition._lock._waiters


@given(sequences(
    ('wait', False), ('wait', False), ('wait', False), ('wait', True),
    # How many, after how many iterations, and before how many.
    *[('notify', n, before, after) for n in (None, 0, 1, 1, 2)
      for before, after in ((0, 0), (0, 2), (1, 1))]))
def test_condition(steps):
    Notifying().run(steps)


class Setting(Scenario):
    """Tasks that wait for an event, which is set and cleared."""

    def __init__(self):
        self.times_set = 0

    async def start(self):
        self.event = asyncio.Event()

    def wait(self, timed):
        self.begin(timed, self.wait_once)

    async def wait_once(self):
        had_to_wait = not self.event.is_set()
        before = self.times_set
        assert await self.event.wait()
        assert had_to_wait == (self.times_set > before)

    def set(self):
        self.times_set += not self.event.is_set()
        self.event.set()

    def clear(self):
        self.event.clear()

    def check(self):
        assert not (self.live() and self.event.is_set())
        assert len(self.event._waiters) == len(self.live())

    async def finish(self):
        self.set()


@given(sequences(
    ('wait', False), ('wait', False), ('wait', False), ('wait', True),
    ('set',), ('set',), ('clear',), ('clear',)))
def test_event(steps):
    Setting().run(steps)
