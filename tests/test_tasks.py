"""Tasks: what they wait for, how they end, and who else may run them."""

import asyncio
import concurrent.futures
import gc
import re
import sys
import threading
import time

import pytest

from asyncio import gather, sleep, wait_for

wait_takes_coroutines = pytest.mark.skipif(
    sys.version_info >= (3, 11), reason='wait() takes only futures')
PURE = sys.version_info < (3, 6)


class Awaitable:
    """Has __await__ and nothing else."""

    def __init__(self, *results):
        self._results = results

    def __await__(self):
        yield
        for result in self._results:
            if isinstance(result, Exception):
                raise result
            return result


async def first_done(awaitables):
    done, _ = await asyncio.wait(awaitables)
    return done.pop().result()


async def first_completed(awaitables):
    for future in asyncio.as_completed(awaitables):
        return await future


async def ensured(awaitable):
    return await asyncio.ensure_future(awaitable)


async def gathered(awaitable):
    result, same = await gather(awaitable, awaitable)
    assert result == same
    return result


WAYS = [
    pytest.param(ensured, id='ensure_future'),
    pytest.param(gathered, id='gather'),
    pytest.param(lambda awaitable: wait_for(awaitable, 60), id='wait_for'),
    pytest.param(lambda awaitable: wait_for(awaitable, None),
                 id='wait_for-without-timeout',
                 marks=pytest.mark.skipif((3, 5, 3) <= sys.version_info < (3, 7),
                                          reason='fails natively')),
    pytest.param(lambda awaitable: first_done([awaitable]), id='wait',
                 marks=wait_takes_coroutines),
    pytest.param(lambda awaitable: first_completed([awaitable]),
                 id='as_completed'),
]


@pytest.mark.parametrize('way', WAYS)
def test_any_awaitable_will_do(policy_loop, way):
    assert policy_loop.run_until_complete(way(Awaitable(5))) == 5
    with pytest.raises(KeyError):
        policy_loop.run_until_complete(way(Awaitable(KeyError())))


def test_shield_and_run_until_complete_take_any_awaitable(loop):
    async def shielded():
        return await asyncio.shield(Awaitable(5))

    assert loop.run_until_complete(Awaitable(5)) == 5
    assert loop.run_until_complete(shielded()) == 5


@wait_takes_coroutines
def test_the_same_awaitable_twice_is_one(policy_loop):
    awaitable = Awaitable(5)
    done, pending = policy_loop.run_until_complete(
        asyncio.wait([awaitable, awaitable]))
    assert len(done) == 1 and not pending


def test_ensure_future_refuses_the_rest(loop):
    with pytest.raises(TypeError) as info:
        asyncio.ensure_future(5, loop=loop)
    # 3.5.3 has its own: A Future, ...
    assert re.match('An? (asyncio.)?Future, a coroutine or an awaitable is '
                    'required$', str(info.value))
    future = asyncio.Future(loop=loop)
    other = asyncio.new_event_loop()
    try:
        with pytest.raises(ValueError):
            asyncio.ensure_future(future, loop=other)
    finally:
        other.close()
    assert asyncio.ensure_future(future, loop=loop) is future


def test_a_single_future_is_no_sequence(policy_loop):
    future = asyncio.Future(loop=policy_loop)
    with pytest.raises(TypeError) as info:
        policy_loop.run_until_complete(asyncio.wait(future))
    assert str(info.value) in ('expect a list of futures, not Future',
                               'expect a list of futures, not _Future')
    with pytest.raises(TypeError):
        policy_loop.run_until_complete(first_completed(future))
    with pytest.raises(ValueError):
        policy_loop.run_until_complete(asyncio.wait([]))


def yields(what):
    class Yielder:
        def __await__(self):
            return (yield what)
    return Yielder()


@pytest.mark.parametrize('what, text', [
    (lambda loop: asyncio.Future(loop=loop), 'yield was used instead of'),
    (lambda loop: (i for i in ()), 'yield was used instead of'),
    (lambda loop: 5, 'Task got bad yield: 5'),
], ids=['future', 'generator', 'number'])
def test_a_bad_yield_is_an_error(loop, what, text):
    async def bad():
        await yields(what(loop))

    with pytest.raises(RuntimeError) as info:
        loop.run_until_complete(bad())
    assert text in str(info.value)


