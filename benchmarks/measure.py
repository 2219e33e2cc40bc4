"""Runs one benchmark in this process and prints its figure, or null where it cannot run.

    python measure.py spawn                       native
    python measure.py spawn compiled              with the package; or pure: without its compiled part
    python measure.py spawn compiled uvloop       with uvloop, imported after the package
    python measure.py echo bare                   without asyncio
    python measure.py turns:1000                  with so many at once

run.py starts it, on every interpreter since 3.5.0.
"""
import asyncio
import gc
import json
import os
import sys

import bare
import loops
import memory
import scale
import streams


async def nothing(loop):
    """Shows that the interpreter has what the flavours ask for."""


def named(*functions):
    return {function.__name__: function for function in functions}


TIMES = named(loops.spawn, loops.gather, loops.future_round_trip, loops.sleep_zero, loops.threadsafe, loops.call_later,
              loops.call_later_cancelled, streams.echo, streams.echo_64_kib, streams.readline_echo,
              streams.readuntil_echo, streams.readexactly)
SCALE = named(scale.turns, scale.tasks, scale.timers, scale.connections)
MEMORY = named(memory.task_memory, memory.connection_memory)
BARE = named(bare.echo, bare.echo_64_kib, bare.readline_echo)
BARE['readuntil_echo'] = bare.readuntil_echo
BARE['tasks'] = bare.coroutines

# What 3.5.0 itself does not have.
NEEDS = {'threadsafe': (asyncio, 'run_coroutine_threadsafe'), 'readuntil_echo': (asyncio.StreamReader, 'readuntil')}

REPEATS = 2


def main(benchmark, *flavours):
    name, _, count = benchmark.partition(':')
    if 'bare' in flavours:
        figure = bare_figure(name, count)
    else:
        figure = measured(loop_of(flavours), name, count)
    # Further digits mean nothing.
    print(json.dumps(figure and float('%.4g' % figure)), flush=True)
    # What is still open need not be closed: it takes a while.
    os._exit(0)


def bare_figure(name, count):
    if name not in BARE:
        return None
    return BARE[name](int(count)) if count else fastest(BARE[name])


def measured(loop, name, count):
    asyncio.set_event_loop(loop)
    if name in NEEDS and not hasattr(*NEEDS[name]):
        return None
    if count:
        return loop.run_until_complete(SCALE[name](loop, int(count)))
    if name in TIMES:
        return fastest(lambda: loop.run_until_complete(TIMES[name](loop)))
    return loop.run_until_complete(MEMORY.get(name, nothing)(loop))


def fastest(run):
    taken = []
    for _ in range(REPEATS):
        gc.collect()
        taken.append(run())
    return min(taken)


def loop_of(flavours):
    if 'pure' in flavours or 'compiled' in flavours:
        import asyncio_compat
        asyncio_compat.install(compiled='compiled' in flavours)
    if 'compiled' in flavours:
        for row in asyncio_compat.status():
            if row['id'] == 'accelerated' and row['state'] != 'patched':
                sys.exit(row['reason'] or 'asyncio is compiled as it is')
    if 'uvloop' in flavours:
        import uvloop
        return uvloop.new_event_loop()
    return asyncio.new_event_loop()


if __name__ == '__main__':
    main(*sys.argv[1:])
