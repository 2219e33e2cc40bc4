"""discord.py: a bot that answers messages, with a server of this machine in the place of Discord's; repeated tasks."""
import asyncio
import json
import zlib

from checks import check, listening, run

import discord
from aiohttp import web
from discord.ext import tasks

BOT = {'id': '1', 'username': 'bot', 'discriminator': '0001', 'avatar': None, 'bot': True}
ADA = {'id': '2', 'username': 'ada', 'discriminator': '0002', 'avatar': None}
CHANNEL = {'id': '10', 'type': 1, 'recipients': [ADA], 'last_message_id': None}
HELLO, DISPATCH, HEARTBEAT, IDENTIFY, ACKNOWLEDGED = 10, 0, 1, 2, 11


def message(id, author, content):
    return {'id': str(id), 'channel_id': '10', 'author': author, 'content': content, 'type': 0, 'tts': False,
            'timestamp': '2020-01-01T00:00:00+00:00', 'edited_timestamp': None, 'mention_everyone': False,
            'mentions': [], 'mention_roles': [], 'attachments': [], 'embeds': [], 'pinned': False}


def answer(data):
    # It knows no content type but that.
    return web.Response(body=json.dumps(data).encode(), content_type='application/json')


class Discord:
    """As much of it as a bot needs to be told something, and to answer."""

    def __init__(self):
        self.answers = asyncio.Queue()
        self.beats = asyncio.Queue()

    async def start(self):
        app = web.Application()
        app.router.add_get('/api/users/@me', self.me)
        app.router.add_get('/api/gateway', self.where)
        app.router.add_post('/api/channels/10/messages', self.post)
        app.router.add_get('/gateway', self.gateway)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        sock = listening()
        await web.SockSite(self.runner, sock).start()
        self.address = '127.0.0.1:%d' % sock.getsockname()[1]

    async def me(self, request):
        check('token', request.headers['Authorization'], 'Bot token')
        return answer(BOT)

    async def where(self, request):
        return answer({'url': 'ws://%s/gateway' % self.address})

    async def post(self, request):
        content = (await request.json())['content']
        await self.answers.put(content)
        return answer(message(200, BOT, content))

    async def gateway(self, request):
        websocket = web.WebSocketResponse()
        await websocket.prepare(request)
        stream = zlib.compressobj()

        async def send(op, data=None, event=None):
            text = json.dumps({'op': op, 'd': data, 't': event, 's': 1 if event else None})
            await websocket.send_bytes(stream.compress(text.encode()) + stream.flush(zlib.Z_SYNC_FLUSH))

        await send(HELLO, {'heartbeat_interval': 50})
        async for received in websocket:
            op = json.loads(received.data)['op']
            if op == HEARTBEAT:
                await self.beats.put(op)
                await send(ACKNOWLEDGED)
            elif op == IDENTIFY:
                await send(DISPATCH, {'user': BOT, 'guilds': [], 'private_channels': [], 'session_id': 'x'}, 'READY')
                await send(DISPATCH, CHANNEL, 'CHANNEL_CREATE')
                for number in range(5):
                    await send(DISPATCH, message(100 + number, ADA, 'ping %d' % number), 'MESSAGE_CREATE')
        return websocket


class Bot(discord.Client):

    async def on_message(self, message):
        check('author', message.author.name, 'ada')
        await message.channel.send(message.content.replace('ping', 'pong'))


async def use_bot():
    server = Discord()
    await server.start()
    discord.http.Route.BASE = 'http://%s/api' % server.address
    bot = Bot()
    running = asyncio.ensure_future(bot.start('token'))
    answering = asyncio.ensure_future(several(server.answers, 5))
    await asyncio.wait([running, answering], return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        running.result()
    check('answers', sorted(await answering), ['pong %d' % number for number in range(5)])
    await several(server.beats, 3)
    await bot.wait_until_ready()
    await bot.close()
    await running
    await server.runner.cleanup()


async def several(queue, number):
    found = []
    for _ in range(number):
        found.append(await queue.get())
    return found


async def use_tasks():
    counted = []

    @tasks.loop(seconds=0.01, count=3)
    async def count():
        counted.append(count.current_loop)

    await count.start()
    check('tasks', counted, [0, 1, 2])


async def main():
    await use_tasks()
    await use_bot()


run(main)
