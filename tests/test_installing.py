"""The rules of patching, each in a process of its own."""

import importlib.util
import sys

import pytest

LACKS = sys.version_info < (3, 6)
needs_lacking = pytest.mark.skipif(not LACKS, reason='lacks nothing')

# What asyncio and its modules and classes consist of, functions included.
SNAPSHOT = '''
import asyncio, inspect, sys

def snapshot():
    found = {}
    for name, module in sorted(sys.modules.items()):
        if name == 'asyncio' or name.startswith('asyncio.'):
            add(found, name, module)
    return found

def add(found, path, owner):
    for name, value in vars(owner).items():
        if name in ('_event_loop_policy', '__warningregistry__'):
            continue
        found[path + '.' + name] = value
        function = inspect.unwrap(value) if callable(value) else value
        if inspect.isfunction(function):
            for part in ('__code__', '__defaults__', '__kwdefaults__',
                         '__doc__', '__annotations__'):
                found[path + '.' + name + part] = getattr(function, part)
        if inspect.isclass(value) and value.__module__ == path:
            add(found, path + '.' + name, value)

def same(one, other):
    assert set(one) == set(other), set(one) ^ set(other)
    for name in one:
        a, b = one[name], other[name]
        assert a is b or name.endswith('__annotations__') and a == b, name
'''


def test_where_nothing_lacks_nothing_changes(child):
    """On 3.5 the second install finds nothing that lacks."""
    child(SNAPSHOT + '''
import asyncio_compat
if sys.version_info < (3, 6):
    asyncio_compat.install()
before = snapshot()
asyncio_compat.install()
same(before, snapshot())
''')


@needs_lacking
def test_the_install_changes_something_and_uninstall_restores_it(child):
    child(SNAPSHOT + '''
before = snapshot()
import asyncio_compat
asyncio_compat.uninstall()
same(before, snapshot())
asyncio_compat.install()
assert any(row['state'] == 'patched' for row in asyncio_compat.status())
assert before['asyncio.events.get_event_loop'] is asyncio.get_event_loop
asyncio_compat.uninstall()
same(before, snapshot())
assert not any(row['state'] == 'patched' for row in asyncio_compat.status())
''')


@pytest.mark.timeout(120)
def test_a_thousand_times_without_growth(child):
    child('''
import gc, sys, asyncio, asyncio_compat

def cycle(times):
    for _ in range(times):
        asyncio_compat.install()
        asyncio_compat.uninstall()
    gc.collect()
    return len(gc.get_objects())

cycle(10)
before = cycle(10)
after = cycle(980)
assert after <= before + 5, (before, after)
''')


@needs_lacking
def test_sixteen_threads_at_once(child):
    child(SNAPSHOT + '''
import threading
before = snapshot()
import asyncio_compat
barrier, states = threading.Barrier(16), []

def install():
    barrier.wait()
    asyncio_compat.install()
    states.append([row['state'] for row in asyncio_compat.status()])

threads = [threading.Thread(target=install) for _ in range(16)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert len(states) == 16
assert all(state == states[0] for state in states), states
asyncio_compat.uninstall()
same(before, snapshot())
''')


@needs_lacking
def test_a_failure_in_the_middle_leaves_nothing(child):
    child(SNAPSHOT + '''
before = snapshot()
import asyncio_compat
from asyncio_compat import features
(row,) = features.by_id(['shutdown_asyncgens'])
row.supplies += ('events.no_such_name',)
try:
    asyncio_compat.install()
except asyncio_compat.InstallError as exc:
    assert row.id in str(exc), exc
    assert isinstance(exc.__cause__, KeyError), exc.__cause__
else:
    raise AssertionError('installed')
same(before, snapshot())
assert not any(row['state'] == 'patched' for row in asyncio_compat.status())
row.supplies = row.supplies[:-1]
asyncio_compat.install()
''')


@needs_lacking
def test_one_feature_alone_comes_with_what_it_needs(child):
    child('''
import asyncio_compat
asyncio_compat.install(features=['shutdown_asyncgens'])
states = {row['id']: row['state'] for row in asyncio_compat.status()}
assert states['shutdown_asyncgens'] == 'patched'
assert states['running_loop'] in ('patched', 'native')
assert states['tcp_nodelay'] == 'patched by install'
asyncio_compat.install()
states = {row['id']: row['state'] for row in asyncio_compat.status()}
assert states['tcp_nodelay'] == 'patched'
''')


@pytest.mark.skipif(not (3, 5, 2) <= sys.version_info < (3, 6),
                    reason='lacks the feature, or nothing')
def test_what_a_native_feature_would_need_is_not_supplied(child):
    child(SNAPSHOT + '''
import asyncio_compat
before = snapshot()
asyncio_compat.install(features=['readuntil'])
same(before, snapshot())
''')


