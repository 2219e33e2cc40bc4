"""python -m pytest --rounds: what grows with each round is found."""

import os
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
HEAD = '''
import os
import warnings
import pytest
kept = []
pytestmark = pytest.mark.filterwarnings('ignore::ImportWarning')
'''


@pytest.fixture
def run(tmpdir):
    """Run 60 rounds of the test with that body; what pytest writes."""
    def run(body, arguments='', *options):
        tmpdir.join('test_it.py').write(
            HEAD + 'def test_it(%s):\n    %s\n' % (arguments, body))
        process = subprocess.Popen(
            [sys.executable, '-B', '-m', 'pytest', '-p', 'rounds',
             '-p', 'no:cacheprovider', '--rounds', '60',
             '--rounds-seconds', '1000'] + list(options),
            cwd=str(tmpdir), env=dict(os.environ, PYTHONPATH=HERE),
            stdout=subprocess.PIPE, universal_newlines=True)
        return process.communicate()[0]
    return run


@pytest.mark.parametrize('body, arguments', [
    ('pass', 'tmpdir, capsys, monkeypatch, record_property'),
    ('kept or kept.append([])', ''),
    ('len(kept) < 40 and kept.append([])', ''),
    ('print("to the report"); warnings.warn("likewise")', ''),
    ('kept[:] = [sum(kept) + 1]; warnings.warn(str(kept), ImportWarning)', ''),
    # Warns when the collector comes.
    ('file = open(os.devnull); held = [file]; held.append(held)', ''),
])
def test_what_does_not_grow(run, body, arguments):
    out = run(body, arguments)
    assert '1 of 1 tests had all of 60 rounds' in out, out
    assert '1 passed' in out, out


@pytest.mark.parametrize('body, found', [
    ('kept.append([])', 'in each third of 60 rounds: at least +20 objects'),
    # It sometimes grows by one that has more room.
    ('kept.append(os.dup(0))', 'of 60 rounds: at least +20 files'),
    pytest.param('kept.append(None)', 'rounds: at least +20 references',
                 marks=pytest.mark.skipif(
                     not hasattr(sys, 'gettotalrefcount'),
                     reason='not built with --with-pydebug')),
    ('kept.append(1); assert len(kept) < 50', 'not in the first round'),
])
def test_what_grows(run, body, found):
    out = run(body)
    assert found in out, out
    assert '1 failed' in out, out


def test_as_many_as_there_is_time_for(run):
    out = run('kept[:] = [sum(kept) + 1]; assert sum(kept) < 40', '',
              '--rounds-seconds', '0.001')
    assert '0 of 1 tests had all of 60 rounds' in out, out
    assert '1 passed' in out, out


def test_each_round_has_its_fixtures(run):
    out = run('kept.append(str(tmpdir)); assert len(set(kept)) == len(kept); '
              'assert len(kept) < 50', 'tmpdir')
    assert 'assert 50 < 50' in out, out
