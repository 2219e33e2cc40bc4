"""Children of a process whose loop runs."""

import os

import pytest

from .conftest import last_words


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='cannot fork')
def test_forks(script, size, record_property):
    count = size(20, 500)
    turns = int(last_words(script('forks.py', count)))
    assert turns
    record_property('forks', '%d children; the loop went round %d times'
                    % (count, turns))
