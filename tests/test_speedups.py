"""The compiled part is not seen, except by how long it takes."""

import asyncio
import gc
import selectors
import sys
import weakref

import pytest

import asyncio_compat

(STATE,) = [row['state'] for row in asyncio_compat.status()
            if row['id'] == 'accelerated']
is_compiled = STATE == 'patched'
compiled = pytest.mark.skipif(not is_compiled, reason='Python code serves')

if is_compiled:
    from asyncio_compat._speedups import core

CLASSES = (asyncio.Future, asyncio.Task, asyncio.StreamReader,
           asyncio.SelectorEventLoop)


async def nothing():
    return 5


def make(cls, loop):
    if issubclass(cls, asyncio.AbstractEventLoop):
        return cls()
    if issubclass(cls, asyncio.Task):
        return cls(nothing(), loop=loop)
    return cls(loop=loop)


def finish(made, loop):
    if isinstance(made, asyncio.AbstractEventLoop):
        made.close()
    elif isinstance(made, asyncio.Task):
        loop.run_until_complete(made)


@compiled
@pytest.mark.parametrize('cls', CLASSES)
def test_what_asyncio_makes_is_compiled(loop, cls):
    made = make(cls, loop)
    assert type(made).__mro__[1].__module__ == core.__name__
    assert isinstance(made, cls)
    assert (type(made).__name__, type(made).__module__) == (
        cls.__name__, cls.__module__)
    finish(made, loop)


@pytest.mark.parametrize('cls', CLASSES)
def test_attributes_and_weak_references(loop, cls):
    made = make(cls, loop)
    made.anything = 5
    assert made.anything == weakref.ref(made)().anything
    finish(made, loop)


@pytest.mark.parametrize('cls', CLASSES)
def test_a_subclass_may_have_a_new_of_its_own(loop, cls):
    class Subclass(cls):
        def __new__(cls, *args, **kwargs):
            made = super().__new__(cls)
            made.is_new = True
            return made

    made = make(Subclass, loop)
    assert made.is_new
    finish(made, loop)


def test_overrides_of_a_future_are_called(loop):
    class Future(asyncio.Future):
        def add_done_callback(self, fn, **options):
            calls.append('add')
            super().add_done_callback(fn, **options)

        def cancel(self, *args):
            calls.append('cancel')
            return super().cancel(*args)

    async def wait():
        await future

    calls = []
    future = Future(loop=loop)
    task = loop.create_task(wait())
    loop.run_until_complete(asyncio.wait([task], timeout=0))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)
    assert calls == ['add', 'cancel']


def test_overrides_of_a_loop_are_called():
    class Loop(asyncio.SelectorEventLoop):
        def call_soon(self, callback, *args, **options):
            calls.add('call_soon')
            return super().call_soon(callback, *args, **options)

        def create_task(self, coro, **options):
            calls.add('create_task')
            return super().create_task(coro, **options)

        def create_future(self):
            calls.add('create_future')
            return super().create_future()

        def _run_once(self):
            calls.add('_run_once')
            super()._run_once()

    calls = set()
    loop = Loop()
    loop.run_until_complete(asyncio.ensure_future(
        asyncio.wait([loop.create_future()], timeout=0), loop=loop))
    loop.close()
    assert calls == {'call_soon', 'create_task', 'create_future', '_run_once'}


@pytest.mark.parametrize('name', ['call_soon', 'call_later', '_run_once',
                                  'create_task', 'time'])
def test_what_is_put_on_one_loop_is_called(loop, name):
    def called(*args, **options):
        calls.append(name)
        return original(*args, **options)

    async def run():
        asyncio.ensure_future(nothing())
        await asyncio.sleep(0.001)

    calls = []
    original = getattr(loop, name)
    setattr(loop, name, called)
    loop.run_until_complete(run())
    assert calls
    delattr(loop, name)
    del calls[:]
    loop.run_until_complete(run())
    assert not calls


def test_what_is_put_on_the_class_is_called(loop, monkeypatch):
    def called(handle):
        calls.append(handle)
        run(handle)

    calls = []
    run = asyncio.Handle._run
    monkeypatch.setattr(asyncio.Handle, '_run', called)
    loop.run_until_complete(nothing())
    assert all(isinstance(handle, asyncio.Handle) for handle in calls)
    assert len(calls) >= 2


@pytest.mark.parametrize('name', ['Default', 'Select', 'Poll', 'Epoll'])
def test_every_selector(name):
    selector_class = getattr(selectors, name + 'Selector', None)
    if selector_class is None:
        pytest.skip('the system has none')

    async def run():
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b'line\n')
        assert await reader.readline() == b'line\n'
        writer.close()
        await ended.wait()

    async def answer(reader, writer):
        writer.write(await reader.readline())
        assert await reader.read() == b''
        writer.close()
        ended.set()

    loop = asyncio.SelectorEventLoop(selector_class())
    asyncio.set_event_loop(loop)
    try:
        ended = asyncio.Event()
        server = loop.run_until_complete(
            asyncio.start_server(answer, '127.0.0.1', 0))
        address = server.sockets[0].getsockname()
        loop.run_until_complete(run())
        server.close()
        loop.run_until_complete(server.wait_closed())
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def test_ten_thousand_timers(loop):
    """In their order, and without those that are cancelled."""
    called = []
    start = loop.time()
    delays = [number * 7919 % 10007 for number in range(10000)]
    timers = [loop.call_at(start + delay * 1e-7, called.append, delay)
              for delay in delays]
    for timer in timers[::2]:
        timer.cancel()
    loop.call_at(start + 1, loop.stop)
    loop.call_at(start + 1.1e-3, loop.stop)
    loop.run_forever()
    assert called == sorted(delays[1::2])


