"""What a feature does a thousand times leaves nothing behind.

The growth of what the collector knows is counted, that of open files, and on
an interpreter built with --with-pydebug that of all references.
"""

import concurrent.futures
import gc
import os
import sys

import pytest

import asyncio_compat
from asyncio_compat.features import FEATURES
from .bodies import BODIES

pytestmark = pytest.mark.skipif(sys.platform == 'win32', reason='Unix')

# More than the noise of an interpreter, less than one for each round.
TOLERATED = 50
# Caches are filled by then.
WARMING_UP = 20

IDS = {row.id for row in FEATURES if row.supplies}


def counts():
    """Objects, open files and, in a debug build, references."""
    while gc.collect():
        # What is ended by one may leave something to the next.
        pass
    references = getattr(sys, 'gettotalrefcount', int)
    return (len(gc.get_objects()), len(os.listdir('/dev/fd')), references())


def growth(repeat, rounds):
    """How much more of each there is after *rounds* than after a few."""
    for _ in range(WARMING_UP):
        repeat()
    # The list is made before, or it would be counted.
    before = [0, 0, 0]
    before[:] = counts()
    for _ in range(rounds):
        repeat()
    after = counts()
    return [now - then for now, then in zip(after, before)]


def check(repeat, rounds, record_property, name):
    grown = growth(repeat, rounds)
    words = '%d rounds: %+d objects, %+d files' % (rounds, grown[0], grown[1])
    if hasattr(sys, 'gettotalrefcount'):
        words += ', %+d references' % grown[2]
    record_property('leaks, ' + name, words)
    assert max(grown) < TOLERATED, words


def test_each_row_has_a_body():
    assert set(BODIES) == IDS


@pytest.mark.filterwarnings('ignore::DeprecationWarning')
@pytest.mark.parametrize('id', sorted(IDS))
def test_leaks(policy_loop, size, record_property, id):
    if (3, 8) <= sys.version_info < (3, 12) and id.startswith('subprocess_'):
        pytest.skip('asyncio keeps a thread of each process')

    def repeat():
        running = BODIES[id](policy_loop)
        if running is not None:
            policy_loop.run_until_complete(running)

    # Or each of the first rounds would start a thread.
    threads = concurrent.futures.ThreadPoolExecutor(2)
    policy_loop.set_default_executor(threads)
    check(repeat, size(100, 1000), record_property, id)


@pytest.mark.skipif(sys.version_info >= (3, 6), reason='lacks nothing')
def test_install(size, record_property):
    def repeat():
        asyncio_compat.uninstall()
        asyncio_compat.install()

    asyncio_compat.install()
    check(repeat, size(100, 1000), record_property, 'install')
