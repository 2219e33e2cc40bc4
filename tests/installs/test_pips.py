"""The pips of fifteen years take what is released, from a folder and from an index, and give it back."""
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile

import pytest

from . import installers
from .installers import (
    NEW, NOT_INSTALLED, NOT_NEEDED, OLD, SAME, SDIST, SERVES, attempt, one, run, version)

pytestmark = [pytest.mark.packaging, pytest.mark.timeout(300)]

# Not all that could be combined: it takes its time.
CASES = [(installer, kind, source) for installer in OLD[:3] + OLD[-1:] + NEW[-1:] for kind in ('release', 'sdist')
         for source in ('folder', 'file', 'http')]
CASES += [(installer, kind, source) for installer in NEW[:-1] for kind in ('release', 'sdist')
          for source in ('folder', 'http')]
CASES += [(installer, *case) for installer in OLD[3:4] + SAME for case in (('release', 'http'), ('sdist', 'folder'))]


def shown(value):
    return ' '.join(value) if isinstance(value, tuple) else value


@pytest.fixture(scope='session')
def folders(dist, tmp_path_factory):
    """{'release': all that is released, 'sdist': without the wheels}"""
    folder = str(tmp_path_factory.mktemp('sdist'))
    for name in os.listdir(dist):
        if not (name.startswith('asyncio') and name.endswith('.whl')):
            shutil.copy(os.path.join(dist, name), folder)
    return {'release': dist, 'sdist': folder}


@pytest.fixture(scope='session')
def compiler(tmp_path_factory):
    """The compiler, in a hurry: the last -O counts."""
    script = tmp_path_factory.mktemp('compiler') / 'cc'
    script.write_text('#!/bin/sh\nexec gcc "$@" -O0\n')
    script.chmod(0o755)
    return str(script)


@pytest.fixture
def where(folders, index, tools):
    """A function that returns the options of pip for what is to be had at a source."""
    def where(python, kind, source):
        if source == 'folder':
            return ['--no-index', '--find-links', folders[kind], '--find-links', tools(python)]
        if source == 'file':
            return ['--index-url', 'file://%s/%s/simple/' % (index[0], kind)]
        return ['--index-url', '%s/%s/simple/' % (index[1], kind)]
    return where


def wanted(python, release):
    """What is installed then, and nothing else."""
    found = {'asyncio-compat': release}
    if python.startswith('3.5'):
        found['typing-extensions'] = '3.7.4.3'
    return found


def expected_core(installer, kind, has_compiler):
    if not installer[0].startswith('3.5'):
        return NOT_NEEDED
    if kind == 'sdist':
        return SERVES if has_compiler else NOT_INSTALLED
    # pip 7 knows no manylinux.
    return NOT_INSTALLED if installer == ('3.5.0', 'carried') else SERVES


def leftovers(environment):
    site_packages = pathlib.Path(installers.site_packages(environment))
    return [path for pattern in ('*', '__pycache__/*') for path in site_packages.glob(pattern)
            if path.name.startswith(('asyncio', 'typing'))]


@pytest.mark.parametrize('installer', OLD + NEW, ids=shown)
def test_the_versions_are_those(fresh, installer):
    python, pip = installer
    wanted = installers.CARRIED[python] if pip == 'carried' else installers.pins(python)['pip'].split('==')[1]
    assert run(*fresh(installer).pip + ['--version']).split()[1] == wanted


@pytest.mark.parametrize('installer, kind, source', CASES, ids=shown)
def test_install(fresh, where, compiler, tmp_path, installer, kind, source):
    environment = fresh(installer)
    has_compiler = kind == 'sdist' and source == 'folder'
    log = tmp_path / 'log'
    run(*environment.pip + ['--verbose', '--log', str(log), 'install', '--no-cache-dir'] +
        where(installer[0], kind, source) + ['asyncio-compat'], CC=compiler if has_compiler else 'false')
    assert installers.versions(environment) == wanted(installer[0], version())
    assert installers.core(environment.python) == expected_core(installer, kind, has_compiler)
    run(environment.python, '-W', 'error::RuntimeWarning', '-c', 'import asyncio_compat.auto')
    if installer[0].startswith('3.5') and kind == 'sdist' and not has_compiler:
        assert installers.without_core(log) == "command 'false' failed with exit status 1"
    if source == 'folder':
        if installer not in OLD[:2]:    # It came with pip 9.
            run(*environment.pip + ['check'])
        run(*environment.pip + ['uninstall', '--yes'] + sorted(installers.versions(environment)))
        assert leftovers(environment) == []


