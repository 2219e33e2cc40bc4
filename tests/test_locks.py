"""Lock, Event, Condition and Semaphore, and those that wait in them."""

import asyncio
import sys

import pytest

from conftest import lacks


class Loop(asyncio.SelectorEventLoop):
    """Counts the futures that asyncio asks it for."""

    created = 0

    def create_future(self):
        self.created += 1
        return super().create_future()


@pytest.fixture
def counting():
    """A function that runs a coroutine and returns how many were created."""
    loop = Loop()
    asyncio.set_event_loop(loop)

    def counting(main):
        before = loop.created
        loop.run_until_complete(main)
        return loop.created - before

    yield counting
    asyncio.set_event_loop(None)
    loop.close()


async def ticks(count=3):
    """Let everything run that can."""
    for _ in range(count):
        await asyncio.sleep(0)


async def start(*coros):
    """Tasks of *coros*, each of which waits by now."""
    tasks = [asyncio.ensure_future(coro) for coro in coros]
    await ticks()
    return tasks


@pytest.fixture
def run(policy_loop):
    return lambda coro: policy_loop.run_until_complete(
        asyncio.wait_for(coro, 30))


@pytest.mark.parametrize('make, enter, leave', [
    (asyncio.Lock, 'acquire', 'release'),
    (asyncio.Semaphore, 'acquire', 'release'),
    (asyncio.BoundedSemaphore, 'acquire', 'release'),
    (asyncio.Condition, 'acquire', 'release'),
    (asyncio.Event, 'wait', 'set'),
])
def test_waiters_are_futures_of_the_loop(counting, make, enter, leave):
    async def main():
        lock = make()
        if enter == 'acquire':
            await lock.acquire()
        task = asyncio.ensure_future(getattr(lock, enter)())
        await ticks()
        getattr(lock, leave)()
        assert await task

    assert counting(main()) == 1


def test_a_condition_waits_for_a_future_of_the_loop(counting):
    async def main():
        condition = asyncio.Condition()

        async def wait():
            async with condition:
                return await condition.wait()

        task = asyncio.ensure_future(wait())
        await ticks()
        async with condition:
            condition.notify()
        assert await task

    assert counting(main()) == 1


@pytest.mark.parametrize('make', [asyncio.Lock, asyncio.Semaphore])
@pytest.mark.parametrize('cancel_first', [True, False])
def test_a_turn_that_is_cancelled_is_another_ones(run, make, cancel_first):
    async def main():
        lock = make()
        await lock.acquire()
        first, second, third = await start(
            lock.acquire(), lock.acquire(), lock.acquire())
        if cancel_first:
            first.cancel()
        lock.release()
        first.cancel()
        await ticks()
        assert first.cancelled() and second.done() and not third.done()
        lock.release()
        await third

    run(main())


def test_a_lock_goes_to_one_at_a_time(run):
    async def main():
        lock = asyncio.Lock()
        inside = []

        async def worker():
            for _ in range(5):
                async with lock:
                    inside.append(None)
                    assert len(inside) == 1
                    await asyncio.sleep(0)
                    inside.pop()

        await asyncio.gather(*[worker() for _ in range(5)])

    run(main())


def test_a_condition_that_is_cancelled_has_its_lock_again(run):
    async def main():
        condition = asyncio.Condition()
        held = []

        async def wait():
            async with condition:
                try:
                    await condition.wait()
                finally:
                    held.append(condition.locked())

        waiting, = await start(wait())
        async with condition:
            condition.notify()
            await ticks()
            # It waits for the lock now.
            waiting.cancel()
            await ticks()
            assert not waiting.done()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert held == [True] and not condition.locked()

    run(main())


def test_an_event_that_is_set_is_not_waited_for(run):
    async def main():
        event = asyncio.Event()
        event.set()
        assert await event.wait() is True

    run(main())


def test_release_of_what_is_free(run):
    async def main():
        with pytest.raises(RuntimeError) as info:
            asyncio.Lock().release()
        assert str(info.value) == 'Lock is not acquired.'
        with pytest.raises(RuntimeError):
            await asyncio.Condition().wait()
        with pytest.raises(ValueError):
            asyncio.BoundedSemaphore(1).release()

    run(main())


# What follows was waiting before the install.

WAITING = '''
import asyncio, itertools, sys
loop = asyncio.new_event_loop()
loop.slow_callback_duration = 60
asyncio.set_event_loop(loop)

async def ticks(count=4):
    for _ in range(count):
        await asyncio.sleep(0)

async def start(*coros):
    tasks = [asyncio.ensure_future(coro) for coro in coros]
    await ticks()
    return tasks

def install():
    import asyncio_compat
    asyncio_compat.install()

def run(main):
    loop.run_until_complete(asyncio.wait_for(main, 30))
    loop.close()
    print('done')
'''


