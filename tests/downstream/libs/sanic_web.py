"""sanic: a web server; JSON, a body and an answer in parts, errors, many connections that are kept, a WebSocket."""
import asyncio
import json
import logging
import os

from checks import check, listening, run

import sanic
import websockets
from sanic import response

BODY = os.urandom(200000)
CLIENTS = 10
app = sanic.Sanic(__name__, configure_logging=False)
logging.getLogger('sanic.root').setLevel(logging.CRITICAL)  # It has a traceback for each 404.


@app.route('/items/<name>', methods=['GET', 'PUT'])
async def items(request, name):
    await asyncio.sleep(0)
    return response.json({'name': name, 'method': request.method, 'sent': request.json, 'args': request.args})


@app.post('/mirror', stream=True)
async def mirror(request):
    """Sends the body back, part by part."""
    async def parts(answer):
        while True:
            part = await request.stream.get()
            if part is None:
                return
            await answer.write(part)

    return response.stream(parts)


@app.route('/slow')
async def slow(request):
    return response.text(await asyncio.get_event_loop().run_in_executor(None, 'from a {}'.format, 'thread'))


@app.websocket('/shout')
async def shout(request, websocket):
    while True:
        await websocket.send((await websocket.recv()).upper())


class Client:
    """One connection, which is kept."""

    async def connect(self, port):
        self.reader, self.writer = await asyncio.open_connection('127.0.0.1', port)
        return self

    async def ask(self, method, path, body=b''):
        """The status of the answer and its body."""
        head = '%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n' % (method, path, len(body))
        self.writer.write(head.encode() + body)
        status = int((await self.reader.readline()).split()[1])
        headers = {}
        while True:
            name, _, value = (await self.reader.readline()).decode().partition(':')
            if not value:
                break
            headers[name.lower()] = value.strip()
        if headers.get('transfer-encoding') != 'chunked':
            return status, await self.reader.readexactly(int(headers['content-length']))
        chunks = []
        while not chunks or chunks[-1]:
            size = int(await self.reader.readline(), 16)
            chunks.append(await self.reader.readexactly(size))
            await self.reader.readline()
        return status, b''.join(chunks)


async def use(port, number):
    client = await Client().connect(port)
    status, answer = await client.ask('GET', '/items/nut?a=%d' % number)
    check('GET', (status, json.loads(answer.decode())),
          (200, {'name': 'nut', 'method': 'GET', 'sent': None, 'args': {'a': [str(number)]}}))
    status, answer = await client.ask('PUT', '/items/bolt', b'[1, 2]')
    check('PUT', json.loads(answer.decode())['sent'], [1, 2])
    check('parts', await client.ask('POST', '/mirror', BODY), (200, BODY))
    check('thread', await client.ask('GET', '/slow'), (200, b'from a thread'))
    check('404', (await client.ask('GET', '/nowhere'))[0], 404)
    client.writer.close()


async def use_websocket(port):
    websocket = await websockets.connect('ws://127.0.0.1:%d/shout' % port)
    for message in 'hello', 'x' * 100000:
        await websocket.send(message)
        check('WebSocket', await websocket.recv(), message.upper())
    await websocket.close()


async def main():
    sock = listening()
    port = sock.getsockname()[1]
    server = await app.create_server(sock=sock, access_log=False)
    await asyncio.gather(*(use(port, number) for number in range(CLIENTS)))
    await use_websocket(port)
    server.close()
    await server.wait_closed()


run(main)
