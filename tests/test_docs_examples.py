"""Each example of docs/ gives what its page says, on this interpreter as it is and with the package."""

import glob
import os
import re
import subprocess
import sys

import pytest

from asyncio_compat import _speedups, features
from conftest import PACKAGE

DOCS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'docs')
CODE = re.compile(r'^```python\n(.*?)^```$(.*?)(?=^```python$|\Z)', re.M | re.S)
OUTPUT = re.compile(r'^(With the package|Python [^\n]+):\n\n```text\n(.*?)^```$', re.M | re.S)
# 'Python 3.5.0', 'Python 3.5.0 and 3.5.1', 'Python 3.5.0 to 3.5.2'
STOCK = re.compile(r'Python 3\.5\.(\d+)(?: (?:to|and) 3\.5\.(\d+))?$')


def examples(pages='*.md'):
    """[(the heading above it, the code, {label: output}), …]"""
    found = []
    for path in sorted(glob.glob(os.path.join(DOCS, pages))):
        with open(path, encoding='utf-8') as stream:
            for section in re.split(r'^#+ ', stream.read(), flags=re.M):
                found += [(section.partition('\n')[0], code, dict(OUTPUT.findall(text)))
                          for code, text in CODE.findall(section)]
    return found


def is_here(label):
    """True if *label*, the line above an output, speaks of this interpreter as it is."""
    first, last = STOCK.match(label).groups()
    return (3, 5, int(first)) <= sys.version_info[:3] <= (3, 5, int(last or first))


def run(tmpdir, code, *options):
    """What *code* writes, and the error that stands at the end of its first traceback, if there is one."""
    tmpdir.join('example.py').write(code)
    process = subprocess.Popen(
        [sys.executable] + list(options) + ['example.py'], cwd=str(tmpdir),
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(PACKAGE)), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
    out, err = process.communicate(timeout=50)
    if err:
        out += re.search(r'^\w+Error: .*\n', err, re.M).group()
    return out


def test_each_feature_is_shown_before_and_after():
    shown = {heading for heading, code, outputs in examples('features.md') if len(outputs) >= 2}
    assert shown == {row.id for row in features.WHATS_NEW}


@pytest.mark.parametrize('heading, code, outputs', [example for example in examples() if example[2]])
def test_example(tmpdir, heading, code, outputs):
    with_package = outputs.pop('With the package')
    stock = [output for label, output in outputs.items() if is_here(label)] or [with_package]
    assert [run(tmpdir, code)] == stock
    if heading != 'accelerated' or sys.version_info >= (3, 6) or not _speedups.why_not():
        assert run(tmpdir, code, '-m', 'asyncio_compat', 'run') == with_package


@pytest.mark.parametrize('heading, code', [example[:2] for example in examples() if not example[2]])
def test_syntax(heading, code):
    compile(code, heading, 'exec')
