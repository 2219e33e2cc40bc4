"""Runs one module of CPython's asyncio tests on the interpreter that is tested; run.py starts it, and again if it dies.

Given: the folder with the standard library that has the tests, the module, the file for the outcomes, the most seconds
that a test may take, what a name must contain, and the source root of the package, or '' to run without it.
"""
import asyncio
import asyncio.proactor_events     # asyncio imports it on Windows only
import faulthandler
import importlib.util
import json
import os
import sys
import traceback
import unittest


def main(suite, module, outcomes, timeout, pattern, package):
    if package:
        sys.path.insert(0, package)
        import asyncio_compat.auto      # noqa: F401
    load('test', os.path.join(suite, 'test', '__init__.py'))
    asyncio.test_utils = load('asyncio.test_utils', os.path.join(suite, 'asyncio', 'test_utils.py'))
    before = known(outcomes)
    with open(outcomes, 'a') as stream:
        result = Result(stream, float(timeout))
        try:
            tests = unittest.defaultTestLoader.loadTestsFromName('test.test_asyncio.' + module)
        except unittest.SkipTest:
            # The module is for another platform.
            return
        # One suite of them all, which sets up each class once.
        unittest.TestSuite(test for test in flat(tests)
                           if test.id() not in before and pattern in test.id()).run(result)


def load(name, path):
    """Import what the tested interpreter has in another version, or not at all."""
    folders = [os.path.dirname(path)] if path.endswith('__init__.py') else None
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=folders)
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def known(outcomes):
    """The tests that were run before the last child died."""
    with open(outcomes) as stream:
        return {json.loads(line)['test'] for line in stream}


def flat(tests):
    for test in tests:
        if isinstance(test, unittest.TestSuite):
            yield from flat(test)
        else:
            yield test


class Result(unittest.TestResult):
    """Writes down what happens at once: the next test may end the process."""

    def __init__(self, stream, timeout):
        super().__init__()
        self.stream = stream
        self.timeout = timeout
        self.watch()

    def watch(self):
        # Not by an alarm: the tests use that themselves.
        faulthandler.dump_traceback_later(self.timeout, exit=True, file=sys.__stderr__)

    def note(self, test, outcome, detail=''):
        self.stream.write(json.dumps({'test': test.id(), 'outcome': outcome, 'detail': detail}) + '\n')
        self.stream.flush()

    def startTest(self, test):
        super().startTest(test)
        self.note(test, 'died')
        self.watch()

    def stopTest(self, test):
        super().stopTest(test)
        self.watch()

    def failed(self, test, exc_info):
        self.note(test, 'failed', ''.join(traceback.format_exception(*exc_info)))

    addError = addFailure = failed

    def addSubTest(self, test, subtest, exc_info):
        if exc_info is not None:
            self.failed(test, exc_info)

    def addSuccess(self, test):
        self.note(test, 'passed')

    def addExpectedFailure(self, test, exc_info):
        self.note(test, 'passed')

    def addUnexpectedSuccess(self, test):
        self.note(test, 'failed', 'it was expected to fail')

    def addSkip(self, test, reason):
        self.note(test, 'skipped', reason)


if __name__ == '__main__':
    main(*sys.argv[1:])
