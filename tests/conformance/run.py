#!/usr/bin/env python3
"""CPython's own asyncio tests under the package; needs Python 3.8 or later, on POSIX, and nothing else.

    python3 run.py                            3.5.10's tests on each 3.5: what fails there and not natively on 3.5.10
    … --python 3.5.2 --suite 3.5.3            another interpreter, another one's tests (versions or paths)
    … --pattern test_tasks                    the tests of this module
    … --pattern test_wait_for                 the tests with this in their names
    … --stock                                 without the package
    … --package dist                          with the compiled wheel in that folder, not the Python code in compat/

The tests stay in the standard library of the interpreter that has them, and so does its asyncio.test_utils, which they
need. What that interpreter itself fails is run first, and not held against the others.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from unpassable import UNPASSABLE

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PACKAGE = ROOT / 'compat'

sys.path.insert(0, str(ROOT))
import interpreters     # noqa: E402

TESTS = 'test.test_asyncio.'

Outcome = collections.namedtuple('Outcome', 'outcome detail')


def main():
    arguments = parse_arguments()
    ((suite_version, suite_python),) = interpreters.named([arguments.suite])
    tested = interpreters.named(arguments.python or [
        version for version, _ in interpreters.all_found() if version.startswith('3.5.')])
    with tempfile.TemporaryDirectory() as folder:
        package = '' if arguments.stock else str(PACKAGE)
        if arguments.package:
            package = unpacked(arguments.package, folder, tested)
        return compare(arguments, suite_version, suite_python, tested, package)


def unpacked(dist, folder, tested):
    """The wheel that *dist* has for 3.5, as a folder; its compiled part has to serve on all that are *tested*."""
    wheel, = Path(dist).glob('*-cp35-*.whl')
    shutil.unpack_archive(str(wheel), folder, 'zip')
    for _, python in tested:
        why_not = asked(python, 'import sys; sys.path[:0] = [%r]; from asyncio_compat import _speedups; '
                                'print(_speedups.why_not() or "")' % folder)
        if why_not:
            raise SystemExit('%s: %s' % (python, why_not))
    return folder


def compare(arguments, suite_version, suite_python, tested, package):
    suite = asked(suite_python, 'import os; print(os.path.dirname(os.__file__))')
    modules = modules_of(suite, arguments.pattern)

    def run(python, package):
        outcomes = {}
        for module in modules:
            outcomes.update(run_module(python, package, suite, module, arguments.pattern, arguments.timeout))
        return outcomes

    # Each interpreter in a thread, which waits for its children.
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:
        native = threads.submit(run, suite_python, '')
        running = [(version, threads.submit(run, python, package)) for version, python in tested]
        native = native.result()
        if not any(outcome == 'passed' for outcome, _ in native.values()):
            raise SystemExit('%s has none of these tests, or passes none' % suite_python)
        print('%s: %s, which are the measure' % (suite_version, counts(native)))
        bad = {version: report(version, outcomes.result(), native, arguments.verbose) for version, outcomes in running}
    print('beyond native ' + ', '.join('%d on %s' % (number, version) for version, number in bad.items()))
    return 1 if any(bad.values()) else 0


def parse_arguments():
    parser = argparse.ArgumentParser(description="CPython's own asyncio tests under the package.")
    parser.add_argument('--python', action='append',
                        help='the interpreter to test; may be repeated; without it each 3.5')
    parser.add_argument('--suite', default='3.5.10', help='the interpreter that has the tests, and passes them')
    parser.add_argument('--pattern', default='', help='a part of the name of the module, the class or the test')
    parser.add_argument('--stock', action='store_true', help='run without the package')
    parser.add_argument('--package', help='the folder of a wheel to test, instead of the source')
    parser.add_argument('--timeout', type=float, default=60, help='seconds that a test may take')
    parser.add_argument('--verbose', action='store_true', help='print the tracebacks')
    return parser.parse_args()


def modules_of(suite, pattern):
    modules = sorted(path.stem for path in Path(suite, 'test', 'test_asyncio').glob('test_*.py'))
    return [module for module in modules if module in pattern.split('.')] or modules


def run_module(python, package, suite, module, pattern, timeout):
    """{name of a test: Outcome}."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder, 'outcomes')
        written.touch()
        ends = {}
        while True:
            returncode, errors = run_child(python, folder, suite, module, str(written), str(timeout), pattern, package)
            outcomes = read(written)
            running = [name for name in outcomes if outcomes[name].outcome == 'died' and name not in ends]
            if not running:
                break
            # It hung, or the process did not survive it; the next child goes on behind it.
            ends.update((name, Outcome('failed', errors or 'it ended the process')) for name in running)
    outcomes.update(ends)
    if returncode:
        # It came not as far as to a test, or did not end after the last one.
        outcomes[TESTS + module] = Outcome('failed', errors)
    return outcomes


