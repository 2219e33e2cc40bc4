#!/usr/bin/env python3
"""What a developer runs; needs Python 3.8 or later and nothing else.

    python3 run.py demo                 what each interpreter of this machine lacks, and what it gets
    python3 run.py test                 the tests, on every interpreter that pyenv has
    python3 run.py test cp350 py311     the tests, on these
    python3 run.py docs                 draw the tables of README.md and of docs/ anew
    python3 run.py site                 the documentation as pages for a browser, into docs/_build/html
    python3 run.py wheels               the sdist, the wheel for everyone and the compiled one for 3.5, into dist/
    python3 run.py release              whether version, changelog, tag and what is in dist/ tell the same
"""
import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import interpreters
import release

ROOT = Path(__file__).resolve().parent
TOX_HOME = ROOT / '.venv-tox'
TOX_PINS = ROOT / 'tests' / 'requirements' / 'tox.txt'
RESULT = ROOT / '.tox' / 'result.json'
DOCS = ROOT / 'docs'
DOCS_HOME = ROOT / '.venv-docs'
DOCS_PINS = DOCS / 'requirements.txt'
WHEELS_HOME = ROOT / '.venv-wheels'
WHEELS_PINS = ROOT / 'tests' / 'requirements' / 'packaging.txt'
# Where tox.ini takes the compiled wheel from.
TESTED_WHEELS = ROOT / '.tox' / 'dist'


# demo

def demo(arguments):
    command = [sys.executable, '-m', 'asyncio_compat', '--python'] + [path for _, path in interpreters.all_found()]
    env = dict(os.environ, PYTHONPATH=str(ROOT / 'compat'), PYTHONDONTWRITEBYTECODE='1')
    return subprocess.run(command, env=env, stdin=subprocess.DEVNULL).returncode


# docs

# Where the modules are that know what docs/ tells.
TELL = [str(ROOT / 'compat'), str(ROOT / 'tests' / 'conformance'), str(ROOT / 'tests' / 'downstream'), str(DOCS)]
# What stands between two comments: <!-- drawn: NAME --> and <!-- end -->.
TABLE = re.compile(r'(?<=<!-- drawn: )(\w+)( -->\n).*?(?=<!-- end -->)', re.S)

SECTIONS = {'start': 'asyncio-compat', 'ways': 'Three ways in', 'untouched': 'What is never touched', 'undo': 'Undo',
            'limits': 'Known limits'}


def drawn(name):
    """A table in Markdown, of the modules below; or a part of README.md."""
    sys.path[:0] = TELL
    import matrix
    import tables
    from asyncio_compat import features
    from unpassable import UNPASSABLE
    if name in SECTIONS:
        return section(SECTIONS[name])
    if name == 'matrix':
        return table(*matrix.table())
    if name.startswith('downstream'):
        return table(*getattr(tables, name)())
    if name == 'unpassable':
        return table(['test', 'on', 'why it cannot pass'],
                     [['`%s`' % test, ', '.join(versions), why] for test, (versions, why) in UNPASSABLE.items()])
    return table(['feature', 'since', 'bpo', 'what holds'],
                 [['`%s`' % row.id, row.since, bpo_links(row), re.sub(r'__\w+__', r'`\g<0>`', row.summary)]
                  for row in getattr(features, name)])


def section(heading):
    """What README.md says below *heading*, for a page in docs/."""
    text = (ROOT / 'README.md').read_text(encoding='utf-8')
    said = re.search(r'^#+ %s\n\n(.*?)(?=\n#+ )' % heading, text, re.M | re.S).group(1)
    return said.replace('](docs/', '](')


def table(head, rows):
    lines = [head, ['---'] * len(head)] + rows
    return ''.join('| %s |\n' % ' | '.join(cells) for cells in lines)


def bpo_links(row):
    return ', '.join('[%d](https://bugs.python.org/issue%d)' % (number, number) for number in row.bpo) or '–'


def pages():
    return [ROOT / 'README.md'] + sorted((ROOT / 'docs').glob('*.md'))