def test_a_future_of_another_loop_is_an_error(loop):
    async def foreign():
        await asyncio.Future(loop=other)

    other = asyncio.new_event_loop()
    try:
        with pytest.raises(RuntimeError) as info:
            loop.run_until_complete(foreign())
        assert 'attached to a different loop' in str(info.value)
    finally:
        other.close()


def test_a_task_cannot_await_itself(loop):
    async def itself():
        await task

    task = loop.create_task(itself())
    with pytest.raises(RuntimeError) as info:
        loop.run_until_complete(task)
    assert 'Task cannot await on itself' in str(info.value)


def test_sleep_of_zero_is_one_turn(loop):
    turns = []

    async def count(name):
        for _ in range(2):
            await sleep(0)
            turns.append(name)
        return await sleep(0, 'slept')

    async def both():
        return await gather(count('a'), count('b'))

    assert loop.run_until_complete(both()) == ['slept', 'slept']
    assert sorted(turns[:2]) == sorted(turns[2:]) == ['a', 'b']
    assert not loop._scheduled


def test_a_task_that_cancels_itself_and_returns_is_cancelled(loop):
    async def cancel():
        task.cancel()
        return 5

    task = loop.create_task(cancel())
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)


def test_a_task_that_cancels_itself_and_waits_is_cancelled(loop):
    async def cancel():
        task.cancel()
        await future

    future = asyncio.Future(loop=loop)
    task = loop.create_task(cancel())
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)
    assert future.cancelled()


def test_the_collector_runs_while_tasks_are_destroyed(child):
    """3.5.0 died of this, and 3.5.2 with threads (bpo-26617)."""
    child('''
        import asyncio_compat.auto
        import asyncio, gc

        async def nothing():
            await asyncio.sleep(0)

        async def run():
            for _ in range(200):
                await asyncio.ensure_future(nothing())

        loop = asyncio.new_event_loop()
        gc.set_threshold(1)
        loop.run_until_complete(run())
        gc.set_threshold(700)
        loop.close()
    ''')


@pytest.mark.skipif(not hasattr(asyncio.Task, 'all_tasks'),
                    reason='gone since 3.9')
@pytest.mark.filterwarnings('ignore::DeprecationWarning')
@pytest.mark.filterwarnings('ignore::PendingDeprecationWarning')
def test_all_tasks_of_one_loop(loop):
    async def run():
        ended = asyncio.ensure_future(asyncio.sleep(0))
        await ended
        waiting = asyncio.ensure_future(
            asyncio.wait([asyncio.Future(loop=loop)], loop=loop))
        listed = asyncio.Task.all_tasks()
        waiting.cancel()
        await asyncio.wait([waiting])
        return listed == {ended, waiting, asyncio.Task.current_task()}

    assert loop.run_until_complete(run())
    other = asyncio.new_event_loop()
    assert asyncio.Task.all_tasks(loop=other) == set()
    other.close()


def test_a_task_that_exits_ends_the_run_alone(loop):
    async def leave():
        raise SystemExit(7)

    with pytest.raises(SystemExit) as info:
        loop.run_until_complete(leave())
    assert info.value.code == 7
    # Its callback is still to come (bpo-22429).
    assert loop.run_until_complete(sleep(0.001, 5)) == 5


def test_a_loop_that_is_stopped_before_its_future_is_done(loop):
    loop.call_soon(loop.stop)
    with pytest.raises(RuntimeError) as info:
        loop.run_until_complete(asyncio.Future(loop=loop))
    assert str(info.value) == 'Event loop stopped before Future completed.'


def test_wait_wants_to_know_until_when(policy_loop):
    with pytest.raises(ValueError):
        policy_loop.run_until_complete(asyncio.wait(
            [asyncio.Future(loop=policy_loop)], return_when='SOMETIMES'))


