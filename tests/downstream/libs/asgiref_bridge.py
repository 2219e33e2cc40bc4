"""asgiref: threads and coroutines that call each other, Local, a WSGI application, a server of datagrams."""
import asyncio
import socket
import threading

from checks import check, run

from asgiref.local import Local
from asgiref.server import StatelessServer
from asgiref.sync import async_to_sync, sync_to_async
from asgiref.wsgi import WsgiToAsgi

CLIENTS = 10


async def use_threads():
    local = Local()

    async def waited(value):
        await asyncio.sleep(0)
        return value, local.name, threading.current_thread() is main_thread

    @sync_to_async
    def in_a_thread(value):
        # Back to the loop from there, and the Local goes all the way.
        return async_to_sync(waited)(value), threading.current_thread() is main_thread

    async def task(number):
        local.name = number
        check('sync_to_async', await in_a_thread(number), ((number, number, True), False))

    main_thread = threading.current_thread()
    await asyncio.gather(*(task(number) for number in range(CLIENTS)))

    @sync_to_async
    def fails():
        raise KeyError('expected')

    try:
        await fails()
    except KeyError as error:
        check('error of a thread', error.args, ('expected',))
    thread = await sync_to_async(threading.current_thread, thread_sensitive=True)()
    check('a thread of its own', thread is not main_thread)
    check('iscoroutinefunction', asyncio.iscoroutinefunction(in_a_thread))


def wsgi_application(environ, start_response):
    start_response('200 OK', [('X-Path', environ['PATH_INFO'])])
    yield environ['wsgi.input'].read()[::-1]
    yield environ['QUERY_STRING'].encode()


async def use_wsgi():
    received, sent = asyncio.Queue(), asyncio.Queue()
    for number in range(3):
        await received.put({'type': 'http.request', 'body': b'part %d' % number, 'more_body': number < 2})
    await WsgiToAsgi(wsgi_application)(
        {'type': 'http', 'method': 'POST', 'path': '/path', 'query_string': b'a=1', 'http_version': '1.1'},
        received.get, sent.put)
    check('WSGI', [sent.get_nowait() for _ in range(sent.qsize())], [
        {'type': 'http.response.start', 'status': 200, 'headers': [(b'x-path', b'/path')]},
        {'type': 'http.response.body', 'body': b'part 0part 1part 2'[::-1], 'more_body': True},
        {'type': 'http.response.body', 'body': b'a=1', 'more_body': True},
        {'type': 'http.response.body'}])


class Datagrams(StatelessServer):
    """An instance of the application for each address."""

    def __init__(self, application, sock):
        super().__init__(application)
        self.sock = sock

    async def handle(self):
        await asyncio.get_event_loop().create_datagram_endpoint(lambda: self, sock=self.sock)

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        self.get_or_create_application_instance(address, address).put_nowait(data)

    async def application_send(self, scope, message):
        self.transport.sendto(message, scope)

    def connection_lost(self, exc):
        pass


def count_and_shout(scope):
    async def application(receive, send):
        count = 0
        while True:
            data = await receive()
            count += 1
            await send(b'%d ' % count + data.upper())
    return application


async def use_datagrams():
    loop = asyncio.get_event_loop()
    sock = socket.socket(type=socket.SOCK_DGRAM)
    sock.bind(('127.0.0.1', 0))
    server = Datagrams(count_and_shout, sock)
    checker = asyncio.ensure_future(server.application_checker())
    await server.handle()

    def client():
        with socket.socket(type=socket.SOCK_DGRAM) as own:
            own.connect(sock.getsockname())
            own.settimeout(20)
            answers = []
            for word in b'one', b'two', b'three':
                own.send(word)
                answers.append(own.recv(100))
            return answers

    for answers in await asyncio.gather(*(loop.run_in_executor(None, client) for _ in range(CLIENTS))):
        check('datagrams', answers, [b'1 ONE', b'2 TWO', b'3 THREE'])
    checker.cancel()
    for scope in list(server.application_instances):
        server.delete_application_instance(scope)
    server.transport.close()
    await asyncio.sleep(0)


async def main():
    await use_threads()
    await use_wsgi()
    await use_datagrams()


run(main)
