#!/usr/bin/env python3
"""What asyncio takes with the package, without it, and with uvloop; needs Python 3.8 or later and nothing else.

    python3 run.py                                all of it
    python3 run.py '3.5.0 compiled' 3.6.15        these columns
    python3 run.py --only spawn turns             these benchmarks
    python3 run.py --baseline 3.5.10              as a multiple of another column
    python3 run.py --check                        exit with 1 if a bound is broken
    python3 run.py --publish 'a machine with …'   write results.json, and draw docs/speed.md from it

A column is an interpreter (a version, a path, or newest) and what it runs: nothing more for its own asyncio, 'pure' or
'compiled' for the package, 'uvloop', or 'bare' for sockets and coroutines without asyncio.
"""
import argparse
import collections
import json
import os
import sys
import tempfile
from pathlib import Path

import children
import draw
import measure
import scale

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import interpreters     # noqa: E402

MEASURE = str(Path(__file__).resolve().parent / 'measure.py')
BENCHMARKS = [*measure.TIMES, *measure.SCALE, *measure.MEMORY]

COLUMNS = ('3.5.0', '3.5.0 pure', '3.5.0 compiled', '3.5.10', '3.5.10 pure', '3.5.10 compiled', '3.6.15', 'newest',
           '3.5.10 uvloop', '3.5.10 compiled uvloop', '3.6.15 uvloop', '3.6.15 bare')
# These are enough for what takes long.
SCALE_COLUMNS = ('3.5.0 pure', '3.5.0 compiled', '3.6.15', '3.6.15 bare')
MEMORY_COLUMNS = ('3.5.10', '3.5.10 pure', '3.5.10 compiled', '3.6.15')
FLAVOURS = {'pure', 'compiled', 'uvloop', 'bare'}
COUNTS = (100, 1000, 10000, 100000)

MUST = {'spawn': 0.25, 'gather': 0.5, 'future_round_trip': 0.25, 'echo': 0.7, 'readline_echo': 0.7}
# {(column, another): {benchmark: the most that the column may take, as a multiple of the other}}
BOUNDS = {
    # Two threads that wake one another take another time in every run.
    ('3.5.10 pure', '3.5.10'): dict.fromkeys(set(measure.TIMES) - {'threadsafe'}, 1.05),
    ('3.5.0 pure', '3.5.10'): {'readexactly': 1.1},
    ('3.5.0 compiled', '3.6.15'): MUST,
    ('3.5.10 compiled', '3.6.15'): MUST,
    ('3.5.0 compiled', '3.6.15 uvloop'): dict.fromkeys(MUST, 1),
    ('3.5.10 compiled', '3.6.15 uvloop'): dict.fromkeys(MUST, 1),
    ('3.5.10 compiled', '3.5.10'): dict.fromkeys(measure.MEMORY, 1),
}

# glibc moves these at run time, after which the same code takes another time from one process to the next.
MALLOC = {
    'MALLOC_TRIM_THRESHOLD_': str(512 * 1024 * 1024),
    'MALLOC_TOP_PAD_': str(16 * 1024 * 1024),
    'MALLOC_MMAP_THRESHOLD_': str(32 * 1024 * 1024),
}

Column = collections.namedtuple('Column', 'label path flavours')


def main():
    arguments = parse_arguments()
    with tempfile.TemporaryDirectory() as folder:
        python_path = children.copy_package(folder)
        columns = chosen_columns(arguments.columns or COLUMNS, arguments.baseline, python_path)
        chosen = jobs(arguments.only, columns, all_columns=bool(arguments.columns))
        figures = measured(list(chosen), arguments.rounds, python_path)
    results = {'machine': arguments.publish, 'rounds': arguments.rounds, 'baseline': arguments.baseline,
               'columns': [column.label for column in columns], 'figures': figures}
    print(draw.tables(results))
    if arguments.publish:
        draw.publish(results)
    broken, looked_at = broken_bounds(figures)
    print(*broken, sep='\n', end='\n' if broken else '')
    if arguments.check and not looked_at:
        raise SystemExit('nothing of this has a bound')
    return 1 if arguments.check and broken else 0


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('columns', nargs='*', metavar='column')
    parser.add_argument('--only', nargs='+', choices=BENCHMARKS, default=BENCHMARKS, metavar='benchmark')
    parser.add_argument('--baseline', default='3.6.15', metavar='column', help='the column that counts as 1')
    parser.add_argument('--rounds', type=int, default=9, help='processes for each figure, of which the least counts')
    parser.add_argument('--check', action='store_true', help='exit with 1 if a bound is broken')
    parser.add_argument('--publish', metavar='machine', help='what the documentation says of this machine')
    arguments = parser.parse_args()
    if arguments.publish and (arguments.columns or arguments.only is not BENCHMARKS or
                              arguments.baseline != parser.get_default('baseline')):
        parser.error('what is published is all of it, as a multiple of %s' % parser.get_default('baseline'))
    return arguments


