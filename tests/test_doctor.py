"""What the doctor finds in a process, and what it says is to be done."""

import asyncio
import os
import shutil
import subprocess
import sys
import typing

import pytest
from packaging.specifiers import SpecifierSet

import asyncio_compat
from asyncio_compat import doctor
from test_main import compat, told_by, write

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(asyncio_compat.__file__)))
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HERE = '.'.join(map(str, sys.version_info[:3]))
IS_OLD = sys.version_info < (3, 6)
old_only = pytest.mark.skipif(not IS_OLD, reason='lacks nothing')

FINDINGS = '''
import asyncio_compat, sys
from asyncio_compat import doctor
def findings(check, *modules):
    return [(finding['what'], finding['to_do']) for finding in doctor.examine(modules)
            if finding['check'] == check]
'''


def metadata(folder, path, name, version='1.0', *lines):
    """Have the distribution *name* in *folder*, as pip and setuptools leave it at *path*."""
    return write(folder, path, 'Metadata-Version: 2.1\nName: %s\nVersion: %s\n%s\n' % (
        name, version, ''.join(line + '\n' for line in lines)))


def found(monkeypatch, folder, check):
    """The findings of *check* in this process, with *folder* first on its path."""
    monkeypatch.syspath_prepend(str(folder))
    return [finding for finding in doctor.examine() if finding['check'] == check]


def status_of(row):
    state, = [feature for feature in asyncio_compat.status() if feature['id'] == row]
    return state


# What fits a Requires-Python

@pytest.mark.parametrize('requirement', [
    '', '>=3.5', '>=3.5.3', '>=3.5.3,<4', '>3.5.2', '>3.5', '<3.6', '<=3.5.2', '<=3.5', '==3.5.*', '==3.5.2', '!=3.5.2',
    '!=3.5.*', '!=3.5.0,!=3.5.1', '~=3.5', '~=3.5.2', '~=3.5.0', '>=2.7, !=3.0.*, !=3.1.*, !=3.4.*', '==3.*', '>=3',
    '>=3.10', '>=3.9,<3.12', '===3.5.2', '< 4.0', '<3.6.0', '>=3.5.0.0',
])
def test_allows_what_pip_allows(requirement):
    for version in ['2.7.18', '3.0.1', '3.4.0', '3.5.0', '3.5.1', '3.5.2', '3.5.10', '3.6.0', '3.9.18', '3.11.7',
                    '4.0.0']:
        assert doctor.allows(requirement, version) == SpecifierSet(requirement).contains(version), version


@pytest.mark.parametrize('requirement', ['nonsense', '3.9', '>=nonsense', '>='])
def test_what_nobody_understands_is_allowed(requirement):
    assert doctor.allows(requirement, '3.5.0')


@pytest.mark.parametrize('requirement, version, expected', [
    ('>=3.5.*', '3.5.2', True), ('>=3.5.*', '3.4.9', False), ('>=v3.6', '3.5.2', False),
    (doctor.TYPING_EXTENSIONS, '3.7.4.3', True), (doctor.TYPING_EXTENSIONS, '3.10.0.2', False),
    (doctor.TYPING_EXTENSIONS, '3.7.4', True), (doctor.TYPING_EXTENSIONS, '3.7.2', False)])
def test_allows_more(requirement, version, expected):
    assert doctor.allows(requirement, version) is expected


# Distributions

PLACES = ['wanted-1.0.dist-info/METADATA', 'wanted.egg-info/PKG-INFO', 'wanted-1.0-py3.5.egg-info', 'EGG-INFO/PKG-INFO']


@pytest.mark.parametrize('place', PLACES)
def test_a_distribution_that_asks_for_another_python(tmp_path, monkeypatch, place):
    metadata(tmp_path, place, 'Wanted', '1.0', 'Requires-Python: >=9')
    finding, = [finding for finding in found(monkeypatch, tmp_path, 'requires_python') if 'Wanted' in finding['what']]
    assert finding['what'] == 'Wanted 1.0 asks for Python >=9, and this is ' + HERE
    assert finding['to_do'].startswith('pip install --force-reinstall Wanted')


def test_a_distribution_that_asks_for_this_python(tmp_path, monkeypatch):
    metadata(tmp_path, PLACES[0], 'Wanted', '1.0', 'Requires-Python: ==' + HERE)
    metadata(tmp_path, 'silent-1.0.dist-info/METADATA', 'silent')
    for finding in found(monkeypatch, tmp_path, 'requires_python'):
        assert 'Wanted' not in finding['what'] and 'silent' not in finding['what']


