"""The command line: the table, and programs that it runs as python would."""

import fcntl
import json
import os
import pty
import re
import shlex
import shutil
import struct
import subprocess
import sys
import termios
import threading
import zipfile

import pytest

import asyncio_compat
from asyncio_compat import __main__, asking, features, showing

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


def environment(**env):
    """That of this process, the package on its path and *env*; None takes a variable away."""
    path = os.pathsep.join(filter(None, [SOURCE, os.environ.get('PYTHONPATH')]))
    env = dict(os.environ, **dict({'PYTHONPATH': path}, **env))
    return {name: value for name, value in env.items() if value is not None}


def run(python, folder, *command, **env):
    """What *command* of the interpreter does: its exit status, its output and its errors."""
    process = subprocess.Popen([python] + list(command), cwd=str(folder), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(**env),
                               universal_newlines=True)
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

WIDTHS = [40, 60, 80, 100, 160]


def as_command_sees_it(feature):
    return 'patched by install' if feature['state'] == 'patched' else feature['state']


@pytest.mark.parametrize('columns', WIDTHS)
def test_table_has_a_row_for_each_feature(tmp_path, columns):
    status, out, err = compat(tmp_path, COLUMNS=str(columns))
    assert (status, err) == (0, '')
    title, counted, *lines = out.splitlines()
    assert asyncio_compat.__version__ in title
    assert sys.version.split()[0] in title
    for feature in asyncio_compat.status():
        row, = [line for line in lines if line.startswith(feature['id'] + ' ')]
        assert row.split()[1] == feature['since']
        assert row.split(None, 3)[3].startswith(as_command_sees_it(feature))
        assert feature['summary'].split()[0] in out
    assert columns == 40 or max(map(len, lines)) <= columns


@pytest.mark.parametrize('columns', WIDTHS)
def test_table_is_aligned(tmp_path, columns):
    _, out, _ = compat(tmp_path, COLUMNS=str(columns))
    ids = [feature.id for feature in features.FEATURES + features.TYPING]
    lines = out.splitlines()
    heads = [line for line in lines if line.endswith('  since  here')]
    assert len(heads) == len(showing.GROUPS)
    since, here = heads[0].index('since'), heads[0].index('here')
    for line in heads + [line for line in lines if line.split(' ')[0] in ids]:
        assert line[since - 2:since] == line[here - 2:here] == '  '
        assert line[since] != ' ' and line[here] != ' '


def test_away_from_a_terminal_each_feature_is_one_line(tmp_path):
    rows = asyncio_compat.status()
    status, out, err = compat(tmp_path, COLUMNS='')
    assert (status, err) == (0, '')
    lines = {line.split(' ')[0]: line for line in out.splitlines()}
    assert len(out.splitlines()) == 2 + 3 * len(showing.GROUPS) + len(rows)
    for feature in rows:
        assert '  ' + feature['summary'] in lines[feature['id']]
        if feature['reason'] and feature['state'] != 'patched':
            assert lines[feature['id']].endswith('(%s)' % feature['reason'])


def test_each_group_has_a_heading(tmp_path):
    _, out, _ = compat(tmp_path)
    for (title, group), part in zip(showing.GROUPS, out.split('\n\n')[1:]):
        head, rule, *rows = part.splitlines()
        assert head.startswith(title + ' ')
        assert set(rule) == {'-', ' '}
        assert [row.split()[0] for row in rows] == [feature.id for feature in group]


def test_every_feature_is_in_one_group():
    grouped = [feature for _, group in showing.GROUPS for feature in group]
    assert grouped == list(features.FEATURES + features.TYPING)


def test_a_group_without_rows_has_no_heading(monkeypatch):
    monkeypatch.setattr(showing, 'GROUPS', showing.GROUPS + (('None of these', ()),))
    assert 'None of these' not in '\n'.join(showing.status_lines(asyncio_compat.status(), ''))


def test_states_are_counted():
    rows = [{'state': state} for state in ['not available', 'native', 'patched by install', 'native']]
    assert showing.count(rows) == '2 native, 1 patched by install, 1 not available'


def test_table_is_plain_ascii(tmp_path):
    """A terminal of the C locale takes nothing else on 3.5."""
    for feature in asyncio_compat.status():
        for text in feature['summary'], feature['reason'] or '':
            text.encode('ascii')


