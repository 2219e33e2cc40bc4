"""typing, completed; each test in a process of its own, where it is asked for.

On 3.6 and later nothing is supplied: CPython's own typing passes.
"""

import os
import sys

import pytest

from asyncio_compat import features

STOCK = os.environ.get('ASYNCIO_COMPAT_TESTS') == 'stock'
needs_lacking = pytest.mark.skipif(
    sys.version_info >= (3, 5, 4), reason='its typing lacks nothing')

IDS = [row.id for row in features.TYPING]
NAMES = sorted(name.partition('.')[2] for row in features.TYPING
               for name in row.supplies if row.id.startswith('typing_3'))


@pytest.fixture
def completed(child):
    """Run source where typing is completed."""
    install = '' if STOCK else 'import asyncio_compat.auto_typing\n'

    def run(source):
        return child(install + source)
    return run


# Names

def test_the_names_can_be_imported(completed):
    completed('''
import typing
from typing import %s
for name in %r:
    assert globals().pop(name) is vars(typing)[name], name
from typing import *
for name in %r:
    # 3.6 has it, but not among those.
    assert name == 'NoReturn' or name in globals(), name
''' % (', '.join(NAMES), NAMES, NAMES))


def test_what_is_awaited(completed):
    completed('''
import asyncio
from typing import *

T = TypeVar('T')
for alias in (Awaitable[int], AsyncIterable[bytes], AsyncIterator[T],
              Coroutine[Any, Any, T]):
    assert alias == alias and len({alias, alias}) == 1
    Optional[alias], Callable[..., alias], Tuple[alias, int], List[alias]
assert Awaitable[int] == Awaitable[int] != Awaitable[str]

async def coroutine(a: Awaitable['Numbers'], *, b: 'Optional[Coroutine]'):
    pass

class Numbers(AsyncIterator[T]):
    def __aiter__(self):
        return self
    async def __anext__(self):
        raise StopAsyncIteration

class Now(Awaitable[T]):
    def __await__(self):
        yield

class Loud(Coroutine[Any, Any, T]):
    def __await__(self):
        yield
    def send(self, value):
        pass
    def throw(self, *args):
        pass
    def close(self):
        pass

running = coroutine(None, b=None)
loop = asyncio.new_event_loop()
future = asyncio.Future(loop=loop)
for one, kind in ((running, Coroutine), (running, Awaitable),
                  (future, Awaitable), (Now(), Awaitable),
                  (Loud(), Coroutine), (Loud(), Awaitable),
                  (Numbers(), AsyncIterable), (Numbers(), AsyncIterator)):
    assert isinstance(one, kind), (one, kind)
    assert not isinstance([], kind)
assert not isinstance(Now(), Coroutine)
Now[int], Numbers[str], Optional[Now[int]]
running.close()
loop.close()
''')


def test_collections(completed):
    completed('''
import collections
from typing import *

T = TypeVar('T')
assert Deque([1, 2], 1) == collections.deque([2])
assert Deque[int]([1]) == collections.deque([1])
assert Counter('aab') == Counter[str]('aab') == {'a': 2, 'b': 1}
assert ChainMap({1: 2}) == ChainMap[int, int]({1: 2}) == {1: 2}
DefaultDict[str, Deque[Tuple[int, str]]], Optional[Counter[T]]
for kind, own in ((Deque, collections.deque), (Counter, collections.Counter),
                  (ChainMap, collections.ChainMap),
                  (DefaultDict, collections.defaultdict)):
    assert isinstance(own(), kind) and issubclass(own, kind)
    assert not isinstance(3, kind)

class Lines(Deque[str]):
    pass

class Ages(DefaultDict[str, int]):
    pass

class Words(Counter[str]):
    pass

class Own(Deque[T]):
    pass

assert Lines(['a']) == collections.deque(['a']) and Own([1])[0] == 1
assert Ages(int)['nobody'] == 0 and Words('aab')['a'] == 2
for cls in Lines, Own, Ages, Words:
    assert isinstance(cls(), cls)
Own[int]
''')