def test_the_first_on_the_path_counts(tmp_path, monkeypatch):
    metadata(tmp_path, 'later/' + PLACES[0], 'wan.ted', '1.0', 'Requires-Python: >=9')
    metadata(tmp_path, 'first/' + PLACES[0], 'Wan_Ted', '2.0')
    monkeypatch.syspath_prepend(str(tmp_path / 'later'))
    for finding in found(monkeypatch, tmp_path / 'first', 'requires_python'):
        assert 'wan' not in finding['what'].lower()


def test_metadata_that_cannot_be_read_is_passed_over(tmp_path, monkeypatch):
    write(tmp_path, 'a.dist-info/METADATA', 'no metadata')
    os.makedirs(str(tmp_path / 'b.dist-info' / 'METADATA'))
    with open(str(tmp_path / 'c.egg-info'), 'wb') as stream:
        stream.write(b'Name: c\xff\nRequires-Python: >=9\n')
    assert [finding for finding in found(monkeypatch, tmp_path, 'requires_python') if 'c\ufffd' in finding['what']]


@pytest.mark.skipif(sys.version_info >= (3, 5, 10), reason='there is no later 3.5')
def test_a_distribution_that_asks_for_a_later_3_5(tmp_path, child):
    metadata(tmp_path, PLACES[0], 'wanted', '1.0', 'Requires-Python: >=3.5.10,<4')
    out = child(FINDINGS + '''if True:
        sys.path.insert(0, %r)
        before = dict(findings('requires_python'))
        assert before['wanted 1.0 asks for Python >=3.5.10,<4, and this is %s'] == (
            'import asyncio_compat.auto_typing before it'), before
        asyncio_compat.install()
        after = findings('requires_python')
        (supplied,) = [what for what, to_do in after if 'wanted 1.0' in what and to_do is None]
        assert supplied.startswith('for those that ask for a later 3.5, its asyncio is there: ')
        print('found')
    ''' % (str(tmp_path), HERE))
    assert out == 'found\n'


def test_nothing_asks_for_another_python(monkeypatch):
    monkeypatch.setattr(sys, 'path', [])
    finding, = [finding for finding in doctor.examine() if finding['check'] == 'requires_python']
    assert finding['ok']


# The package and what it needs

def test_typing_extensions_is_what_setup_asks_for():
    if not os.path.exists(os.path.join(ROOT, 'setup.py')):
        pytest.skip('not in the source tree')
    with open(os.path.join(ROOT, 'setup.py'), encoding='utf-8') as stream:
        assert "'typing_extensions%s'" % doctor.TYPING_EXTENSIONS in stream.read()


@pytest.mark.parametrize('version, is_right', [
    ('3.7.4', True), ('3.7.4.3', True), ('3.10.0.2', False), ('3.7.2', False)])
def test_typing_extensions(tmp_path, monkeypatch, version, is_right):
    metadata(tmp_path, 'x.dist-info/METADATA', 'typing_extensions', version)
    findings = found(monkeypatch, tmp_path, 'typing_extensions')
    if is_right or not IS_OLD:
        assert findings == []
    else:
        finding, = findings
        assert version in finding['what']
        assert finding['to_do'] == "pip install 'typing_extensions%s'" % doctor.TYPING_EXTENSIONS


@old_only
def test_typing_extensions_is_not_there(monkeypatch):
    monkeypatch.setattr(sys, 'path', [])
    finding, = [finding for finding in doctor.examine() if finding['check'] == 'typing_extensions']
    assert finding['what'].startswith('typing_extensions is not installed')


def test_the_package_is_on_the_path_twice(tmp_path, monkeypatch):
    write(tmp_path, 'asyncio_compat/__init__.py', '')
    finding, = [finding for finding in found(monkeypatch, tmp_path, 'package') if str(tmp_path) in finding['what']]
    assert os.path.dirname(asyncio_compat.__file__) in finding['what']
    assert not finding['ok']


def test_the_package_is_on_the_path_once(tmp_path, monkeypatch):
    os.symlink(SOURCE, str(tmp_path / 'link'))
    metadata(tmp_path, 'x.dist-info/METADATA', 'asyncio_compat', asyncio_compat.__version__)
    monkeypatch.setattr(sys, 'path', [str(tmp_path), str(tmp_path / 'link'), SOURCE])
    assert [finding for finding in doctor.examine() if finding['check'] == 'package'] == []


