"""Bytes that an idle object takes, of this process's resident memory.  Runs on every interpreter since 3.5.0.

tracemalloc would not see what C code allocates.
"""
import asyncio
import gc
import resource

import loops
import scale

COUNT = 10000
FIRST = 1000


async def task_memory(loop):
    """A task that waits for a future."""
    create_future = loops.create_future_of(loop)
    # As in any program, one has had a result: on 3.5 all that come after it have room for one.
    future = create_future()
    future.set_result(None)
    await future

    async def wait():
        await create_future()

    async def create():
        task = loop.create_task(wait())
        # One by one: what a step leaves behind is used again by the next.
        await asyncio.sleep(0)
        return task

    return await _growth(create, COUNT)


async def connection_memory(loop):
    """One end of a connection, and the task that waits for its data."""
    async def create():
        ends = await scale.connected()
        waiting = [loop.create_task(reader.read(1)) for reader, _ in ends]
        await asyncio.sleep(0)
        return ends, waiting

    return await _growth(create, min(COUNT // 2, scale.most_connections() - FIRST)) / 2


async def _growth(create, count):
    """By how many bytes the process grows for each of *count* objects."""
    created = [None] * (FIRST + count)
    # These fill what has been allocated already.
    for number in range(FIRST):
        created[number] = await create()
    before = _resident()
    for number in range(FIRST, FIRST + count):
        created[number] = await create()
    return (_resident() - before) / count


def _resident():
    gc.collect()
    with open('/proc/self/statm') as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()
