"""Ten thousand connections at once, each end in a process of its own."""

import json

import pytest

from .conftest import last_words

pytest.importorskip('resource')
from .connections import connections_allowed    # noqa: E402


def test_connections(script, size, record_property):
    wanted = size(200, 10000)
    count = connections_allowed(wanted)
    server = script('connections.py', 'serve', count)
    port = server.stdout.readline().strip()
    client = script('connections.py', 'connect', count, port)
    figures = json.loads(last_words(client))
    left = json.loads(last_words(server))['left']
    assert not any(left.values()), left
    assert not any(figures['left'].values()), figures
    text = '%d at once%s, %.0f MB there and back, %.1f s; nothing left' % (
        count, '' if count == wanted else ' (the system allows no more)',
        figures['bytes'] / 1e6, figures['seconds'])
    record_property('connections', text)