def test_context_managers(completed):
    completed('''
from typing import *

class Lock(ContextManager['Lock']):
    def __exit__(self, *exc_info):
        pass

class AsyncLock(AsyncContextManager['AsyncLock']):
    async def __aexit__(self, *exc_info):
        pass

class Like:
    def __enter__(self):
        pass
    def __exit__(self, *exc_info):
        pass

class AsyncLike:
    async def __aenter__(self):
        pass
    async def __aexit__(self, *exc_info):
        pass

with Lock() as lock:
    assert isinstance(lock, Lock)

async def enter():
    async with AsyncLock() as lock:
        return lock

try:
    enter().send(None)
except StopIteration as exc:
    assert isinstance(exc.value, AsyncLock)
for one in Lock(), Like():
    assert isinstance(one, ContextManager)
    assert not isinstance(one, AsyncContextManager)
for one in AsyncLock(), AsyncLike():
    assert isinstance(one, AsyncContextManager)
    assert not isinstance(one, ContextManager)
Optional[ContextManager[int]], Callable[[], AsyncContextManager[int]]
''')


def test_what_is_special(completed):
    completed('''
import typing
from typing import *

assert TYPE_CHECKING is False and Text is str
ClassVar[int], ClassVar['Later'], ClassVar[Optional[int]]

def stop() -> typing.NoReturn:
    raise SystemExit

assert get_type_hints(stop) == {'return': typing.NoReturn}
Callable[[], typing.NoReturn]
for special in typing.NoReturn, ClassVar:
    try:
        isinstance(3, special)
    except TypeError:
        pass
    else:
        raise AssertionError(special)
''')


def test_new_types(completed):
    completed('''
from typing import *

UserId = NewType('UserId', int)
Admin = NewType('Admin', UserId)
number = 2 ** 70
assert UserId(number) is Admin(number) is number
assert UserId.__name__ == 'UserId' and UserId.__supertype__ is int
assert Admin.__supertype__ is UserId
for other in int, None, Admin:
    assert Union[UserId, other] != UserId
List[UserId], Dict[UserId, str], Tuple[UserId, ...], Type[UserId]
Callable[[UserId, Admin], Awaitable[UserId]]
''')


# What was mended

def test_overload(completed):
    completed('''
from typing import overload

@overload
def twice(value: int) -> int:
    ...

@overload
def twice(value: str) -> str:
    ...

declared = twice

def twice(value):
    return value * 2

assert twice('a') == 'aa'
try:
    declared('a')
except NotImplementedError:
    pass
else:
    raise AssertionError('called')
''')


def test_a_union_of_anything(completed):
    completed('''
from typing import *
from typing import Match, Pattern

def evaluated():
    raise AssertionError('too early')

class Later:
    pass

T = TypeVar('T')
for other in 'evaluated()', 'int[str]', Pattern, Match[str], Type[Later]:
    for one in str, None, Later, Iterable[int], Awaitable[int], T:
        for made in Union[one, other], Union[other, one]:
            assert made != one and made != other, (one, other)
    List[Optional[other]], Callable[[Optional[other]], Optional[other]]
assert Union[str, Pattern] == Union[Pattern, str, Pattern]

def match(self, other: Optional['Later'] = None) -> Union[bytes, Pattern]:
    pass

get_type_hints(match)
''')


@pytest.mark.skipif(sys.version_info >= (3, 5, 3), reason='does not compare')
def test_what_was_compared_before(completed):
    completed('''
from typing import Iterable, Match, Pattern
assert issubclass(Match[str], Match)
assert issubclass(Iterable[Match[str]], Iterable[Match])
assert not issubclass(Iterable[Match[str]], Iterable[Pattern])
''')


def test_classes_as_parameters(completed):
    completed('''
from typing import *

T = TypeVar('T')
Optional[Type[BaseException]], Optional[Type], Optional[Type['Later']]
Optional[Tuple[Type[BaseException], BaseException]]
Type[T], Type[Any], Type[Union[int, str]], Callable[[Type[T]], T]

class Meta(type):
    pass

class Made(metaclass=Meta):
    pass

for one in int, Made, Meta, type:
    assert isinstance(one, Type)
for one in 3, Made(), None, lambda: 3:
    assert not isinstance(one, Type)
assert issubclass(Meta, Type) and not issubclass(Made, Type)
''')


