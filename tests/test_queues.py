"""Queues, and those that wait in them."""

import asyncio
import sys

import pytest

from conftest import lacks
from test_locks import WAITING, Loop, start, ticks

CLASSES = [asyncio.Queue, asyncio.LifoQueue, asyncio.PriorityQueue]


@pytest.fixture
def run(policy_loop):
    return lambda coro: policy_loop.run_until_complete(
        asyncio.wait_for(coro, 30))


def test_waiters_are_futures_of_the_loop():
    loop = Loop()
    asyncio.set_event_loop(loop)

    async def main():
        queue = asyncio.Queue(1)
        getting, = await start(queue.get())
        await queue.put(1)
        assert await getting == 1
        await queue.put(2)
        putting, = await start(queue.put(3))
        assert await queue.get() == 2
        await putting

    try:
        loop.run_until_complete(main())
        assert loop.created == 2
    finally:
        asyncio.set_event_loop(None)
        loop.close()


@pytest.mark.parametrize('make', CLASSES)
def test_an_item_is_not_lost_with_a_cancelled_getter(run, make):
    async def main():
        queue = make()
        first, second = await start(queue.get(), queue.get())
        queue.put_nowait('item')
        first.cancel()
        assert await second == 'item'
        assert first.cancelled() and queue.empty()

    run(main())


@pytest.mark.parametrize('make', CLASSES)
def test_a_slot_is_not_lost_with_a_cancelled_putter(run, make):
    async def main():
        queue = make(1)
        await queue.put(0)
        first, second = await start(queue.put(1), queue.put(2))
        queue.get_nowait()
        first.cancel()
        await second
        assert first.cancelled()
        assert (queue.get_nowait(), queue.qsize()) == (2, 0)

    run(main())


def test_an_item_that_is_cancelled_is_not_put(run):
    async def main():
        queue = asyncio.Queue(1)
        await queue.put(0)
        putting, = await start(queue.put(1))
        putting.cancel()
        await ticks()
        assert putting.cancelled()
        assert (queue.get_nowait(), queue.qsize()) == (0, 0)

    run(main())


def test_getters_and_putters_that_are_cancelled_in_any_order(run):
    async def main():
        queue = asyncio.Queue(2)
        tasks = await start(*[queue.get() for _ in range(4)])
        for item in range(2):
            queue.put_nowait(item)
        tasks[0].cancel()
        tasks[3].cancel()
        assert await asyncio.gather(*tasks[1:3]) == [0, 1]
        assert queue.empty()

    run(main())


def test_an_item_that_waited_to_be_put_is_an_unfinished_task(run):
    async def main():
        queue = asyncio.Queue(1)
        await queue.put(1)
        putting, joining = await start(queue.put(2), queue.join())
        for _ in range(2):
            assert not joining.done()
            await queue.get()
            await ticks()
            queue.task_done()
        await joining
        await putting
        with pytest.raises(ValueError):
            queue.task_done()

    run(main())


def test_what_is_put_may_be_taken_before_the_getter_runs(run):
    async def main():
        queue = asyncio.Queue()
        getting, = await start(queue.get())
        queue.put_nowait('first')
        assert queue.get_nowait() == 'first'
        await ticks()
        queue.put_nowait('second')
        assert await getting == 'second'

    run(main())


def test_full_and_empty(run):
    async def main():
        queue = asyncio.Queue(1)
        with pytest.raises(asyncio.QueueEmpty):
            queue.get_nowait()
        queue.put_nowait(1)
        with pytest.raises(asyncio.QueueFull):
            queue.put_nowait(2)

    run(main())


# What follows was waiting before the install.

@pytest.fixture
def waiting(child):
    def waiting(source):
        for debug in '', '1':
            assert child(WAITING + source,
                         PYTHONASYNCIODEBUG=debug) == 'done\n'
    return waiting


@pytest.mark.parametrize('name', ['Queue', 'LifoQueue', 'PriorityQueue'])
def test_each_item_arrives_once(waiting, name):
    waiting('''
async def get(queue):
    return await queue.get()

async def main():
    queue = asyncio.%s(2)
    old = await start(*[get(queue) for _ in range(3)])
    loop.call_soon(install)
    unstarted = asyncio.ensure_future(queue.get())
    await ticks()
    new = await start(get(queue), get(queue))
    for item in range(6):
        await queue.put(item)
    items = await asyncio.gather(*old + new + [unstarted])
    assert sorted(items) == list(range(6)), items
    if not isinstance(queue, asyncio.LifoQueue):
        assert items[:3] == [0, 1, 2], items
    assert queue.empty() and not queue._getters
    for _ in range(6):
        queue.task_done()
    await queue.join()

run(main())
''' % name)


@pytest.mark.parametrize('name', ['Queue', 'LifoQueue', 'PriorityQueue'])
def test_each_item_that_waits_is_put_once(waiting, name):
    waiting('''
async def main():
    queue = asyncio.%s(1)
    queue.put_nowait(0)
    old = await start(*[queue.put(item) for item in range(1, 4)])
    loop.call_soon(install)
    unstarted = asyncio.ensure_future(queue.put(4))
    await ticks()
    new, = await start(queue.put(5))
    items = []
    for _ in range(3):
        items.append(await queue.get())
    # Those that wait for an item are told of one that an old put() puts.
    getting = await start(*[queue.get() for _ in range(3)])
    items += await asyncio.gather(*getting)
    assert sorted(items) == list(range(6)), items
    assert queue.empty() and not queue._putters
    await asyncio.gather(new, unstarted, *old)
    joining, = await start(queue.join())
    for _ in range(6):
        assert not joining.done()
        queue.task_done()
    await joining

run(main())
''' % name)


