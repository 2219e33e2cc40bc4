#!/usr/bin/env python3
"""Real libraries under the package; needs Python 3.8 or later with pip, on POSIX, and nothing else.

    python3 run.py                          each library, without the package and with it, on 3.5.0, 3.5.1 and 3.5.2
    … --python 3.5.2 --only aiohttp         on this interpreter, those with this in their names
    … --package dist                        with the compiled wheel in that folder, not with the source in compat/
    … --hide-ssl                            as if the interpreters had been built without ssl
    … --write                               put what is seen into results.json, from which the docs are drawn

Each is installed from the registry with its pins, and each script in libs/ does what the library is for: a server and
clients on this machine, the data compared. It runs in a process of its own, in a loop that is the policy's and in one
that is not. libraries.py says what is expected.
"""
import argparse
import concurrent.futures
import contextlib
import itertools
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import postgresql
from libraries import LIBRARIES, VERSIONS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PINS = HERE / 'requirements'
RESULTS = HERE / 'results.json'
INSTALLED = ROOT / '.tox' / 'downstream'

sys.path.insert(0, str(ROOT))
import interpreters     # noqa: E402

LOOPS = ('policy', 'own')
WORKS = 'works'
HANGS = 'does not end'
# A script ends itself before.
MOST_SECONDS = 120

# The old interpreters' own pip reaches no index.
INSTALL = [sys.executable, '-m', 'pip', 'install', '-qq', '--disable-pip-version-check', '--no-deps', '--no-compile',
           '--platform', 'manylinux2014_' + platform.machine(), '--implementation', 'cp', '--python-version', '3.5',
           '--abi', 'cp35m', '--ignore-requires-python', '--only-binary', ':all:']


def main():
    arguments = parse_arguments()
    tested = interpreters.named(arguments.python or [
        version for version, _ in interpreters.all_found() if version in VERSIONS])
    libraries = [library for library in LIBRARIES if arguments.only in library.name]
    hidden = [str(HERE / 'without_ssl')] if arguments.hide_ssl else []
    asks_database = any(library.needs == 'postgresql' for library in libraries)
    with tempfile.TemporaryDirectory() as folder, \
            postgresql.running() if asks_database else contextlib.nullcontext() as database, \
            concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:
        package = unpacked(arguments.package, folder) if arguments.package else str(ROOT / 'compat')
        pins = sorted({library.pins for library in libraries})
        sites = dict(zip(pins, threads.map(installed, pins)))
        # What the package itself depends on.
        package = [package, installed('asyncio-compat')]

        def started(version, python):
            """For each run what is run, and its future."""
            lacking = what_lacks(python, hidden, database)
            modes = modes_of(python, package, bool(arguments.package))
            for library in libraries:
                if library.needs in lacking:
                    print('%s: %s is left out: there is no %s' % (version, library.name, library.needs))
                    continue
                for (mode, environment), loop in itertools.product(modes.items(), LOOPS):
                    path = hidden + [sites[library.pins]] + (package if mode != 'stock' else [])
                    environment = environ(path, **environment, **database or {})
                    command = [python] + arguments_of(library, version, mode, loop)
                    yield (library, version, mode, loop), threads.submit(run, command, folder, environment)

        runs = [each for version, python in tested for each in started(version, python)]
        seen = [(*what, *future.result()) for what, future in runs]
    return report(seen, arguments)


def parse_arguments():
    parser = argparse.ArgumentParser(description='Real libraries under the package.')
    parser.add_argument('--python', action='append', help='the interpreter to test; may be repeated')
    parser.add_argument('--only', default='', help='a part of the name of a library')
    parser.add_argument('--package', help='the folder of a wheel to test, instead of the source')
    parser.add_argument('--hide-ssl', action='store_true', help='let no interpreter have ssl')
    parser.add_argument('--write', action='store_true', help='write results.json')
    parser.add_argument('--verbose', action='store_true', help='print what failing scripts said')
    return parser.parse_args()


def unpacked(dist, folder):
    """The wheel that *dist* has for 3.5, as a folder."""
    wheel, = Path(dist).glob('*-cp35-*.whl')
    package = os.path.join(folder, 'package')
    shutil.unpack_archive(str(wheel), package, 'zip')
    return package


