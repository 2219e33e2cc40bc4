"""uvloop: asyncio's streams, datagrams, threads, locks, subprocesses and signals in a loop that is not asyncio's."""
import asyncio
import os
import signal
import sys

from checks import check, run

import uvloop

BODY = os.urandom(1000000)
CLIENTS = 20


async def use_streams():
    async def echo(reader, writer):
        length = int(await reader.readline())
        writer.write(await reader.readexactly(length))
        await writer.drain()
        writer.close()

    async def client(number):
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b'%d\n' % len(BODY) + BODY)
        check('echo', await reader.read(), BODY)
        writer.close()

    server = await asyncio.start_server(echo, '127.0.0.1', 0)
    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    server.close()
    await server.wait_closed()


class Shouting(asyncio.DatagramProtocol):

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        self.transport.sendto(data.upper(), address)


class Asking(asyncio.DatagramProtocol):

    def __init__(self):
        self.answer = asyncio.get_event_loop().create_future()

    def connection_made(self, transport):
        transport.sendto(b'hello')

    def datagram_received(self, data, address):
        self.answer.set_result(data)


async def use_datagrams():
    loop = asyncio.get_event_loop()
    server, _ = await loop.create_datagram_endpoint(Shouting, local_addr=('127.0.0.1', 0))
    client, protocol = await loop.create_datagram_endpoint(Asking, remote_addr=server.get_extra_info('sockname'))
    check('datagram', await protocol.answer, b'HELLO')
    client.close()
    server.close()


async def use_tasks():
    loop = asyncio.get_event_loop()
    check('its loop', isinstance(loop, uvloop.Loop))
    queue, lock, most = asyncio.Queue(maxsize=3), asyncio.Lock(), []

    async def put():
        for number in range(50):
            await queue.put(number)

    async def get():
        found = []
        async with lock:
            for _ in range(50):
                found.append(await queue.get())
                most.append(queue.qsize())
        return found

    _, found = await asyncio.gather(put(), get())
    check('queue', found, list(range(50)))
    check('its size', max(most) <= 3)
    try:
        await asyncio.wait_for(asyncio.Event().wait(), 0.01)
    except asyncio.TimeoutError:
        print('timeout ok')
    check('thread', await loop.run_in_executor(None, sum, [1, 2, 3]), 6)

    async def answer():
        return 42

    def in_a_thread():
        return asyncio.run_coroutine_threadsafe(answer(), loop).result(20)

    check('from a thread', await loop.run_in_executor(None, in_a_thread), 42)


async def use_processes():
    process = await asyncio.create_subprocess_exec(
        sys.executable, '-c', 'import sys; sys.stdout.write(sys.stdin.read()[::-1]); sys.exit(3)',
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate(b'abc' * 50000)
    check('subprocess', (out, process.returncode), (b'cba' * 50000, 3))
    came = asyncio.Event()
    loop = asyncio.get_event_loop()
    loop.add_signal_handler(signal.SIGUSR1, came.set)
    os.kill(os.getpid(), signal.SIGUSR1)
    await came.wait()
    check('signal', loop.remove_signal_handler(signal.SIGUSR1))


async def main():
    await use_streams()
    await use_datagrams()
    await use_tasks()
    await use_processes()


asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
run(main)