def test_one_id_instead_of_a_list(child):
    child('''
import asyncio_compat
try:
    asyncio_compat.install(features='readuntil')
except TypeError as exc:
    assert "['readuntil']" in str(exc)
else:
    raise AssertionError('installed')
''')


def test_auto_installs(child):
    child('''
import asyncio_compat.auto
assert not any(row['state'] == 'patched by install'
               for row in asyncio_compat.status())
''')


def test_names_bound_before(child):
    assert child('''
import asyncio
from asyncio import (Future, StreamReader, Task, ensure_future,
                     get_event_loop, wait)
import asyncio_compat.auto

class Awaitable:
    def __await__(self):
        yield from ensure_future(nothing()).__await__()
        return 'awaited'

async def nothing():
    pass

async def main():
    assert get_event_loop() is loop
    task = ensure_future(Awaitable())
    assert isinstance(task, Task) and isinstance(task, asyncio.Task)
    done, pending = await wait([task])
    assert done == {task} and not pending
    future = Future(loop=loop)
    try:
        future.set_exception(StopIteration)
    except TypeError:
        pass
    else:
        # Since 3.12.
        assert isinstance(future.exception(), RuntimeError)
    reader = StreamReader(loop=loop)
    reader.feed_data(b'one;two')
    return task.result(), await reader.readuntil(b';')

asyncio.set_event_loop(None)
loop = asyncio.new_event_loop()
assert isinstance(loop, asyncio.AbstractEventLoop)
print(*loop.run_until_complete(main()))
loop.close()
''') == "awaited b'one;'\n"


def test_a_loop_made_before(child):
    child('''
import asyncio
loop = asyncio.new_event_loop()
asyncio.set_event_loop(None)
import asyncio_compat.auto

async def main():
    return asyncio.get_event_loop() is loop

loop.stop()
loop.run_forever()
assert loop.run_until_complete(main())
assert loop.run_until_complete(loop.shutdown_asyncgens()) is None
loop.close()
''')


STOPS = {
    'called': 'loop.stop()',
    'scheduled': 'loop.call_later(0, loop.stop)',
    'bound': 'stop = loop.stop; loop.call_soon(lambda: stop())',
}


@pytest.mark.parametrize('how', sorted(STOPS))
def test_a_stop_from_before(child, how):
    child('''
import asyncio
loop = asyncio.new_event_loop()
%s
import asyncio_compat.auto
loop.run_forever()
assert not loop.is_running()
assert asyncio._get_running_loop() is None
async def main():
    return 'next run'
assert loop.run_until_complete(main()) == 'next run'
loop.close()
''' % STOPS[how])


def test_other_threads_run_loops_during_the_install(child):
    child('''
import asyncio, threading
errors, done = [], threading.Event()
first_runs = threading.Barrier(4)

async def nothing(loop):
    future = asyncio.Future(loop=loop)
    loop.call_soon(future.set_result, None)
    await future

def run_loops():
    waiting = True
    while not done.is_set():
        loop = asyncio.new_event_loop()
        try:
            for _ in range(10):
                loop.run_until_complete(nothing(loop))
        except BaseException as exc:
            errors.append(exc)
        loop.close()
        if waiting:
            first_runs.wait()
            waiting = False

threads = [threading.Thread(target=run_loops) for _ in range(3)]
for thread in threads: thread.start()
first_runs.wait()
import asyncio_compat.auto
done.set()
for thread in threads: thread.join()
assert not errors, errors[:3]
''')


@needs_lacking
def test_an_install_inside_of_a_loop_that_is_undone_outside(child):
    child('''
import asyncio
loop = asyncio.new_event_loop()
async def install():
    import asyncio_compat
    asyncio_compat.install()
loop.run_until_complete(install())
import asyncio_compat
asyncio_compat.uninstall()
async def main():
    return 'next run'
assert loop.run_until_complete(main()) == 'next run'
loop.close()
assert asyncio.get_event_loop() is not loop
asyncio.get_event_loop().close()
''')


def test_an_install_from_a_callback_of_the_running_loop(child):
    child('''
import asyncio
loop = asyncio.new_event_loop()
asyncio.set_event_loop(None)
calls = []

def install():
    import asyncio_compat.auto
    assert asyncio.get_event_loop() is loop
    calls.append('install')
    loop.stop()
    loop.call_soon(calls.append, 'next run')

loop.call_soon(install)
loop.call_soon(calls.append, 'same iteration')
loop.run_forever()
assert calls == ['install', 'same iteration'], calls
assert asyncio._get_running_loop() is None
loop.stop()
loop.run_forever()
assert calls[2:] == ['next run'], calls
async def main():
    return asyncio.get_event_loop()
assert loop.run_until_complete(main()) is loop
loop.close()
''')


