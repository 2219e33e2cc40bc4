"""tornado: a web server with its client, a WebSocket, a TCP server, timers and queues, all in asyncio's loop."""
import asyncio
import datetime
import json
import os

from checks import check, listening, run

from tornado import gen, httpclient, httpserver, ioloop, iostream, locks, queues, tcpclient, tcpserver, web, websocket

BODY = os.urandom(300000)


class Items(web.RequestHandler):

    def initialize(self, items):
        self.items = items

    async def get(self, name):
        await asyncio.sleep(0)
        if name not in self.items:
            raise web.HTTPError(404)
        self.write({'name': name, 'value': self.items[name]})

    @gen.coroutine
    def put(self, name):
        yield gen.moment
        self.items[name] = json.loads(self.request.body.decode())
        self.set_status(201)


@web.stream_request_body
class Mirror(web.RequestHandler):
    """Sends the body back, part by part."""

    async def data_received(self, chunk):
        self.write(chunk)
        await self.flush()

    def post(self):
        pass


class Shout(websocket.WebSocketHandler):

    async def on_message(self, message):
        await self.write_message(message.upper(), binary=isinstance(message, bytes))


class Lines(tcpserver.TCPServer):

    async def handle_stream(self, stream, address):
        try:
            while True:
                line = await stream.read_until(b'\n')
                await stream.write(line[::-1])
        except iostream.StreamClosedError:
            pass


async def use_web(url):
    client = httpclient.AsyncHTTPClient()
    answer = await client.fetch(url + '/items/nut', method='PUT', body='[1, 2]')
    check('PUT', answer.code, 201)
    answers = await asyncio.gather(*(client.fetch(url + '/items/nut') for _ in range(20)))
    for answer in answers:
        check('GET', json.loads(answer.body.decode()), {'name': 'nut', 'value': [1, 2]})
    answer = await client.fetch(url + '/items/bolt', raise_error=False)
    check('404', answer.code, 404)
    answer = await client.fetch(url + '/mirror', method='POST', body=BODY)
    check('POST of a stream', answer.body, BODY)


async def use_websocket(url):
    connection = await websocket.websocket_connect(url.replace('http', 'ws') + '/shout')
    for sent, expected in ('hello', 'HELLO'), (b'bytes', b'BYTES'), ('x' * 100000, 'X' * 100000):
        await connection.write_message(sent, binary=isinstance(sent, bytes))
        check('WebSocket', await connection.read_message(), expected)
    connection.close()
    check('closed', await connection.read_message(), None)


async def use_tcp(port):
    stream = await tcpclient.TCPClient().connect('127.0.0.1', port)
    for line in (b'abc', b'x' * 50000):
        await stream.write(line + b'\n')
        check('line', await stream.read_bytes(len(line) + 1), b'\n' + line[::-1])
    stream.close()


async def use_loop():
    loop = ioloop.IOLoop.current()
    check("asyncio's loop", loop.asyncio_loop is asyncio.get_event_loop())
    called, queue = locks.Event(), queues.Queue()
    loop.add_timeout(datetime.timedelta(milliseconds=10), called.set)
    await called.wait(timeout=datetime.timedelta(seconds=20))
    check('executor', await loop.run_in_executor(None, sum, [1, 2, 3]), 6)
    loop.spawn_callback(queue.put, 'item')
    check('queue', await queue.get(), 'item')
    try:
        await gen.with_timeout(datetime.timedelta(milliseconds=10), asyncio.Future())
    except gen.TimeoutError:
        print('timeout ok')


async def main():
    application = web.Application([
        (r'/items/(\w+)', Items, {'items': {}}), (r'/mirror', Mirror), (r'/shout', Shout)], log_function=lambda _: None)
    sock, lines_sock = listening(), listening()
    server, lines = httpserver.HTTPServer(application), Lines()
    for each, its_sock in (server, sock), (lines, lines_sock):
        its_sock.setblocking(False)
        each.add_sockets([its_sock])
    url = 'http://127.0.0.1:%d' % sock.getsockname()[1]
    await use_web(url)
    await use_websocket(url)
    await use_tcp(lines_sock.getsockname()[1])
    await use_loop()
    lines.stop()
    server.stop()
    await server.close_all_connections()


run(main)
