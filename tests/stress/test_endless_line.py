"""A peer that sends a line without an end, to a reader that has a limit."""

import asyncio
import socket
import threading
import time
import tracemalloc

import pytest

LIMIT = 64 * 1024
# What a transport reads at once; max_size in asyncio.selector_events.
MAX_SIZE = 256 * 1024
# The reader pauses the transport above twice its limit, but takes what has
# been read by then.
LARGEST = 2 * LIMIT + MAX_SIZE


class Reader(asyncio.StreamReader):
    """Knows how large its buffer was."""

    largest = received = 0

    def feed_data(self, data):
        super().feed_data(data)
        self.received += len(data)
        self.largest = max(self.largest, len(self._buffer))


def send_for_ever(sock):
    block = b'x' * MAX_SIZE
    try:
        while True:
            sock.sendall(block)
    except OSError:
        # The reader has had enough.
        pass


# Without pytest.raises(): it keeps the frame, and what was read, in a cycle.

async def readline(reader):
    try:
        await reader.readline()
    except ValueError as exc:
        return 'limit' in str(exc)


async def readuntil(reader):
    try:
        await reader.readuntil(b'\r\n')
    except asyncio.LimitOverrunError as exc:
        # So many hold no separator, and can be dropped.
        dropped = await reader.readexactly(exc.consumed)
        return len(dropped) > LIMIT and not dropped.strip(b'x')


@pytest.mark.parametrize('read', [readline, readuntil])
def test_endless_line(policy_loop, size, record_property, read):
    rounds = size(20, 2000)
    ours, theirs = socket.socketpair()
    sending = threading.Thread(target=send_for_ever, args=(theirs,))

    async def run():
        reader = Reader(limit=LIMIT, loop=policy_loop)
        transport, protocol = await policy_loop.create_connection(
            lambda: asyncio.StreamReaderProtocol(reader, loop=policy_loop),
            sock=ours)
        sending.start()
        assert await read(reader)
        tracemalloc.start()
        try:
            for _ in range(rounds):
                assert await read(reader)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            transport.close()
        return reader, peak

    began = time.monotonic()
    try:
        reader, peak = policy_loop.run_until_complete(run())
        policy_loop.run_until_complete(asyncio.sleep(0))
    finally:
        theirs.close()
        sending.join(30)
    assert not sending.is_alive()
    assert reader.largest <= LARGEST
    # The buffer, and two copies while data is taken out of it.
    assert peak < 3 * LARGEST
    record_property('endless line, ' + read.__name__, (
        '%d errors in %.0f MB, %.1f s; largest buffer %d KiB, of at most '
        '%d; peak of memory %d KiB' % (
            rounds, reader.received / 1e6, time.monotonic() - began,
            reader.largest / 1024, LARGEST / 1024, peak / 1024)))
