"""The command line: the table, and programs that it runs as python would."""

import json
import os
import subprocess
import sys
import threading
import zipfile

import pytest

import asyncio_compat
from asyncio_compat import __main__

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(asyncio_compat.__file__)))

# What a program can see of how it was started.
SHOW_START = '''if True:
    import os, pickle, sys

    class Pickled:
        pass

    print(sys.argv, os.path.abspath(sys.path[0]), sys.path[0] in sys.path[1:])
    main = sys.modules['__main__']
    assert vars(main) is globals()
    for name in '__name__', '__file__', '__cached__', '__package__', '__doc__', '__annotations__':
        print(name, vars(main).get(name, 'is absent'))
    print(sorted(name for name in vars(main)), type(main), main.__builtins__)
    print(getattr(__loader__, '__name__', type(__loader__)), __spec__ and (__spec__.name, __spec__.origin))
    assert type(pickle.loads(pickle.dumps(Pickled()))) is Pickled
'''

FAIL = '''\
import sys

def fail(depth):
    if depth:
        return fail(depth - 1)
    try:
        raise KeyError('first')
    except KeyError:
        {}

fail(2)
'''


def run(python, folder, *command, **env):
    """What *command* of the interpreter does: its exit status, its output and its errors."""
    path = os.pathsep.join(filter(None, [SOURCE, os.environ.get('PYTHONPATH')]))
    process = subprocess.Popen([python] + list(command), cwd=str(folder), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=dict(os.environ, PYTHONPATH=path, **env), universal_newlines=True)
    out, err = process.communicate()
    return process.returncode, out, err


def compat(folder, *arguments, **env):
    return run(sys.executable, folder, '-m', 'asyncio_compat', *arguments, **env)


def assert_runs_as_python_does(folder, *command, options=()):
    plain = run(sys.executable, folder, *(tuple(options) + command), COVERAGE_PROCESS_START='')
    ours = run(sys.executable, folder, *(tuple(options) + ('-m', 'asyncio_compat', 'run') + command))
    assert ours == plain
    return plain


def write(folder, name, text):
    path = os.path.join(str(folder), *name.split('/'))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as stream:
        stream.write(text)
    return path


def write_programs(folder, text):
    """The same program in each of the forms that python runs."""
    for name in 'app.py', 'app', 'package/module.py', 'package/__main__.py':
        write(folder, name, text)
    write(folder, 'package/__init__.py', '')
    with zipfile.ZipFile(os.path.join(str(folder), 'app.zip'), 'w') as archive:
        archive.writestr('__main__.py', text)


# The table

def test_table_has_a_row_for_each_feature(tmp_path):
    status, out, err = compat(tmp_path)
    assert (status, err) == (0, '')
    title, *lines = out.splitlines()
    assert asyncio_compat.__version__ in title
    assert sys.version.split()[0] in title
    for feature in asyncio_compat.status():
        row, = [line for line in lines if line.startswith(feature['id'] + ' ')]
        state = 'patched by install' if feature['state'] == 'patched' else feature['state']
        assert row.split(None, 2)[1] == feature['since']
        assert row.split(None, 2)[2].startswith(state)
        assert feature['summary'].split()[0] in out
    assert max(map(len, lines)) <= 80


def test_wide_table_has_a_line_for_each_feature(tmp_path):
    features = asyncio_compat.status()
    status, out, err = compat(tmp_path, COLUMNS='300')
    assert (status, err) == (0, '')
    assert len(out.splitlines()) == 4 + len(features)
    for feature, line in zip(features, out.splitlines()[4:]):
        assert line.startswith(feature['id'])
        assert feature['summary'] in line
        assert feature['reason'] is None or feature['state'] == 'patched' or feature['reason'] in line


def test_json_says_the_same(tmp_path):
    status, out, err = compat(tmp_path, '--json')
    assert (status, err) == (0, '')
    told = json.loads(out)
    assert told['asyncio_compat'] == asyncio_compat.__version__
    assert told['python'] == sys.version.split()[0]
    assert told['implementation'].lower() == sys.implementation.name
    assert [feature['id'] for feature in told['features']] == [feature['id'] for feature in asyncio_compat.status()]
    for feature in told['features']:
        assert set(feature) == {'id', 'since', 'bpo', 'summary', 'state', 'reason'}
        # It has not installed anything.
        assert feature['state'] in ('native', 'patched by install', 'off', 'not available')


def test_table_is_plain_ascii(tmp_path):
    """A terminal of the C locale takes nothing else on 3.5."""
    for feature in asyncio_compat.status():
        for text in feature['summary'], feature['reason'] or '':
            text.encode('ascii')