def chosen_columns(names, baseline, python_path):
    """[Column]; without those that cannot run here, of which it says why."""
    found = dict(interpreters.all_found())
    if any('uvloop' in name for name in names):
        children.add_uvloop(python_path)
    columns = []
    for name in dict.fromkeys([*names, baseline]):
        interpreter, *flavours = name.split()
        if not FLAVOURS.issuperset(flavours):
            raise SystemExit('%s: after the interpreter comes one of %s' % (name, ', '.join(sorted(FLAVOURS))))
        if interpreter == 'newest':
            interpreter = list(found)[-1]
        if os.sep in interpreter:
            (version, path), = interpreters.named([interpreter])
        else:
            version, path = interpreter, found.get(interpreter)
        column = Column(' '.join([version, *flavours]), path, flavours)
        reason = ('this machine has no such interpreter' if path is None else
                  children.why_not(path, python_path, MEASURE, 'nothing', *flavours))
        if reason:
            print('%s: %s' % (column.label, reason), file=sys.stderr)
        elif column not in columns:
            columns.append(column)
    if baseline not in [column.label for column in columns]:
        raise SystemExit('without the baseline, %s, there is nothing to compare with' % baseline)
    return columns


def jobs(names, columns, all_columns):
    """(benchmark, the columns that it is measured for), …"""
    def those(labels):
        return [column for column in columns if all_columns or column.label in labels]

    for name in names:
        if name in measure.SCALE:
            for count in counts(name):
                yield '%s:%d' % (name, count), those(SCALE_COLUMNS)
        else:
            yield name, those(MEMORY_COLUMNS) if name in measure.MEMORY else columns


def counts(name):
    most = scale.most_connections() if name == 'connections' else COUNTS[-1]
    return sorted({min(count, most) for count in COUNTS})


def measured(jobs, rounds, python_path):
    """{benchmark: {label: CPU seconds, or bytes}}; of each the least of all processes, None for what has none."""
    figures = {benchmark: {} for benchmark, _ in jobs}
    for number in range(rounds):
        for benchmark, columns in jobs:
            progress('round %d of %d: %s' % (number + 1, rounds, benchmark))
            # What disturbs the machine for a while then disturbs all columns.
            for column in columns[::-1 if number % 2 else 1]:
                figure = json.loads(children.output(column.path, python_path, MEASURE, benchmark, *column.flavours,
                                                    **MALLOC))
                least = figures[benchmark].get(column.label, figure)
                figures[benchmark][column.label] = min(figure, least) if figure is not None else None
    progress('')
    return figures


def broken_bounds(figures):
    """(a line for each bound that is broken, how many were looked at)."""
    broken, looked_at = [], 0
    for (label, other), bounds in BOUNDS.items():
        for benchmark, bound in sorted(bounds.items()):
            figure, base = (figures.get(benchmark, {}).get(name) for name in (label, other))
            if figure is not None and base is not None:
                looked_at += 1
                if figure > bound * base:
                    broken.append('%s on %s takes %.3f of %s, more than %s'
                                  % (benchmark, label, figure / base, other, bound))
    return broken, looked_at


def progress(text):
    if sys.stderr.isatty():
        print('\r%-50s' % text, end='\r', file=sys.stderr, flush=True)


if __name__ == '__main__':
    sys.exit(main())
