#!/usr/bin/env python3
"""CPU time of asyncio with the package and without; needs Python 3.8 or later and nothing else.

    python3 run.py                            3.5.0 and 3.5.10, against native 3.5.10
    python3 run.py 3.5.0 3.5.3 3.6.15         these (versions or paths), each native and patched
    python3 run.py --only spawn gather        these benchmarks
    python3 run.py --baseline 3.6.15          against another native interpreter
    python3 run.py --check                    exit with 1 if a bound is broken
"""
import argparse
import sys
import tempfile
from pathlib import Path

import children

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import interpreters     # noqa: E402

MEASURE = str(Path(__file__).resolve().parent / 'measure.py')
BENCHMARKS = ('spawn', 'gather', 'future_round_trip', 'sleep_zero', 'echo', 'readline_echo', 'readexactly')

# The largest CPU time that a patched interpreter may take, as a multiple of native 3.5.10's.
BOUNDS = {'3.5.10': dict.fromkeys(BENCHMARKS, 1.05), '3.5.0': {'readexactly': 1.1}}
BOUNDS_BASELINE = '3.5.10'

# glibc moves these at run time, after which the same code takes another time from one process to the next.
MALLOC = {
    'MALLOC_TRIM_THRESHOLD_': str(512 * 1024 * 1024),
    'MALLOC_TOP_PAD_': str(16 * 1024 * 1024),
    'MALLOC_MMAP_THRESHOLD_': str(32 * 1024 * 1024),
}


def main():
    arguments = parse_arguments()
    combinations = [(version, path, patched)
                    for version, path in interpreters.named(arguments.interpreters)
                    for patched in (False, True)]
    baseline = (*interpreters.named([arguments.baseline])[0], False)
    if baseline not in combinations:
        combinations.insert(0, baseline)
    times = measure(combinations, arguments.only, arguments.rounds)
    ratios = {key: taken / times[baseline, key[1]] for key, taken in times.items()}
    print_table(combinations, baseline, times, ratios, arguments.only)
    bounds = bounds_of(ratios) if baseline[0] == BOUNDS_BASELINE else {}
    broken = [key for key, bound in bounds.items() if ratios[key] > bound]
    for combination, benchmark in broken:
        print('%s on %s is over its bound, %.2f' % (benchmark, label(combination), bounds[combination, benchmark]))
    if arguments.check and not bounds:
        raise SystemExit('nothing of this has a bound')
    return 1 if arguments.check and broken else 0


def parse_arguments():
    parser = argparse.ArgumentParser(description='CPU time of asyncio with the package and without.')
    parser.add_argument('interpreters', nargs='*', default=['3.5.0', '3.5.10'], help='versions or paths')
    parser.add_argument('--baseline', default=BOUNDS_BASELINE, help='the native interpreter that counts as 1')
    parser.add_argument('--only', nargs='+', choices=BENCHMARKS, default=BENCHMARKS, metavar='BENCHMARK')
    parser.add_argument('--rounds', type=int, default=9, help='processes for each figure, of which the fastest counts')
    parser.add_argument('--check', action='store_true', help='exit with 1 if a bound is broken')
    return parser.parse_args()


def measure(combinations, benchmarks, rounds):
    """{(combination, benchmark): CPU seconds}, of each the fastest process."""
    times = {}
    with tempfile.TemporaryDirectory() as folder:
        python_path = children.copy_package(folder)
        for number in range(rounds):
            for benchmark in benchmarks:
                # What disturbs the machine for a while then disturbs all combinations.
                for combination in combinations[::-1 if number % 2 else 1]:
                    taken = run_child(python_path, combination, benchmark)
                    key = combination, benchmark
                    times[key] = min(taken, times.get(key, taken))
            progress('round %d of %d' % (number + 1, rounds))
    progress('')
    return times


def run_child(python_path, combination, benchmark):
    _, path, patched = combination
    return float(children.output(path, python_path, MEASURE, benchmark, *['--patched'] * patched, **MALLOC))


def bounds_of(ratios):
    """{(combination, benchmark): the largest ratio it may have}, for those that have a bound."""
    return {(combination, benchmark): BOUNDS[combination[0]][benchmark] for combination, benchmark in ratios
            if combination[2] and benchmark in BOUNDS.get(combination[0], {})}


def label(combination):
    return combination[0] + (' patched' if combination[2] else '')


def print_table(combinations, baseline, times, ratios, benchmarks):
    print('CPU time as a multiple of %s (its own in ms)' % label(baseline))
    print('%-20s' % '' + ''.join('%17s' % label(combination) for combination in combinations))
    for benchmark in benchmarks:
        cells = ['%.3f' % ratios[combination, benchmark] for combination in combinations]
        cells[combinations.index(baseline)] += ' (%.0f)' % (times[baseline, benchmark] * 1000)
        print('%-20s' % benchmark + ''.join('%17s' % cell for cell in cells))


def progress(text):
    if sys.stderr.isatty():
        print('\r%-20s' % text, end='\r', file=sys.stderr, flush=True)


if __name__ == '__main__':
    sys.exit(main())
