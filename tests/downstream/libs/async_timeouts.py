"""async-timeout: time limits around a server that is slow, one inside of another, and none."""
import asyncio

from checks import check, run

from async_timeout import timeout


async def serve(reader, writer):
    """Answers at once, but to one word never."""
    try:
        while True:
            line = await reader.readline()
            if not line:
                break
            if line != b'wait\n':
                writer.write(line.upper())
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, '127.0.0.1', 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())

    async def ask(word, seconds):
        writer.write(word + b'\n')
        async with timeout(seconds):
            return await reader.readline()

    check('in time', await ask(b'hello', 20), b'HELLO\n')
    check('no limit', await ask(b'again', None), b'AGAIN\n')
    try:
        await ask(b'wait', 0.01)
    except asyncio.TimeoutError:
        print('too late ok')
    check('after it', await ask(b'more', 20), b'MORE\n')

    try:
        async with timeout(20) as outer:
            async with timeout(0.01) as inner:
                await asyncio.sleep(20)
    except asyncio.TimeoutError:
        check('the inner one', (inner.expired, outer.expired), (True, False))

    async def waits():
        async with timeout(20):
            await asyncio.sleep(20)

    task = asyncio.ensure_future(waits())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    check('cancelled', task.cancelled())
    writer.close()
    check('closed', await reader.read(), b'')
    server.close()
    await server.wait_closed()


run(main)