def test_wait_for_the_first_of_two_that_end_together(policy_loop):
    async def run():
        futures = [asyncio.Future(), asyncio.Future(), asyncio.Future()]
        for future in futures[:2]:
            policy_loop.call_soon(future.set_result, None)
        done, pending = await asyncio.wait(
            futures, timeout=60, return_when=asyncio.FIRST_COMPLETED)
        assert (done, pending) == (set(futures[:2]), {futures[2]})

    policy_loop.run_until_complete(run())


def test_wait_for_a_time_that_is_long_enough(policy_loop):
    async def run():
        task = asyncio.ensure_future(sleep(0, 5))
        done, pending = await asyncio.wait([task], timeout=60)
        assert done == {task} and not pending
        assert await wait_for(task, None) == 5

    policy_loop.run_until_complete(run())


def test_wait_for_cancels_what_takes_too_long(policy_loop):
    async def run():
        future = asyncio.Future()
        with pytest.raises(asyncio.TimeoutError):
            await wait_for(future, 0.001)
        assert future.cancelled()

    policy_loop.run_until_complete(run())


def test_a_wait_for_that_is_cancelled_cancels_what_it_waits_for(policy_loop):
    async def run():
        future = asyncio.Future()
        waiting = asyncio.ensure_future(wait_for(future, 60))
        await sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await sleep(0)
        assert future.cancelled()

    policy_loop.run_until_complete(run())


async def in_order(awaitables, timeout=None):
    results = []
    for future in asyncio.as_completed(awaitables, timeout=timeout):
        try:
            results.append(await future)
        except asyncio.TimeoutError:
            results.append('too late')
    return results


def test_as_completed_until_the_time_is_over(policy_loop):
    async def run():
        first, second, never = [asyncio.Future() for _ in range(3)]
        policy_loop.call_soon(second.set_result, 'second')
        policy_loop.call_later(0.001, first.set_result, 'first')
        assert await in_order([first, second], 60) == ['second', 'first']
        assert await in_order([first, never], 0.001) == ['first', 'too late']
        assert not never.done()

    policy_loop.run_until_complete(run())


def test_as_completed_of_what_is_done_in_the_moment_the_time_is_over(
        policy_loop):
    async def run():
        future = asyncio.Future()
        policy_loop.call_later(0.001, future.set_result, 'done')
        completing = asyncio.ensure_future(in_order([future], 0.002))
        await sleep(0)
        # Both timers have run out when the loop looks at them.
        policy_loop.call_soon(time.sleep, 0.01)
        return await completing

    # Since 3.13 what is done is given even so.
    assert policy_loop.run_until_complete(run()) in (['too late'], ['done'])


@pytest.mark.skipif(sys.version_info >= (3, 7), reason='it is a keyword')
def test_async_is_the_old_name_of_ensure_future(policy_loop):
    with pytest.warns(DeprecationWarning):
        task = getattr(asyncio, 'async')(Awaitable(5), loop=policy_loop)
    assert policy_loop.run_until_complete(task) == 5


def test_gather_of_futures_of_two_loops(loop):
    other = asyncio.new_event_loop()
    try:
        with pytest.raises(ValueError):
            gather(asyncio.Future(loop=loop), asyncio.Future(loop=other))
    finally:
        other.close()


def test_gather_after_the_first_error(loop):
    async def run():
        children = [asyncio.Future(loop=loop) for _ in range(3)]
        gathering = gather(*children)
        children[0].set_exception(KeyError())
        with pytest.raises(KeyError):
            await gathering
        # The others go on, and how they end is nobody's concern.
        children[1].cancel()
        children[2].set_exception(LookupError())
        await sleep(0)
        assert gathering.cancel() is False
        assert isinstance(gathering.exception(), KeyError)

    contexts = []
    loop.set_exception_handler(lambda loop, context: contexts.append(context))
    loop.run_until_complete(run())
    gc.collect()
    assert contexts == []


@pytest.mark.parametrize('end, error', [
    (lambda inner: inner.set_exception(KeyError()), KeyError),
    (lambda inner: inner.cancel(), asyncio.CancelledError)])
