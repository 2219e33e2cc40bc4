"""Every test runs on an asyncio that install() has completed.

On an interpreter that lacks nothing this changes nothing: there the same
tests are proved right by CPython itself.  With ASYNCIO_COMPAT_TESTS=stock
nothing is installed, to see a test fail where the feature is lacking.
"""

import asyncio
import asyncio.proactor_events     # asyncio imports it on Windows only
import os
import subprocess
import sys
import textwrap

import pytest

import asyncio_compat

# Where children find the package, installed or not, and what it needs.
PACKAGE = [os.path.dirname(os.path.dirname(asyncio_compat.__file__))]
if 'PYTHONPATH' in os.environ:
    PACKAGE.append(os.environ['PYTHONPATH'])

if os.environ.get('ASYNCIO_COMPAT_TESTS') != 'stock':
    asyncio_compat.install()


@pytest.fixture
def loop():
    """A new loop that is not the policy's; closed, with its tasks, after."""
    asyncio.set_event_loop(None)
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture
def policy_loop(loop):
    """The same, and it is the policy's loop as well."""
    asyncio.set_event_loop(loop)
    yield loop
    asyncio.set_event_loop(None)


def lacks(since):
    """A condition for skipif: CPython behaves as tested from *since* on."""
    return sys.version_info < since


def beyond(id):
    """Marks the test of a fix that comes along with the row *id*.

    An asyncio of 3.5 that has the row is left alone, and keeps the bug.
    """
    (state,) = [row['state'] for row in asyncio_compat.status()
                if row['id'] == id]
    return pytest.mark.skipif(
        sys.version_info < (3, 6) and state == 'native',
        reason='this asyncio has %s, and is left as it is' % id)


@pytest.fixture
def child(tmpdir):
    """Run Python source in a process of its own, where nothing is installed.

    Returns its standard output; fails if it fails or writes to stderr.
    """
    def run(source, *options, **env):
        script = tmpdir.join('child.py')
        script.write(textwrap.dedent(source))
        process = subprocess.Popen(
            [sys.executable, '-W', 'error::RuntimeWarning'] + list(options) +
            [str(script)],
            env=dict(os.environ, PYTHONPATH=os.pathsep.join(PACKAGE), **env),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            universal_newlines=True)
        try:
            out, err = process.communicate(timeout=50)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        assert (process.returncode, err) == (0, ''), out + err
        return out
    return run
