#!/usr/bin/env python3
"""CPU time of `import asyncio_compat.auto` after `import asyncio`; needs Python 3.8 or later and nothing else.

    python3 import_time.py                    on each CPython >= 3.5 of pyenv and of PATH
    python3 import_time.py 3.5.0 3.13.0       on these (versions or paths)
    python3 import_time.py --check            exit with 1 if a bound is broken
"""
import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

import children

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import interpreters     # noqa: E402

PROCESSES = 20

# Milliseconds.
BOUND_LACKING = 6.0
BOUND_COMPILED = 7.0
BOUND_LACKING_NOTHING = 0.5

# Runs on 3.5.0: prints what each import took, in ms, and what asyncio lacked.
CHILD = '''
import sys, time
times = []
for name in sys.argv[1:]:
    start = time.process_time()
    __import__(name)
    times.append((time.process_time() - start) * 1000)
modules = sorted(sys.modules)
lacking = 0
if 'asyncio_compat.auto' in modules:
    import asyncio_compat
    lacking = sum(row['state'] == 'patched' for row in asyncio_compat.status())
import json
print(json.dumps([times, modules, lacking]))
'''


def main():
    arguments = parse_arguments()
    chosen = interpreters.named(arguments.interpreters)
    results = measure([path for _, path in chosen])
    print('CPU time in ms, the fastest of %d processes' % PROCESSES)
    print('%-10s%10s%12s%10s%10s' % ('', 'asyncio', 'package', 'bound', 'supplied'))
    broken = False
    for version, path in chosen:
        asyncio_time, package_time, modules, lacking, is_compiled = results[path]
        bound = BOUND_LACKING_NOTHING if not lacking else BOUND_COMPILED if is_compiled else BOUND_LACKING
        over = package_time > bound
        print('%-10s%10.2f%12.3f%10s%10d' % (version, asyncio_time, package_time,
                                             ('> ' if over else '') + str(bound), lacking))
        if modules:
            print('%-10s imports %s as well' % ('', ', '.join(modules)))
        broken = broken or over or bool(modules)
    return 1 if arguments.check and broken else 0


def parse_arguments():
    parser = argparse.ArgumentParser(description='CPU time of `import asyncio_compat.auto` after `import asyncio`.')
    parser.add_argument('interpreters', nargs='*', help='versions or paths')
    parser.add_argument('--check', action='store_true', help='exit with 1 if a bound is broken')
    return parser.parse_args()


def measure(paths):
    """{path: (ms for asyncio, ms for the package, modules that only it needs, features supplied, is it compiled)}."""
    with tempfile.TemporaryDirectory() as folder:
        # One copy each: 3.5.2 and 3.5.3 cannot read the .pyc files of one another, which have the same name.
        copies = {path: children.copy_package(os.path.join(folder, str(number))) for number, path in enumerate(paths)}
        for path in paths:
            # Compiles it.
            import_in_child(path, copies[path], 'asyncio', 'asyncio_compat.auto')
        results = {path: ([], []) for path in paths}
        for _ in range(PROCESSES):
            for path in paths:
                without, with_package = results[path]
                without.append(import_in_child(path, copies[path], 'asyncio'))
                with_package.append(import_in_child(path, copies[path], 'asyncio', 'asyncio_compat.auto'))
    return {path: summary(*runs) for path, runs in results.items()}


def summary(without, with_package):
    modules = with_package[0][1]
    is_compiled = 'asyncio_compat._speedups.core' in modules
    # Cython makes modules of its own, and turns the collector off while it makes classes.
    known = ('asyncio', 'asyncio_compat') + (('gc', 'cython_runtime') if is_compiled else ())
    strange = sorted(name for name in set(modules).difference(without[0][1])
                     if name.split('.')[0] not in known and not name.startswith('_cython_'))
    return (min(times[0] for times, _, _ in without + with_package), min(times[1] for times, _, _ in with_package),
            strange, with_package[0][2], is_compiled)


def import_in_child(path, python_path, *names):
    return json.loads(children.output(path, python_path, '-c', CHILD, *names))


if __name__ == '__main__':
    sys.exit(main())