def test_an_install_from_a_coroutine_run_until_complete(child):
    child('''
import asyncio
loop = asyncio.new_event_loop()
asyncio.set_event_loop(None)

async def main():
    import asyncio_compat.auto
    await asyncio.sleep(0.001)
    assert asyncio.get_event_loop() is loop
    return 'result'

assert loop.run_until_complete(main()) == 'result'
assert loop.run_until_complete(main()) == 'result'
loop.close()
''')


def test_a_loop_that_runs_in_another_thread(child):
    child('''
import asyncio, threading
loop = asyncio.new_event_loop()
asyncio.set_event_loop(None)
started = threading.Event()
thread = threading.Thread(target=loop.run_forever)
thread.start()
loop.call_soon_threadsafe(started.set)
started.wait()
import asyncio_compat.auto

async def main():
    return asyncio.get_event_loop() is loop

assert asyncio._get_running_loop() is None
assert asyncio.run_coroutine_threadsafe(main(), loop).result(30)
loop.call_soon_threadsafe(loop.stop)
thread.join()
assert not loop.is_running()
loop.close()
''')


@needs_lacking
def test_uninstall_is_refused_while_a_loop_runs(child):
    child(SNAPSHOT + '''
import asyncio_compat, threading
asyncio_compat.install()
before = snapshot()
loop = asyncio.new_event_loop()

def refused():
    try:
        asyncio_compat.uninstall()
    except RuntimeError as exc:
        assert 'stop it first' in str(exc), exc
        return True

async def main():
    assert refused()
    return await loop.run_in_executor(None, refused)

assert loop.run_until_complete(main())
same(before, snapshot())
loop.close()
asyncio_compat.uninstall()
''')


SUBCLASS = '''
import asyncio, asyncio.base_events
%s

class Loop(asyncio.SelectorEventLoop):
    def __init__(self):
        self.calls = []
        super().__init__()
    def stop(self):
        self.calls.append('stop')
        super().stop()
    def run_forever(self):
        self.calls.append('run_forever')
        super().run_forever()
    def _run_once(self):
        self.calls.append('_run_once')
        super()._run_once()
    def create_task(self, coro):
        self.calls.append('create_task')
        return super().create_task(coro)

%s
loop = Loop()
asyncio.set_event_loop(None)
async def main():
    await asyncio.ensure_future(other())
    return asyncio.get_event_loop() is loop
async def other():
    pass
assert loop.run_until_complete(main())
assert loop.calls.count('create_task') == 2, loop.calls
assert loop.calls.count('stop') == loop.calls.count('run_forever') == 1
del loop.calls[:]
loop.stop()
loop.run_forever()
assert loop.calls == ['stop', 'run_forever', '_run_once'], loop.calls
loop.close()
'''


@pytest.mark.parametrize('before', [True, False])
def test_a_subclass_that_overrides_how_a_loop_runs(child, before):
    install = 'import asyncio_compat.auto'
    child(SUBCLASS % (('', install) if before else (install, '')))


RUNS_BY_ITSELF = '''
import asyncio, threading
from asyncio import base_events, events
%s
class Loop(asyncio.SelectorEventLoop):
    def run_forever(self):
        self._thread_id = threading.get_ident()
        try:
            while True:
%s
        finally:
            self._stopping = False
            self._thread_id = None

%s
loop = Loop()
asyncio.set_event_loop(None)
calls = []
def stop():
    loop.stop()
    loop.call_soon(calls.append, 'second run')
loop.call_soon(stop)
loop.call_soon(calls.append, 'first run')
loop.run_forever()
assert 'first run' in calls, calls
loop.stop()
loop.run_forever()
assert calls == ['first run', 'second run'], calls
async def main():
    return 'result'
assert loop.run_until_complete(main()) == 'result'
loop.close()
'''
OLD = '''
                try:
                    self._run_once()
                except base_events._StopError:
                    break
'''
NEW = '''
                self._run_once()
                if self._stopping:
                    break
'''


@pytest.mark.parametrize('before', [True, False])
@pytest.mark.parametrize('body', [
    pytest.param(OLD, marks=pytest.mark.skipif(
        sys.version_info >= (3, 5, 1), reason='stops as 3.5.1 does')),
    NEW], ids=['old', 'new'])
def test_a_subclass_with_a_run_forever_of_its_own(child, body, before):
    install = 'import asyncio_compat.auto'
    child(RUNS_BY_ITSELF % (('', body, install) if before else
                            (install, body, '')))


@needs_lacking
def test_a_blocking_run_once_of_a_subclass_ends_after_stop(child):
    child('''
import asyncio, asyncio_compat.auto

class Loop(asyncio.SelectorEventLoop):
    def _run_once(self):
        for key, mask in self._selector.select(
                0 if self._ready else None):
            key.data[0]._run()
        for _ in range(len(self._ready)):
            self._ready.popleft()._run()

loop = Loop()
loop.stop()
loop.run_forever()
loop.close()
''')