def test_cancelled_timers_do_not_stay(loop):
    for _ in range(10000):
        loop.call_later(1000, int).cancel()
        loop.call_soon(loop.stop)
        if len(loop._scheduled) > 200:
            loop.run_forever()
    assert len(loop._scheduled) <= 201


def test_a_loop_with_callbacks_is_collected():
    loop = asyncio.new_event_loop()
    loop.call_soon(loop.call_soon, loop)
    loop.close_me = [loop]
    gone = weakref.ref(loop)
    selector = loop._selector
    loop.set_exception_handler(lambda loop, context: None)
    # So that nothing is said of a loop that was not closed.
    loop._closed = True
    for sock in loop._ssock, loop._csock:
        sock.close()
    selector.close()
    del loop
    gc.collect()
    assert gone() is None


def test_what_a_loop_has_to_call_is_seen(loop):
    handle = loop.call_soon(int)
    task = loop.create_task(nothing())
    first, second, *others = loop._ready
    assert first is handle
    assert isinstance(second, asyncio.Handle)
    assert len(loop._ready) == 2 + len(others)
    loop.run_until_complete(task)


def test_a_stack_of_a_task(loop):
    async def inner():
        await future

    async def outer():
        await inner()

    future = asyncio.Future(loop=loop)
    task = loop.create_task(outer())
    loop.run_until_complete(asyncio.wait([task], timeout=0))
    assert [frame.f_code.co_name for frame in task.get_stack()] == ['outer']
    future.set_result(None)
    loop.run_until_complete(task)


@pytest.mark.skipif(sys.version_info >= (3, 6), reason='lacks nothing')
def test_names_bound_before_and_after(child):
    child('''
        import asyncio
        from asyncio import Future, Task, SelectorEventLoop, StreamReader
        class Early(Future):
            pass
        before = SelectorEventLoop()
        early = Early(loop=before)
        first = Future(loop=before)
        import asyncio_compat.auto
        after = asyncio.new_event_loop()
        for loop in before, after:
            for future in (early, first, Future(loop=loop),
                           loop.create_future(), Early(loop=loop)):
                assert isinstance(future, Future)
                assert isinstance(future, asyncio.Future)
            async def nothing():
                pass
            task = loop.create_task(nothing())
            assert isinstance(task, Task) and isinstance(task, asyncio.Future)
            loop.run_until_complete(task)
            assert isinstance(loop, SelectorEventLoop)
            assert isinstance(loop, asyncio.AbstractEventLoop)
        first.set_result(5)
        assert before.run_until_complete(first) == 5
        before.close()
        after.close()
    ''')


@compiled
def test_uninstall_makes_python_code_again(child):
    child('''
        import asyncio
        import asyncio_compat
        class Early(asyncio.Future):
            pass
        for _ in range(2):
            asyncio_compat.install()
            class Late(asyncio.Future):
                pass
            loop = asyncio.new_event_loop()
            compiled = asyncio.Future(loop=loop)
            assert type(compiled) is not asyncio.Future
            asyncio_compat.uninstall()
            for cls in asyncio.Future, Early, Late:
                assert type(cls(loop=loop)) is cls
            # What exists goes on.
            loop.call_soon(compiled.set_result, 5)
            assert loop.run_until_complete(compiled) == 5
            loop.close()
    ''')


@compiled
@pytest.mark.parametrize('code, env', [
    ('asyncio_compat.install(compiled=False)', {}),
    ('asyncio_compat.install()', {'ASYNCIO_COMPAT_PURE': '1'})])
def test_the_python_code_is_chosen(child, code, env):
    out = child('''
        import asyncio, asyncio_compat
        %s
        loop = asyncio.new_event_loop()
        assert type(asyncio.Future(loop=loop)) is asyncio.Future
        loop.close()
        (row,) = [row for row in asyncio_compat.status()
                  if row['id'] == 'accelerated']
        print(row['state'], row['reason'])
    ''' % code, **env)
    assert out == ('not available ASYNCIO_COMPAT_PURE asks for the Python '
                   'code\n' if env else 'patched by install None\n')


@pytest.mark.skipif(sys.version_info >= (3, 6), reason='has its own')
def test_debug_mode_names_the_users_code(child):
    """Each object remembers the line that made it."""
    assert child('''
        import asyncio_compat.auto
        import asyncio
        loop = asyncio.new_event_loop()
        async def nothing():
            pass
        made = (loop.create_task(nothing()), asyncio.Future(loop=loop),
                loop.call_soon(int), loop.call_later(0, int))
        for each in made:
            print(each._source_traceback[-1][0] == __file__)
        loop.run_until_complete(made[0])
        loop.close()
    ''', PYTHONASYNCIODEBUG='1').split() == 4 * ['True']


@compiled
def test_a_task_that_outlives_the_interpreter(child):
    """There is nobody left to tell, as on 3.6."""
    child('''
        import asyncio_compat.auto
        import asyncio
        loop = asyncio.get_event_loop()
        task = loop.create_task(asyncio.sleep(50))
        loop.call_soon(loop.stop)
        loop.run_forever()
    ''')
