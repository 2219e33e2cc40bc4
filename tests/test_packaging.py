"""The sdist and the wheels: what is in them, and that old and new installers take them.

Runs in the tox environment `packaging`, because it builds, and fetches packages.
"""
import email
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest

pytestmark = [pytest.mark.packaging, pytest.mark.timeout(300)]

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PACKAGE = os.path.join(ROOT, 'compat', 'asyncio_compat')
NOT_SOURCE = shutil.ignore_patterns('.*', 'build', 'dist', '*.egg-info', '__pycache__')
SHOW = 'import asyncio_compat; print(asyncio_compat.__version__)'
SDIST, PURE, COMPILED = '.tar.gz', '-py3-none-any.whl', '_%s.whl' % platform.machine()
# pip 7 and 8 import ssl and do not use it offline: an interpreter that was built without it gets an empty one.
OLD_PIP = '''if True:
    import http.client, sys, types, urllib.request
    try:
        import ssl
    except ImportError:
        sys.modules['ssl'] = types.ModuleType('ssl')
        sys.modules['ssl'].OPENSSL_VERSION = ''
        http.client.HTTPSConnection = urllib.request.HTTPSHandler = object
    import pip
    sys.exit(pip.main(sys.argv[1:]))
'''


def run(*command, **env):
    """The standard output; the standard error is part of a failure's text."""
    environ = dict(os.environ, **env)
    process = subprocess.Popen(command, env=environ, cwd=os.path.dirname(ROOT), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
    out, err = process.communicate()
    assert process.returncode == 0, '%s\n%s\n%s' % (' '.join(command), out, err)
    return out


def interpreter(version):
    found = pytest.importorskip('pyenv_inspect').find_pyenv_python_executable(version)
    if found is None:
        pytest.skip('there is no Python ' + version)
    return str(found)


def version():
    with open(os.path.join(PACKAGE, '__init__.py'), encoding='utf-8') as stream:
        return re.search("^__version__ = '(.+)'", stream.read(), re.M).group(1)


def modules():
    for folder, _, files in os.walk(PACKAGE):
        for name in files:
            if name.endswith('.py') or name == 'py.typed':
                yield os.path.relpath(os.path.join(folder, name), os.path.dirname(PACKAGE)).replace(os.sep, '/')


@pytest.fixture(scope='session')
def dist(tmp_path_factory):
    """A folder with the sdist, the wheels that were built from it, and what they may ask for."""
    pytest.importorskip('build')
    interpreter('3.5.0')
    dist = str(tmp_path_factory.mktemp('dist'))
    source = os.path.join(str(tmp_path_factory.mktemp('source')), 'copy')
    shutil.copytree(ROOT, source, ignore=NOT_SOURCE)
    run(sys.executable, os.path.join(source, 'run.py'), 'wheels', '--python', sys.executable, '--into', dist)
    # 3.10 does not import on 3.5.0: an installer that is let have it takes it.
    for wanted in ('typing_extensions==3.7.4.3', 'typing_extensions==3.10.0.2'):
        run(sys.executable, '-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:',
            '--dest', dist, wanted)
    return dist


def one(dist, ending):
    found, = [name for name in os.listdir(dist) if name.startswith('asyncio') and name.endswith(ending)]
    return os.path.join(dist, found)


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
    assert 'tests/test_packaging.py' in names
    core = [name for name in os.listdir(os.path.join(PACKAGE, '_speedups')) if name.endswith(('.pxi', '.pyx'))]
    assert {'compat/asyncio_compat/_speedups/' + name for name in core + ['core.c']} <= names


# Installers: each makes an environment, and returns its Python and a command to which a distribution is added.

def newest_pip(python, home, dist):
    """The newest that the interpreter has."""
    run(sys.executable, '-m', 'virtualenv', '--quiet', '--discovery', 'pyenv', '--no-periodic-update',
        '-p', interpreter(python), home)
    python_bin = os.path.join(home, 'bin', 'python')
    return python_bin, [python_bin, '-m', 'pip', 'install', '--no-cache-dir', '--no-index', '--no-build-isolation',
                        '--find-links', dist]


def pip_of_its_time(python, home, dist):
    """pip 7 or 8 and setuptools 18 or 20, from the wheels that the interpreter itself carries."""
    base = interpreter(python)
    run(base, '-m', 'venv', '--without-pip', home)
    python_bin = os.path.join(home, 'bin', 'python')
    carried = os.path.join(run(base, '-c', 'import ensurepip; print(ensurepip.__path__[0])').strip(), '_bundled')
    if not os.path.isdir(carried):
        pytest.skip('its ensurepip carries no wheels')
    path = os.pathsep.join(os.path.join(carried, name) for name in sorted(os.listdir(carried)))
    install = [python_bin, '-c', OLD_PIP, 'install', '--disable-pip-version-check', '--no-cache-dir', '--no-index',
               '--find-links']
    run(*install + [carried, 'pip', 'setuptools'], PYTHONPATH=path)
    return python_bin, install + [dist]


def core(python_bin, **env):
    """The state of the compiled part, and the reason if it does not serve."""
    shown = json.loads(run(python_bin, '-m', 'asyncio_compat', '--json', **env))
    row, = [row for row in shown['features'] if row['id'] == 'accelerated']
    return row['state'], row['reason']


def without_core(log):
    """Why it is not installed, says one line of an installer's log."""
    line, = [line for line in log.read_text().splitlines() if 'compiled part' in line]
    said, _, reason = line.partition('warning: BuildCore: asyncio-compat goes without its compiled part, '
                                     'the Python code serves: ')
    assert said != line
    return reason


SERVES = ('patched by install', None)
NOT_INSTALLED = ('not available', 'asyncio-compat was installed without its compiled part')


@pytest.mark.parametrize('python, kind', [
    ('3.5.0', SDIST), ('3.5.0', PURE), ('3.5.0', COMPILED), ('3.5.2', SDIST), ('3.5.2', PURE), ('3.5.2', COMPILED),
    ('3.11', SDIST), ('3.11', PURE)])
def test_install(dist, tmp_path, python, kind):
    python_bin, install = newest_pip(python, str(tmp_path / 'home'), dist)
    run(*install + ['--quiet', one(dist, kind)])
    assert run(python_bin, '-c', SHOW) == version() + '\n'
    run(python_bin, '-m', 'pip', 'check')
    listed = run(python_bin, '-m', 'pip', 'freeze')
    assert 'asyncio-compat' in listed.replace('_', '-')
    if python.startswith('3.5'):
        assert 'typing-extensions==3.7.4.3' in listed.replace('_', '-')
        run(python_bin, '-c', 'import typing_extensions')
        assert core(python_bin) == (NOT_INSTALLED if kind == PURE else SERVES)
    else:
        assert 'typing' not in listed
    run(python_bin, '-m', 'pip', 'uninstall', '--quiet', '--yes', 'asyncio-compat')
    site_packages = run(python_bin, '-c', 'import sysconfig; print(sysconfig.get_path("purelib"))').strip()
    assert not [name for name in os.listdir(site_packages) if name.startswith('asyncio')]


# pip 7 knows no manylinux.
@pytest.mark.parametrize('python, kind', [
    ('3.5.0', SDIST), ('3.5.0', PURE), ('3.5.2', SDIST), ('3.5.2', PURE), ('3.5.2', COMPILED)])
def test_install_with_the_pip_of_its_time(dist, tmp_path, python, kind):
    python_bin, install = pip_of_its_time(python, str(tmp_path / 'home'), dist)
    run(*install + [one(dist, kind)])
    assert run(python_bin, '-c', SHOW) == version() + '\n'
    run(python_bin, '-c', 'import typing_extensions')
    assert core(python_bin) == (NOT_INSTALLED if kind == PURE else SERVES)


@pytest.mark.parametrize('installer, python, takes', [
    (newest_pip, '3.5.0', SERVES), (newest_pip, '3.5.2', SERVES),
    (pip_of_its_time, '3.5.0', NOT_INSTALLED), (pip_of_its_time, '3.5.2', SERVES)])
def test_an_installer_takes_the_wheel_that_it_knows(dist, tmp_path, installer, python, takes):
    python_bin, install = installer(python, str(tmp_path / 'home'), dist)
    # No sdist is built: there is no compiler.
    run(*install + ['asyncio-compat'], CC='false')
    assert core(python_bin) == takes


@pytest.mark.parametrize('installer', [newest_pip, pip_of_its_time])
@pytest.mark.parametrize('python', ['3.5.0', '3.5.2'])
def test_install_without_a_compiler(dist, tmp_path, installer, python):
    python_bin, install = installer(python, str(tmp_path / 'home'), dist)
    log = tmp_path / 'log'
    run(*install + ['--verbose', '--log', str(log), one(dist, SDIST)], CC='false')
    assert without_core(log) == "command 'false' failed with exit status 1"
    assert core(python_bin) == NOT_INSTALLED


def test_install_without_core_c(dist, tmp_path):
    """From the repository, where Cython is not."""
    python_bin, install = newest_pip('3.5.0', str(tmp_path / 'home'), dist)
    with tarfile.open(one(dist, SDIST)) as sdist:
        sdist.extractall(str(tmp_path))
    source = one(str(tmp_path), version())
    os.remove(os.path.join(source, 'compat', 'asyncio_compat', '_speedups', 'core.c'))
    log = tmp_path / 'log'
    run(*install + ['--verbose', '--log', str(log), source])
    assert without_core(log) == 'there is no core.c, and it takes Cython 3.0 to make it (here is: none)'
    assert core(python_bin) == NOT_INSTALLED


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