def run_child(python, folder, *arguments):
    environment = {name: value for name, value in os.environ.items() if not name.startswith('PYTHON')}
    # The suite's folders are not those of the interpreter that reads them.
    environment['PYTHONDONTWRITEBYTECODE'] = '1'
    with open(os.path.join(folder, 'errors'), 'w+', errors='replace') as errors:
        child = subprocess.Popen([python, str(HERE / 'child.py'), *arguments], cwd=folder, env=environment,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
                                 start_new_session=True)
        try:
            child.wait()
        finally:
            # And the processes that a test has left.
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        errors.seek(0)
        return child.returncode, errors.read()


def read(written):
    lines = map(json.loads, written.read_text().splitlines())
    return {line['test']: Outcome(line['outcome'], line['detail']) for line in lines}


def report(version, outcomes, native, verbose):
    """Print what *native* passes and *outcomes* does not; return how many that are and should not be."""
    passed = [name for name, (outcome, _) in native.items() if outcome == 'passed']
    # Also the error of a module or of a class, which is no test.
    failed = sorted(name for name, (outcome, _) in outcomes.items()
                    if outcome == 'failed' and (name in passed or name not in native))
    unpassable = {TESTS + test for test, (versions, _) in UNPASSABLE.items() if version in versions}
    bad = [name for name in failed if name not in unpassable]
    mended = sorted(unpassable.intersection(name for name, (outcome, _) in outcomes.items() if outcome == 'passed'))
    absent = collections.Counter(name.rpartition('.')[0] for name in passed if name not in outcomes)
    skipped = [name for name in passed if name in outcomes and outcomes[name].outcome == 'skipped']
    print('%s: %s; beyond native %d fail, %d cannot pass, %d do not run, %d are skipped' % (
        version, counts(outcomes), len(bad), len(failed) - len(bad), sum(absent.values()), len(skipped)))
    for name in bad:
        lines = outcomes[name].detail.strip().splitlines() or ['']
        print('    %s: %s' % (name.replace(TESTS, ''), cause(lines)))
        if verbose:
            print(*('        ' + line for line in lines), sep='\n')
    for name in mended:
        print('    %s: unpassable.py says that it cannot pass, and it does' % name.replace(TESTS, ''))
    for name, number in sorted(absent.items()):
        print('    %s: %d do not run' % (name.replace(TESTS, ''), number))
    for reason, number in collections.Counter(outcomes[name].detail for name in skipped).items():
        print('    %d skipped: %s' % (number, reason))
    return len(bad) + len(mended) + len(absent)


def cause(lines):
    for line in lines:
        if line.startswith('Timeout ('):
            return line
    # The last error's own line: an assertion may go on with a difference.
    start = max((number for number, line in enumerate(lines) if line.startswith('Traceback (')), default=0)
    return next((line for line in lines[start + 1:] if line and not line.startswith(' ')), lines[-1])


def counts(outcomes):
    count = collections.Counter(outcome for outcome, _ in outcomes.values())
    return '%d run, %d fail, %d skipped' % (count['passed'] + count['failed'], count['failed'], count['skipped'])


def asked(python, code):
    return subprocess.run([python, '-c', code], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          universal_newlines=True).stdout.strip()


if __name__ == '__main__':
    sys.exit(main())