def test_a_generic_class_with_slots(completed):
    completed('''
from typing import *

T = TypeVar('T')

class Base(Generic[T]):
    __slots__ = 'value', 'other'

    def __init__(self, value):
        self.value = value

class Numbers(Base[int]):
    __slots__ = ()

Base[int], Optional[Base[str]]
for cls in Base, Numbers:
    made = cls(3)
    assert made.value == 3 and not hasattr(made, '__dict__')
    assert isinstance(made, cls)
try:
    class Wrong(Generic[T]):
        __slots__ = 'value'
        value = 3
except ValueError:
    pass
else:
    raise AssertionError('made')
''')


@pytest.mark.skipif(sys.version_info[:3] != (3, 5, 2),
                    reason='Type is no metaclass')
def test_a_metaclass_that_derives_from_type(completed):
    completed('''
from typing import Any, Type

class Meta(Type[Any]):
    pass

One = Meta('One', (), {})
Two = Meta('Two', (One,), {})
assert One.__subclasses__() == [Two] and Two.__subclasses__() == []
assert issubclass(Two, One) and not issubclass(One, Two)
assert isinstance(Two(), One)
''')


# The rows

@pytest.mark.parametrize('id', IDS)
def test_native_exactly_since_the_release_in_the_table(child, id):
    (row,) = features.by_id([id])
    native = child('''
from asyncio_compat import features
(row,) = features.by_id([%r])
print(row.is_native())
''' % id).strip()
    since = tuple(map(int, row.since.split('.')))
    assert native == str(sys.version_info[:3] >= since)


@pytest.mark.skipif(sys.version_info >= (3, 13),
                    reason='makes some when they are asked for')
def test_a_probe_asks_for_each_name(child):
    child('''
import typing
import asyncio_compat.auto_typing
from asyncio_compat import features
for name in %r:
    (row,) = [row for row in features.TYPING
              if 'typing.' + name in row.supplies]
    found = vars(typing).pop(name)
    assert not row.is_native(), name
    vars(typing)[name] = found
    assert row.is_native(), name
''' % NAMES)


def test_install_leaves_typing_alone(child):
    child('''
import sys
import asyncio_compat.auto
assert sys.version_info >= (3, 6) or 'typing' not in sys.modules
import typing
before = dict(vars(typing))
asyncio_compat.install()
assert vars(typing) == before
from asyncio_compat import features
typing_ids = {row.id for row in features.TYPING}
for row in asyncio_compat.status():
    if row['id'] in typing_ids and row['state'] != 'native':
        assert row['state'] == 'off' and 'typing=True' in row['reason'], row
    else:
        assert row['state'] != 'off', row
''')


SNAPSHOT = '''
import asyncio, inspect, sys, typing

def snapshot():
    """What asyncio and typing consist of."""
    found = {}
    for name, module in sorted(sys.modules.items()):
        if name.partition('.')[0] in ('asyncio', 'typing'):
            add(found, name, module)
    return found

def add(found, path, owner):
    for name, value in vars(owner).items():
        # An abstract class notes here whom it was asked for.
        if name.startswith('_abc_') or name == '__warningregistry__':
            continue
        found[path + '.' + name] = value
        if inspect.isfunction(value):
            for part in '__code__', '__defaults__', '__doc__':
                found[path + '.' + name + part] = getattr(value, part)
        if isinstance(value, type) and value.__module__ == path:
            add(found, path + '.' + name, value)

def same(one, other):
    assert set(one) == set(other), set(one) ^ set(other)
    for name in one:
        assert one[name] is other[name], name

def states():
    return {row['state'] for row in asyncio_compat.status()
            if row['id'].startswith('typing_')}
'''


@needs_lacking
@pytest.mark.parametrize('id', [None] + IDS)
def test_uninstall_restores_it(child, id):
    child(SNAPSHOT + '''
before = snapshot()
import asyncio_compat
options = %s
asyncio_compat.install(**options)
after = snapshot()
asyncio_compat.install(**options)
same(after, snapshot())
if 'typing' in options:
    assert states() <= {'native', 'patched'} and 'patched' in states()
asyncio_compat.uninstall()
same(before, snapshot())
assert 'off' in states() and 'patched' not in states()
''' % ({'typing': True} if id is None else {'features': [id]}))


@pytest.mark.parametrize('install', [
    'import asyncio_compat.auto_typing',
    'import asyncio_compat; asyncio_compat.install(typing=True)',
    'import asyncio_compat.auto, asyncio_compat.auto_typing',
    'import asyncio_compat; asyncio_compat.install([], typing=True)'])
