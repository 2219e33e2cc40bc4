"""The sdist and the wheels: what is in them, and that what does not fit is not used."""
import email
import os
import subprocess
import tarfile
import zipfile

import pytest

from .installers import (
    COMPILED, NOT_INSTALLED, PACKAGE, PURE, ROOT, SDIST, core, interpreter, one, run, version)

pytestmark = [pytest.mark.packaging, pytest.mark.timeout(300)]


def modules():
    for folder, _, files in os.walk(PACKAGE):
        for name in files:
            if name.endswith('.py') or name == 'py.typed':
                yield os.path.relpath(os.path.join(folder, name), os.path.dirname(PACKAGE)).replace(os.sep, '/')


@pytest.fixture(scope='session')
def metadata(dist):
    with zipfile.ZipFile(one(dist, PURE)) as wheel:
        name, = [name for name in wheel.namelist() if name.endswith('.dist-info/METADATA')]
        return email.message_from_string(wheel.read(name).decode('utf-8'))


def test_metadata(metadata):
    assert metadata['Name'] == 'asyncio-compat'
    assert metadata['Version'] == version()
    assert metadata['Requires-Python'] == '>=3.5'
    assert metadata['License'] == 'MIT' or metadata['License-Expression'] == 'MIT'
    assert metadata['Description-Content-Type'] == 'text/markdown'


def test_every_dependency_has_an_upper_bound(metadata):
    """pip 7 and 8 ignore Requires-Python, and would take the newest release of all."""
    for dependency in metadata.get_all('Requires-Dist') or []:
        assert '<' in dependency.split(';')[0] or '==' in dependency.split(';')[0], dependency


def test_nothing_is_required_from_3_6_on(metadata):
    for dependency in metadata.get_all('Requires-Dist') or []:
        assert dependency.split(';')[1].strip().replace("'", '"') in ('python_version < "3.6"', 'python_version<"3.6"')


@pytest.mark.parametrize('kind', [PURE, COMPILED])
def test_a_wheel_is_complete(dist, kind):
    with zipfile.ZipFile(one(dist, kind)) as wheel:
        names = wheel.namelist()
    assert set(modules()) | {'asyncio_compat/py.typed'} <= set(names)
    assert any(name.endswith('/LICENSE') for name in names)
    assert {name.split('/')[0].split('-')[0] for name in names} == {'asyncio_compat'}
    assert not [name for name in names if name.endswith(('.c', '.pxi', '.pyx'))]
    assert len([name for name in names if name.endswith('.so')]) == (1 if kind == COMPILED else 0)


def test_the_compiled_wheel_is_for_every_3_5(dist):
    assert '-cp35-cp35m-manylinux' in one(dist, COMPILED)


def test_the_sdist_is_complete(dist):
    with tarfile.open(one(dist, SDIST)) as sdist:
        names = {name.partition('/')[2] for name in sdist.getnames()}
    assert {'compat/' + name for name in modules()} <= names
    assert {'LICENSE', 'README.md', 'pyproject.toml', 'run.py', 'setup.cfg', 'setup.py', 'tox.ini'} <= names
    assert 'tests/installs/test_built.py' in names
    core = [name for name in os.listdir(os.path.join(PACKAGE, '_speedups')) if name.endswith(('.pxi', '.pyx'))]
    assert {'compat/asyncio_compat/_speedups/' + name for name in core + ['core.c']} <= names


@pytest.mark.parametrize('python', ['3.5.0', '3.5.2'])
@pytest.mark.parametrize('harm', ['another version', 'not a library', 'empty'])
def test_what_does_not_fit_is_not_used(dist, tmp_path, python, harm):
    with zipfile.ZipFile(one(dist, COMPILED)) as wheel:
        wheel.extractall(str(tmp_path))
        name, = [name for name in wheel.namelist() if name.endswith('.so')]
    if harm == 'another version':
        with open(str(tmp_path / 'asyncio_compat' / '__init__.py'), 'a') as stream:
            stream.write("__version__ = '99'\n")
        expected = 'the compiled part of asyncio-compat 99 cannot be used: it is that of version ' + version()
    else:
        with open(str(tmp_path / name), 'wb') as stream:
            stream.write(b'' if harm == 'empty' else b'spoilt' * 1000)
        expected = 'the compiled part of asyncio-compat %s cannot be used: ImportError: ' % version() + str(
            tmp_path / name)
    state, reason = core(interpreter(python), PYTHONPATH=str(tmp_path))
    assert state == 'not available'
    assert reason.startswith(expected)

    # One warning, and the Python code serves.
    script = tmp_path / 'script.py'
    script.write_text('import asyncio, asyncio_compat\nasyncio_compat.install()\nasyncio_compat.install()\n'
                      'print(asyncio.get_event_loop().create_future())\n')
    process = subprocess.Popen([interpreter(python), str(script)], env=dict(os.environ, PYTHONPATH=str(tmp_path)),
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
    out, err = process.communicate()
    assert (process.returncode, out) == (0, '<Future pending>\n')
    assert err.count('Warning') == err.count('RuntimeWarning: %s; the Python code serves\n' % reason) == 1


@pytest.mark.parametrize('python', ['3.5.0', '3.5.2', '3.5.10'])
@pytest.mark.parametrize('kind', [PURE, COMPILED])
def test_in_a_zip_file(dist, tmp_path, python, kind):
    """Nothing compiled is imported from one."""
    wheels = [one(dist, kind), os.path.join(dist, 'typing_extensions-3.7.4.3-py3-none-any.whl')]
    script = tmp_path / 'script.py'
    script.write_text('import asyncio, asyncio_compat.auto\nprint(asyncio.get_event_loop().create_future())\n')
    python = interpreter(python)
    for option in ([], ['-OO']):
        out = run(python, '-W', 'error::RuntimeWarning', *option + [str(script)], PYTHONPATH=os.pathsep.join(wheels))
        assert out == '<Future pending>\n'
    assert core(python, PYTHONPATH=os.pathsep.join(wheels)) == NOT_INSTALLED


@pytest.mark.parametrize('command', [
    ['setup.py', '--version'],
    ['-c', 'import sys; sys.path.insert(0, "compat"); import asyncio_compat'],
])
def test_python_2_is_told_in_one_line(command):
    python = interpreter('2.7')
    process = subprocess.Popen([python, '-B'] + command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               universal_newlines=True)
    out, err = process.communicate()
    assert process.returncode != 0
    assert out == ''
    assert 'SyntaxError' not in err
    assert 'Python 3.5.0 or later' in err.splitlines()[-1]
