"""Each example of docs/features.md gives what the page says, on this interpreter as it is and with the package."""

import os
import re
import subprocess
import sys

import pytest

from asyncio_compat import _speedups, features
from conftest import PACKAGE

PAGE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'docs', 'features.md')
BLOCK = re.compile(r'^## (\w+)$|^```python\n(.*?)^```$|^([^\n]+):\n\n```text\n(.*?)^```$', re.M | re.S)
# 'Python 3.5.0', 'Python 3.5.0 and 3.5.1', 'Python 3.5.0 to 3.5.2'
STOCK = re.compile(r'Python 3\.5\.(\d+)(?: (?:to|and) 3\.5\.(\d+))?$')


def examples():
    """[[the name of its section, the code, {label: output}], …]"""
    found, section = [], None
    for heading, code, label, output in BLOCK.findall(page()):
        if heading:
            section = heading
        elif code:
            found.append([section, code, {}])
        else:
            found[-1][2][label] = output
    return found


def page():
    with open(PAGE, encoding='utf-8') as stream:
        return stream.read()


def is_here(label):
    """True if *label*, the line above an output, speaks of this interpreter as it is."""
    first, last = STOCK.match(label).groups()
    return (3, 5, int(first)) <= sys.version_info[:3] <= (3, 5, int(last or first))


def expected(outputs):
    stock = [outputs[label] for label in outputs if label != 'With the package' and is_here(label)]
    assert len(stock) <= 1
    return (stock or [outputs['With the package']])[0]


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


def test_each_feature_has_one():
    assert [heading for heading in re.findall(r'^## (\w+)$', page(), re.M)] == [
        row.id for row in features.WHATS_NEW]
    assert {section for section, code, outputs in examples()} == {row.id for row in features.WHATS_NEW}


@pytest.mark.parametrize('section, code, outputs', examples())
def test_example(tmpdir, section, code, outputs):
    assert run(tmpdir, code) == expected(outputs)
    if sys.version_info >= (3, 6):
        assert run(tmpdir, code, '-m', 'asyncio_compat', 'run') == expected(outputs)
    elif section != 'accelerated' or not _speedups.why_not():
        assert run(tmpdir, code, '-m', 'asyncio_compat', 'run') == outputs['With the package']
