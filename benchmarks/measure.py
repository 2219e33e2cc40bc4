"""Runs one benchmark in this process and prints its CPU seconds.

    python measure.py spawn [--patched]

run.py starts it, on every interpreter since 3.5.0.
"""
import asyncio
import gc
import sys

import loops
import streams

BENCHMARKS = {function.__name__: function for function in (
    loops.spawn, loops.gather, loops.future_round_trip, loops.sleep_zero,
    streams.echo, streams.readline_echo, streams.readexactly)}

REPEATS = 2


def main(name, *options):
    if '--patched' in options:
        import asyncio_compat.auto  # noqa: F401
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    taken = []
    for _ in range(REPEATS):
        gc.collect()
        taken.append(loop.run_until_complete(BENCHMARKS[name](loop)))
    loop.close()
    print(min(taken))


if __name__ == '__main__':
    main(*sys.argv[1:])
