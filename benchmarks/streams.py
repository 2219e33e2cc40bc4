"""Streams, over TCP and without.  Runs on every interpreter since 3.5.0.

Client and server share one process, so its CPU time is that of both ends.
"""
import asyncio
from time import process_time

MESSAGES = 5000
MIB = 1024 * 1024


async def echo(loop):
    """5,000 messages of 1 KiB to a server and back."""
    return await _echo(b'x' * 1024, lambda reader: reader.read(1024))


async def readline_echo(loop):
    """5,000 lines of 100 bytes to a server and back."""
    return await _echo(b'x' * 99 + b'\n', lambda reader: reader.readline())


async def _echo(message, read):
    gone = asyncio.Event()

    async def answer(reader, writer):
        while True:
            data = await read(reader)
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
    """readexactly(64 MiB), fed in chunks of 64 KiB."""
    reader = asyncio.StreamReader(loop=loop)
    chunk = b'x' * (64 * 1024)
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
