"""README.md says what features.py says."""

import os
import re
import sys

import pytest

import asyncio_compat
from asyncio_compat import features

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def readme():
    with open(os.path.join(ROOT, 'README.md'), encoding='utf-8') as stream:
        return stream.read()


@pytest.mark.skipif(sys.version_info < (3, 8), reason='run.py needs 3.8')
def test_the_table_is_drawn_from_the_features(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    import run
    assert run.TABLE.search(readme()).group() == run.drawn_table()


def test_every_public_name_is_there():
    names = set(re.findall(r'`(?:\w+\.)?(\w+)[`(]', readme()))
    assert set(asyncio_compat.__all__) - {'InstallError'} <= names


def test_every_feature_is_there():
    for feature in features.FEATURES:
        assert '| `%s` | %s |' % (feature.id, feature.since) in readme()
