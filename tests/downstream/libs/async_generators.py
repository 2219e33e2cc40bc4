"""async_generator: generators that read lines of a socket, delegate, are closed; shutdown_asyncgens() closes others."""
import asyncio

from checks import check, run

from async_generator import aclosing, async_generator, asynccontextmanager, yield_, yield_from_

LINES = [b'line %d\n' % number for number in range(100)]
closed = []


@async_generator
async def lines(address):
    """What a server sends, line by line."""
    reader, writer = await asyncio.open_connection(*address)
    try:
        while True:
            line = await reader.readline()
            if not line:
                return
            await yield_(line)
    finally:
        # It may wait while it is closed.
        writer.close()
        await asyncio.sleep(0)
        closed.append(address)


@async_generator
async def twice(address):
    await yield_from_(lines(address))
    await yield_from_(lines(address))


@asynccontextmanager
@async_generator
async def serving():
    async def send(reader, writer):
        try:
            for line in LINES:
                writer.write(line)
                await writer.drain()
        except ConnectionError:
            # Some clients read the first lines only.
            pass
        writer.close()

    server = await asyncio.start_server(send, '127.0.0.1', 0)
    try:
        await yield_(server.sockets[0].getsockname())
    finally:
        server.close()
        await server.wait_closed()


async def collected(generator):
    found = []
    async for item in generator:
        found.append(item)
    return found


async def main():
    async with serving() as address:
        check('lines', await collected(lines(address)), LINES)
        check('twice', await collected(twice(address)), LINES * 2)
        del closed[:]
        async with aclosing(lines(address)) as generator:
            check('first', await generator.__anext__(), LINES[0])
        check('aclosing', closed, [address])

        kept = [lines(address) for _ in range(5)]
        for generator in kept:
            check('first', await generator.__anext__(), LINES[0])
        dropped = lines(address)
        await dropped.__anext__()
        del closed[:], dropped
        for _ in range(10):
            await asyncio.sleep(0)
        check('generators that were dropped, and closed', len(closed), 1)
        await asyncio.get_event_loop().shutdown_asyncgens()
        check('shutdown_asyncgens', len(closed), 1 + len(kept))


run(main)
