"""A web server and its client, written for Python 3.5.3 and later.

Its loop is not the policy's, so aiohttp finds it only where
asyncio.get_event_loop() returns the loop that runs the caller.
"""

import asyncio
import hashlib
import socket

import aiohttp
from aiohttp import web

BLOCK = bytes(range(256)) * 256
BLOCKS = 20


# The server

async def list_items(request):
    return web.json_response(request.app['items'])


async def add_item(request):
    request.app['items'].append(await request.json())
    return web.Response(status=201, text='added')


async def upload(request):
    digest = hashlib.sha256()
    while not request.content.at_eof():
        digest.update(await request.content.readany())
    return web.Response(text=digest.hexdigest())


async def download(request):
    response = web.StreamResponse()
    response.enable_chunked_encoding()
    await response.prepare(request)
    for _ in range(BLOCKS):
        await response.write(BLOCK)
    await response.write_eof()
    return response


async def shout(request):
    websocket = web.WebSocketResponse()
    await websocket.prepare(request)
    message = await websocket.receive()
    while message.type == aiohttp.WSMsgType.TEXT:
        await websocket.send_str(message.data.upper())
        message = await websocket.receive()
    return websocket


async def start_server():
    """Serve on a free port of this machine; returns the runner, the URL."""
    app = web.Application()
    app['items'] = []
    app.router.add_get('/items', list_items)
    app.router.add_post('/items', add_item)
    app.router.add_put('/upload', upload)
    app.router.add_get('/download', download)
    app.router.add_get('/shout', shout)
    runner = web.AppRunner(app)
    await runner.setup()
    sock = socket.socket()
    sock.bind(('127.0.0.1', 0))
    await web.SockSite(runner, sock).start()
    return runner, 'http://%s:%d' % sock.getsockname()


# The client

def check(what, found, expected):
    if found != expected:
        raise ValueError('%s: %.60r instead of %.60r' % (
            what, found, expected))
    print(what, 'ok')


@aiohttp.streamer
async def blocks(writer):
    for _ in range(BLOCKS):
        await writer.write(BLOCK)


async def use(url):
    async with aiohttp.ClientSession() as session:
        items = [{'name': name} for name in ('nut', 'bolt')]
        for item in items:
            async with session.post(url + '/items', json=item) as response:
                check('POST', (response.status, await response.text()),
                      (201, 'added'))
        async with session.get(url + '/items') as response:
            check('GET', await response.json(), items)
        async with session.put(url + '/upload', data=blocks()) as response:
            check('PUT of a stream', await response.text(),
                  hashlib.sha256(BLOCK * BLOCKS).hexdigest())
        async with session.get(url + '/download') as response:
            received = []
            while not response.content.at_eof():
                received.append(await response.content.readany())
            check('GET of a stream', b''.join(received), BLOCK * BLOCKS)
        async with session.ws_connect(url + '/shout') as websocket:
            await websocket.send_str('hello')
            check('WebSocket', (await websocket.receive()).data, 'HELLO')
        async with session.get(url + '/nowhere') as response:
            check('404', response.status, 404)


async def serve_and_use():
    runner, url = await start_server()
    try:
        await asyncio.wait_for(use(url), timeout=30)
    finally:
        await runner.cleanup()


def main():
    asyncio.set_event_loop(None)
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(serve_and_use())
    finally:
        loop.close()
    print('done')


if __name__ == '__main__':
    main()