def test_ways_in(child, install):
    child(SNAPSHOT + install + '''
from asyncio_compat.features import TYPING
# They are rows of the table, whichever way they came.
assert states() <= {'native', 'patched'}
assert len([row for row in asyncio_compat.status()
            if row['id'].startswith('typing_')]) == len(TYPING)
from typing import Deque
''')


@pytest.mark.parametrize('how', [['app.py'], ['-m', 'app']])
def test_run_typing(tmpdir, child, how):
    tmpdir.join('app.py').write(
        'import sys, typing\n'
        'print(__name__, sys.argv[1:], typing.Optional[typing.Type[int]])\n')
    said = child('''
import os, sys
os.chdir(%r)
sys.path.insert(0, '')
sys.argv[1:] = ['run', '--typing'] + %r + ['--typing']
import runpy
runpy.run_module('asyncio_compat', run_name='__main__', alter_sys=True)
''' % (str(tmpdir), how))
    assert said.startswith("__main__ ['--typing'] typing.")


@pytest.mark.skipif(sys.version_info >= (3, 5, 2), reason='has them')
def test_one_row_comes_with_what_it_needs(child):
    child('''
import asyncio, asyncio_compat
asyncio_compat.install(features=['typing_type'])
from typing import Optional, Type
Optional[Type[int]]
patched = {row['id'] for row in asyncio_compat.status()
           if row['state'] == 'patched'}
assert patched == {'typing_type', 'typing_3_5_2'}, patched
''')


def test_where_nothing_lacks_nothing_changes(child):
    """On 3.5.0 to 3.5.3 the second install finds nothing that lacks."""
    child(SNAPSHOT + '''
import asyncio_compat
if sys.version_info < (3, 6):
    asyncio_compat.install(typing=sys.version_info < (3, 5, 4))
before = snapshot()
asyncio_compat.install(typing=True)
same(before, snapshot())
''')


@pytest.mark.skipif(sys.version_info >= (3, 6), reason='supplies nothing')
def test_a_name_that_is_there_stays(child):
    """As on an interpreter with some backports of its own."""
    child('''
import typing, asyncio_compat
typing.NoReturn = own = object()
vars(typing).pop('Deque', None)
asyncio_compat.install(typing=True)
assert typing.NoReturn is own and typing.Deque[int]
''')


@needs_lacking
def test_names_bound_before(child):
    child('''
import typing
from typing import Generic, Optional, TypeVar, Union, overload
before = dict(vars(typing))
import asyncio_compat.auto_typing
for name, value in before.items():
    assert name == '__all__' or vars(typing)[name] is value, name
assert Optional[typing.Type[int]] == Union[None, typing.Type[int]]
assert overload(len) is not len
''')


@needs_lacking
def test_a_failure_leaves_nothing(child):
    child(SNAPSHOT + '''
before = snapshot()
import asyncio_compat
from asyncio_compat import features
(row,) = features.by_id(['typing_3_5_4'])
row.supplies += ('typing.no_such_name',)
try:
    asyncio_compat.install(['shutdown_asyncgens'], typing=True)
except asyncio_compat.InstallError as exc:
    assert row.id in str(exc), exc
else:
    raise AssertionError('installed')
same(before, snapshot())
assert 'patched' not in states()
row.supplies = row.supplies[:-1]
asyncio_compat.install(typing=True)
assert 'patched' in states()
''')


@needs_lacking
def test_without_typing_extensions(child):
    """It is what pip installs for 3.5; a copy of the package may lack it."""
    child(SNAPSHOT + '''
before = snapshot()
sys.modules['typing_extensions'] = None
import asyncio_compat
try:
    asyncio_compat.install(typing=True)
except asyncio_compat.InstallError as exc:
    assert 'typing_3_5' in str(exc) and 'typing_extensions' in str(exc), exc
else:
    raise AssertionError('installed')
same(before, snapshot())
asyncio_compat.install()
''')


@needs_lacking
def test_again_and_again_without_growth(child):
    child('''
import gc, asyncio, asyncio_compat
from asyncio_compat.features import TYPING

def cycle(times):
    for _ in range(times):
        asyncio_compat.install([row.id for row in TYPING])
        asyncio_compat.uninstall()
    gc.collect()
    return len(gc.get_objects())

cycle(10)
before = cycle(10)
after = cycle(200)
assert after <= before + 5, (before, after)
''')
