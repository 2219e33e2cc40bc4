"""A real program, aiohttp's server and client, as it is and with the package."""

import importlib.util
import os
import re
import subprocess
import sys

import pytest

import asyncio_compat

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(asyncio_compat.__file__)))
EXAMPLES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'examples')
WANTED = 'aiohttp 3.0.9'
ANSWERS = ['POST ok', 'POST ok', 'GET ok', 'PUT of a stream ok', 'GET of a stream ok', 'WebSocket ok', '404 ok',
           'done']


def installed():
    """The aiohttp that is here, found without importing it: on an asyncio that lacks something it may fail."""
    spec = importlib.util.find_spec('aiohttp')
    if spec is None:
        return 'no aiohttp'
    with open(spec.origin, encoding='utf-8') as stream:
        return 'aiohttp ' + re.search(r"^__version__ = '(.+)'", stream.read(), re.M).group(1)


pytestmark = pytest.mark.skipif(installed() != WANTED, reason='needs %s, here is %s' % (WANTED, installed()))


@pytest.fixture
def run(tmp_path):
    path = [SOURCE, os.environ.get('PYTHONPATH')]
    if importlib.util.find_spec('_ssl') is None:
        # aiohttp does without ssl, idna_ssl does not: an interpreter that was built without it gets an empty one.
        (tmp_path / 'idna_ssl.py').write_text('def patch_match_hostname():\n    pass\n')
        path.insert(0, str(tmp_path))
    environ = dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, path)))

    def run(*command, **env):
        process = subprocess.Popen([sys.executable] + list(command), cwd=EXAMPLES, env=dict(environ, **env),
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   universal_newlines=True)
        out, err = process.communicate()
        return process.returncode, out.splitlines(), err

    return run


def test_unpatched(run):
    status, out, err = run('aiohttp_app.py')
    if sys.version_info >= (3, 5, 3):
        assert (status, out, err) == (0, ANSWERS, '')
    else:
        assert (status, out) == (1, [])
        assert "RuntimeError: There is no current event loop in thread 'MainThread'" in err


def test_one_import(run):
    assert run('aiohttp_main.py') == (0, ANSWERS, '')


@pytest.mark.parametrize('command', [['aiohttp_app.py'], ['-m', 'aiohttp_app']])
def test_unmodified_program(run, command):
    assert run('-m', 'asyncio_compat', 'run', *command) == (0, ANSWERS, '')


def test_debug_mode(run):
    status, out, err = run('aiohttp_main.py', PYTHONASYNCIODEBUG='1')
    # A slow machine's slow callbacks may be logged.
    assert (status, out) == (0, ANSWERS)
    assert 'Traceback' not in err
