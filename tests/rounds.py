"""python -m pytest tests --rounds 1000: each test so often, and nothing grows.

A round is a test with its fixtures, as pytest runs it.  What the collector
knows is counted, open files, and on an interpreter that is built with
--with-pydebug all references.  A test fails if one of them is more after each
third of the rounds: what is made once and kept does not count.
"""

import gc
import os
import sys
import time
import warnings

import pytest
from _pytest.runner import runtestprotocol

WARMING_UP = 20
NAMES = 'objects', 'files', 'references'


def pytest_addoption(parser):
    parser.addoption('--rounds', type=int, metavar='N',
                     help='run each test N times; it fails if objects, open '
                          'files or references grow')
    parser.addoption('--rounds-seconds', type=float, metavar='S', default=10,
                     help='as many of the rounds as take so long (10)')


def pytest_collection_modifyitems(config, items):
    if config.getoption('--rounds'):
        seconds = 60 + 4 * config.getoption('--rounds-seconds')
        for item in items:
            item.add_marker(pytest.mark.timeout(seconds), append=False)


def pytest_runtest_protocol(item):
    """All rounds but the last, which is the one that pytest tells of."""
    wanted = item.config.getoption('--rounds')
    item.complaint = None
    if wanted:
        with warnings.catch_warnings():
            # Or pytest collects those of all rounds.
            warnings.showwarning = lambda *args: None
            try:
                rounds = repeat(item, wanted,
                                item.config.getoption('--rounds-seconds'))
                item.user_properties.append(('rounds', rounds))
            except Stopped as exc:
                item.complaint = str(exc)


def pytest_pyfunc_call(pyfuncitem):
    if pyfuncitem.complaint:
        pytest.fail(pyfuncitem.complaint, pytrace=False)


def pytest_terminal_summary(terminalreporter, config):
    wanted = config.getoption('--rounds')
    if not wanted:
        return
    fewer = {}
    reports = terminalreporter.stats.get('passed', ())
    for report in reports:
        rounds = dict(report.user_properties)['rounds']
        if rounds < wanted:
            fewer[report.nodeid] = rounds
    terminalreporter.section('rounds')
    for nodeid, rounds in sorted(fewer.items()):
        terminalreporter.line('%5d %s' % (rounds, nodeid))
    terminalreporter.line('%d of %d tests had all of %d rounds' % (
        len(reports) - len(fewer), len(reports), wanted))


class Stopped(Exception):
    """There will be no more rounds; says why, if that is a failure."""


def repeat(item, wanted, seconds):
    run_round = rounds_of(item)
    times = [time.monotonic()]
    while len(times) <= WARMING_UP and times[-1] - times[0] <= seconds / 10:
        run_round()
        times.append(time.monotonic())
    # The quickest tells how many there is time for: one may have had to wait.
    quickest = min(end - begin for begin, end in zip(times, times[1:]))
    third = -(-wanted // 3)
    third = max(1, min(third, int(seconds / 3 / quickest)))
    # Twice, as something else may have grown meanwhile.
    growing = growth(run_round, third) and growth(run_round, third)
    if growing:
        raise Stopped('in each third of %d rounds: at least %s' % (
            3 * third, ', '.join(growing)))
    return 3 * third


def growth(run_round, third):
    """What grows in each third of the rounds, in words."""
    # The lists are made before, or they would be counted.
    counted = [[0] * len(NAMES) for _ in range(4)]
    counted[0][:] = counts()
    for after in counted[1:]:
        for _ in range(third):
            run_round()
        after[:] = counts()
    least = [min(later - earlier for earlier, later in zip(each, each[1:]))
             for each in zip(*counted)]
    return ['%+d %s' % (number, name) for number, name in zip(least, NAMES)
            if number > third // 10]


def counts():
    for module in list(sys.modules.values()):
        # Each text that was ever warned of; the collector does not see it.
        getattr(module, '__dict__', {}).get('__warningregistry__', {}).clear()
    while gc.collect():
        # What is ended by one may leave something to the next.
        pass
    references = getattr(sys, 'gettotalrefcount', int)
    return len(gc.get_objects()), len(os.listdir('/dev/fd')), references()


def rounds_of(item):
    """A function that runs *item* once, and tells nobody."""
    kept = {}

    def run_round():
        reports = runtestprotocol(item, log=False, nextitem=item.parent)
        for report in reports:
            if report.failed:
                raise Stopped('not in the first round: ' +
                              report.longreprtext)
            if report.skipped:
                raise Stopped
        del item._report_sections[:], item.user_properties[:]
        for key, functions in finalizers(item.session):
            # What a session has to do at its end grows with each test.
            del functions[kept.setdefault(key, len(functions)):]

    return run_round


def finalizers(session):
    """Lists of what pytest will call, with a key for each."""
    for definitions in session._fixturemanager._arg2fixturedefs.values():
        for definition in definitions:
            yield definition, definition._finalizers
    state = session._setupstate
    if hasattr(state, '_finalizers'):
        # Before pytest 7.
        yield from state._finalizers.items()
    else:
        for node, (functions, _) in state.stack.items():
            yield node, functions
