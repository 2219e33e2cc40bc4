#!/usr/bin/env python3
"""Draws what docs/speed.md and README.md show of results.json; needs Python 3.8 or later and nothing else."""
import json
import math
import re
import sys
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import measure

RESULTS = Path(__file__).resolve().parent / 'results.json'
ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / 'docs'
PAGES = (ROOT / 'README.md', DOCS / 'speed.md')

# What stands between two comments: <!-- measured: NAME --> and <!-- end -->.
MEASURED = re.compile(r'(?<=<!-- measured: )(\w+)( -->\n).*?(?=<!-- end -->)', re.S)

# Colours that nobody confounds (Okabe and Ito). The last is drawn on top.
COLOURS = {'3.5.0': '#999999', '3.5.10': '#56b4e9', 'newest': '#e69f00', '3.6.15 uvloop': '#cc79a7',
           '3.6.15 bare': '#999999', '3.5.0 pure': '#0072b2', '3.6.15': '#000000', '3.5.0 compiled': '#d55e00'}
FLOOR = '3.6.15 bare'
SPEED_SERIES = ('3.5.0', '3.5.10', 'newest', '3.6.15 uvloop', '3.5.0 pure', '3.5.0 compiled')
SCALE_SERIES = ('3.6.15 bare', '3.5.0 pure', '3.6.15', '3.5.0 compiled')

# What README.md has room for.
SUMMARY = ('spawn', 'gather', 'future_round_trip', 'echo')
SUMMARY_COLUMNS = ('3.5.0', '3.5.0 pure', '3.5.0 compiled', '3.6.15', '3.6.15 uvloop')


def publish(results):
    RESULTS.write_text(json.dumps(results, indent=1) + '\n', encoding='utf-8')
    draw(results)


def draw(results):
    (DOCS / 'speed.svg').write_text(speed_chart(results), encoding='utf-8')
    (DOCS / 'scale.svg').write_text(scale_chart(results), encoding='utf-8')
    for page in PAGES:
        page.write_text(redrawn(page.read_text(encoding='utf-8'), results), encoding='utf-8')


def redrawn(text, results):
    return MEASURED.sub(lambda found: found.group(1) + found.group(2) + DRAWN[found.group(1)](results), text)


# Tables

def tables(results):
    drawn = [speed_table(results), scale_table(results), memory_table(results)]
    return '\n'.join(table for table in drawn if table.count('\n') > 2)


def summary_table(results):
    columns = [label for label in results['columns'] if label in SUMMARY_COLUMNS]
    return speed_table(dict(results, columns=columns), SUMMARY)


def speed_table(results, benchmarks=measure.TIMES):
    """CPU time as a multiple of the baseline's, whose own is in ms."""
    baseline, columns = results['baseline'], results['columns']
    rows = []
    for name, figures in chosen(results, benchmarks):
        base = figures[baseline]
        cells = [cell('%.2f', base and figures[label] and figures[label] / base) for label in columns]
        if base:
            cells[columns.index(baseline)] = '1 (%.0f ms)' % (base * 1000)
        rows.append(['%s (`%s`)' % (sentence(measure.TIMES[name]), name)] + cells)
    return table([''] + columns, rows)


def scale_table(results):
    """Microseconds."""
    measured = [(function, count, figures) for name, function in measure.SCALE.items()
                for count, figures in counted(results, name)]
    return table(['µs', 'how many'] + heads(measured),
                 [[sentence(function), '%d' % count] + [cell('%.2f', taken and taken * 1e6)
                                                        for taken in figures.values()]
                  for function, count, figures in measured])


def memory_table(results):
    """Bytes."""
    measured = chosen(results, measure.MEMORY)
    return table(['bytes'] + heads(measured),
                 [[sentence(measure.MEMORY[name])] + [cell('%.0f', size) for size in figures.values()]
                  for name, figures in measured])


def machine(results):
    return 'Measured on %s; each figure is the least of %d processes.\n' % (results['machine'], results['rounds'])


DRAWN = {'machine': machine, 'summary': summary_table, 'speed': speed_table, 'scale': scale_table,
         'memory': memory_table}


def chosen(results, benchmarks):
    """(name, {label: figure}), … of the benchmarks that were measured."""
    return [(name, results['figures'][name]) for name in benchmarks if name in results['figures']]


def counted(results, benchmark):
    """(how many at once, {label: seconds}), …"""
    split = [(name.partition(':'), figures) for name, figures in results['figures'].items()]
    return [(int(count), figures) for (name, _, count), figures in split if count and name == benchmark]


def heads(measured):
    return list(measured[0][-1]) if measured else []


def cell(form, figure):
    return '–' if figure is None else form % figure


def sentence(function):
    return function.__doc__.strip().splitlines()[0].rstrip('.')


def table(head, rows):
    lines = [head, ['---'] * len(head)] + rows
    return ''.join('| %s |\n' % ' | '.join(cells) for cells in lines)


# Charts

ROW = 26
LEFT = 150
WIDTH = 720
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10)


