"""websockets: a server and twenty clients at once; text, bytes, long messages, pings, closing codes.

Part 'tls': the same over TLS.
"""
import asyncio
import os

from checks import check, listening, run, tls

import websockets

CLIENTS = 20
LONG = os.urandom(200000)


async def serve(websocket, path):
    check('subprotocol of the server', websocket.subprotocol, 'echo')
    while True:
        try:
            message = await websocket.recv()
        except websockets.ConnectionClosed as closed:
            check('closing code', closed.code, 1000)
            return
        if message == 'close':
            await websocket.close(4000, 'asked for')
            return
        await websocket.send(message)


def connect(address, context):
    return websockets.connect(('wss://' if context else 'ws://') + address, subprotocols=['echo'], ssl=context)


async def echoes(address, context, number):
    async with connect(address, context) as websocket:
        check('subprotocol of the client', websocket.subprotocol, 'echo')
        for message in ('hello %d' % number, 'grüße', b'\0\xff' * number, LONG):
            await websocket.send(message)
            check('echo', await websocket.recv(), message)
        pong = await websocket.ping(b'%d' % number)
        await pong
        check('pong', pong.done())
        many = ['%d of %d' % (part, number) for part in range(50)]
        for message in many:
            await websocket.send(message)
        for message in many:
            check('one of many', await websocket.recv(), message)


async def closed_by_server(address, context):
    async with connect(address, context) as websocket:
        await websocket.send('close')
        try:
            await websocket.recv()
        except websockets.ConnectionClosed as closed:
            check('closed by the server', (closed.code, closed.reason), (4000, 'asked for'))


async def use(server_context=None, client_context=None):
    sock = listening()
    server = await websockets.serve(serve, sock=sock, subprotocols=['echo'], ssl=server_context)
    address = 'localhost:%d/' % sock.getsockname()[1]
    await asyncio.gather(*(echoes(address, client_context, number) for number in range(CLIENTS)))
    await closed_by_server(address, client_context)
    server.close()
    await server.wait_closed()


async def main():
    await use()


async def over_tls():
    await use(*tls())


run(main, tls=over_tls)
