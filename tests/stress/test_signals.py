"""A signal in the middle of run_forever(), and an end without a complaint."""

import signal
import sys

import pytest

from .conftest import last_words

pytestmark = pytest.mark.skipif(sys.platform == 'win32', reason='Unix')


@pytest.mark.parametrize('mode, number', [
    ('stop', signal.SIGTERM), ('interrupt', signal.SIGINT),
    ('within', signal.SIGINT)], ids=['stop', 'interrupt', 'within'])
def test_signals(script, size, record_property, mode, number):
    rounds = size(3, 100)
    process = script('signals.py', mode, rounds)
    if mode != 'within':
        for _ in range(rounds):
            assert process.stdout.readline() == 'ready\n', last_words(process)
            process.send_signal(number)
    last_words(process, returncode=128 + number)
    record_property('signals, ' + mode, '%d times, exit status %d, silent'
                    % (rounds, 128 + number))