def test_a_shield_passes_on_how_its_future_ends(loop, end, error):
    async def run():
        inner = asyncio.Future(loop=loop)
        shielded = asyncio.shield(inner)
        loop.call_soon(end, inner)
        with pytest.raises(error):
            await shielded
        assert asyncio.shield(inner) is inner

    loop.run_until_complete(run())


@pytest.mark.parametrize('end', [
    pytest.param(lambda inner: inner.set_exception(KeyError()),
                 marks=pytest.mark.skipif(sys.version_info >= (3, 7),
                                          reason='is logged')),
    lambda inner: inner.cancel(), lambda inner: inner.set_result(5)])
def test_a_shield_that_is_cancelled_leaves_its_future(loop, end):
    async def run():
        inner = asyncio.Future(loop=loop)
        shielded = asyncio.shield(inner)
        shielded.cancel()
        await sleep(0)
        assert shielded.cancelled() and not inner.done()
        end(inner)
        await sleep(0)

    contexts = []
    loop.set_exception_handler(lambda loop, context: contexts.append(context))
    loop.run_until_complete(run())
    gc.collect()
    assert contexts == []


def test_repr_of_a_child_of_gather(loop):
    """It says what waits for it, and where that stands."""
    async def run():
        child = asyncio.Future(loop=loop)
        gather(child)
        return repr(child)

    assert re.match(r'<Future pending cb=\[_?gather\.<locals>\._done_callback'
                    r'(\(0\))?\(\) at \S+tasks\.py:\d+\]>$',
                    loop.run_until_complete(run()))


def test_gather_cancel_tells_whether_a_child_was_cancelled(loop):
    class Stubborn(asyncio.Future):
        def cancel(self, **message):
            return False

    async def cancel(child):
        return gather(child).cancel()

    assert loop.run_until_complete(
        cancel(asyncio.Future(loop=loop))) is True
    assert loop.run_until_complete(cancel(Stubborn(loop=loop))) is False


def test_gather_that_returns_exceptions_can_be_cancelled(loop):
    async def wait():
        await gather(asyncio.Future(loop=loop), return_exceptions=True)

    task = loop.create_task(wait())
    loop.call_soon(task.cancel)
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)


def test_run_until_complete_takes_its_callback_back(loop):
    future = asyncio.Future(loop=loop)

    def leave():
        raise SystemExit

    loop.call_soon(leave)
    with pytest.raises(SystemExit):
        loop.run_until_complete(future)
    future.set_result(None)
    # Its callback would stop the loop here.
    assert loop.run_until_complete(sleep(0, 5)) == 5
    assert loop.run_until_complete(sleep(0.001, 5)) == 5


class Loop(asyncio.SelectorEventLoop):
    """Counts the futures and tasks that it is asked for."""

    made = 0
    tasks = 0

    def create_future(self):
        self.made += 1
        return asyncio.Future(loop=self)

    def create_task(self, coro, **options):
        self.tasks += 1
        return super().create_task(coro, **options)


@pytest.fixture
def counting_loop():
    loop = Loop()
    asyncio.set_event_loop(loop)
    yield loop
    asyncio.set_event_loop(None)
    loop.close()


async def wait_for_wrapped():
    future = concurrent.futures.Future()
    future.set_result(5)
    return await asyncio.wrap_future(future)


async def run_in_executor():
    loop = asyncio.get_event_loop()
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        return await loop.run_in_executor(executor, int, '5')


async def wait_for_task(wait):
    # wait() takes no coroutines since 3.11.
    return await wait(asyncio.ensure_future(sleep(0, 5)))


async def empty_gather():
    return await gather() or 5


@pytest.mark.parametrize('awaiting', [
    pytest.param(lambda: sleep(0.001, 5), id='sleep'),
    pytest.param(lambda: wait_for_task(lambda t: first_done([t])), id='wait'),
    pytest.param(lambda: wait_for_task(lambda t: wait_for(t, 60)),
                 id='wait_for', marks=pytest.mark.skipif(
                     sys.version_info >= (3, 12), reason='waits itself')),
    pytest.param(lambda: wait_for_task(asyncio.shield), id='shield'),
    pytest.param(empty_gather, id='gather'),
    pytest.param(wait_for_wrapped, id='wrap_future'),
    pytest.param(run_in_executor, id='run_in_executor'),
])
def test_futures_come_from_create_future(counting_loop, awaiting):
    assert counting_loop.run_until_complete(awaiting()) == 5
    assert counting_loop.made == 1


