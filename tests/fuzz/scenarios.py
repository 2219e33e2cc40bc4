"""Tasks that a fuzz test starts, cancels and lets go on, step by step.

python -m pytest tests/fuzz runs few examples, the same ones each time;
python -m pytest tests/fuzz --fuzz 10000 runs so many, and others each time.
A failure that it finds becomes a plain test in tests/.
"""

import asyncio

import pytest
from hypothesis import settings
from hypothesis import strategies as st

# More examples take longer.
time_limit = pytest.mark.timeout(60 + settings.default.max_examples // 10)

try:
    from asyncio import current_task
except ImportError:
    # Before 3.7.
    current_task = asyncio.Task.current_task

# A step is the name of a Scenario's method, and arguments.
STEPS = [('tick',)] * 5 + [('settle',)] * 2 + [('pass_time',)] + [
    ('cancel', index) for index in (0, 0, 1, 2, -1)]


def sequences(*steps):
    """Lists of the *steps* and of those that all have, half and half.

    One that is there more than once occurs more often.
    """
    common = STEPS * max(1, len(steps) // len(STEPS))
    return st.lists(st.sampled_from(common + list(steps)),
                    min_size=12, max_size=60)


class Loop(asyncio.SelectorEventLoop):
    """Its clock stands still until a test sets it."""

    now = 0.0

    def time(self):
        return self.now


class Scenario:
    """What all have in common; the methods are steps.

    run(steps) calls them, on a loop of its own, and check() when nothing
    is left to do for the loop.
    """

    # A wait_for() gives up after so many seconds of that clock.
    TIMEOUT = 1

    def run(self, steps):
        self.loop = Loop()
        self.errors = []
        self.tasks = []
        self.timed = set()
        self.cancelled = set()
        asyncio.set_event_loop(self.loop)
        self.loop.set_exception_handler(
            lambda loop, context: self.errors.append(context))
        try:
            self.loop.run_until_complete(self.play(steps))
        finally:
            asyncio.set_event_loop(None)
            self.loop.close()
        assert not self.errors

    async def play(self, steps):
        await self.start()
        for name, *args in steps:
            if name in ('tick', 'settle'):
                await getattr(self, name)()
            else:
                getattr(self, name)(*args)
        await self.settle()
        await self.finish()
        await self.settle()
        for task in self.tasks:
            assert task.done(), 'It waits for ever'
            self.look_at(task)

    async def start(self):
        """Make what is tested."""

    async def finish(self):
        """Do what lets every task end."""

    def check(self):
        """Nothing happens any more: who still waits has to wait."""

    async def tick(self):
        await asyncio.sleep(0)

    async def settle(self):
        for _ in range(1000):
            await asyncio.sleep(0)
            # Nothing runs in this iteration or the next one but this.
            if not self.loop._ready:
                break
        else:
            raise AssertionError('It never comes to rest')
        self.tasks = [task for task in self.tasks if not self.look_at(task)]
        self.check()

    def begin(self, timed, function, *args):
        """Start a task, of wait_for() around the function if *timed*."""
        coro = (self.in_time(function, *args) if timed else
                function(*args))
        task = asyncio.ensure_future(coro)
        self.tasks.append(task)
        if timed:
            self.timed.add(task)
        return task

    async def in_time(self, function, *args):
        # A task that is cancelled before it starts makes no coroutine here.
        return await asyncio.wait_for(function(*args), self.TIMEOUT)

    def look_at(self, task):
        """True if the *task* is done; raises what went wrong in it."""
        if task.done() and not task.cancelled():
            # What wait_for() does then depends on the version.
            assert task not in self.cancelled or task in self.timed
            try:
                task.result()
            except asyncio.TimeoutError:
                pass
        return task.done()

    def cancel(self, index):
        live = self.live()
        if live:
            self.cancel_task(live[index % len(live)])

    def cancel_task(self, task):
        task.cancel()
        self.cancelled.add(task)

    def live(self):
        return [task for task in self.tasks if not task.done()]

    def pass_time(self):
        self.loop.now += self.TIMEOUT
