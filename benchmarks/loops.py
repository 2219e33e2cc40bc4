"""Tasks, futures and the loop itself.  Runs on every interpreter since 3.5.0.

Each benchmark is a coroutine function that returns the CPU seconds it took.
"""
import asyncio
import functools
from time import process_time

COUNT = 20000


async def _nothing():
    pass


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
    # Native 3.5.0 has no create_future().
    create_future = getattr(loop, 'create_future',
                            functools.partial(asyncio.Future, loop=loop))
    start = process_time()
    for _ in range(COUNT):
        future = create_future()
        loop.call_soon(future.set_result, None)
        await future
    return process_time() - start


async def sleep_zero(loop):
    """Two tasks that take turns, 20,000 turns each."""
    async def turns():
        for _ in range(COUNT):
            await asyncio.sleep(0)

    start = process_time()
    await asyncio.wait([loop.create_task(turns()), loop.create_task(turns())])
    return process_time() - start