@pytest.mark.parametrize('command, said', [
    (['--what'], "unknown argument '--what'"),
    (['app.py'], "unknown argument 'app.py'"),
    (['--json', 'app.py'], "unknown argument 'app.py'"),
    (['--json', '--json'], "unknown argument '--json'"),
    (['run'], 'run needs a program'),
    (['run', '-m'], 'run -m needs a module'),
    (['run', '--json'], "unknown option '--json' of run"),
    (['run', '--typing'], 'run needs a program'),
])
def test_wrong_use_is_told_in_one_line(tmp_path, command, said):
    status, out, err = compat(tmp_path, *command)
    assert (status, out) == (2, '')
    assert said in err
    assert 'python -m asyncio_compat run [--typing] [-m] program' in err
    assert err.count('\n') == 1


def test_help(tmp_path):
    assert compat(tmp_path, '--help') == compat(tmp_path, '-h')
    status, out, err = compat(tmp_path, '-h')
    assert (status, err) == (0, '')
    assert 'run script.py' in out


def test_a_feature_that_cannot_be_supplied_is_told_in_one_line(monkeypatch, capsys):
    def install(typing):
        raise asyncio_compat.InstallError('readuntil cannot be supplied')

    monkeypatch.setattr(__main__, 'install', install)
    assert __main__.main(['run', 'missing.py']) == 1
    assert capsys.readouterr() == ('', 'asyncio_compat: readuntil cannot be supplied\n')


# Programs

def test_run_patches_first(tmp_path):
    write(tmp_path, 'app.py', '''if True:
        from asyncio import get_event_loop, new_event_loop, set_event_loop
        import asyncio_compat
        print({feature['state'] for feature in asyncio_compat.status()})
        async def main():
            return get_event_loop() is loop
        loop = new_event_loop()
        set_event_loop(None)
        print(loop.run_until_complete(main()))
        loop.close()
    ''')
    for command in ['app.py'], ['-m', 'app']:
        status, out, err = compat(tmp_path, 'run', *command)
        assert (status, err) == (0, '')
        states, answer = out.splitlines()
        assert 'patched by install' not in states
        assert answer == 'True'


@pytest.mark.parametrize('command', [
    ['app.py'],
    ['app.py', '-x', '--json', 'run', '-m', ''],
    ['./app.py'],
    ['.//app.py'],
    ['package/../app.py'],
    ['package/module.py', 'argument'],
    ['link.py'],
    ['app'],
    ['app.pyc'],
    ['-m', 'app'],
    ['-m', 'app', '-m', 'x'],
    ['-m', 'package', '--json'],
    ['-m', 'package.module'],
    ['package'],
    ['package', '-x'],
    ['app.zip', '-x'],
    ['./app.zip'],
])
def test_start(tmp_path, command):
    write_programs(tmp_path, SHOW_START)
    os.symlink(os.path.join('package', 'module.py'), os.path.join(str(tmp_path), 'link.py'))
    run(sys.executable, tmp_path, '-c', 'import py_compile; py_compile.compile("app.py", "app.pyc")')
    status, out, err = assert_runs_as_python_does(tmp_path, *command)
    assert (status, err) == (0, '')
    assert '__name__ __main__' in out


@pytest.mark.parametrize('command', [['app.py'], ['-m', 'package.module'], ['package'], ['app.zip']])
@pytest.mark.parametrize('option', ['-O', pytest.param(
    '-P', marks=pytest.mark.skipif(sys.version_info < (3, 11), reason='-P came with 3.11'))])
def test_options_of_python(tmp_path, command, option):
    write_programs(tmp_path, SHOW_START)
    assert_runs_as_python_does(tmp_path, *command, options=[option])


