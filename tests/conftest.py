"""Every test runs on an asyncio that install() has completed.

On an interpreter that lacks nothing this changes nothing: there the same
tests are proved right by CPython itself.  With ASYNCIO_COMPAT_TESTS=stock
nothing is installed, to see a test fail where the feature is lacking.
"""

import asyncio
import asyncio.proactor_events     # asyncio imports it on Windows only
import functools
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap

import hypothesis.configuration
import pytest

import asyncio_compat

pytest_plugins = ['rounds']

# Where children find the package, installed or not, and what it needs.
PACKAGE = [os.path.dirname(os.path.dirname(asyncio_compat.__file__))]
if 'PYTHONPATH' in os.environ:
    PACKAGE.append(os.environ['PYTHONPATH'])

if os.environ.get('ASYNCIO_COMPAT_TESTS') != 'stock':
    asyncio_compat.install()


def pytest_addoption(parser):
    parser.addoption('--stress', action='store_true',
                     help='run tests/stress in full size, and print figures')
    parser.addoption('--fuzz', type=int, metavar='N',
                     help='run N new examples of each test in tests/fuzz')


def pytest_configure(config):
    """How many examples tests/fuzz runs: few, the same each time, or new."""
    # It would leave a folder here.
    home = tempfile.mkdtemp()
    config.add_cleanup(functools.partial(shutil.rmtree, home, True))
    hypothesis.configuration.set_hypothesis_home_dir(home)
    examples = config.getoption('--fuzz')
    hypothesis.settings.register_profile(
        'fuzz', max_examples=examples or 300, derandomize=not examples,
        database=None, deadline=None,
        suppress_health_check=[hypothesis.HealthCheck.too_slow])
    hypothesis.settings.load_profile('fuzz')


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