@pytest.fixture(scope='session')
def next_version(dist, tmp_path_factory):
    """A folder with a release that is newer: an sdist, and the wheel for everyone."""
    folder = tmp_path_factory.mktemp('next')
    with tarfile.open(one(dist, SDIST)) as sdist:
        sdist.extractall(str(folder))
    source, = folder.iterdir()
    module = source / 'compat' / 'asyncio_compat' / '__init__.py'
    text = module.read_text(encoding='utf-8')
    module.write_text(text.replace("__version__ = '%s'" % version(), "__version__ = '99.1'"), encoding='utf-8')
    subprocess.check_call([sys.executable, 'setup.py', '-q', 'sdist', 'bdist_wheel'], cwd=str(source),
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return str(source / 'dist')


@pytest.mark.parametrize('installer, kind', [
    (installer, 'release') for installer in OLD + NEW[-1:]] + [
    (installer, 'sdist') for installer in OLD[:2]], ids=shown)
def test_upgrade(fresh, where, next_version, compiler, installer, kind):
    environment = fresh(installer)
    install = environment.pip + ['install', '--no-cache-dir'] + where(installer[0], kind, 'folder')
    run(*install + ['asyncio-compat'], CC=compiler)
    # With a compiled part that is not of this version there would be a warning.
    run(*install + ['--upgrade', '--find-links', next_version, 'asyncio-compat'], CC='false')
    assert installers.versions(environment) == wanted(installer[0], '99.1')
    core = NOT_INSTALLED if installer[0].startswith('3.5') else NOT_NEEDED
    assert installers.core(environment.python) == core
    run(*environment.pip + ['uninstall', '--yes'] + sorted(installers.versions(environment)))
    assert leftovers(environment) == []


@pytest.fixture
def checkout(dist, tmp_path):
    """The source as the repository has it: without core.c."""
    with tarfile.open(one(dist, SDIST)) as sdist:
        sdist.extractall(str(tmp_path))
    source = tmp_path / ('asyncio_compat-' + version())
    (source / 'compat' / 'asyncio_compat' / '_speedups' / 'core.c').unlink()
    shutil.rmtree(str(source / 'compat' / 'asyncio_compat.egg-info'))
    return source


NO_CORE_C = 'there is no core.c, and it takes Cython 3.0 to make it (here is: none)'


@pytest.mark.parametrize('option', [[], ['--editable']], ids=['.', '-e .'])
@pytest.mark.parametrize('installer', [('3.5.0', 'carried'), ('3.5.10', 'last'), ('3.11', 'last')], ids=shown)
def test_checkout(fresh, where, checkout, tmp_path, installer, option):
    environment = fresh(installer)
    log = tmp_path / 'log'
    run(*environment.pip + ['--verbose', '--log', str(log), 'install', '--no-cache-dir'] +
        where(installer[0], 'sdist', 'folder') + option + [str(checkout)])
    if installer[0].startswith('3.5'):
        assert installers.without_core(log) == NO_CORE_C
    # An old pip keeps what is editable in a file of its own.
    assert 'asyncio_compat' in run(environment.python, '-c', 'import asyncio_compat; print(asyncio_compat.__file__)')
    run(environment.python, '-c', 'import asyncio_compat.auto')
    run(*environment.pip + ['uninstall', '--yes', 'asyncio-compat'])
    assert attempt(environment.python, '-c', 'import asyncio_compat')[0] == 1


@pytest.mark.parametrize('command', ['install', 'develop'])
def test_setup_py(fresh, where, checkout, command):
    """With setuptools 18, which installs no wheel, and in a locale in which a file is ASCII."""
    environment = fresh(('3.5.0', 'carried'), 'home')
    run(*environment.pip + ['install'] + where('3.5.0', 'release', 'folder') + ['typing_extensions<3.7.5'])
    status, out, err = attempt('sh', '-c', 'cd "$0" && exec "$1" setup.py "$2"', str(checkout),
                               environment.python, command, LC_ALL='C')
    assert (status, NO_CORE_C in err) == (0, True), out + err
    assert installers.core(environment.python, LC_ALL='C') == NOT_INSTALLED
