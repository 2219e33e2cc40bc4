"""What is left without asyncio: the kernel's part of the messages of streams.py, with non-blocking sockets and epoll;
and the interpreter's part of the tasks of scale.py.
"""
import select
import socket
from time import process_time

import scale
import streams

BUFFER = bytearray(256 * streams.KIB)


def echo():
    return _echo(streams.MESSAGE)


def echo_64_kib():
    return _echo(streams.LARGE_MESSAGE)


def readline_echo():
    return _echo(streams.LINE)


readuntil_echo = readline_echo


def coroutines(count):
    """A coroutine from its creation to its end, so many at once: the garbage collector looks at them as at tasks."""
    rounds = scale.rounds_of_tasks(count)
    start = process_time()
    for _ in range(rounds):
        created = [scale.nothing() for _ in range(count)]
        for coroutine in created:
            try:
                coroutine.send(None)
            except StopIteration:
                pass
    return (process_time() - start) / (rounds * count)


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
