"""`run.py release` sees each way in which a release can disagree with itself.

Runs in the tox environment `packaging`, because it builds one.
"""
import datetime
import functools
import io
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.packaging, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parent.parent
NOT_SOURCE = shutil.ignore_patterns('.git', '.tox', '.venv*', 'build', 'dist', '*.egg-info', '__pycache__', '*.so',
                                    'core.c')
INIT = 'compat/asyncio_compat/__init__.py'
TASKS = 'asyncio_compat/tasks.py'
CORE = 'asyncio_compat/_speedups/core.cpython-35m-x86_64-linux-gnu.so'
SDIST, PURE, COMPILED = '*.tar.gz', '*-py3-none-any.whl', '*-cp35-*.whl'
VERSION = '3.1.4'
DEPENDENCY = 'typing-extensions<3.7.5,>=3.7.4;python_version<"3.6"'


def git(tree, *arguments):
    subprocess.run(('git', '-C', str(tree), '-c', 'user.name=Ann', '-c', 'user.email=ann@localhost') + arguments,
                   check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def replace(path, old, new):
    text = path.read_text(encoding='utf-8')
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding='utf-8')


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    """A tree that is ready for release, with what was built from it in its folder dist/."""
    pytest.importorskip('build')
    tree = tmp_path_factory.mktemp('made') / 'tree'
    shutil.copytree(str(ROOT), str(tree), ignore=NOT_SOURCE)
    release_of = (tree / INIT).read_text(encoding='utf-8').split("__version__ = '")[1].split("'")[0]
    replace(tree / INIT, release_of, VERSION)
    replace(tree / 'CHANGELOG.md', '## ', '## %s (2020-09-05)\n\nIt is round.\n\n## ' % VERSION)
    git(tree, 'init', '--quiet')
    git(tree, 'add', '--all')
    git(tree, 'commit', '--quiet', '--message', 'A release')
    git(tree, 'tag', 'v' + VERSION)
    subprocess.run([sys.executable, 'run.py', 'wheels', '--python', sys.executable], cwd=str(tree), check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return tree


@pytest.fixture
def tree(made, tmp_path):
    copy = tmp_path / 'tree'
    shutil.copytree(str(made), str(copy))
    return copy


@pytest.fixture(scope='module')
def command():
    """The module that is tested; it looks for interpreters once."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.syspath_prepend(str(ROOT))
        import interpreters
        import release
        monkeypatch.setattr(interpreters, 'all_found', functools.lru_cache()(interpreters.all_found))
        yield release


@pytest.fixture
def release(command, tree):
    """What is wrong with *tree*."""
    return lambda: list(command.problems(tree, tree / 'dist'))


def run(tree, *arguments):
    asked = subprocess.run([sys.executable, 'run.py', 'release'] + list(arguments), cwd=str(tree),
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           universal_newlines=True, env=dict(os.environ, PYTHONDONTWRITEBYTECODE='1'))
    return asked.returncode, asked.stdout, asked.stderr


def found(tree, pattern):
    path, = (tree / 'dist').glob(pattern)
    return path


def rewrite(path, change):
    """Pack *path* anew with what *change* made of the dict of its files, by name without the folder of an sdist."""
    files = {}
    if path.suffix == '.whl':
        with zipfile.ZipFile(str(path)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        change(files)
        with zipfile.ZipFile(str(path), 'w') as archive:
            for name in files:
                archive.writestr(name, files[name])
        return
    with tarfile.open(str(path)) as archive:
        for member in archive:
            if member.isfile():
                files[member.name.partition('/')[2]] = archive.extractfile(member).read()
    change(files)
    with tarfile.open(str(path), 'w:gz') as archive:
        for name in files:
            member = tarfile.TarInfo('asyncio_compat-%s/%s' % (VERSION, name))
            member.size = len(files[name])
            archive.addfile(member, io.BytesIO(files[name]))


def without(name):
    return lambda files: files.pop(name)


def with_file(name):
    return lambda files: files.update({name: b''})


def edited(name, old, new):
    """In the file whose name ends so; in the outermost of them."""
    def edit(files):
        path = min((path for path in files if path.endswith(name)), key=len)
        assert old.encode() in files[path]
        files[path] = files[path].replace(old.encode(), new.encode())
    return edit


def test_the_command(tree):
    agreed = 'asyncio-compat 3.1.4: version, changelog, tag and 3 files agree\n'
    assert run(tree) == (0, agreed, '')
    (tree / 'dist').rename(tree.parent / 'elsewhere')
    assert run(tree, '--dist', '../elsewhere') == (0, agreed, '')
    missing = ['dist: there is no %s of 3.1.4; make it: python3 run.py wheels\n' % what
               for what in ('sdist', 'wheel for everyone', 'compiled wheel')]
    assert run(tree) == (1, ''.join(missing), '')


def test_a_version_of_which_nothing_knows(tree, release):
    replace(tree / INIT, VERSION, '3.1.dev5')
    git(tree, 'commit', '--quiet', '--all', '--message', 'Another version')
    lines = release()
    assert lines[:3] == [
        'compat/asyncio_compat/__init__.py: 3.1.dev5 is no version that can be released',
        'CHANGELOG.md: the first section is 3.1.4, not 3.1.dev5',
        'git: there is no tag v3.1.dev5; make it: git tag v3.1.dev5']
    assert sum(line.endswith(' is not of this release') for line in lines) == 3


@pytest.mark.parametrize('heading, line', [
    ('## Unreleased', 'the first section is Unreleased, not 3.1.4'),
    ('## 3.1.4', 'the section has no date; write: ## 3.1.4 (%s)' % datetime.date.today()),
    ('## 3.1.4 (unreleased)', 'the section has no date; write: ## 3.1.4 (%s)' % datetime.date.today()),
    ('## 3.1.4 (2020-13-01)', 'the section has no date; write: ## 3.1.4 (%s)' % datetime.date.today()),
    ('## 3.1.4 (9020-09-05)', 'the section is dated 9020-09-05, which has not come'),
    ('## 3.1.5 (2020-09-05)', 'the first section is 3.1.5, not 3.1.4')])
def test_changelog(tree, release, heading, line):
    replace(tree / 'CHANGELOG.md', '## 3.1.4 (2020-09-05)', heading)
    assert 'CHANGELOG.md: ' + line in release()


def test_what_is_not_committed(tree, release):
    (tree / 'stray').write_text('')
    assert release() == ['git: not committed: stray']


def test_no_tag(tree, release):
    git(tree, 'tag', '--delete', 'v3.1.4')
    assert release() == ['git: there is no tag v3.1.4; make it: git tag v3.1.4']


def test_a_tag_of_another_commit(tree, release):
    git(tree, 'commit', '--quiet', '--allow-empty', '--message', 'One more')
    line, = release()
    assert line.startswith('git: the tag v3.1.4 is at another commit: ')


def test_no_repository(tree, release):
    shutil.rmtree(str(tree / '.git'))
    assert release() == ['git: there is no commit to compare with']


@pytest.mark.parametrize('pattern, what', [(SDIST, 'sdist'), (PURE, 'wheel for everyone'),
                                           (COMPILED, 'compiled wheel')])
def test_a_file_that_was_not_built(tree, release, pattern, what):
    found(tree, pattern).unlink()
    assert release() == ['dist: there is no %s of 3.1.4; make it: python3 run.py wheels' % what]


def test_a_file_of_another_release(tree, release):
    (tree / 'dist' / 'asyncio_compat-3.1.3.tar.gz').write_text('')
    assert release() == ['dist: asyncio_compat-3.1.3.tar.gz is not of this release']


@pytest.mark.parametrize('pattern, change, line', [
    (SDIST, without('compat/' + TASKS), 'without compat/' + TASKS),
    (SDIST, without('compat/asyncio_compat/_speedups/core.c'), 'without compat/asyncio_compat/_speedups/core.c'),
    (SDIST, without('compat/asyncio_compat/_speedups/task.pxi'), 'without compat/asyncio_compat/_speedups/task.pxi'),
    (SDIST, edited(TASKS, 'import', 'imporT'), 'not as in the tree: compat/' + TASKS),
    (SDIST, edited('/test_tasks.py', 'import', 'imporT'), 'not as in the tree: tests/test_tasks.py'),
    (SDIST, with_file('tests/a.pyc'), 'with tests/a.pyc, not of the tree'),
    (PURE, without(TASKS), 'without compat/' + TASKS),
    (PURE, without('asyncio_compat/py.typed'), 'without compat/asyncio_compat/py.typed'),
    (PURE, edited(TASKS, 'import', 'imporT'), 'not as in the tree: compat/' + TASKS),
    (PURE, with_file('asyncio_compat/a.pyc'), 'with compat/asyncio_compat/a.pyc, not of the tree'),
    (PURE, with_file(CORE), 'with compat/%s, not of the tree' % CORE),
    (COMPILED, without(TASKS), 'without compat/' + TASKS),
    (COMPILED, with_file('tests/test_tasks.py'), 'not as in the tree: tests/test_tasks.py')])
def test_content(tree, release, pattern, change, line):
    path = found(tree, pattern)
    rewrite(path, change)
    assert release() == ['%s: %s' % (path.name, line)]


@pytest.mark.parametrize('pattern, change, line', [
    (SDIST, edited('PKG-INFO', 'Version: 3.1.4', 'Version: 3.1.3'), 'its metadata is that of asyncio-compat 3.1.3'),
    (PURE, edited('/METADATA', 'Version: 3.1.4', 'Version: 3.1.3'), 'its metadata is that of asyncio-compat 3.1.3'),
    (PURE, edited('/METADATA', 'Requires-Python: >=3.5', 'Requires-Python: >=3.6'),
     'its Requires-Python is >=3.6, that of another file >=3.5'),
    (COMPILED, edited('/METADATA', '<3.7.5', '<4'),
     'its Requires-Dist is %s, that of another file %s' % (DEPENDENCY.replace('<3.7.5', '<4'), DEPENDENCY)),
    (COMPILED, edited('/METADATA', '# asyncio-compat', '# asyncio'), 'its description is another than README.md'),
    (COMPILED, edited('/WHEEL', 'cp35m', 'none'), 'it is for cp35-none-manylinux1_x86_64, if one looks inside')])
def test_metadata(tree, release, pattern, change, line):
    path = found(tree, pattern)
    rewrite(path, change)
    assert '%s: %s' % (path.name, line) in release()


def test_a_compiled_wheel_without_its_compiled_part(tree, release):
    path = found(tree, COMPILED)
    rewrite(path, without(CORE))
    first, second = release()
    assert first == path.name + ': the compiled part is not in it'
    assert 'its compiled part is not of 3.1.4, but says: ImportError: ' in second


def test_a_compiled_part_of_another_version(tree, release):
    path = found(tree, COMPILED)
    rewrite(path, edited(CORE, VERSION + '\0', '3.1.3\0'))
    assert release() == [path.name + ': its compiled part is not of 3.1.4, but says: 3.1.3']


def test_no_interpreter_to_ask(tree, release, monkeypatch):
    import interpreters
    monkeypatch.setattr(interpreters, 'all_found', lambda: [('3.11.7', sys.executable)])
    line, = release()
    assert line.endswith(': its compiled part cannot be asked for its version: there is no Python 3.5')
