"""What one operation costs while there are many of its kind.  Runs on every interpreter since 3.5.0.

Each benchmark is a coroutine function that returns CPU seconds, divided by the number of operations.
"""
import asyncio
import resource
import socket
from time import process_time

import loops
import streams

OPERATIONS = 300000
ROUND_TRIPS = 10000


async def turns(loop, count):
    """A turn of a task with `sleep(0)`, while so many take turns."""
    async def take_turns():
        while running:
            await asyncio.sleep(0)

    running = True
    tasks = [loop.create_task(take_turns()) for _ in range(count)]
    await asyncio.sleep(0)
    rounds = OPERATIONS // count
    start = process_time()
    for _ in range(rounds):
        # Each of them takes its turn before this one goes on.
        await asyncio.sleep(0)
    taken = process_time() - start
    running = False
    await asyncio.wait(tasks)
    return taken / (rounds * count)


async def tasks(loop, count):
    """A task from its creation to its end, so many at once."""
    rounds = rounds_of_tasks(count)
    start = process_time()
    for _ in range(rounds):
        created = [loop.create_task(nothing()) for _ in range(count)]
        # They end in the order in which they were created.
        await created[-1]
    return (process_time() - start) / (rounds * count)


def rounds_of_tasks(count):
    return max(2, OPERATIONS // count // 3)


async def nothing():
    pass


async def timers(loop, count):
    """A timer that is set and comes, so many at once."""
    rounds = max(1, OPERATIONS // count // 10)
    taken = 0
    for _ in range(rounds):
        taken += await loops.set_timers(loop, count)
    return taken / (rounds * count)


async def connections(loop, count):
    """1 KiB to the other end and back, on each of so many connections in turn."""
    most_connections()
    pairs = []
    for _ in range(count):
        pairs.append(await connected())
    start = process_time()
    for number in range(ROUND_TRIPS):
        (reader, writer), (other_reader, other_writer) = pairs[number % count]
        writer.write(streams.MESSAGE)
        other_writer.write(await other_reader.read(streams.KIB))
        await reader.read(streams.KIB)
    return (process_time() - start) / ROUND_TRIPS


async def connected():
    """A reader and a writer for either end of a pair of sockets: TCP has not ports enough for so many."""
    one, other = socket.socketpair()
    return await asyncio.open_connection(sock=one), await asyncio.open_connection(sock=other)


def most_connections():
    """As many as this process may open files for, two each; it raises its own limit as far as it may."""
    _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    return (limit - 100) // 200 * 100