def test_pip_knows_another_version(tmp_path, monkeypatch):
    metadata(tmp_path, 'x.dist-info/METADATA', 'asyncio_compat', '99')
    finding, = [finding for finding in found(monkeypatch, tmp_path, 'package') if 'pip' in finding['what']]
    assert asyncio_compat.__version__ in finding['what'] and '99' in finding['what']


def test_asyncio_of_another_place(tmp_path, monkeypatch):
    assert found(monkeypatch, tmp_path, 'asyncio') == []
    monkeypatch.setattr(asyncio, '__file__', str(tmp_path / 'asyncio' / '__init__.py'))
    finding, = found(monkeypatch, tmp_path, 'asyncio')
    assert str(tmp_path) in finding['what']


# Features, the compiled part

def test_features_and_the_compiled_part(child):
    out = child(FINDINGS + '''if True:
        for findings in findings('features'), findings('compiled'):
            for what, to_do in findings:
                print(what, to_do, sep='|')
        asyncio_compat.install()
        print([finding['what'] for finding in doctor.examine() if finding['check'] in ('features', 'compiled')])
    ''').splitlines()
    state = status_of('accelerated')
    features = '%d features: ' % len(asyncio_compat.status())
    assert out[0].startswith(features)
    assert out[0].endswith('|None')
    if not IS_OLD:
        assert 'patched' not in out[0]
        assert out[1] == 'the compiled part is used|None'
    elif state['state'] == 'patched':
        assert 'patched by install' in out[0]
        assert out[1] == 'the compiled part can be used|None'
        assert 'the compiled part is used' in out[2] and 'patched by install' not in out[2]
    else:
        assert out[1].split('|')[0] == state['reason']


@old_only
@pytest.mark.parametrize('pure', ['1', 'yes'])
def test_the_python_code_was_asked_for(child, pure):
    assert child(FINDINGS + "print(findings('compiled'))", ASYNCIO_COMPAT_PURE=pure) == (
        "[('ASYNCIO_COMPAT_PURE asks for the Python code', 'unset it, unless the two are to be compared')]\n")


@old_only
def test_installed_without_the_compiled_part(child):
    out = child(FINDINGS + '''if True:
        from asyncio_compat import _speedups
        _speedups._is_there = lambda: False
        (finding,) = findings('compiled')
        print(*finding, sep='|')
    ''', ASYNCIO_COMPAT_PURE='')
    what, to_do = out.strip().split('|')
    assert what == 'asyncio-compat was installed without its compiled part'
    assert to_do.startswith('pip install --force-reinstall asyncio-compat')


@old_only
def test_a_compiled_part_that_cannot_be_used_is_told_once(child):
    """It is a finding, and no warning beside it."""
    out = child(FINDINGS + '''if True:
        from asyncio_compat import _speedups
        _speedups._is_there = lambda: True
        sys.modules['asyncio_compat._speedups.core'] = None
        (finding,) = findings('compiled')
        print(*finding, sep='|')
    ''', ASYNCIO_COMPAT_PURE='')
    what, to_do = out.strip().split('|')
    assert 'cannot be used: ' in what
    assert to_do.startswith('pip install --force-reinstall asyncio-compat')


@old_only
def test_the_compiled_part_was_left_out(child):
    if asyncio_compat.status()[15]['state'] != 'patched':
        pytest.skip('there is no compiled part')
    assert child(FINDINGS + '''if True:
        asyncio_compat.install(compiled=False)
        print(findings('compiled'))
    ''') == ("[('the compiled part can be used, but install() was told to leave it out', "
             "'call install() without arguments')]\n")


# Order of imports

@pytest.mark.parametrize('first, second', [('uvloop', 'asyncio_compat.auto'), ('asyncio_compat.auto', 'uvloop')])
def test_uvloop(tmp_path, child, first, second):
    write(tmp_path, 'uvloop.py', '')
    out = child(FINDINGS + '''if True:
        import asyncio
        sys.path.insert(0, %r)
        print(hasattr(asyncio, '_set_running_loop'))
        for finding in findings('uvloop', *%r):
            print(*finding, sep='|')
    ''' % (str(tmp_path), [first, second]))
    has_place, finding = out.splitlines()
    if first == 'uvloop' and has_place == 'False':
        assert finding == ('uvloop was imported before asyncio_compat, and asyncio does not know when its loop runs|'
                           'import asyncio_compat.auto before it')
    else:
        assert finding == 'uvloop was imported when asyncio had what it looks for|None'