def test_tasks_come_from_create_task(counting_loop):
    async def both():
        await gather(Awaitable(5), sleep(0))

    counting_loop.run_until_complete(both())
    assert counting_loop.tasks == 3


def test_the_task_factory_makes_every_task(loop):
    def factory(loop, coro, **options):
        made.append(coro)
        return asyncio.Task(coro, loop=loop, **options)

    async def both():
        await gather(Awaitable(5), sleep(0))

    made = []
    loop.set_task_factory(factory)
    loop.run_until_complete(both())
    assert len(made) == 3


async def one_of_each(loop):
    """Awaits a result, an error, a cancelled and a badly yielded future."""
    await sleep(0.001)
    failed = asyncio.Future(loop=loop)
    loop.call_soon(failed.set_exception, KeyError())
    with pytest.raises(KeyError):
        await failed
    cancelled = asyncio.Future(loop=loop)
    loop.call_soon(cancelled.cancel)
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    with pytest.raises(RuntimeError):
        await yields(5)
    value = asyncio.Future(loop=loop)
    loop.call_soon(value.set_result, KeyError())
    return await value


@pytest.mark.skipif(sys.version_info >= (3, 7), reason='steps are private')
def test_an_overridden_step_is_called(loop):
    class Task(asyncio.Task):
        def _step(self, exc=None):
            steps.append(exc)
            super()._step(exc)

    steps = []
    task = Task(one_of_each(loop), loop=loop)
    assert isinstance(loop.run_until_complete(task), KeyError)
    assert [type(step) for step in steps] == [
        type(None), type(None), KeyError, asyncio.CancelledError,
        RuntimeError, type(None)]


@pytest.mark.skipif(sys.version_info >= (3, 5, 4),
                    reason='3.5.0 called it so, and these do not')
def test_a_step_overridden_for_3_5_0_is_called(loop):
    class Task(asyncio.Task):
        def _step(self, value=None, exc=None):
            steps.append(value)
            super()._step(value, exc)

    steps = []
    task = Task(one_of_each(loop), loop=loop)
    assert isinstance(loop.run_until_complete(task), KeyError)
    assert len(steps) == 6


def test_a_class_between_task_and_future_sees_the_cancellation(loop):
    class Future(asyncio.Future):
        def cancel(self, **message):
            seen.append(self)
            return super().cancel(**message)

    class Task(asyncio.Task, Future):
        pass

    async def wait():
        await asyncio.Future(loop=loop)

    seen = []
    task = Task(wait(), loop=loop)
    loop.call_soon(task.cancel)
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)
    assert seen or not PURE


