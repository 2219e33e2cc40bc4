"""Fork COUNT times while a loop runs; every child runs a loop of its own.

Prints how often the parent's loop went round meanwhile.
"""

import asyncio
import os
import signal
import sys
import traceback

# So many children may be there at the same time.
AT_ONCE = 20


def live_as_child(number):
    """What each child does; it ends here, whatever happens."""
    status = 1
    try:
        assert asyncio._get_running_loop() is None
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)

        async def run():
            await asyncio.sleep(0)
            assert asyncio.get_event_loop() is loop
            return number

        assert loop.run_until_complete(run()) == number
        assert asyncio._get_running_loop() is None
        loop.close()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


async def fork_and_reap(loop, count):
    all_reaped = asyncio.Event()
    free = asyncio.Semaphore(AT_ONCE)
    statuses = {}
    turns = 0

    def reap():
        while len(statuses) < count:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            statuses[pid] = status
            free.release()
        all_reaped.set()

    async def go_round():
        nonlocal turns
        while not all_reaped.is_set():
            await asyncio.sleep(0)
            turns += 1

    loop.add_signal_handler(signal.SIGCHLD, reap)
    going_round = loop.create_task(go_round())
    for number in range(count):
        await free.acquire()
        if os.fork() == 0:
            live_as_child(number)
        assert asyncio._get_running_loop() is loop
    await all_reaped.wait()
    await going_round
    loop.remove_signal_handler(signal.SIGCHLD)
    assert not any(statuses.values()), statuses
    return turns


def main(count):
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    print(loop.run_until_complete(fork_and_reap(loop, int(count))))
    loop.close()


if __name__ == '__main__':
    main(*sys.argv[1:])
