"""The sdist and the wheel: what is in them, and that old and new installers take them.

Runs in the tox environment `packaging`, because it builds, and fetches packages.
"""
import email
import os
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
    """A folder with the sdist, the wheel that was built from it, and what they may ask for."""
    pytest.importorskip('build')
    dist = str(tmp_path_factory.mktemp('dist'))
    source = os.path.join(str(tmp_path_factory.mktemp('source')), 'copy')
    shutil.copytree(ROOT, source, ignore=NOT_SOURCE)
    run(sys.executable, '-m', 'build', '--outdir', dist, source)
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
    with zipfile.ZipFile(one(dist, '.whl')) as wheel:
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


def test_the_wheel_is_complete(dist):
    with zipfile.ZipFile(one(dist, '.whl')) as wheel:
        names = wheel.namelist()
    assert set(modules()) | {'asyncio_compat/py.typed'} <= set(names)
    assert any(name.endswith('/LICENSE') for name in names)
    assert {name.split('/')[0].split('-')[0] for name in names} == {'asyncio_compat'}


def test_the_sdist_is_complete(dist):
    with tarfile.open(one(dist, '.tar.gz')) as sdist:
        names = {name.partition('/')[2] for name in sdist.getnames()}
    assert {'compat/' + name for name in modules()} <= names
    assert {'LICENSE', 'README.md', 'pyproject.toml', 'run.py', 'setup.cfg', 'setup.py', 'tox.ini'} <= names
    assert 'tests/test_packaging.py' in names


@pytest.mark.parametrize('kind', ['.whl', '.tar.gz'])
@pytest.mark.parametrize('python', ['3.5.0', '3.5.2', '3.11'])
def test_install(dist, tmp_path, python, kind):
    """With the newest pip that the interpreter has."""
    home = str(tmp_path / 'home')
    run(sys.executable, '-m', 'virtualenv', '--quiet', '--discovery', 'pyenv', '--no-periodic-update',
        '-p', interpreter(python), home)
    python_bin = os.path.join(home, 'bin', 'python')
    run(python_bin, '-m', 'pip', 'install', '--quiet', '--no-index', '--no-build-isolation', '--find-links', dist,
        one(dist, kind))
    assert run(python_bin, '-c', SHOW) == version() + '\n'
    run(python_bin, '-m', 'pip', 'check')
    listed = run(python_bin, '-m', 'pip', 'freeze')
    assert 'asyncio-compat' in listed.replace('_', '-')
    if python.startswith('3.5'):
        assert 'typing-extensions==3.7.4.3' in listed.replace('_', '-')
        run(python_bin, '-c', 'import typing_extensions')
    else:
        assert 'typing' not in listed
    run(python_bin, '-m', 'pip', 'uninstall', '--quiet', '--yes', 'asyncio-compat')
    site_packages = run(python_bin, '-c', 'import sysconfig; print(sysconfig.get_path("purelib"))').strip()
    assert not [name for name in os.listdir(site_packages) if name.startswith('asyncio')]


@pytest.mark.parametrize('kind', ['.whl', '.tar.gz'])
@pytest.mark.parametrize('python', ['3.5.0', '3.5.2'])
def test_install_with_the_pip_of_its_time(dist, tmp_path, python, kind):
    """pip 7 or 8 and setuptools 18 or 20, from the wheels that the interpreter itself carries."""
    base = interpreter(python)
    home = str(tmp_path / 'home')
    run(base, '-m', 'venv', '--without-pip', home)
    python_bin = os.path.join(home, 'bin', 'python')
    carried = os.path.join(run(base, '-c', 'import ensurepip; print(ensurepip.__path__[0])').strip(), '_bundled')
    if not os.path.isdir(carried):
        pytest.skip('its ensurepip carries no wheels')
    path = os.pathsep.join(os.path.join(carried, name) for name in sorted(os.listdir(carried)))
    install = [python_bin, '-c', OLD_PIP, 'install', '--disable-pip-version-check', '--no-index', '--find-links']
    run(*install + [carried, 'pip', 'setuptools'], PYTHONPATH=path)
    run(*install + [dist, one(dist, kind)])
    assert run(python_bin, '-c', SHOW) == version() + '\n'
    run(python_bin, '-c', 'import typing_extensions')


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
