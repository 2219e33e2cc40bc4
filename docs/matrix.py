"""Draws the picture and the table of matrix.md from matrix.json; needs Python 3.8 or later and nothing else."""
import json
import os
import subprocess
from pathlib import Path
from xml.sax.saxutils import escape

DOCS = Path(__file__).resolve().parent
# {version: {id of a row: its state}}, as `python -m asyncio_compat --json` tells it there.
STATES = DOCS / 'matrix.json'
PICTURE = DOCS / 'matrix.svg'

WORDS = {'native': 'native', 'patched by install': 'supplied', 'off': 'if asked for',
         'not available': 'not available'}
SIGNS = {'native': '○', 'patched by install': '✓', 'off': '□', 'not available': '✕'}


def write(pythons):
    """Look at the interpreters anew; *pythons* is {version: its executable}."""
    env = dict(os.environ, PYTHONPATH=str(DOCS.parent / 'compat'), PYTHONDONTWRITEBYTECODE='1')
    shown = [row.id for _, part in parts() for row in part]
    found = {}
    for version, python in pythons.items():
        told = json.loads(subprocess.check_output([python, '-m', 'asyncio_compat', '--json'], env=env))
        states = {row['id']: row['state'] for row in told['features']}
        found[version] = {id: states[id] for id in shown}
    STATES.write_text(json.dumps(found, indent=1) + '\n', encoding='utf-8')


def parts():
    from asyncio_compat import showing
    return showing.GROUPS


def columns():
    """[(head, {id: state}), …]; neighbours that are alike share one."""
    found = []
    for version, states in json.loads(STATES.read_text(encoding='utf-8')).items():
        if found and found[-1][-1] == states:
            found[-1][1] = version
        else:
            found.append([version, version, states])
    return [(first if first == last else '%s–%s' % (minor(first), minor(last)), states)
            for first, last, states in found]


def minor(version):
    """'3.6' for '3.6.15'; of 3.5 it is the last number that counts."""
    return version if version.startswith('3.5.') else version.rpartition('.')[0]


def table():
    """The head and the cells of it."""
    return ['feature'] + [head for head, _ in columns()], [
        ['`%s`' % row.id] + [SIGNS[states[row.id]] for _, states in columns()] for _, part in parts() for row in part]


# The picture. Each state has a shape of its own, for those who see no difference between the colours.

LEFT, COLUMN, ROW, TOP = 190, 58, 20, 92
STYLE = """
svg { color: #1a1a1a; font: 12px sans-serif }
text { fill: currentColor }
.paper { fill: #ffffff }
.line { stroke: #dddddd }
.native { fill: none; stroke: #767676; stroke-width: 1.5 }
.supplied { fill: #0072b2 }
.off { fill: none; stroke: #0072b2; stroke-width: 2 }
.tick { fill: none; stroke: #ffffff; stroke-width: 2 }
.cross { fill: none; stroke: #d55e00; stroke-width: 2.5 }
@media (prefers-color-scheme: dark) {
  svg { color: #e6e6e6 }
  .paper { fill: #131416 }
  .line { stroke: #3a3d42 }
  .native { stroke: #9a9a9a }
  .supplied { fill: #56b4e9 }
  .off { stroke: #56b4e9 }
  .tick { stroke: #131416 }
  .cross { stroke: #e69f00 }
}
"""
SHAPES = {
    'native': '<circle class="native" cx="{x}" cy="{y}" r="4.5"/>',
    'patched by install': '<rect class="supplied" x="{left}" y="{top}" width="16" height="16" rx="3"/>'
                          '<path class="tick" d="M{x} {y}m-4 0l3 3l5 -6"/>',
    'off': '<rect class="off" x="{left}" y="{top}" width="16" height="16" rx="3"/>',
    'not available': '<path class="cross" d="M{x} {y}m-5 -5l10 10m0 -10l-10 10"/>',
}


def picture():
    heads = columns()
    width = LEFT + COLUMN * len(heads)
    drawn, y = legend(), TOP
    for number, (head, _) in enumerate(heads):
        drawn.append(text(LEFT + COLUMN * (number + 0.5), TOP - 30, head, ' text-anchor="middle"'))
    for title, part in parts():
        drawn.append(text(8, y - 6, title, ' font-weight="bold"'))
        for row in part:
            drawn.append('<path class="line" d="M8 %dH%d"/>' % (y, width - 8))
            drawn.append(text(8, y + 14, row.id))
            drawn += [shape(states[row.id], LEFT + COLUMN * (number + 0.5), y + 10)
                      for number, (_, states) in enumerate(heads)]
            y += ROW
        y += 34
    return SVG.format(width=width, height=y - 24, style=STYLE, drawn='\n'.join(drawn))


SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">
<style>{style}</style>
<rect class="paper" width="{width}" height="{height}"/>
{drawn}
</svg>
"""


def legend():
    drawn = []
    for number, state in enumerate(WORDS):
        drawn += [shape(state, 16 + 110 * number, 20), text(32 + 110 * number, 24, WORDS[state])]
    return drawn


def shape(state, x, y):
    return SHAPES[state].format(x='%g' % x, y=y, left='%g' % (x - 8), top=y - 8)


def text(x, y, words, attributes=''):
    return '<text x="%g" y="%g"%s>%s</text>' % (x, y, attributes, escape(words))
