"""What the kernel takes for the messages of streams.py: non-blocking sockets, epoll, and nothing around them."""
import select
import socket
from time import process_time

import streams

BUFFER = bytearray(256 * streams.KIB)


def echo():
    return _echo(streams.MESSAGE)


def echo_64_kib():
    return _echo(streams.LARGE_MESSAGE)


def readline_echo():
    return _echo(streams.LINE)


readuntil_echo = readline_echo


def _echo(message):
    client, server = _connected()
    with client, server, select.epoll() as epoll:
        epoll.register(client, select.EPOLLIN)
        epoll.register(server, select.EPOLLIN)
        start = process_time()
        for _ in range(streams.MESSAGES):
            _transfer(epoll, client, server, message)
            _transfer(epoll, server, client, message)
        return process_time() - start


def _connected():
    with socket.socket() as listening:
        listening.bind(('127.0.0.1', 0))
        listening.listen(1)
        client = socket.create_connection(listening.getsockname())
        server, _ = listening.accept()
    for end in client, server:
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        end.setblocking(False)
    return client, server


def _transfer(epoll, sender, receiver, message):
    sent = sender.send(message)
    missing = len(message)
    while missing:
        epoll.poll()
        missing -= receiver.recv_into(BUFFER)
        if sent < len(message):
            sent += sender.send(message[sent:])