@pytest.fixture
def thread_loop():
    """A loop that runs in another thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def submit(coro, loop):
    return asyncio.run_coroutine_threadsafe(coro, loop)


def test_threadsafe_result_and_exception(thread_loop):
    async def fail():
        raise KeyError

    future = submit(sleep(0.001, 5), thread_loop)
    assert isinstance(future, concurrent.futures.Future)
    assert future.result(60) == 5
    with pytest.raises(KeyError):
        submit(fail(), thread_loop).result(60)


def test_threadsafe_cancel_from_outside(thread_loop):
    async def wait():
        started.set()
        try:
            await asyncio.Future(loop=thread_loop)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    started, cancelled = threading.Event(), threading.Event()
    future = submit(wait(), thread_loop)
    assert started.wait(60)
    assert future.cancel()
    assert cancelled.wait(60)


def test_threadsafe_cancel_from_inside(thread_loop):
    async def cancel():
        raise asyncio.CancelledError

    with pytest.raises(concurrent.futures.CancelledError):
        submit(cancel(), thread_loop).result(60)


def test_threadsafe_reports_a_failing_task_factory(thread_loop):
    def factory(loop, coro, **options):
        coro.close()
        raise KeyError('factory')

    contexts, told = [], threading.Event()
    thread_loop.set_task_factory(factory)
    thread_loop.set_exception_handler(
        lambda loop, context: (contexts.append(context), told.set()))
    with pytest.raises(KeyError):
        submit(sleep(0), thread_loop).result(60)
    assert told.wait(60)
    assert isinstance(contexts[0]['exception'], KeyError)


def test_threadsafe_cancelled_before_the_task_factory_fails(loop):
    def factory(loop, coro, **options):
        coro.close()
        raise KeyError('factory')

    contexts = []
    loop.set_task_factory(factory)
    loop.set_exception_handler(lambda loop, context: contexts.append(context))
    future = submit(sleep(0), loop)
    assert future.cancel()
    loop.call_soon(loop.stop)
    loop.run_forever()
    assert future.cancelled()
    assert [type(context['exception']) for context in contexts] == [KeyError]


def test_threadsafe_wants_a_coroutine_and_an_open_loop(loop):
    with pytest.raises(TypeError) as info:
        submit(Awaitable(5), loop)
    assert str(info.value) == 'A coroutine object is required'
    loop.close()
    coro = one_of_each(loop)
    with pytest.raises(RuntimeError) as info:
        submit(coro, loop)
    assert str(info.value) == 'Event loop is closed'
    coro.close()


def test_threadsafe_is_exported():
    assert 'run_coroutine_threadsafe' in asyncio.__all__
    assert asyncio.tasks.run_coroutine_threadsafe is (
        asyncio.run_coroutine_threadsafe)


IN_FLIGHT = '''
    import asyncio
    import concurrent.futures
    from asyncio import Future, gather, shield, sleep, wait_for

    loop = asyncio.new_event_loop()
    loop.slow_callback_duration = 60
    asyncio.set_event_loop(loop)

    async def wait(future):
        done, pending = await asyncio.wait([future])
        return done.pop().result()

    async def completed(future):
        for first in asyncio.as_completed([future]):
            return await first

    async def gathered(future):
        return (await gather(future))[0]

    async def slept(future):
        await sleep(0.001)
        return await future

    async def unfinished(future):
        return await future

    WAYS = {
        'future': unfinished,
        'sleep': slept,
        'gather': gathered,
        'wait': wait,
        'wait_for': lambda future: wait_for(future, 60),
        'shield': shield,
        'as_completed': completed,
        'nested': lambda future: wait_for(gathered(shield(future)), 60),
    }

    async def outcome(way, future):
        try:
            return await WAYS[way](future)
        except (Exception, asyncio.CancelledError) as exc:
            return exc

    async def wrapped(source):
        try:
            return await asyncio.wrap_future(source)
        except (Exception, asyncio.CancelledError) as exc:
            return exc

    def finish(future, end):
        if end == 'result':
            future.set_result('result')
        elif end == 'value':
            future.set_result(ValueError('a value'))
        elif end == 'error':
            future.set_exception(KeyError())
        else:
            future.cancel()

    def kind(result):
        return result if isinstance(result, str) else type(result).__name__

    class Bad:
        def __await__(self):
            yield 5

    async def bad():
        try:
            await Bad()
        except RuntimeError as exc:
            return str(exc)

    async def main():
        futures, sources, tasks = [], [], []
        for way in sorted(WAYS):
            for end in 'result', 'value', 'error', 'cancel', 'task':
                future = Future(loop=loop)
                task = loop.create_task(outcome(way, future))
                futures.append((future, end, task))
                tasks.append(task)
        for end in 'result', 'value', 'error', 'cancel', 'task':
            source = concurrent.futures.Future()
            task = loop.create_task(wrapped(source))
            sources.append((source, end, task))
            tasks.append(task)
        for _ in range(5):
            await sleep(0)
        assert not any(task.done() for task in tasks)
        # Its error is scheduled when the install comes.
        tasks.append(loop.create_task(bad()))
        loop.call_soon(install)
        loop.call_soon(finish_all, futures + sources)
        stepping = Future(loop=loop)
        loop.call_later(0.001, stepping.set_result, None)
        await stepping
        results = await gather(*tasks)
        for (future, end, task), result in zip(futures + sources, results):
            print(end, kind(result))
        print(results[-1])

    def install():
        import asyncio_compat
        asyncio_compat.install()

    def finish_all(futures):
        for future, end, task in futures:
            if end == 'task':
                task.cancel()
            else:
                finish(future, end)

    loop.run_until_complete(main())
    loop.close()
'''
OUTCOMES = {'result': 'result', 'value': 'ValueError', 'error': 'KeyError',
            'cancel': 'CancelledError', 'task': 'CancelledError'}


@pytest.mark.parametrize('debug', ['', '1'])
def test_what_was_waiting_before_the_install_goes_on(child, debug):
    out = child(IN_FLIGHT, PYTHONASYNCIODEBUG=debug).splitlines()
    assert out.pop() == 'Task got bad yield: 5'
    assert len(out) == 9 * len(OUTCOMES)
    for line in out:
        end, result = line.split()
        assert result == OUTCOMES[end]


def test_install_from_a_coroutine(child):
    """The step that runs the install is the old one to its end."""
    assert child('''
        import asyncio

        class FutureLike(asyncio.Future):
            pass

        async def main():
            import asyncio_compat.auto
            future = FutureLike(loop=loop)
            loop.call_soon(future.set_result, 5)
            return await future

        loop = asyncio.new_event_loop()
        print(loop.run_until_complete(main()))
        loop.close()
    ''') == '5\n'


@pytest.mark.skipif(sys.version_info >= (3, 7),
                    reason='these name some lines of asyncio')
def test_debug_mode_names_the_users_code(child):
    out = child('''
        import asyncio_compat.auto
        import asyncio
        import logging

        class Handler(logging.Handler):
            def emit(self, record):
                message = record.getMessage()
                if message.startswith('Executing') and 'main()' in message:
                    print('slow', 'running at ' + __file__ in message)

        async def main():
            coro = asyncio.sleep(0)
            print('coroutine', coro._source_traceback[-1][3])
            task = asyncio.ensure_future(coro)
            print('task', task._source_traceback[-1][3])
            print('future', asyncio.Future()._source_traceback[-1][3])
            print('handle', loop.call_soon(int)._source_traceback[-1][3])
            await task

        loop = asyncio.new_event_loop()
        logging.getLogger('asyncio').addHandler(Handler())
        logging.getLogger('asyncio').propagate = False
        loop.slow_callback_duration = -1
        loop.run_until_complete(main())
        loop.close()
    ''', PYTHONASYNCIODEBUG='1').splitlines()
    assert 'slow True' in out
    assert 'coroutine coro = asyncio.sleep(0)' in out
    assert 'task task = asyncio.ensure_future(coro)' in out
    assert [line for line in out if line.startswith('future')] == [
        "future print('future', asyncio.Future()._source_traceback[-1][3])"]
    assert [line for line in out if line.startswith('handle')] == [
        "handle print('handle', loop.call_soon(int)._source_traceback[-1][3])"]


@pytest.mark.skipif(sys.version_info >= (3, 5, 3),
                    reason='these name ensure_future() itself')
def test_debug_mode_names_the_users_code_for_an_awaitable(loop):
    loop.set_debug(True)
    task = asyncio.ensure_future(Awaitable(5), loop=loop)
    assert task._source_traceback[-1][0] == __file__
    loop.run_until_complete(task)


@pytest.mark.parametrize('debug', ['', '1'])
def test_names_bound_before_the_install_count_too(child, debug):
    assert child('''
        import asyncio
        from asyncio import ensure_future, gather, shield, wait_for

        class Awaitable:
            def __await__(self):
                yield
                return 5

        class Like:
            pass

        async def main():
            print(await ensure_future(Awaitable()))
            print(await gather(Awaitable()))
            print(await shield(Awaitable()))
            print(await wait_for(Awaitable(), 60))
            await wait(ensure_future(Awaitable()))

        async def wait(future):
            done, pending = await early_wait([future])
            print(done.pop().result())

        early_wait = asyncio.wait
        import asyncio_compat.auto
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        loop.run_until_complete(main())
        loop.close()
    ''', PYTHONASYNCIODEBUG=debug).split() == ['5', '[5]', '5', '5', '5']