def test_uvloop_that_python_imports_by_itself(tmp_path):
    """By a .pth file too: those are found where sitecustomize is."""
    write(tmp_path, 'uvloop.py', '')
    write(tmp_path, 'sitecustomize.py', 'import site, uvloop')
    write(tmp_path, 'early.pth', 'import uvloop\n')
    write(tmp_path, 'path.pth', 'uvloop\n')
    path = os.pathsep.join(filter(None, [str(tmp_path), SOURCE, os.environ.get('PYTHONPATH')]))
    status, out, err = compat(tmp_path, 'doctor', PYTHONPATH=path, COLUMNS='')
    lines = [line for line in out.splitlines() if 'uvloop was imported' in line]
    if sys.version_info >= (3, 5, 3):
        assert lines == ['ok     uvloop was imported when asyncio had what it looks for']
    else:
        line, = lines
        assert line.startswith('to do  uvloop was imported before asyncio_compat, by ')
        for name in 'early.pth', 'sitecustomize.py':
            assert os.path.join(str(tmp_path), name) in line
        assert 'path.pth' not in line
        assert status == 1


def test_uvloop_that_is_installed(tmp_path, child):
    metadata(tmp_path, 'uvloop-1.dist-info/METADATA', 'uvloop', '1')
    out = child(FINDINGS + '''if True:
        import asyncio
        sys.path.insert(0, %r)
        print(hasattr(asyncio, '_set_running_loop'), findings('uvloop'))
    ''' % str(tmp_path))
    assert out in ("True [('uvloop is not imported yet', None)]\n",
                   "False [('uvloop is not imported yet; import asyncio_compat.auto before it', None)]\n")


EARLY = '''
from asyncio import *
from asyncio import BaseEventLoop, Task
try:
    from asyncio import isfuture
except ImportError:
    isfuture = None
read = StreamReader.readexactly
tasks = Task.all_tasks
put = Queue.put
class Loop(BaseEventLoop):
    connect = BaseEventLoop.create_connection
'''


@old_only
def test_what_a_module_keeps(tmp_path, child):
    write(tmp_path, 'early.py', EARLY)
    write(tmp_path, 'late.py', EARLY)
    write(tmp_path, 'imports_early.py', 'from early import Loop')
    out = child(FINDINGS + '''if True:
        sys.path.insert(0, %r)
        print(findings('early', 'early'))
        (finding,) = findings('early', 'early', 'imports_early', 'asyncio_compat.auto', 'late')
        print(*finding, sep='|')
        from asyncio import BaseEventLoop, Queue, StreamReader, Task, tasks, isfuture
        import early
        print(sorted(name for name, is_kept in [
            ('StreamReader.readexactly', early.read is not StreamReader.readexactly),
            ('Queue.put', early.put is not Queue.put),
            ('Task.all_tasks', early.tasks.__func__ is not Task.all_tasks.__func__),
            ('BaseEventLoop.create_connection', early.Loop.connect is not BaseEventLoop.create_connection),
            ('a isfuture of its own', early.isfuture is not isfuture)] if is_kept))
    ''' % str(tmp_path))
    before, finding, kept = out.splitlines()
    assert before == '[]'
    what, to_do = finding.split('|')
    assert what == 'early was imported before the install, and has kept ' + ', '.join(eval(kept))
    assert len(eval(kept)) >= 1
    assert to_do == 'import asyncio_compat.auto before it'


@old_only
def test_what_changes_in_place_is_not_kept(tmp_path, child):
    """Functions, and the methods of a Lock, which asyncio itself binds."""
    write(tmp_path, 'early.py', '''if True:
        from asyncio import *
        import asyncio
        acquire = Lock.acquire
        get_event_loop = asyncio.get_event_loop
    ''')
    assert child(FINDINGS + '''if True:
        sys.path.insert(0, %r)
        print(findings('early', 'early', 'asyncio_compat.auto'))
    ''' % str(tmp_path)) == "[('no module keeps what asyncio was before the install', None)]\n"


def test_a_proxy_is_not_asked_for_its_class(tmp_path, child):
    write(tmp_path, 'lazy.py', '''if True:
        class Proxy:
            @property
            def __class__(self):
                raise RuntimeError('not now')
        proxy = Proxy()
    ''')
    child(FINDINGS + '''if True:
        sys.path.insert(0, %r)
        asyncio_compat.install()
        findings('early', 'lazy')
    ''' % str(tmp_path))


# Modules to import first

