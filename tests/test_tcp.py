"""Streams over real sockets, from one end to the other."""

import asyncio
import socket
import struct

import pytest

from test_transports import Recorder

HOST = '127.0.0.1'


def serve_and_run(loop, serve, use):
    """Run *use* on a connection to a server that runs *serve* on its end."""
    async def run():
        ended = asyncio.Future(loop=loop)

        async def connected(reader, writer):
            try:
                await serve(reader, writer)
            finally:
                writer.close()
                ended.set_result(None)

        server = await asyncio.start_server(connected, HOST, 0)
        host, port = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(host, port)
        try:
            await use(reader, writer)
        finally:
            writer.close()
            await ended
            server.close()
            await server.wait_closed()

    loop.run_until_complete(run())


async def echo(reader, writer):
    while True:
        line = await reader.readline()
        if not line:
            break
        writer.write(line)
        await writer.drain()


def test_echo(policy_loop):
    async def use(reader, writer):
        for line in b'first\n', b'second\n':
            writer.write(line)
            await writer.drain()
            assert await reader.readline() == line
        assert writer.transport.is_closing() is False
        writer.close()
        assert writer.transport.is_closing() is True

    serve_and_run(policy_loop, echo, use)


def test_drain_raises_once_the_connection_is_lost(policy_loop):
    async def serve(reader, writer):
        writer.transport.abort()

    async def use(reader, writer):
        await reader.read()
        # Nothing else lets the loop run (bpo-25441).
        with pytest.raises(ConnectionError):
            for _ in range(10000):
                writer.write(b'data')
                await writer.drain()
        assert writer.transport.is_closing()

    serve_and_run(policy_loop, serve, use)


def test_another_protocol_takes_over(policy_loop):
    async def serve(reader, writer):
        assert await reader.readline() == b'upgrade\n'
        writer.write(b'upgraded\n')
        assert await reader.readline() == b'go\n'
        writer.write(b'data')

    async def use(reader, writer):
        writer.write(b'upgrade\n')
        assert await reader.readline() == b'upgraded\n'
        protocol = Recorder(policy_loop)
        writer.transport.set_protocol(protocol)
        assert writer.transport.get_protocol() is protocol
        writer.transport.write(b'go\n')
        assert await protocol.received == b'data'
        assert await protocol.lost is None

    serve_and_run(policy_loop, serve, use)


@pytest.mark.parametrize('writes', [False, True])
def test_a_reset_is_told(loop, writes):
    """Once, and as what it is, although the socket tells it only once."""
    class Client(asyncio.Protocol):
        def __init__(self):
            self.lost = asyncio.Future(loop=loop)

        def connection_lost(self, exc):
            self.lost.set_result(exc)

    async def run():
        transport, client = await loop.create_connection(
            Client, *listening.getsockname())
        accepted, _ = listening.accept()
        if writes:
            transport.pause_reading()
        # Closed without waiting for what is on its way.
        accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack('ii', 1, 0))
        accepted.close()
        if writes:
            transport.write(b'data')
        return await client.lost

    with socket.socket() as listening:
        listening.bind(('127.0.0.1', 0))
        listening.listen(1)
        exc = loop.run_until_complete(run())
    assert type(exc) is ConnectionResetError