@pytest.fixture
def waiting(child):
    def waiting(source):
        for debug in '', '1':
            assert child(WAITING + source,
                         PYTHONASYNCIODEBUG=debug) == 'done\n'
    return waiting


@pytest.mark.parametrize('name', ['Lock', 'Semaphore', 'Condition'])
def test_each_waiter_gets_its_turn_alone(waiting, name):
    waiting('''
lock = asyncio.%s()
turns, inside = [], []

async def worker(number):
    async with lock:
        turns.append(number)
        inside.append(number)
        assert len(inside) == 1
        await asyncio.sleep(0)
        inside.remove(number)
    async with lock:
        inside.append(number)
        assert len(inside) == 1
        await asyncio.sleep(0)
        inside.remove(number)

async def main():
    await lock.acquire()
    workers = await start(*map(worker, range(4)))
    loop.call_soon(install)
    unstarted = asyncio.ensure_future(lock.acquire())
    await ticks()
    later = await start(*map(worker, range(4, 6)))
    lock.release()
    await unstarted
    lock.release()
    for task in workers + later:
        await task
    assert sorted(turns) == list(range(6)), turns
    assert isinstance(lock, asyncio.Semaphore) or turns == sorted(turns)
    assert not lock.locked()

run(main())
''' % name)


@pytest.mark.parametrize('name', ['Lock', 'Semaphore'])
@pytest.mark.parametrize('installed', ['before', 'after'])
def test_waiters_that_are_cancelled(waiting, name, installed):
    """Any of them, before or after the first that is left was woken."""
    if name == 'Semaphore' and (3, 7) <= sys.version_info < (3, 10):
        pytest.skip('a bug of the Semaphore of this release (bpo-45997)')
    waiting('''
async def main():
    attempts = []
    for choice in itertools.product(['', 'before', 'after'], repeat=3):
        lock = asyncio.%s()
        await lock.acquire()
        tasks = await start(*[lock.acquire() for _ in choice])
        attempts.append((lock, tasks, choice))
    if %r == 'before':
        install()
    for lock, tasks, choice in attempts:
        for task, when in zip(tasks, choice):
            when == 'before' and task.cancel()
        lock.release()
        for task, when in zip(tasks, choice):
            when == 'after' and task.cancel()
    if not 'asyncio_compat' in sys.modules:
        install()
    await ticks()
    for lock, tasks, choice in attempts:
        for task, when in zip(tasks, choice):
            assert task.cancelled() == bool(when), choice
        for index, task in enumerate(tasks):
            if not task.cancelled():
                assert task.done(), choice
                assert not any(later.done() and not later.cancelled()
                               for later in tasks[index + 1:]), choice
                lock.release()
                await ticks()
        assert not lock.locked(), choice
        assert await lock.acquire()

run(main())
''' % (name, installed))


def test_a_semaphore_is_not_overtaken_by_its_releaser(waiting):
    waiting('''
async def main():
    semaphore = asyncio.BoundedSemaphore(2)
    await semaphore.acquire()
    await semaphore.acquire()
    tasks = await start(*[semaphore.acquire() for _ in range(3)])
    install()
    semaphore.release()
    again, = await start(semaphore.acquire())
    assert [task.done() for task in tasks] == [True, False, False]
    assert not again.done() and semaphore._value == 0
    for _ in range(3):
        semaphore.release()
        await ticks()
    await asyncio.gather(again, *tasks)
    semaphore.release()
    semaphore.release()
    assert semaphore._value == 2
    try:
        semaphore.release()
    except ValueError:
        return
    raise AssertionError('released too often')

run(main())
''')


def test_a_condition_and_an_event_wake_those_that_wait(waiting):
    waiting('''
condition, event = asyncio.Condition(), asyncio.Event()

async def wait():
    async with condition:
        return await condition.wait()

async def main():
    tasks = await start(wait(), wait(), event.wait(), event.wait())
    tasks[1].cancel()
    tasks[3].cancel()
    install()
    await ticks()
    async with condition:
        condition.notify_all()
    event.set()
    assert await tasks[0] and await tasks[2]
    assert tasks[1].cancelled() and tasks[3].cancelled()
    assert not condition.locked()

run(main())
''')


@pytest.mark.skipif(not lacks((3, 5, 2)), reason='lacks nothing')
def test_methods_that_were_bound_before(waiting):
    waiting('''
created = []
condition = asyncio.Condition()
acquire, release = condition.acquire, condition.release
functions = asyncio.Lock.acquire, asyncio.Semaphore.release
install()
assert functions == (asyncio.Lock.acquire, asyncio.Semaphore.release)

async def main():
    loop.create_future = lambda: (
        created.append(type(loop).create_future(loop)) or created[-1])
    await acquire()
    task, = await start(acquire())
    assert len(created) == 1
    release()
    await task

run(main())
''')