def installed(pins):
    """The folder with what requirements/*pins*.txt lists; one serves every 3.5."""
    folder, wanted = INSTALLED / pins, PINS / (pins + '.txt')
    stamp = folder / 'made-of.txt'
    if not stamp.exists() or stamp.read_text() != wanted.read_text():
        shutil.rmtree(str(folder), ignore_errors=True)
        environment = dict(os.environ, PIP_CONSTRAINT=str(PINS / 'build.txt'), PIP_ROOT_USER_ACTION='ignore')
        subprocess.run(INSTALL + ['--target', str(folder), '-r', str(wanted)], check=True, env=environment,
                       stdin=subprocess.DEVNULL)
        shutil.copy(str(wanted), str(stamp))
    return str(folder)


def what_lacks(python, hidden, database):
    """Those of the needs of libraries that are not met."""
    lacking = [] if database else ['postgresql']
    if not asked(python, hidden, 'import importlib.util; print(importlib.util.find_spec("_ssl") or "")'):
        lacking.append('ssl')
    return lacking


def modes_of(python, package, must_be_compiled):
    """{mode: its environment variables}."""
    why_not = asked(python, package, 'from asyncio_compat import _speedups; print(_speedups.why_not() or "")')
    if why_not and must_be_compiled:
        raise SystemExit('%s: %s' % (python, why_not))
    modes = {'stock': {}, 'pure': {'ASYNCIO_COMPAT_PURE': '1'}}
    return modes if why_not else dict(modes, compiled={})


def asked(python, path, code):
    return subprocess.run([python, '-c', code], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          env=environ(path), universal_newlines=True).stdout.strip()


def environ(path, **more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(('PYTHON', 'ASYNCIO_COMPAT'))}
    return dict(kept, PYTHONPATH=os.pathsep.join(path), **more)


def arguments_of(library, version, mode, loop):
    script = [str(HERE / 'libs' / library.script) + '.py', loop] + ([library.part] if library.part else [])
    if mode == 'stock':
        return script
    return ['-m', 'asyncio_compat', 'run'] + ['--typing'] * (version < library.typing) + script


def run(command, folder, environment):
    """What came of it in one line, and all that was said."""
    try:
        child = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, universal_newlines=True, timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired:
        return HANGS, ''
    return outcome(child), child.stdout + child.stderr


def outcome(child):
    lines = child.stderr.strip().splitlines() or ['nothing is said']
    if child.returncode == 0:
        return WORKS if not child.stderr else 'complains: ' + lines[0]
    if child.returncode < 0:
        return 'dies of signal %d' % -child.returncode
    # A script that hangs ends itself with the stacks of all threads.
    return HANGS if any(line.startswith('Timeout (') for line in lines) else lines[-1]


def report(seen, arguments):
    """Print what is not as expected; returns the exit status."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    failed = 0
    for library, version, mode, loop, result, said in seen:
        recorded = results.setdefault(library.name, {}).setdefault(version, {}).setdefault(mode, {})
        wrong = unexpected(library, version, mode, result)
        if not wrong and not arguments.write and recorded.get(loop, result) != result:
            wrong = 'results.json has %r' % recorded[loop]
        if wrong:
            failed += 1
            print('%s, %s, %s, loop: %s: %s (%s)' % (library.name, version, mode, loop, result, wrong))
            if arguments.verbose:
                print(*('    ' + line for line in said.splitlines()), sep='\n')
        recorded[loop] = result
    if arguments.write:
        known = {library.name: results[library.name] for library in LIBRARIES if library.name in results}
        RESULTS.write_text(json.dumps(known, indent=1, sort_keys=True) + '\n')
    print('%d passed, %d failed' % (len(seen) - failed, failed))
    return 1 if failed or not seen else 0


def unexpected(library, version, mode, result):
    """What is wrong with it, or None."""
    if mode == 'stock':
        return None
    if version in library.fails:
        return 'expected to fail: ' + library.fails[version] if result == WORKS else None
    return 'expected to work' if result != WORKS else None


if __name__ == '__main__':
    sys.exit(main())
