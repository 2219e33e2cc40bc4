"""Run a loop ROUNDS times, each ended by a signal.

signals.py stop ROUNDS        SIGTERM, which loop.stop() handles
signals.py interrupt ROUNDS   SIGINT, which raises KeyboardInterrupt out of
                              the loop while it waits
signals.py within ROUNDS      the same, sent by a task that runs

Prints 'ready' for who is to send it.  Each time it finishes what was pending
and closes the loop; it exits with 128 + the number of the signal.
"""

import asyncio
import os
import signal
import socket
import sys


async def sleep():
    await asyncio.sleep(3600)


async def wait_in_queue():
    await asyncio.Queue().get()


async def read(reader, writer):
    try:
        await reader.read()
    finally:
        writer.close()


async def read_from(sock):
    await read(*await asyncio.open_connection(sock=sock))


async def tidy_up():
    """Has more to wait for when it is cancelled."""
    try:
        await asyncio.Event().wait()
    finally:
        for _ in range(3):
            await asyncio.sleep(0)


def call_when_idle(loop, callback):
    if loop._ready:
        loop.call_soon(call_when_idle, loop, callback)
    else:
        callback()


async def serve(when_all_wait):
    server = await asyncio.start_server(read, '127.0.0.1', 0)
    loop = asyncio.get_event_loop()
    loop.call_soon(call_when_idle, loop, when_all_wait)
    try:
        await asyncio.Event().wait()
    finally:
        server.close()


def say_ready():
    print('ready', flush=True)


async def interrupt():
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.sleep(3600)


def run_and_finish(mode):
    """Returns the number of the signal that ended the loop."""
    def start_interrupting():
        tasks.append(loop.create_task(interrupt()))

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    if mode == 'stop':
        loop.add_signal_handler(signal.SIGTERM, loop.stop)
    ours, theirs = socket.socketpair()
    tasks = [loop.create_task(coroutine) for coroutine in (
        sleep(), wait_in_queue(), read_from(ours), tidy_up(),
        serve(start_interrupting if mode == 'within' else say_ready))]
    try:
        loop.run_forever()
        ended_by = signal.SIGTERM
    except KeyboardInterrupt:
        ended_by = signal.SIGINT
    assert asyncio._get_running_loop() is None
    assert not loop.is_running()
    if mode == 'within':
        assert isinstance(tasks.pop().exception(), KeyboardInterrupt)
    for task in tasks:
        assert not task.done(), task
        task.cancel()
    loop.run_until_complete(asyncio.wait(tasks))
    for task in tasks:
        assert task.cancelled(), task
    theirs.close()
    loop.close()
    asyncio.set_event_loop(None)
    return ended_by


def main(mode, rounds):
    (number,) = {run_and_finish(mode) for _ in range(int(rounds))}
    sys.exit(128 + number)


if __name__ == '__main__':
    main(*sys.argv[1:])
