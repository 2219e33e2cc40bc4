#!/usr/bin/env python3
"""CPython's own asyncio tests under the package; needs Python 3.8 or later, on POSIX, and nothing else.

    python3 run.py --python PATH --suite PATH      what fails on the one and natively not on the other
    … --pattern test_tasks                         the tests of this module
    … --pattern test_wait_for                      the tests with this in their names
    … --stock                                      without the package

--suite is an interpreter whose standard library has its tests, such as a 3.5.10. They stay where they are, and so does
its asyncio.test_utils, which they need.
"""
import argparse
import collections
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent.parent / 'compat'
TESTS = 'test.test_asyncio.'

Outcome = collections.namedtuple('Outcome', 'outcome detail')


def main():
    arguments = parse_arguments()
    suite = asked(arguments.suite, 'import os; print(os.path.dirname(os.__file__))')
    interpreters = [(arguments.suite, '')]
    interpreters += [(python, '' if arguments.stock else str(PACKAGE)) for python in arguments.python]
    outcomes = [{} for _ in interpreters]
    for module in modules_of(suite, arguments.pattern):
        for (python, package), into in zip(interpreters, outcomes):
            progress('%s on %s' % (module, python))
            into.update(run_module(python, package, suite, module, arguments.pattern, arguments.timeout))
    progress('')
    native = outcomes[0]
    if not any(outcome == 'passed' for outcome, _ in native.values()):
        raise SystemExit('%s has none of these tests, or passes none' % arguments.suite)
    print('%s: %s' % (label(arguments.suite, ''), counts(native)))
    bad = [report(label(*interpreter), run, native, arguments.verbose)
           for interpreter, run in zip(interpreters[1:], outcomes[1:])]
    return 1 if any(bad) else 0


def parse_arguments():
    parser = argparse.ArgumentParser(description="CPython's own asyncio tests under the package.")
    parser.add_argument('--python', action='append', required=True, help='the interpreter to test; may be repeated')
    parser.add_argument('--suite', required=True, help='the interpreter that has the tests, and passes them')
    parser.add_argument('--pattern', default='', help='a part of the name of the module, the class or the test')
    parser.add_argument('--stock', action='store_true', help='run without the package')
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


def report(title, outcomes, native, verbose):
    """Print what *native* passes and *outcomes* does not; return how many that are."""
    passed = [name for name, (outcome, _) in native.items() if outcome == 'passed']
    # Also the error of a module or of a class, which is no test.
    bad = sorted(name for name, (outcome, _) in outcomes.items()
                 if outcome == 'failed' and (name in passed or name not in native))
    absent = collections.Counter(name.rpartition('.')[0] for name in passed if name not in outcomes)
    skipped = [name for name in passed if name in outcomes and outcomes[name].outcome == 'skipped']
    print('%s: %s; beyond native %d fail, %d do not run, %d are skipped' % (
        title, counts(outcomes), len(bad), sum(absent.values()), len(skipped)))
    for name in bad:
        lines = outcomes[name].detail.strip().splitlines() or ['']
        print('    %s: %s' % (name.replace(TESTS, ''), cause(lines)))
        if verbose:
            print(*('        ' + line for line in lines), sep='\n')
    for name, number in sorted(absent.items()):
        print('    %s: %d do not run' % (name.replace(TESTS, ''), number))
    return len(bad) + len(absent)


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


def label(python, package):
    version = asked(python, 'import platform; print(platform.python_version())')
    return '%s %s' % (version, 'patched' if package else 'native')


def asked(python, code):
    return subprocess.run([python, '-c', code], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          universal_newlines=True).stdout.strip()


def progress(text):
    if sys.stderr.isatty():
        print('\r%-78s' % text[-78:], end='\r', file=sys.stderr, flush=True)


if __name__ == '__main__':
    sys.exit(main())
