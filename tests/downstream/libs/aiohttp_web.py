"""aiohttp: what examples/ does, a web server and its client. Part 'iterate': bodies and messages by async for."""
import asyncio
import os
import sys

from checks import check, listening, run

import aiohttp
from aiohttp import web

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), *[os.pardir] * 3, 'examples'))
import aiohttp_app  # noqa: E402

BODY = os.urandom(200000)


async def mirror(request):
    """Sends the body back, part by part."""
    response = web.StreamResponse()
    await response.prepare(request)
    async for part in request.content.iter_chunked(10000):
        await response.write(part)
    return response


async def shout(request):
    websocket = web.WebSocketResponse()
    await websocket.prepare(request)
    async for message in websocket:
        await websocket.send_str(message.data.upper())
    return websocket


async def use_mirror(session, url):
    async with session.post(url + '/mirror', data=BODY) as response:
        parts = []
        async for part in response.content.iter_any():
            parts.append(part)
        check('body', b''.join(parts), BODY)


async def use_websocket(session, url):
    words = ['one', 'two', 'three']
    async with session.ws_connect(url + '/shout') as websocket:
        for word in words:
            await websocket.send_str(word)
        answers = []
        async for message in websocket:
            answers.append(message.data)
            if len(answers) == len(words):
                break
        check('messages', answers, [word.upper() for word in words])


async def iterate():
    app = web.Application()
    app.router.add_post('/mirror', mirror)
    app.router.add_get('/shout', shout)
    runner = web.AppRunner(app)
    await runner.setup()
    sock = listening()
    await web.SockSite(runner, sock).start()
    url = 'http://127.0.0.1:%d' % sock.getsockname()[1]
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(use_mirror(session, url) for _ in range(5)))
        await use_websocket(session, url)
    await runner.cleanup()


run(aiohttp_app.serve_and_use, iterate=iterate)
