"""aiosmtpd: mail by smtplib to a server in this loop, and to one in a thread of its own. Part 'starttls': over TLS."""
import asyncio
import functools
import smtplib

from checks import check, free_port, run, tls

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

# Lines that begin with dots are sent with one more.
MAIL = b'Subject: %d\r\n\r\n' + b'\r\n'.join(b'.' * (number % 4) + b' line' for number in range(20000))
CLIENTS = 5


class Box:
    """Keeps what is sent to it, but to one address."""

    def __init__(self):
        self.received = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith('nobody'):
            return '550 no such box'
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(0)
        self.received.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return '250 kept'


def send(port, number, context=None):
    with smtplib.SMTP('127.0.0.1', port, timeout=20) as client:
        if context:
            client.starttls(context=context)
        client.sendmail('from%d@localhost' % number, ['to@localhost'], MAIL % number)
        try:
            client.sendmail('from@localhost', ['nobody@localhost'], 'refused')
        except smtplib.SMTPRecipientsRefused as refused:
            check('refused', refused.recipients['nobody@localhost'][0], 550)


def check_box(box, numbers):
    received = {sender: (to, content) for sender, to, content in box.received}
    for number in numbers:
        to, content = received.pop('from%d@localhost' % number)
        check('recipients', to, ['to@localhost'])
        check('content', content, MAIL % number)
    check('nothing else', received, {})


async def use_this_loop(server_context=None, client_context=None):
    box = Box()
    loop = asyncio.get_event_loop()
    protocol = functools.partial(SMTP, box, hostname='localhost', tls_context=server_context,
                                 require_starttls=server_context is not None)
    server = await loop.create_server(protocol, '127.0.0.1', 0)
    port = server.sockets[0].getsockname()[1]
    await asyncio.gather(*(loop.run_in_executor(None, send, port, number, client_context)
                           for number in range(CLIENTS)))
    check_box(box, range(CLIENTS))
    server.close()
    await server.wait_closed()


async def use_controller():
    box = Box()
    controller = Controller(box, hostname='127.0.0.1', port=free_port(), ready_timeout=20)
    controller.start()
    send(controller.port, 7)
    controller.stop()
    check_box(box, [7])


async def main():
    await use_this_loop()
    await use_controller()


async def starttls():
    await use_this_loop(*tls())


run(main, starttls=starttls)