@pytest.mark.parametrize('last_words', [
    'sys.exit()',
    'sys.exit(0)',
    'sys.exit(3)',
    'sys.exit("told why")',
    'sys.exit((1, 2))',
    'raise SystemExit',
    'raise ValueError("second")',
    'raise ValueError("second") from None',
    'raise KeyboardInterrupt',
    'eval("1 +")',
    'import does_not_compile',
    'import does_not_exist',
    'assert 0, "told"',
    'raise GeneratorExit',
    'os = __import__("os"); os.kill(os.getpid(), 2); __import__("time").sleep(9)',
    'sys.excepthook = lambda *args: print(args[1], args[2].tb_lineno, args[1].__traceback__ is args[2]); 1 / 0',
    'sys.excepthook = lambda *args: 1 / 0; {}["original"]',
    'sys.excepthook = lambda *args: sys.exit(5); {}["original"]',
    'sys.excepthook = lambda *args: print(sys.last_type, sys.last_value, sys.last_traceback.tb_lineno); 1 / 0',
    'sys.excepthook = None; 1 / 0',
    'del sys.excepthook; 1 / 0',
    'import atexit; atexit.register(lambda: print(sys.last_traceback.tb_lineno, sys.excepthook)); 1 / 0',
    'import threading; threading.Timer(0.01, print, ["the thread ends too"]).start(); 1 / 0',
])
def test_end(tmp_path, last_words):
    write(tmp_path, 'app.py', FAIL.format(last_words))
    write(tmp_path, 'does_not_compile.py', 'if\n')
    assert_runs_as_python_does(tmp_path, 'app.py')


@pytest.mark.parametrize('last_words', ['sys.exit(3)', 'sys.exit("told why")', 'raise KeyboardInterrupt', '1 / 0'])
def test_end_of_a_module(tmp_path, last_words):
    write(tmp_path, 'app.py', FAIL.format(last_words))
    assert_runs_as_python_does(tmp_path, '-m', 'app')


@pytest.mark.parametrize('command', [
    ['-m', 'package'], ['-m', 'package.module'], ['package'], ['app.zip'], ['app.pyc'],
])
def test_traceback(tmp_path, command):
    write_programs(tmp_path, FAIL.format('raise ValueError("second")'))
    run(sys.executable, tmp_path, '-c', 'import py_compile; py_compile.compile("app.py", "app.pyc")')
    status, out, err = assert_runs_as_python_does(tmp_path, *command)
    assert (status, out) == (1, '')
    assert err.startswith('Traceback')
    assert 'asyncio_compat' not in err


@pytest.mark.parametrize('text', [
    'if\n', 'x = (\n', 'print "x"\n', '  x\n y\n', '# coding: no-such-coding\n', 'return\n', 'é = "',
])
@pytest.mark.parametrize('command', [['app.py'], ['-m', 'app']])
def test_program_that_does_not_compile(tmp_path, command, text):
    write(tmp_path, 'app.py', text)
    status, out, err = assert_runs_as_python_does(tmp_path, *command)
    assert (status, out) == (1, '')


def test_program_from_a_pipe(tmp_path):
    os.mkfifo(str(tmp_path / 'pipe'))

    def answer(*options):
        writer = threading.Thread(target=write, args=(tmp_path, 'pipe', 'print(__file__)'))
        writer.start()
        try:
            return run(sys.executable, tmp_path, *(options + ('pipe',)))
        finally:
            writer.join()

    assert answer('-m', 'asyncio_compat', 'run') == answer()


@pytest.mark.parametrize('command, expected', [
    (['missing.py'], 2),
    (['empty/missing.py', '-x'], 2),
    (['empty'], 1),
    (['-m', 'missing'], 1),
    (['-m', 'empty'], 1),
    (['-m', 'missing.module'], 1),
    (['-m', ''], 1),
])
def test_no_such_program(tmp_path, command, expected):
    os.mkdir(os.path.join(str(tmp_path), 'empty'))
    status, out, err = assert_runs_as_python_does(tmp_path, *command)
    assert (status, out) == (expected, '')
    assert err.count('\n') == 1


# Python 2

def python_2():
    versions = os.path.join(os.environ.get('PYENV_ROOT') or os.path.expanduser('~/.pyenv'), 'versions')
    found = [os.path.join(versions, name, 'bin', 'python')
             for name in (sorted(os.listdir(versions)) if os.path.isdir(versions) else [])
             if name.startswith('2.7')]
    for python in found + ['python2.7', 'python2']:
        try:
            if subprocess.call([python, '-c', ''], stderr=subprocess.DEVNULL) == 0:
                return python
        except OSError:
            pass
    pytest.skip('there is no Python 2 here')


@pytest.mark.parametrize('command', [
    ['-c', 'import asyncio_compat'],
    ['-c', 'import asyncio_compat.auto'],
    ['-m', 'asyncio_compat'],
    ['-m', 'asyncio_compat', 'run', 'app.py'],
])
def test_python_2_is_told_what_is_needed(tmp_path, command):
    status, out, err = run(python_2(), tmp_path, '-B', *command)
    assert (status, out) == (1, '')
    assert 'SyntaxError' not in err
    assert 'asyncio-compat needs Python 3.5.0 or later' in err.splitlines()[-1]
