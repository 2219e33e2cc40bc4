"""Tasks, futures, timers and the loop itself.  Runs on every interpreter since 3.5.0.

Each benchmark is a coroutine function that returns the CPU seconds it took.
"""
import asyncio
import functools
import random
from time import monotonic, process_time

COUNT = 20000
SUBMITTED = 5000
TIMERS = 10000


async def _nothing():
    pass


def create_future_of(loop):
    """Native 3.5.0 has no create_future()."""
    return getattr(loop, 'create_future', functools.partial(asyncio.Future, loop=loop))


async def spawn(loop):
    """Create 20,000 tasks, and await each before the next."""
    start = process_time()
    for _ in range(COUNT):
        await loop.create_task(_nothing())
    return process_time() - start


async def gather(loop):
    """gather() 20,000 coroutines at once."""
    start = process_time()
    await asyncio.gather(*[_nothing() for _ in range(COUNT)])
    return process_time() - start


async def future_round_trip(loop):
    """Await 20,000 futures, each of which a callback resolves."""
    create_future = create_future_of(loop)
    start = process_time()
    for _ in range(COUNT):
        future = create_future()
        loop.call_soon(future.set_result, None)
        await future
    return process_time() - start


async def sleep_zero(loop):
    """Two tasks that take turns with sleep(0), 20,000 turns each."""
    async def turns():
        for _ in range(COUNT):
            await asyncio.sleep(0)

    start = process_time()
    await asyncio.wait([loop.create_task(turns()), loop.create_task(turns())])
    return process_time() - start


async def threadsafe(loop):
    """run_coroutine_threadsafe() 5,000 times, each when the one before has its result."""
    def submit():
        for _ in range(SUBMITTED):
            asyncio.run_coroutine_threadsafe(_nothing(), loop).result()

    start = process_time()
    await loop.run_in_executor(None, submit)
    return process_time() - start


async def call_later(loop):
    """Set 10,000 timers with call_later(), in no order, and let all of them come."""
    return await set_timers(loop, TIMERS)


async def call_later_cancelled(loop):
    """Set 10,000 timers and cancel them."""
    delays = _delays(3600, TIMERS)
    start = process_time()
    for timer in [loop.call_later(delay, _called) for delay in delays]:
        timer.cancel()
    # The loop drops them.
    await asyncio.sleep(0)
    return process_time() - start


async def set_timers(loop, count):
    delays = _delays(0.001, count)
    all_called = create_future_of(loop)()
    start = process_time()
    for delay in delays:
        loop.call_later(delay, _called)
    loop.call_later(0.003, all_called.set_result, None)
    taken = process_time() - start
    due = monotonic() + 0.004
    while monotonic() < due:
        # To wake up from a sleep takes more time than a few timers do.
        pass
    start = process_time()
    await all_called
    return taken + process_time() - start


def _called():
    pass


def _delays(first, count):
    """So many within a millisecond, shuffled, always in the same way."""
    delays = [first + 0.001 * number / count for number in range(count)]
    random.Random(count).shuffle(delays)
    return delays