def redrawn(text):
    return TABLE.sub(lambda found: found.group(1) + found.group(2) + drawn(found.group(1)), text)


def docs(arguments):
    sys.path[:0] = TELL
    import matrix
    import patched
    if arguments.look:
        found = dict(interpreters.all_found())
        missing = [version for version in patched.VERSIONS if version not in found]
        if missing:
            sys.exit('It takes the interpreters that the pages tell of; not here: ' + ' '.join(missing))
        matrix.write(found)
        patched.write({version: found[version] for version in patched.VERSIONS})
    for page in pages():
        page.write_text(redrawn(page.read_text(encoding='utf-8')), encoding='utf-8')
    matrix.PICTURE.write_text(matrix.picture(), encoding='utf-8')
    return 0


# site

def site(arguments):
    into = DOCS / '_build' / 'html'
    status = subprocess.run([str(home_of(DOCS_HOME, DOCS_PINS)), '-m', 'sphinx', '-q', '-E', '-W', '-n', '--keep-going',
                             str(DOCS), str(into)], stdin=subprocess.DEVNULL).returncode
    print('There were warnings.' if status else into / 'index.html')
    return status


# wheels

# Instead of the interpreter's own, which may say where it was installed; and without the names of static functions.
LINKER = 'gcc -shared -s'


def wheels(arguments):
    return build_wheels(arguments.python or home_of(WHEELS_HOME, WHEELS_PINS), Path(arguments.into).resolve())


def build_wheels(python, into):
    """*python* has the tools of requirements/packaging.txt. Returns 1 if there is no 3.5 to build the compiled one."""
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        call(python, '-m', 'build', '--no-isolation', '--outdir', 'made', str(ROOT), cwd=folder)
        made = Path(folder, 'made')
        sdist, = made.glob('*.tar.gz')
        old = [found for version, found in interpreters.all_found() if version.startswith('3.5.')]
        if old:
            # What the oldest takes, the others take.
            build_compiled(python, old[0], sdist, made)
        for path in sorted(made.iterdir()):
            shutil.move(str(path), str(into / path.name))
            print(into / path.name, '%.0f KiB' % ((into / path.name).stat().st_size / 1024))
    if not old:
        print('Without the compiled wheel: it takes a Python 3.5, and this machine has none.', file=sys.stderr)
    return 0 if old else 1


def build_compiled(python, old, sdist, made):
    """From the *sdist*, as pip does; into the folder *made*."""
    call(python, '-m', 'virtualenv', '--quiet', '--no-periodic-update', '-p', old, 'old', cwd=made.parent)
    shutil.unpack_archive(str(sdist), str(made.parent))
    source = made.parent / sdist.name[:-len('.tar.gz')]
    machine = platform.machine()
    tag, policy = ('manylinux1', 'manylinux_2_5')
    if machine not in ('x86_64', 'i686'):
        # Of the others, this is the oldest.
        tag, policy = ('manylinux2014', 'manylinux_2_17')
    call(made.parent / 'old' / 'bin' / 'python', 'setup.py', '-q', 'bdist_wheel', '--dist-dir', str(made),
         '--plat-name', '%s_%s' % (tag, machine), cwd=source, env=dict(os.environ, LDSHARED=LINKER))
    wheel, = made.glob('*-cp35-cp35m-*.whl')
    asked = subprocess.run([str(python), '-m', 'auditwheel', 'show', str(wheel)], stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, universal_newlines=True)
    if '"%s_%s"' % (policy, machine) not in asked.stdout:
        sys.exit('%s is not what its name says:\n%s' % (wheel.name, asked.stdout))


def call(*command, **options):
    subprocess.run([str(part) for part in command], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   **options)


# test

def home_of(home, pins):
    """The Python of the environment *home*, made anew when its *pins* or this interpreter have changed."""
    python = home / 'bin' / 'python'
    stamp = home / 'made-of.txt'
    made_of = sys.version + '\n' + pins.read_text()
    if not stamp.exists() or stamp.read_text() != made_of:
        print('Making', home.name, flush=True)
        subprocess.run([sys.executable, '-m', 'venv', '--clear', str(home)], check=True)
        subprocess.run([str(python), '-m', 'pip', 'install', '--quiet', '-r', str(pins)], check=True)
        stamp.write_text(made_of)
    return python