def speed_chart(results):
    """A dot for each of the series, in a row for each benchmark; the kernel's part of it is a bar."""
    rows = chosen(results, measure.TIMES)
    bottom = 70 + ROW * len(rows)

    def x(ratio):
        return LEFT + (WIDTH - LEFT - 20) * math.log(ratio / TICKS[0]) / math.log(TICKS[-1] / TICKS[0])

    drawn = []
    for tick in TICKS:
        drawn += [line(x(tick), 60, x(tick), bottom, '#000000' if tick == 1 else '#dddddd'),
                  text(x(tick), bottom + 16, tick, 'middle')]
    drawn.append(text(x(1), bottom + 34, "CPU time as a multiple of %s's, logarithmic: left is faster"
                      % results['baseline'], 'middle'))
    for number, (name, figures) in enumerate(rows):
        y = 76 + ROW * number
        drawn += [line(LEFT, y, WIDTH - 20, y, '#eeeeee'), text(LEFT - 10, y + 4, name, 'end')]
        base = figures[results['baseline']]
        if figures.get(FLOOR):
            drawn.append(rectangle(x(TICKS[0]), y - 7, x(figures[FLOOR] / base) - x(TICKS[0]), 14, '#dddddd'))
        drawn += [dot(x(figures[label] / base), y, COLOURS[series])
                  for series, label in series_of(results, SPEED_SERIES) if figures.get(label)]
    keys = [(COLOURS[series], label) for series, label in series_of(results, SPEED_SERIES)]
    return svg(WIDTH, bottom + 46, legend(keys + [('#dddddd', 'sockets and epoll alone')]) + drawn)


PANEL = 175
HEIGHT = 160


def scale_chart(results):
    """A panel for each kind, a line for each of the series."""
    drawn = legend([(COLOURS[series], label) for series, label in series_of(results, SCALE_SERIES)])
    for number, name in enumerate(measure.SCALE):
        drawn += panel(40 + number * (PANEL + 5), name, counted(results, name), series_of(results, SCALE_SERIES))
    drawn.append(text(WIDTH / 2, 80 + HEIGHT + 40, 'µs for each, while there are so many', 'middle'))
    return svg(WIDTH + 20, HEIGHT + 132, drawn)


def panel(left, title, points, series):
    bottom, width = 80 + HEIGHT, PANEL - 45
    most = rounded_up(max(taken for _, figures in points for taken in figures.values() if taken) * 1e6)
    drawn = [text(left + width / 2, 70, title, 'middle')]
    for part in 0, 0.5, 1:
        y = bottom - part * HEIGHT
        drawn += [line(left, y, left + width, y, '#dddddd'), text(left - 4, y + 4, '%g' % (part * most), 'end')]

    def x(count):
        return left + width * (math.log10(count) - 2) / 3

    for count, _ in points:
        drawn.append(text(x(count), bottom + 16, '%gk' % (count / 1000) if count >= 1000 else count, 'middle'))
    for name, label in series:
        places = ['%.1f,%.1f' % (x(count), bottom - figures[label] * 1e6 / most * HEIGHT)
                  for count, figures in points if figures.get(label)]
        if places:
            drawn.append(element('polyline', points=' '.join(places), fill='none', stroke=COLOURS[name],
                                 stroke_width=2))
        drawn += [dot(*map(float, place.split(',')), COLOURS[name], 3) for place in places]
    return drawn


def series_of(results, series):
    """(its name in COLOURS, its label), … of those that were measured."""
    newest = [label for label in results['columns'] if ' ' not in label][-1]
    named = [(name, newest if name == 'newest' else name) for name in series]
    return [(name, label) for name, label in named if label in results['columns']]


def rounded_up(number):
    """The next of 1, 2, 5, 10, …"""
    power = 10 ** math.floor(math.log10(number))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= number)


def legend(keys):
    drawn = []
    for number, (colour, label) in enumerate(keys):
        x, y = 30 + number % 4 * 175, 20 + number // 4 * 20
        drawn += [dot(x, y, colour), text(x + 10, y + 4, label)]
    return drawn


# The page that shows it may be dark.
STYLE = """<style>
@media (prefers-color-scheme: dark) {
  text, [fill="#000000"] { fill: #e6e6e6 }
  [stroke="#000000"] { stroke: #e6e6e6 }
  [fill="#ffffff"] { fill: #131416 }
  [fill="#dddddd"] { fill: #4a4d52 }
  [stroke="#dddddd"], [stroke="#eeeeee"] { stroke: #3a3d42 }
}
</style>"""


def svg(width, height, drawn):
    start = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">'
    background = rectangle(0, 0, width, height, '#ffffff')
    return '\n'.join([start % (width, height), STYLE, background, *drawn, '</svg>', ''])


def text(x, y, content, anchor='start'):
    return element('text', escape(str(content)), x=x, y=y, text_anchor=anchor)


def line(x1, y1, x2, y2, colour):
    return element('line', x1=x1, y1=y1, x2=x2, y2=y2, stroke=colour)


def dot(x, y, colour, radius=5):
    return element('circle', cx=x, cy=y, r=radius, fill=colour)


def rectangle(x, y, width, height, colour):
    return element('rect', x=x, y=y, width=width, height=height, fill=colour)


def element(tag, content='', **attributes):
    described = ''.join(
        ' %s=%s' % (name.replace('_', '-'), quoteattr('%.1f' % value if isinstance(value, float) else str(value)))
        for name, value in attributes.items())
    return '<%s%s>%s</%s>' % (tag, described, content, tag)


if __name__ == '__main__':
    sys.exit(draw(json.loads(RESULTS.read_text(encoding='utf-8'))))
