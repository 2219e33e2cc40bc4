"""Each test has two sizes, and tells in figures what it did.

python -m pytest tests/stress --stress runs the full ones and prints them.
"""

import os
import subprocess
import sys

import pytest

from conftest import PACKAGE

HERE = os.path.dirname(os.path.abspath(__file__))


def pytest_collection_modifyitems(config, items):
    for item in items:
        if str(item.fspath).startswith(HERE):
            item.add_marker(pytest.mark.timeout(
                900 if config.getoption('--stress') else 60))


def pytest_terminal_summary(terminalreporter, config):
    if not config.getoption('--stress'):
        return
    terminalreporter.section('figures, Python ' + sys.version.split()[0])
    for report in terminalreporter.stats.get('passed', ()):
        for name, text in report.user_properties:
            terminalreporter.line('%-34s %s' % (name, text))


@pytest.fixture
def size(request):
    """size(ordinary, full): the one or the other, as --stress says."""
    in_full = request.config.getoption('--stress')
    return lambda ordinary, full: full if in_full else ordinary


@pytest.fixture
def script():
    """Start a script of this folder, with the package in, in a process."""
    started = []

    def start(name, *arguments):
        process = subprocess.Popen(
            [sys.executable, '-W', 'always::ResourceWarning',
             '-m', 'asyncio_compat', 'run', os.path.join(HERE, name)] +
            [str(argument) for argument in arguments],
            env=dict(os.environ, PYTHONPATH=os.pathsep.join(PACKAGE)),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, universal_newlines=True)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()
        for pipe in process.stdin, process.stdout, process.stderr:
            pipe.close()


def last_words(process, returncode=0):
    """What *process* still writes; it must end well and without complaint."""
    out, err = process.communicate()
    assert (process.returncode, err) == (returncode, ''), out + err
    return out
