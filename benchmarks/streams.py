"""Streams, over TCP and without.  Runs on every interpreter since 3.5.0.

Client and server share one process, so its CPU time is that of both ends.
"""
import asyncio
from time import process_time

MESSAGES = 5000
KIB = 1024
MIB = 1024 * KIB

MESSAGE = b'x' * KIB
LARGE_MESSAGE = b'x' * (64 * KIB)
LINE = b'x' * 99 + b'\n'


async def echo(loop):
    """5,000 messages of 1 KiB to a server and back."""
    return await _echo(MESSAGE, lambda reader: reader.read(KIB))


async def echo_64_kib(loop):
    """5,000 messages of 64 KiB to a server and back."""
    return await _echo(LARGE_MESSAGE, lambda reader: reader.readexactly(64 * KIB),
                       # It sends back whatever has come.
                       lambda reader: reader.read(64 * KIB))


async def readline_echo(loop):
    """5,000 lines of 100 bytes to a server and back, read with readline()."""
    return await _echo(LINE, lambda reader: reader.readline())


async def readuntil_echo(loop):
    """5,000 lines of 100 bytes to a server and back, read with readuntil()."""
    async def read(reader):
        try:
            return await reader.readuntil(b'\n')
        except asyncio.IncompleteReadError as exc:
            return exc.partial

    return await _echo(LINE, lambda reader: reader.readuntil(b'\n'), read)


async def _echo(message, read, read_on_server=None):
    gone = asyncio.Event()

    async def answer(reader, writer):
        while True:
            data = await (read_on_server or read)(reader)
            if not data:
                break
            writer.write(data)
            await writer.drain()
        writer.close()
        gone.set()

    async def ask():
        writer.write(message)
        await writer.drain()
        assert await read(reader) == message

    server = await asyncio.start_server(answer, '127.0.0.1', 0)
    address = server.sockets[0].getsockname()
    reader, writer = await asyncio.open_connection(*address)
    # The first message finds both ends connected.
    await ask()
    start = process_time()
    for _ in range(MESSAGES):
        await ask()
    taken = process_time() - start
    writer.close()
    await gone.wait()
    server.close()
    await server.wait_closed()
    return taken


async def readexactly(loop):
    """readexactly() of 64 MiB, fed in chunks of 64 KiB."""
    reader = asyncio.StreamReader(loop=loop)
    chunk = b'x' * (64 * KIB)
    reading = loop.create_task(reader.readexactly(64 * MIB))
    start = process_time()
    for _ in range(64 * MIB // len(chunk)):
        reader.feed_data(chunk)
        # Lets the reader see each chunk by itself.
        await asyncio.sleep(0)
    data = await reading
    taken = process_time() - start
    assert len(data) == 64 * MIB
    return taken
