"""A package that needs asyncio-compat where Python is old, written in each form that docs/installing.md has."""
import email
import os
import subprocess
import sys
import zipfile

import pytest

from . import installers
from .installers import CARRIED, ROOT, attempt, run, version

pytestmark = [pytest.mark.packaging, pytest.mark.timeout(300)]

SETUP = 'from setuptools import setup\n\nsetup(%s)\n'
NAMED = "name='dependent', version='1.0', py_modules=['dependent'],\n      "
BUILD = '[build-system]\nrequires = ["setuptools>=61"]\nbuild-backend = "setuptools.build_meta"\n'
# The line that counts, and the files.
FORMS = {
    '`setup.py`, `extras_require`': (
        '''extras_require={':python_version < "3.6"': ['asyncio-compat']}''',
        {'setup.py': SETUP % (NAMED + '%s')}),
    '`setup.py`, `install_requires`': (
        '''install_requires=['asyncio-compat; python_version < "3.6"']''',
        {'setup.py': SETUP % (NAMED + '%s')}),
    '`setup.cfg`': (
        'install_requires =\n    asyncio-compat; python_version < "3.6"\n',
        {'setup.py': SETUP % '',
         'setup.cfg': '[metadata]\nname = dependent\nversion = 1.0\n\n[options]\npy_modules = dependent\n%s'}),
    '`pyproject.toml`': (
        '''dependencies = ['asyncio-compat; python_version < "3.6"']\n''',
        {'pyproject.toml': BUILD + '\n[project]\nname = "dependent"\nversion = "1.0"\n%s\n'
                                   '[tool.setuptools]\npy-modules = ["dependent"]\n'}),
}
REQUIREMENT = 'asyncio-compat; python_version < "3.6"'

# Which of them get it from a dependent's sdist. The boundaries were tried: markers in install_requires take
# setuptools 20.2 and pip 8.1.2, setup.cfg takes setuptools 30.3, pyproject.toml setuptools 61 and so Python 3.7.
OLD = [(python, 'carried') for python in CARRIED] + [('3.5.10', 'last')]
FROM_SDIST = {
    '`setup.py`, `extras_require`': OLD,
    '`setup.py`, `install_requires`': OLD[2:],
    '`setup.cfg`': OLD[3:],
    '`pyproject.toml`': [],
}


@pytest.fixture(scope='session')
def built(tmp_path_factory):
    """A function that builds the dependent in a form; returns its sdist and its wheel."""
    folder, known = tmp_path_factory.mktemp('dependents'), {}

    def built(form):
        if form not in known:
            line, files = FORMS[form]
            source = folder / str(len(known))
            source.mkdir()
            for name, text in files.items():
                (source / name).write_text(text.replace('%s', line))
            (source / 'dependent.py').write_text(
                'import sys\nif sys.version_info < (3, 6):\n    import asyncio_compat.auto\n')
            subprocess.check_call([sys.executable, '-m', 'build', '--no-isolation', str(source)],
                                  stdout=subprocess.DEVNULL)
            known[form] = [str(path) for path in sorted((source / 'dist').iterdir(), key=lambda path: path.suffix)]
        return known[form]
    return built


@pytest.fixture
def install(fresh, dist, tools):
    def install(installer, *what):
        environment = fresh(installer)
        attempted = attempt(*environment.pip + [
            'install', '--no-cache-dir', '--no-index', '--find-links', dist, '--find-links', tools(installer[0])] +
            list(what))
        return environment, attempted
    return install


def has_it(environment):
    """Whether asyncio-compat came along, as it should."""
    found = installers.versions(environment)
    assert found.pop('dependent') == '1.0'
    run(environment.python, '-c', 'import dependent')
    assert found in ({}, {'asyncio-compat': version(), 'typing-extensions': '3.7.4.3'})
    return bool(found)


def shown(value):
    return ' '.join(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize('installer', OLD, ids=shown)
@pytest.mark.parametrize('form', FORMS)
def test_the_sdist_of_a_dependent(built, install, form, installer):
    environment, attempted = install(installer, built(form)[0])
    if installer in FROM_SDIST[form]:
        assert attempted[0] == 0, attempted
        assert has_it(environment)
    else:
        # It fails, or installs something that is called UNKNOWN.
        assert not {'dependent', 'asyncio-compat'} & set(installers.versions(environment))


@pytest.mark.parametrize('installer', OLD, ids=shown)
def test_the_wheel_of_a_dependent(built, install, installer):
    environment, attempted = install(installer, built('`pyproject.toml`')[1])
    assert attempted[0] == 0, attempted
    assert has_it(environment)


def test_the_wheel_is_the_same_in_each_form(built):
    wanted = set()
    for form in FORMS:
        with zipfile.ZipFile(built(form)[1]) as wheel:
            metadata = email.message_from_bytes(wheel.read('dependent-1.0.dist-info/METADATA'))
        wanted.add(tuple(metadata.get_all('Requires-Dist')))
    assert wanted == {('asyncio-compat; python_version < "3.6"',)}


@pytest.mark.parametrize('installer', OLD + [('3.11', 'last')], ids=shown)
def test_requirements(install, tmp_path, installer):
    (tmp_path / 'requirements.txt').write_text(REQUIREMENT + '\n')
    environment, attempted = install(installer, '-r', str(tmp_path / 'requirements.txt'))
    assert attempted[0] == 0, attempted
    assert ('asyncio-compat' in installers.versions(environment)) == installer[0].startswith('3.5')


@pytest.mark.parametrize('kind', [0, 1], ids=['sdist', 'wheel'])
@pytest.mark.parametrize('form', FORMS)
def test_a_new_python_gets_nothing(built, install, form, kind):
    environment, attempted = install(('3.11', 'last'), built(form)[kind])
    assert attempted[0] == 0, attempted
    assert not has_it(environment)


def test_the_docs_say_so():
    with open(os.path.join(ROOT, 'docs', 'installing.md'), encoding='utf-8') as stream:
        page = stream.read()
    for form, (line, _) in FORMS.items():
        assert line in page
        assert '| %s |' % ' | '.join([form] + ['yes' if old in FROM_SDIST[form] else 'no' for old in OLD]) in page
    assert '\n    %s\n' % REQUIREMENT in page
    assert '| %s |' % ' | '.join(['pip'] + list(CARRIED.values()) + [
        installers.pins('3.5.10')['pip'].split('==')[1]]) in page
