"""One end of many TCP connections, and what is left of it afterwards.

connections.py serve COUNT          prints its port, then what is left
connections.py connect COUNT PORT   prints figures, and what is left
"""

import asyncio
import gc
import json
import os
import resource
import socket
import sys
import time

HOST = '127.0.0.1'
# So many may wait to be accepted; more, and the system drops some.
BACKLOG = 1000
# For the interpreter's own files and the loop's.
SPARE = 50


def connections_allowed(wanted):
    """How many of *wanted* connections this process may have open.

    The limit of its open files is raised as far as that needs and may be.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + SPARE
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return wanted
    raised = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
    except ValueError:
        # macOS allows less than it says.
        raised = soft
    return raised - SPARE


def data_of(number):
    """What the connection of this *number* sends, and no other does."""
    return (b'%d ' % number) * (1 + number % 1000)


async def serve(count):
    all_ended, ended = asyncio.Event(), 0

    async def echo(reader, writer):
        nonlocal ended
        data = await reader.read(65536)
        while data:
            writer.write(data)
            await writer.drain()
            data = await reader.read(65536)
        writer.close()
        ended += 1
        if ended == count:
            all_ended.set()

    server = await asyncio.start_server(echo, HOST, 0, backlog=BACKLOG)
    print(server.sockets[0].getsockname()[1], flush=True)
    await all_ended.wait()
    # The last connection_lost() is called before this goes on.
    await asyncio.sleep(0)
    server.close()
    await server.wait_closed()
    return {}


async def connect(count, port):
    few, all_open = asyncio.Semaphore(BACKLOG), asyncio.Event()
    opened = exchanged = 0

    async def use(number):
        nonlocal opened, exchanged
        async with few:
            reader, writer = await asyncio.open_connection(HOST, port)
        opened += 1
        if opened == count:
            all_open.set()
        await all_open.wait()
        data = data_of(number)
        for _ in range(2):
            writer.write(data)
            await writer.drain()
            assert await reader.readexactly(len(data)) == data, number
            exchanged += len(data)
        writer.write_eof()
        assert await reader.read() == b'', number
        writer.close()

    began = time.monotonic()
    await asyncio.gather(*[use(number) for number in range(count)])
    await asyncio.sleep(0)
    return {'bytes': exchanged, 'seconds': time.monotonic() - began}


def open_files():
    return len(os.listdir('/dev/fd'))


def count_objects(*classes):
    return sum(issubclass(type(found), classes) for found in gc.get_objects())


def main(role, *numbers):
    connections_allowed(int(numbers[0]))
    all_tasks = getattr(asyncio, 'all_tasks', None) or asyncio.Task.all_tasks
    gc.collect()
    files = open_files()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    run = serve if role == 'serve' else connect
    figures = loop.run_until_complete(run(*map(int, numbers)))
    left = {'tasks': len(all_tasks(loop)),
            'handles': len(loop._ready) + len(loop._scheduled)}
    loop.close()
    asyncio.set_event_loop(None)
    del loop
    gc.collect()
    left['files'] = open_files() - files
    left['task objects'] = count_objects(asyncio.Task, asyncio.Future)
    left['transports'] = count_objects(asyncio.BaseTransport)
    left['sockets'] = count_objects(socket.socket)
    print(json.dumps(dict(figures, left=left)))


if __name__ == '__main__':
    main(*sys.argv[1:])