def test_a_module_that_cannot_be_imported(tmp_path):
    write(tmp_path, 'noisy.py', 'print("noise")')
    write(tmp_path, 'broken.py', 'from asyncio import nonsense')
    write(tmp_path, 'quits.py', 'raise SystemExit(3)')
    told = told_by(tmp_path, 'doctor', '--json', 'noisy', 'broken', 'missing', 'quits')
    findings = [finding for finding in told['findings'] if finding['check'] == 'import']
    assert [finding['what'].split(': ')[:2] for finding in findings] == [
        ['broken cannot be imported', 'ImportError'],
        ['missing cannot be imported', 'ImportError' if IS_OLD else 'ModuleNotFoundError'],
        ['quits cannot be imported', 'SystemExit']]
    assert findings[0]['to_do'] == 'python -c "import broken" shows where'


@pytest.mark.skipif(hasattr(typing, 'NoReturn'), reason='typing has it')
def test_a_module_that_fails_at_a_name_of_typing(tmp_path):
    write(tmp_path, 'app.py', 'from typing import NoReturn')
    write(tmp_path, 'good.py', 'import asyncio_compat.auto_typing')
    finding, = [finding for finding in told_by(tmp_path, 'doctor', '--json', 'app')['findings']
                if finding['check'] == 'import']
    assert finding['to_do'] == 'import asyncio_compat.auto_typing first of all'
    assert not [finding for finding in told_by(tmp_path, 'doctor', '--json', 'good', 'app')['findings']
                if finding['check'] == 'import']


def test_a_program_that_does_not_install_is_told_to(tmp_path):
    write(tmp_path, 'app.py', 'import asyncio')
    write(tmp_path, 'good.py', 'import asyncio_compat.auto')
    for name, expected in ('app', not IS_OLD), ('good', True):
        finding, = [finding for finding in told_by(tmp_path, 'doctor', '--json', name)['findings']
                    if finding['check'] == 'features']
        assert finding['ok'] is expected
        assert finding['to_do'] in (None, 'import asyncio_compat.auto first of all')


# All of it

def test_it_changes_nothing(child):
    assert child('''if True:
        import asyncio, sys
        from asyncio_compat import doctor
        def everything():
            return {name: dict(vars(module)) for name, module in sys.modules.items()
                    if name.split('.')[0] == 'asyncio'}
        before = everything()
        doctor.examine()
        after = everything()
        assert all(before[name] == after[name] for name in before)
        loop = asyncio.new_event_loop()
        async def main():
            return doctor.examine()
        assert loop.run_until_complete(main()) == doctor.examine()
        loop.close()
        print('same')
    ''') == 'same\n'


def test_nothing_to_do(tmp_path):
    """Where neither site-packages nor the compiled part count."""
    metadata(tmp_path, 'x.dist-info/METADATA', 'typing_extensions', '3.7.4.3')
    shutil.copytree(os.path.dirname(asyncio_compat.__file__), str(tmp_path / 'asyncio_compat'))
    process = subprocess.Popen(
        [sys.executable, '-s', '-S', '-m', 'asyncio_compat', 'doctor'], cwd=str(tmp_path), stdout=subprocess.PIPE,
        env=dict(os.environ, PYTHONPATH='', COLUMNS=''), universal_newlines=True)
    title, empty, *lines = process.communicate()[0].splitlines()
    to_do = [line for line in lines if not line.startswith('ok     ')]
    if status_of('accelerated')['state'] == 'not available':
        assert len(to_do) == 1
    else:
        assert to_do == []
    assert title.endswith(': 1 to do' if to_do else ': nothing to do')
    assert process.returncode == len(to_do)


def test_a_line_each_and_what_to_do_below_where_there_is_no_room(tmp_path):
    metadata(tmp_path, PLACES[0], 'wanted', '1.0', 'Requires-Python: >=9')
    for columns in '', '300':
        lines = [line for line in compat(tmp_path, 'doctor', COLUMNS=columns)[1].splitlines() if 'wanted' in line]
        assert lines == ['to do  wanted 1.0 asks for Python >=9, and this is %s: pip install --force-reinstall wanted, '
                         'with pip 9 or later, takes one for this Python' % HERE]
    lines = compat(tmp_path, 'doctor', COLUMNS='80')[1].splitlines()
    at = lines.index('to do  wanted 1.0 asks for Python >=9, and this is %s:' % HERE)
    assert lines[at + 1:at + 3] == ['         pip install --force-reinstall wanted, with pip 9 or later, takes one',
                                    '         for this Python']
