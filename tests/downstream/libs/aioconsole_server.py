"""aioconsole: code that awaits, input and output on pipes, consoles over TCP and over a Unix socket, its own loop."""
import argparse
import asyncio
import concurrent.futures
import os
import tempfile
import threading

from checks import check, free_port, run

import aioconsole
from aioconsole.stream import create_standard_streams


async def use_aexec():
    names = {'asyncio': asyncio, 'ready': asyncio.Event()}
    asyncio.get_event_loop().call_soon(names['ready'].set)
    await aioconsole.aexec('await ready.wait()\nfor n in range(3):\n    x = await asyncio.sleep(0, result=n)', names)
    check('aexec', names['x'], 2)


async def use_pipes():
    theirs = [open(fd, mode) for pair in (os.pipe(), os.pipe(), os.pipe()) for fd, mode in zip(pair, ('r', 'w'))]
    stdin, keyboard, screen, stdout, errors, stderr = theirs
    reader, out, err = await create_standard_streams(stdin, stdout, stderr)
    keyboard.write('Ada\n')
    keyboard.flush()
    check('ainput', await aioconsole.ainput('name? ', streams=(reader, out)), 'Ada')
    await aioconsole.aprint('hello', 'Ada', streams=(reader, out))
    await aioconsole.aprint('bad', streams=(reader, err))
    check('aprint', [os.read(screen.fileno(), 100), os.read(errors.fileno(), 100)], [b'name? hello Ada\n', b'bad\n'])
    keyboard.close()
    try:
        await aioconsole.ainput(streams=(reader, out))
    except EOFError:
        print('end of input ok')
    for transport in reader._transport, out.transport, err.transport:
        transport.close()
    screen.close()
    errors.close()


async def converse(streams, says, answers, end):
    """What the console answers to each line; then it is told to *end*."""
    reader, writer = streams
    for said, answer in zip(says, answers):
        writer.write(said.encode() + b'\n')
        expected = answer.encode() + b'>>> '
        check(said, await reader.readexactly(len(expected)), expected)
    writer.write(end)
    check('left', await reader.read(), b'')
    writer.close()


async def use_console():
    server = await aioconsole.start_interactive_server(host='127.0.0.1', port=0, banner='ready')
    address = server.sockets[0].getsockname()

    async def one(number):
        reader, writer = await asyncio.open_connection(*address)
        check('banner', await reader.readexactly(10), b'ready\n>>> ')
        await converse((reader, writer),
                       ['x = %d' % number, 'x * 2', 'await asyncio.sleep(0, result=x)', 'print("printed")'],
                       ['', '%d\n' % (number * 2), '%d\n' % number, 'printed\n'], b'exit()\n')

    await asyncio.gather(*(one(number) for number in range(1, 6)))
    server.close()
    await server.wait_closed()


async def use_cli(folder):
    async def add(reader, writer, numbers):
        return sum(numbers)

    parser = argparse.ArgumentParser()
    parser.add_argument('numbers', nargs='+', type=int)
    path = os.path.join(folder, 'socket')
    server = await aioconsole.start_interactive_server(
        lambda streams: aioconsole.AsynchronousCli({'add': (add, parser)}, streams), path=path, banner='cli')
    reader, writer = await asyncio.open_unix_connection(path)
    check('banner', await reader.readexactly(8), b'cli\n>>> ')
    await converse((reader, writer), ['add 1 2 3', 'sub'], ['6\n', "Command 'sub' does not exist.\n"], b'exit\n')
    server.close()
    await server.wait_closed()


async def use_interactive_loop():
    port, started = free_port(), concurrent.futures.Future()

    def serve():
        loop = aioconsole.InteractiveEventLoop(serve=('127.0.0.1', port), locals={'x': 7}, banner='loop')
        asyncio.set_event_loop(loop)
        loop.call_soon(started.set_result, loop)
        loop.run_forever()
        loop.console_server.close()
        loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    loop = await asyncio.wrap_future(started)
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    check('banner', await reader.readexactly(9), b'loop\n>>> ')
    await converse((reader, writer), ['x', 'asyncio.get_event_loop() is loop'], ['7\n', 'True\n'], b'exit()\n')
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


async def main():
    await use_aexec()
    await use_pipes()
    await use_console()
    with tempfile.TemporaryDirectory() as folder:
        await use_cli(folder)
    await use_interactive_loop()


run(main)
