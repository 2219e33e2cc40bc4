"""anyio: task groups, timeouts, queues, threads, TCP, UDP, files, cancellation, in a loop that it did not start."""
import os
import tempfile

from checks import check, run

import anyio

LONG = os.urandom(300000)


async def use_groups():
    results = []

    async def add(number):
        await anyio.sleep(0)
        results.append(number)

    async with anyio.create_task_group() as group:
        for number in range(20):
            await group.spawn(add, number)
    check('group', sorted(results), list(range(20)))

    async def fails():
        raise KeyError('expected')

    try:
        async with anyio.create_task_group() as group:
            await group.spawn(anyio.sleep, 30)
            await group.spawn(fails)
    except KeyError as error:
        check('a failure ends the group', error.args, ('expected',))
    async with anyio.create_task_group() as group:
        await group.spawn(anyio.sleep, 30)
        await group.cancel_scope.cancel()
    print('cancelled ok')


async def use_timeouts():
    async with anyio.move_on_after(0.01) as scope:
        await anyio.sleep(30)
    check('moved on', scope.cancel_called)
    try:
        async with anyio.fail_after(0.01):
            await anyio.create_event().wait()
    except TimeoutError:
        print('timeout ok')


async def use_queue():
    queue, found = anyio.create_queue(3), []

    async def put():
        for number in range(50):
            await queue.put(number)
        await queue.put(None)

    async with anyio.create_task_group() as group:
        await group.spawn(put)
        while True:
            item = await queue.get()
            if item is None:
                break
            found.append(item)
    check('queue', found, list(range(50)))


async def use_tcp():
    async def serve():
        client = await server.accept()
        async with client:
            length = int(await client.receive_until(b'\n', 20))
            await client.send_all(await client.receive_exactly(length))

    async with await anyio.create_tcp_server(interface='127.0.0.1') as server:
        async with anyio.create_task_group() as group:
            for _ in range(3):
                await group.spawn(serve)
                async with await anyio.connect_tcp('127.0.0.1', server.port) as client:
                    await client.send_all(b'%d\n' % len(LONG) + LONG)
                    check('TCP', await client.receive_exactly(len(LONG)), LONG)


async def use_udp():
    async with await anyio.create_udp_socket(interface='127.0.0.1') as server, \
            await anyio.create_udp_socket(interface='127.0.0.1') as client:
        await client.send(b'hello', '127.0.0.1', server.port)
        data, address = await server.receive(100)
        await server.send(data.upper(), *address)
        check('UDP', (await client.receive(100))[0], b'HELLO')


async def use_threads():
    async def double(number):
        await anyio.sleep(0)
        return number * 2

    check('threads', await anyio.run_in_thread(anyio.run_async_from_thread, double, 21), 42)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'file')
        async with await anyio.aopen(path, 'wb') as stream:
            await stream.write(LONG)
        async with await anyio.aopen(path, 'rb') as stream:
            check('file', await stream.read(), LONG)


async def iterate():
    received = []

    async def serve():
        async with await server.accept() as client:
            async for line in client.receive_delimited_chunks(b'\n', 100):
                received.append(line)

    async with await anyio.create_tcp_server(interface='127.0.0.1') as server:
        async with anyio.create_task_group() as group:
            await group.spawn(serve)
            async with await anyio.connect_tcp('127.0.0.1', server.port) as client:
                await client.send_all(b'one\ntwo\n')
    check('lines', received, [b'one', b'two'])

    queue, found = anyio.create_queue(3), []
    for word in 'one', 'two', 'three':
        await queue.put(word)
    async for word in queue:
        found.append(word)
        if len(found) == 3:
            break
    check('queue', found, ['one', 'two', 'three'])


async def main():
    await use_groups()
    await use_timeouts()
    await use_queue()
    await use_tcp()
    await use_udp()
    await use_threads()


run(main, iterate=iterate)