@pytest.mark.parametrize('arguments', [(), ('--json',), ('doctor',), ('--python', sys.executable)])
def test_a_reader_that_has_gone_is_no_error(tmp_path, arguments):
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.Popen(
        [sys.executable, '-m', 'asyncio_compat'] + list(arguments), cwd=str(tmp_path), stdin=subprocess.DEVNULL,
        stdout=writer, stderr=subprocess.PIPE, env=environment())
    os.close(writer)
    assert process.communicate()[1] == b''


# On a terminal

ESCAPES = re.compile('\033\\[[0-9]*m')


def on_terminal(folder, columns, *arguments, **env):
    """What *arguments* write to a terminal of so many columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 50, columns, 0, 0))
    env = dict({'TERM': 'xterm', 'NO_COLOR': '', 'COLUMNS': ''}, **env)
    process = subprocess.Popen([sys.executable, '-m', 'asyncio_compat'] + list(arguments), cwd=str(folder),
                               stdin=slave, stdout=slave, stderr=slave, env=environment(**env))
    os.close(slave)
    written = b''
    try:
        while True:
            written += os.read(master, 65536)
    except OSError:
        # The process was the last that had it open.
        process.wait()
    os.close(master)
    return written.decode('ascii').replace('\r\n', '\n')


@pytest.mark.parametrize('arguments', [(), ('doctor',), ('--python', sys.executable)])
def test_colours_on_a_terminal_say_nothing_new(tmp_path, arguments):
    coloured = on_terminal(tmp_path, 80, *arguments)
    assert '\033[1m' in coloured and '\033[0m' in coloured
    status, plain, err = compat(tmp_path, *arguments, COLUMNS='80')
    assert ESCAPES.sub('', coloured) == plain
    assert '\033' not in plain


def test_each_state_has_a_mark_and_a_colour_of_its_own():
    assert len(set(showing._MARKS.values())) == len(set(showing._COLOURS.values())) == 5
    assert set(showing._COLOURS) == set(showing._MARKS.values())


@pytest.mark.parametrize('env', [
    {'NO_COLOR': '1'}, {'NO_COLOR': '0'}, {'TERM': 'dumb'}, {'TERM': None}])
def test_no_colours(tmp_path, env):
    assert '\033' not in on_terminal(tmp_path, 80, **env)


@pytest.mark.parametrize('columns', WIDTHS)
def test_table_is_as_wide_as_the_terminal(tmp_path, columns):
    assert on_terminal(tmp_path, columns, NO_COLOR='1') == compat(tmp_path, COLUMNS=str(columns))[1]


def test_a_terminal_that_does_not_know_its_width(tmp_path):
    assert on_terminal(tmp_path, 0, NO_COLOR='1') == compat(tmp_path, COLUMNS='80')[1]


# JSON, as docs/command-line.md has it: keys are added, and none is changed

INTERPRETER = {'python': str, 'implementation': str}
FEATURE = {'id': str, 'since': str, 'bpo': list, 'summary': str, 'state': str, 'reason': (str, type(None))}
ANSWER = {'path': str, 'python': (str, type(None)), 'implementation': (str, type(None)),
          'features': (list, type(None)), 'error': (str, type(None))}
FINDING = {'check': str, 'ok': bool, 'what': str, 'to_do': (str, type(None))}
STATUS = dict(INTERPRETER, asyncio_compat=str, features=list)
COMPARISON = {'asyncio_compat': str, 'interpreters': list}
EXAMINATION = dict(INTERPRETER, asyncio_compat=str, ok=bool, findings=list)


def assert_has(told, keys):
    assert set(told) == set(keys)
    for key, types in keys.items():
        assert isinstance(told[key], types), key


def told_by(folder, *arguments):
    status, out, err = compat(folder, *arguments)
    assert out.endswith('}\n')
    out.encode('ascii')
    return json.loads(out)


def test_json_of_the_table(tmp_path):
    told = told_by(tmp_path, '--json')
    assert_has(told, STATUS)
    assert told['asyncio_compat'] == asyncio_compat.__version__
    assert told['python'] == sys.version.split()[0]
    assert told['implementation'].lower() == sys.implementation.name
    assert [feature['id'] for feature in told['features']] == [feature['id'] for feature in asyncio_compat.status()]
    for feature in told['features']:
        assert_has(feature, FEATURE)
        assert all(isinstance(number, int) for number in feature['bpo'])
        # It has not installed anything.
        assert feature['state'] in ('native', 'patched by install', 'off', 'not available')
        assert (feature['state'] in ('off', 'not available')) == (feature['reason'] is not None)


def test_json_of_several_interpreters(tmp_path):
    told = told_by(tmp_path, '--json', '--python', sys.executable, 'no-such-python')
    assert_has(told, COMPARISON)
    assert told['asyncio_compat'] == asyncio_compat.__version__
    one, other = told['interpreters']
    alone = told_by(tmp_path, '--json')
    assert_has(one, ANSWER)
    assert one == {'path': sys.executable, 'python': alone['python'], 'implementation': alone['implementation'],
                   'features': alone['features'], 'error': None}
    assert_has(other, ANSWER)
    assert other == {'path': 'no-such-python', 'python': None, 'implementation': None, 'features': None,
                     'error': 'it cannot be started: No such file or directory'}


@pytest.mark.parametrize('arguments', [('doctor', '--json'), ('--json', 'doctor'), ('doctor', '--json', 'json')])
def test_json_of_the_doctor(tmp_path, arguments):
    told = told_by(tmp_path, *arguments)
    assert_has(told, EXAMINATION)
    for finding in told['findings']:
        assert_has(finding, FINDING)
        assert finding['ok'] == (finding['to_do'] is None)
    assert told['ok'] == all(finding['ok'] for finding in told['findings'])


def test_every_key_is_documented():
    page = os.path.join(os.path.dirname(__file__), '..', 'docs', 'command-line.md')
    with open(page, encoding='utf-8') as stream:
        text = stream.read()
    for keys in STATUS, FEATURE, COMPARISON, ANSWER, EXAMINATION, FINDING:
        for key in keys:
            assert '| `%s` |' % key in text
    for state in showing._STATES:
        assert '`"%s"`' % state in text


# Other interpreters

def wrapper(folder, name, script):
    """A program with this shell script, in which $PYTHON is this interpreter."""
    path = write(folder, name, '#!/bin/sh\nPYTHON=%s\n%s\n' % (shlex.quote(sys.executable), script))
    os.chmod(path, 0o755)
    return path


def pretending(folder, name, statement):
    """An interpreter that is not what it is, after *statement*."""
    return wrapper(folder, name, """exec "$PYTHON" -c 'import platform, sys; %s; exec(sys.argv[-1])' "$@" """
                   % statement)


def answer(version, states=(), **reasons):
    rows = [{'id': feature.id, 'state': dict(states).get(feature.id, 'native'), 'reason': reasons.get(feature.id)}
            for feature in features.FEATURES + features.TYPING]
    return {'path': '', 'python': version, 'implementation': 'CPython', 'features': rows, 'error': None}


def comparison(monkeypatch, columns, *answers):
    monkeypatch.setenv('COLUMNS', str(columns))
    return list(showing.comparison_lines(list(answers)))


def test_another_interpreter_needs_neither_the_package_nor_its_dependency(tmp_path):
    bare = wrapper(tmp_path, 'bare', 'exec "$PYTHON" -I -S "$@"')
    assert run(bare, tmp_path, '-c', 'import asyncio_compat')[0] == 1
    assert run(bare, tmp_path, '-c', 'import typing_extensions')[0] == 1
    assert compat(tmp_path, '--python', bare) == compat(tmp_path, '--python', sys.executable)
    status, out, err = compat(tmp_path, '--python', bare)
    assert (status, err) == (0, '')
    for feature in asyncio_compat.status():
        row, = [line for line in out.splitlines() if line.startswith(feature['id'] + '  ')]
        assert row.split(None, 2)[2] == as_command_sees_it(feature)


def test_nothing_is_left_behind(tmp_path):
    home = str(tmp_path / 'home')
    shutil.copytree(os.path.dirname(asyncio_compat.__file__), os.path.join(home, 'asyncio_compat'),
                    ignore=shutil.ignore_patterns('__pycache__'))
    status, out, err = run(sys.executable, tmp_path, '-B', '-m', 'asyncio_compat', '--python', sys.executable,
                           PYTHONPATH=home, PYTHONDONTWRITEBYTECODE='', COVERAGE_PROCESS_START='')
    assert (status, err) == (0, '')
    assert not [folder for folder, _, _ in os.walk(str(tmp_path)) if folder.endswith('__pycache__')]


def test_another_interpreter_is_not_given_modules_of_this_one(tmp_path, monkeypatch):
    for name in 'json', 'platform', 'asyncio', 'typing':
        write(tmp_path, name + '.py', 'raise SystemExit("the wrong one")')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('PYTHONPATH', str(tmp_path))
    assert asking.ask(sys.executable)['error'] is None


def test_another_interpreter_may_write_something(tmp_path):
    noisy = wrapper(tmp_path, 'noisy', r'printf "asyncio_compat: \377\n"; echo error >&2; exec "$PYTHON" "$@"')
    assert dict(asking.ask(noisy), path=sys.executable) == asking.ask(sys.executable)


def test_a_name_is_looked_for_on_the_path(tmp_path):
    wrapper(tmp_path, 'some-python', 'exec "$PYTHON" "$@"')
    path = '%s%s%s' % (tmp_path, os.pathsep, os.environ['PATH'])
    assert compat(tmp_path, '--python', 'some-python', PATH=path)[0] == 0


@pytest.mark.parametrize('script, error', [
    ('exit 0', 'it is no Python, or fails: exit status 0'),
    ('exit 3', 'it is no Python, or fails: exit status 3'),
    ('kill -9 $$', 'it is no Python, or fails: exit status -9'),
    ('echo first >&2; echo second >&2', 'it is no Python, or fails: first'),
    ('exec sh "$@"', None),
    ('exec "$PYTHON" -c "raise ValueError(42)"', 'it is no Python, or fails: ValueError: 42'),
])
def test_a_path_that_is_no_python(tmp_path, script, error):
    told = asking.ask(wrapper(tmp_path, 'program', script))
    assert told['features'] is None
    assert told['error'] == error or error is None and told['error'].startswith('it is no Python, or fails: ')


@pytest.mark.parametrize('shell', ['sh', 'bash'])
def test_a_shell_runs_nothing_of_what_a_python_is_asked(tmp_path, shell):
    """bash takes -E and -B, and `import` is a program that grabs the screen."""
    if shutil.which(shell) is None:
        pytest.skip('there is no ' + shell)
    called = tmp_path / 'called'
    for name in 'import', 'from', 'if', 'answer', 'sys':
        wrapper(tmp_path, name, 'echo %s >>%s' % (name, shlex.quote(str(called))))
    path = '%s%s%s' % (tmp_path, os.pathsep, os.environ['PATH'])
    status, out, err = compat(tmp_path, '--python', shell, PATH=path)
    assert (status, out) == (1, '')
    assert 'it is no Python, or fails' in err
    assert not called.exists()


@pytest.mark.parametrize('implementation, version', [
    ('CPython', '2.7.18'), ('CPython', '3.4.10'), ('PyPy', '3.9.16'), ('PyPy', '2.7.18')])
def test_an_interpreter_that_is_not_served(tmp_path, implementation, version):
    other = pretending(tmp_path, 'other', 'platform.python_implementation = lambda: "%s"; '
                       'sys.version = "%s (default)"; sys.version_info = (%s)'
                       % (implementation, version, version.replace('.', ', ')))
    told = asking.ask(other)
    assert told == {'path': other, 'python': version, 'implementation': implementation, 'features': None,
                    'error': 'it is %s %s; what can be looked at is CPython 3.5.0 or later' % (implementation, version)}


def test_an_interpreter_that_loads_another_version(tmp_path):
    other = pretending(tmp_path, 'other', 'import types; other = types.ModuleType("asyncio_compat"); '
                       'other.__version__ = "99"; sys.modules["asyncio_compat"] = other')
    assert asking.ask(other)['error'] == 'it loads asyncio_compat 99 by itself'


def test_an_interpreter_that_does_not_answer(tmp_path, monkeypatch):
    monkeypatch.setattr(asking, '_SECONDS', 1)
    assert asking.ask(wrapper(tmp_path, 'slow', 'exec sleep 99'))['error'] == 'it does not answer within 1 seconds'


def test_a_folder_is_no_interpreter(tmp_path):
    assert asking.ask(str(tmp_path))['error'] == 'it is a directory: name the python in it'


def test_an_interpreter_may_be_called_as_a_command_is(tmp_path):
    status, out, err = compat(tmp_path, '--python', 'run', 'doctor')
    assert (status, out) == (1, '')
    assert [line.split(': ')[1] for line in err.splitlines()] == ['run', 'doctor']


def test_those_that_answer_are_shown_all_the_same(tmp_path):
    status, out, err = compat(tmp_path, '--python', 'missing', sys.executable, '--python', str(tmp_path))
    assert status == 1
    assert sys.version.split()[0] in out
    assert err == ('asyncio_compat: missing: it cannot be started: No such file or directory\n'
                   'asyncio_compat: %s: it is a directory: name the python in it\n' % tmp_path)


def test_python_2_is_looked_at_and_told(tmp_path):
    status, out, err = compat(tmp_path, '--python', python_2())
    assert (status, out) == (1, '')
    assert 'it is CPython 2.7' in err or 'it is PyPy 2.7' in err
    assert err.count('\n') == 1


def test_neighbours_that_are_alike_share_a_column(monkeypatch):
    old = {'readuntil': 'patched by install'}
    lines = comparison(monkeypatch, 80, answer('3.10.1'), answer('3.5.2', old), answer('3.5.10'), answer('3.5.2', old),
                       answer('3.6.15'))
    assert lines[2].split()[-2:] == ['3.5.2', '3.5.10-3.10.1']
    row, = [line for line in lines if line.startswith('readuntil ')]
    assert row.split(None, 1)[1].split('  ')[0] == '+ patched by install'
    assert row.endswith('= native')


def test_words_become_marks_and_columns_go_below_where_room_ends(monkeypatch):
    old = {'readuntil': 'patched by install', 'call_soon': 'not available'}
    answers = [answer('3.5.%d' % micro, old if micro % 2 else ()) for micro in range(9)]
    wide = comparison(monkeypatch, 300, *answers)
    assert '+ patched by install' in '\n'.join(line for line in wide if line.startswith('readuntil '))
    narrow = comparison(monkeypatch, 80, *answers)
    assert narrow[1] == '= native  + patched by install  - not available'
    row, rest = [line for line in narrow if line.startswith('readuntil ')]
    assert row.split()[1:] + rest.split()[1:] == list('=+=+=+=+=')
    for columns in WIDTHS:
        assert max(map(len, comparison(monkeypatch, columns, *answers))) <= columns


def test_why_it_is_not_available_is_said_once(monkeypatch):
    old = {'accelerated': 'not available', 'call_soon': 'not available'}
    why = {'accelerated': 'because', 'call_soon': 'because'}
    lines = comparison(monkeypatch, 80, answer('3.5.0', old, **why), answer('3.5.1'), answer('3.5.2', old, **why))
    assert lines[-2:] == ['', 'accelerated, call_soon on 3.5.0, 3.5.2: because']


# Wrong use, and help

@pytest.mark.parametrize('command, said', [
    (['--what'], 'unrecognized arguments: --what'),
    (['--js'], 'unrecognized arguments: --js'),
    (['app.py'], 'app.py'),
    (['--json', 'app.py'], 'app.py'),
    (['--python'], 'argument --python: expected at least one argument'),
    (['--python=x', 'doctor'], '--python does not go with doctor'),
    (['--python=x', 'run', 'app.py'], '--python does not go with run'),
    (['--json', 'run', 'app.py'], '--json does not go with run'),
    (['doctor', '--python'], 'unrecognized arguments: --python'),
    (['run'], 'run needs a program'),
    (['run', '--typing'], 'run needs a program'),
    (['run', '-m'], 'run -m needs a module'),
    (['run', '--json'], 'unrecognized arguments: --json'),
    (['run', '--json', 'app.py'], 'unrecognized arguments: --json'),
])
def test_wrong_use_is_told(tmp_path, command, said):
    write(tmp_path, 'app.py', 'print("it ran")')
    status, out, err = compat(tmp_path, *command)
    assert (status, out) == (2, '')
    assert 'run [--typing] [-m] program' in err
    assert err.splitlines()[-1].startswith('python -m asyncio_compat: error: ')
    assert said in err.splitlines()[-1]


@pytest.mark.parametrize('command, said', [
    ([], ['--version', '--json', '--python PATH', 'doctor', 'run', 'run [--typing] [-m] program']),
    (['doctor'], ['--json', 'module']),
    (['run'], ['script.py [argument ...]', '-m module [argument ...]', '--typing']),
])
def test_help(tmp_path, command, said):
    help = compat(tmp_path, *command + ['--help'], COLUMNS='80')
    assert help == compat(tmp_path, *command + ['-h'], COLUMNS='80')
    status, out, err = help
    assert (status, err) == (0, '')
    assert all(words in out for words in said)
    assert max(map(len, out.splitlines())) <= 80


def test_version(tmp_path):
    assert compat(tmp_path, '--version') == (0, 'asyncio-compat %s\n' % asyncio_compat.__version__, '')


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
    ['app.py', '-h', '--version', '--python', 'doctor'],
    ['-m', 'app', '--help', '--json'],
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
