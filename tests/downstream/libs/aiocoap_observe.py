"""aiocoap: server and client over UDP, TCP; GET, PUT in blocks, errors; part 'observe': a resource that changes."""
import asyncio
import logging

from checks import check, free_port, run

import aiocoap
from aiocoap import resource

LONG = bytes(range(256)) * 40
logging.disable(logging.WARNING)    # It has no network to join a multicast group of.


class Stored(resource.Resource):

    def __init__(self):
        super().__init__()
        self.content = b'initial'

    async def render_get(self, request):
        await asyncio.sleep(0)
        return aiocoap.Message(payload=self.content)

    async def render_put(self, request):
        self.content = request.payload
        return aiocoap.Message(code=aiocoap.CHANGED)


class Counter(resource.ObservableResource):
    """Counts up to three, each time it is told to, and tells those that observe it."""

    count = 0

    async def render_get(self, request):
        return aiocoap.Message(payload=b'%d' % self.count)

    async def render_post(self, request):
        self.count += 1
        self.updated_state()
        return aiocoap.Message(code=aiocoap.CHANGED)


async def started():
    """The contexts of a server and of a client, and the server's address."""
    site = resource.Site()
    site.add_resource(('stored',), Stored())
    site.add_resource(('counter',), Counter())
    port = free_port()
    server = await aiocoap.Context.create_server_context(site, bind=('127.0.0.1', port))
    return server, await aiocoap.Context.create_client_context(), '127.0.0.1:%d' % port


async def ask(client, code, uri, **options):
    return await client.request(aiocoap.Message(code=code, uri=uri, **options)).response


async def use_stored(client, url):
    check('GET', (await ask(client, aiocoap.GET, url + '/stored')).payload, b'initial')
    answer = await ask(client, aiocoap.PUT, url + '/stored', payload=LONG)
    check('PUT', answer.code, aiocoap.CHANGED)
    check('GET of blocks', (await ask(client, aiocoap.GET, url + '/stored')).payload, LONG)
    answers = await asyncio.gather(*(ask(client, aiocoap.GET, url + '/counter') for _ in range(10)))
    check('ten at once', [answer.payload for answer in answers], [b'0'] * 10)
    check('not found', (await ask(client, aiocoap.GET, url + '/nowhere')).code, aiocoap.NOT_FOUND)
    await ask(client, aiocoap.PUT, url + '/stored', payload=b'initial')


async def main():
    server, client, address = await started()
    await use_stored(client, 'coap://' + address)
    await use_stored(client, 'coap+tcp://' + address)
    # It ends TCP connections with a message that itself does not understand.
    client.loop.set_exception_handler(lambda loop, context: None)
    await client.shutdown()
    await server.shutdown()


async def observe():
    server, client, address = await started()
    url = 'coap://%s/counter' % address
    request = client.request(aiocoap.Message(code=aiocoap.GET, uri=url, observe=0))
    check('observed', (await request.response).payload, b'0')
    await ask(client, aiocoap.POST, url)
    async for answer in request.observation:
        if answer.payload == b'3':
            break
        await ask(client, aiocoap.POST, url)
    check('observed', answer.payload, b'3')
    request.observation.cancel()
    await client.shutdown()
    await server.shutdown()


run(main, observe=observe)