@pytest.mark.parametrize('name', ['Queue', 'PriorityQueue'])
@pytest.mark.parametrize('installed', ['before', 'after'])
def test_getters_that_are_cancelled(waiting, name, installed):
    """Any of them, before or after an item was put for the first."""
    waiting('''
async def main():
    attempts = []
    for choice in itertools.product(['', 'before', 'after'], repeat=3):
        queue = asyncio.%s()
        tasks = await start(*[queue.get() for _ in choice])
        attempts.append((queue, tasks, choice))
    if %r == 'before':
        install()
    for queue, tasks, choice in attempts:
        for task, when in zip(tasks, choice):
            when == 'before' and task.cancel()
        queue.put_nowait('first')
        for task, when in zip(tasks, choice):
            when == 'after' and task.cancel()
    if not 'asyncio_compat' in sys.modules:
        install()
    await ticks()
    for queue, tasks, choice in attempts:
        left = []
        for task, when in zip(tasks, choice):
            assert task.cancelled() == bool(when), choice
            if not when:
                left.append(task)
        queue.put_nowait('second')
        queue.put_nowait('third')
        items = list(await asyncio.gather(*left))
        while not queue.empty():
            items.append(queue.get_nowait())
        assert items == ['first', 'second', 'third'], (choice, items)

run(main())
''' % (name, installed))


@pytest.mark.parametrize('installed', ['before', 'after'])
def test_putters_that_are_cancelled(waiting, installed):
    """Any of them, before or after the first was given a slot."""
    waiting('''
async def main():
    attempts = []
    for choice in itertools.product(['', 'before', 'after'], repeat=3):
        queue = asyncio.Queue(1)
        queue.put_nowait('first')
        tasks = await start(*[queue.put(item) for item in range(3)])
        attempts.append((queue, tasks, choice))
    if %r == 'before':
        install()
    for queue, tasks, choice in attempts:
        for task, when in zip(tasks, choice):
            when == 'before' and task.cancel()
        assert queue.get_nowait() == 'first'
        for task, when in zip(tasks, choice):
            when == 'after' and task.cancel()
    if not 'asyncio_compat' in sys.modules:
        install()
    await ticks()
    for queue, tasks, choice in attempts:
        for number, (task, when) in enumerate(zip(tasks, choice)):
            assert task.cancelled() == bool(when), choice
            if not when:
                assert await queue.get() == number, choice
                await task
                queue.task_done()
        assert queue.empty(), choice
        queue.task_done()
        await queue.join()

run(main())
''' % installed)


@pytest.mark.skipif(not lacks((3, 5, 1)), reason='lacks nothing')
def test_methods_that_were_bound_before(waiting):
    waiting('''
queue = asyncio.Queue()
get, get_nowait, put, put_nowait = (
    queue.get, queue.get_nowait, queue.put, queue.put_nowait)
functions = asyncio.Queue.get, asyncio.Queue.put_nowait
install()
assert functions == (asyncio.Queue.get, asyncio.Queue.put_nowait)

async def main():
    first, second = await start(queue.get(), get())
    put_nowait(1)
    await put(2)
    assert await asyncio.gather(first, second) == [1, 2]
    queue.put_nowait(3)
    assert get_nowait() == 3

run(main())
''')


@pytest.mark.skipif(not lacks((3, 5, 1)), reason='has no frames to take over')
def test_a_queue_that_does_not_keep_what_is_put(waiting):
    waiting('''
class Distinct(asyncio.Queue):
    seen = ()
    def _put(self, item):
        if item not in self.seen:
            self.seen += item,
            super()._put(item)

async def main():
    queue = Distinct()
    queue.seen = (1,)
    getting, = await start(queue.get())
    install()
    queue.put_nowait(1)
    queue.put_nowait(2)
    assert await getting == 2

run(main())
''')


def test_streams_that_are_read_go_on(waiting):
    waiting('''
async def main():
    readers = [asyncio.StreamReader(limit=16, loop=loop) for _ in range(5)]
    tasks = await start(readers[0].readline(), readers[1].readexactly(40),
                        readers[2].read(), readers[3].read(3),
                        readers[4].readline())
    for reader in readers:
        reader.feed_data(b'12')
    await ticks()
    install()
    await ticks()
    readers[0].feed_data(b'34\\nrest')
    tasks[4].cancel()
    for _ in range(5):
        for reader in readers[1:4]:
            reader.feed_data(b'34567890')
        await ticks()
    for reader in readers:
        reader.feed_eof()
    data = b'12' + b'34567890' * 5
    assert await tasks[0] == b'1234\\n'
    assert await readers[0].read() == b'rest'
    assert await tasks[1] == data[:40]
    assert await readers[1].read() == data[40:]
    assert await tasks[2] == data
    assert await tasks[3] == data[:2]
    try:
        await tasks[4]
    except asyncio.CancelledError:
        return
    raise AssertionError('not cancelled')

run(main())
''')


async def cancelled(coro):
    task = asyncio.ensure_future(coro)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_getters_whose_time_is_over_are_forgotten(policy_loop):
    async def main():
        queue = asyncio.Queue()
        for _ in range(50):
            await cancelled(queue.get())
        assert not queue._getters

    policy_loop.run_until_complete(main())


@pytest.mark.skipif((3, 6) <= sys.version_info < (3, 7),
                    reason='forgets those that get alone')
def test_putters_whose_time_is_over_are_forgotten(policy_loop):
    async def main():
        queue = asyncio.Queue(1)
        await queue.put(0)
        for _ in range(50):
            await cancelled(queue.put(1))
        assert not queue._putters

    policy_loop.run_until_complete(main())