def test_a_third_party_loop_is_left_alone(child):
    child('''
import asyncio, sys

class Foreign(asyncio.AbstractEventLoop):
    def get_debug(self):
        return False

class Unrelated:
    def run_forever(self):
        return asyncio._get_running_loop()

before = dict(vars(Foreign)), dict(vars(Unrelated))
import asyncio_compat.auto
assert before == (dict(vars(Foreign)), dict(vars(Unrelated)))
assert Unrelated().run_forever() is None
if sys.version_info < (3, 5, 2):
    # sleep() and the rest ask for it now: a loop written before has none.
    assert isinstance(Foreign().create_future(), asyncio.Future)
for name in ('create_future', 'get_exception_handler', 'shutdown_asyncgens'):
    try:
        result = getattr(asyncio.AbstractEventLoop(), name)()
        getattr(result, 'send', lambda value: None)(None)
    except NotImplementedError:
        pass
    else:
        raise AssertionError(name)
''')


needs_uvloop = pytest.mark.skipif(
    not importlib.util.find_spec('uvloop'), reason='uvloop is not installed')
# uvloop only wants the names of ssl, which some builds of 3.5 lack.
STAND_IN_FOR_SSL = '''
import sys
from unittest import mock
try:
    import ssl
except ImportError:
    sys.modules['ssl'] = mock.MagicMock()
'''


@needs_uvloop
def test_uvloop_imported_after(child):
    child(STAND_IN_FOR_SSL + '''
import asyncio, asyncio_compat.auto, uvloop
before = dict(vars(uvloop.Loop))
loop = uvloop.new_event_loop()
asyncio.set_event_loop(None)
async def main():
    if sys.version_info < (3, 6):
        try:
            asyncio_compat.uninstall()
        except RuntimeError:
            pass
        else:
            raise AssertionError('uninstalled')
    return asyncio.get_event_loop() is loop
assert loop.run_until_complete(main())
assert dict(vars(uvloop.Loop)) == before
loop.close()
''')


@needs_uvloop
@pytest.mark.skipif(sys.version_info >= (3, 5, 3), reason='knows the loop')
def test_uvloop_imported_before_is_named(child):
    child(STAND_IN_FOR_SSL + '''
import uvloop, asyncio, warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter('always')
    import asyncio_compat.auto
(warning,) = caught
assert issubclass(warning.category, RuntimeWarning)
assert 'uvloop' in str(warning.message), warning.message
row = asyncio_compat.status()[0]
assert row['id'] == 'running_loop' and 'uvloop' in row['reason'], row
loop = uvloop.new_event_loop()
async def main():
    return 'still works'
assert loop.run_until_complete(main()) == 'still works'
loop.close()
own = asyncio.SelectorEventLoop()
own.create_future()
own.close()
''')


def test_asyncgens_of_the_package_are_closed(child):
    pytest.importorskip('async_generator')
    child('''
import asyncio_compat.auto
import asyncio, gc, warnings
from async_generator import async_generator, yield_

closed = []

@async_generator
async def numbers(name):
    try:
        await yield_(1)
        await yield_(2)
    finally:
        closed.append(name)

@async_generator
async def fails():
    try:
        await yield_(1)
    finally:
        raise ValueError('cannot close')

async def begin(agen):
    return await agen.__anext__()

loop = asyncio.new_event_loop()
asyncio.set_event_loop(None)
errors = []
loop.set_exception_handler(lambda loop, context: errors.append(context))
kept = numbers('kept')
assert loop.run_until_complete(begin(kept)) == 1
failing = fails()
loop.run_until_complete(begin(failing))

async def forget():
    await begin(numbers('forgotten'))
    gc.collect()
    await asyncio.sleep(0)
    await asyncio.sleep(0)

loop.run_until_complete(forget())
assert closed == ['forgotten'], closed
loop.run_until_complete(loop.shutdown_asyncgens())
assert closed == ['forgotten', 'kept'], closed
(context,) = errors
assert isinstance(context['exception'], ValueError), context
assert context['asyncgen'] is failing

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter('always')
    late = numbers('late')
    loop.run_until_complete(begin(late))
(warning,) = caught
assert issubclass(warning.category, ResourceWarning), warning
assert 'after loop.shutdown_asyncgens() call' in str(warning.message)
loop.run_until_complete(late.aclose())
unclosed = numbers('never')
loop.run_until_complete(begin(unclosed))
loop.close()
# Nothing is left to run its end, which must not wait then.
del unclosed
gc.collect()
assert closed == ['forgotten', 'kept', 'late', 'never'], closed
''')
