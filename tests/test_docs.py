"""README.md and docs/ say what the code says."""

import json
import os
import re
import sys

import pytest

import asyncio_compat
from asyncio_compat import features

HERE = '%d.%d.%d' % sys.version_info[:3]
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def page(*path):
    with open(os.path.join(ROOT, *path), encoding='utf-8') as stream:
        return stream.read()


@pytest.mark.skipif(sys.version_info < (3, 8), reason='run.py needs 3.8')
def test_the_tables_are_drawn_anew(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    import run
    for path in run.pages():
        text = path.read_text(encoding='utf-8')
        assert run.redrawn(text) == text, path
    import matrix
    assert page('docs', 'matrix.svg') == matrix.picture()


@pytest.mark.skipif(sys.version_info < (3, 8), reason='draw.py needs 3.8')
def test_the_figures_are_those_that_were_measured(monkeypatch):
    monkeypatch.syspath_prepend(os.path.join(ROOT, 'benchmarks'))
    import draw
    results = json.loads(page('benchmarks', 'results.json'))
    for path in draw.PAGES:
        text = path.read_text(encoding='utf-8')
        assert 'measured:' in text
        assert draw.redrawn(text, results) == text, path
    assert page('docs', 'speed.svg') == draw.speed_chart(results)
    assert page('docs', 'scale.svg') == draw.scale_chart(results)


def test_the_matrix_tells_of_this_interpreter(child):
    told = json.loads(page('docs', 'matrix.json')).get(HERE)
    if told is None:
        pytest.skip('it tells of other releases')
    states = {row['id']: row['state'] for row in json.loads(child(
        'import asyncio_compat, json; print(json.dumps(asyncio_compat.status()))')) if row['id'] in told}
    if states['accelerated'] == 'not available':
        told['accelerated'] = 'not available'
    assert told == states


@pytest.mark.skipif(sys.version_info >= (3, 6), reason='there is nothing to patch')
def test_what_is_patched_here(child):
    heads = re.search(r'^\| attribute \| (.*) \| feature \|$', page('docs', 'patched.md'), re.M).group(1).split(' | ')
    if HERE not in heads:
        pytest.skip('it tells of other releases')
    told = {}
    for module, table in re.findall(r'^### ([\w.]+)\n(.*?)(?=^###|^<!--)', page('docs', 'patched.md'), re.M | re.S):
        for attribute, *cells in re.findall(r'^\| `([\w.]+)` \| ' + r'(.*) \| ' * len(heads), table, re.M):
            told[module + '.' + attribute] = cells[heads.index(HERE)]
    changed = json.loads(child('import runpy; runpy.run_path(%r, run_name="__main__")' % os.path.join(
        ROOT, 'docs', 'patched.py')))
    with_compiled = any(rows == ['accelerated'] for how, rows in changed.values())
    assert {attribute: how for attribute, (how, rows) in changed.items()} == {
        attribute: how.rstrip('\\*') for attribute, how in told.items()
        if how != '–' and (with_compiled or not how.endswith('*'))}


def test_every_public_name_is_described():
    described = re.findall(r'^\.\. auto\w+:: (\w+)$', page('docs', 'api.md'), re.M)
    assert sorted(described) == sorted(asyncio_compat.__all__)


def test_every_public_name_is_there():
    names = set(re.findall(r'`(?:\w+\.)?(\w+)[`(]', page('README.md')))
    assert set(asyncio_compat.__all__) - {'InstallError'} <= names


@pytest.mark.parametrize('rows, path', [
    (features.WHATS_NEW, ['README.md']),
    (features.FIXES, ['docs', 'fixes.md']),
    (features.TYPING, ['docs', 'typing.md'])])
def test_every_row_is_there(rows, path):
    for row in rows:
        assert '| `%s` | %s |' % (row.id, row.since) in page(*path)


def test_few_of_cpythons_tests_cannot_pass(monkeypatch):
    monkeypatch.setattr(sys, 'path', sys.path + [
        os.path.join(ROOT, 'tests', 'conformance')])
    from unpassable import UNPASSABLE
    assert len(UNPASSABLE) <= 10
    assert all(versions and why for versions, why in UNPASSABLE.values())


def test_the_results_of_libraries_are_those_that_are_expected(monkeypatch):
    monkeypatch.setattr(sys, 'path', sys.path + [
        os.path.join(ROOT, 'tests', 'downstream')])
    from libraries import LIBRARIES, VERSIONS
    results = json.loads(page('tests', 'downstream', 'results.json'))
    assert set(results) == {library.name for library in LIBRARIES}
    for library in LIBRARIES:
        for version in VERSIONS:
            seen = results[library.name][version]
            assert set(seen) == {'stock', 'pure', 'compiled'}
            for outcomes in seen.values():
                assert set(outcomes) == {'policy', 'own'}
            works = {outcome == 'works' for mode in ('pure', 'compiled')
                     for outcome in seen[mode].values()}
            assert works == {version not in library.fails}, library.name


def test_every_release_of_the_libraries_is_pinned():
    folder = os.path.join(ROOT, 'tests', 'downstream', 'requirements')
    for name in os.listdir(folder):
        for line in page(folder, name).splitlines():
            assert re.match(r'#|--no-binary |[\w.-]+==[\w.]+$', line), name