def test(arguments):
    versions = interpreters.pyenv_versions()
    if not versions.is_dir():
        sys.exit('The tests take their interpreters from pyenv, which is not here. See https://github.com/pyenv/pyenv')
    os.environ['PYENV_ROOT'] = str(versions.parent)
    python = home_of(TOX_HOME, TOX_PINS)

    # setuptools would put a module that has been deleted since into the wheel; coverage would count it.
    for stale in ROOT / 'build', ROOT / '.tox' / 'measured', TESTED_WHEELS:
        shutil.rmtree(stale, ignore_errors=True)
    if RESULT.exists():
        RESULT.unlink()
    takes_wheel = 'cp35', 'conformance', 'downstream'
    if not arguments.environments or any(name.startswith(takes_wheel) for name in arguments.environments):
        build_wheels(home_of(WHEELS_HOME, WHEELS_PINS), TESTED_WHEELS)
    command = [str(python), '-m', 'tox', 'run-parallel', '--parallel', 'auto', '--parallel-no-spinner',
               '--result-json', str(RESULT)]
    if arguments.environments:
        command += ['-e', ','.join(arguments.environments)]
    status = subprocess.run(command, cwd=str(ROOT), stdin=subprocess.DEVNULL).returncode
    if not RESULT.exists():
        return status or 1
    return summary(json.loads(RESULT.read_text())['testenvs'], arguments.require) or status


def summary(environments, required):
    """One line for each environment: how its pytest closed. Returns 1 if one failed, or a required one did not run."""
    print()
    status = 0
    ran = [(name, found) for name, found in environments.items() if 'result' in found]
    for name, found in ran:
        success = found['result']['success']
        if not success:
            status = 1
        if 'python' not in found:
            closing = 'skipped: this machine has no such interpreter'
        else:
            required = [wanted for wanted in required if wanted != name]
            output = found['test'][-1]['output'].strip() if found.get('test') else ''
            if name == 'coverage':
                print('\n' + output + '\n')
            closing = output.splitlines()[-1].strip('= ') if output else 'nothing was run'
            python = 'Python ' + '.'.join(map(str, found['python']['version_info'][:3]))
            closing = python + (': ' if success else ': FAILED: ') + closing
        print('%-10s %s' % (name, re.sub(r'\s+', ' ', closing)))
    for name in required:
        print('%-10s is required, and did not run' % name)
        status = 1
    return status


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest='command', metavar='command')
    commands.required = True

    command = commands.add_parser('demo', help='compare the interpreters of this machine')
    command.set_defaults(function=demo)

    command = commands.add_parser('docs', help='draw the tables of README.md and docs/ from what they tell of')
    command.add_argument('--look', action='store_true', help='look at the interpreters first')
    command.set_defaults(function=docs)

    command = commands.add_parser('site', help='build the documentation site')
    command.set_defaults(function=site)

    command = commands.add_parser('wheels', help='build what is released')
    command.add_argument('--into', default=str(ROOT / 'dist'), metavar='folder')
    command.add_argument('--python', help='one that has what tests/requirements/packaging.txt lists')
    command.set_defaults(function=wheels)

    command = commands.add_parser('release', help='say what is wrong with a release; publishes nothing')
    command.add_argument('--dist', default=str(ROOT / 'dist'), metavar='folder')
    command.set_defaults(function=release.check)

    command = commands.add_parser('test', help='run the tests; see tox.ini for the environments')
    command.add_argument('environments', nargs='*', metavar='environment')
    command.add_argument('--require', action='append', default=[], metavar='environment',
                         help='fail unless this one ran')
    command.set_defaults(function=test)

    arguments = parser.parse_args()
    sys.exit(arguments.function(arguments))


if __name__ == '__main__':
    main()
