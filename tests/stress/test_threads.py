"""Coroutines that many threads submit to one loop, and cancel at random."""

import asyncio
import concurrent.futures
import random
import time

THREADS = 8
# So many are under way in each thread.
BATCH = 100


class Failure(Exception):
    """What some of the coroutines raise."""


class Call:
    """One coroutine that is submitted, and all that happens to it."""

    def __init__(self, loop, kind):
        self.kind = kind
        self.started = self.coroutine_cancelled = False
        self.endings = 0
        self.future = asyncio.run_coroutine_threadsafe(self.run(), loop)
        self.future.add_done_callback(self.ended)

    async def run(self):
        self.started = True
        try:
            if self.kind == 'wait':
                await asyncio.Event().wait()
            elif self.kind != 'at once':
                await asyncio.sleep(0)
            if self.kind == 'fail':
                raise Failure(self)
            return self
        except asyncio.CancelledError:
            self.coroutine_cancelled = True
            raise

    def ended(self, future):
        assert future is self.future
        self.endings += 1

    def check(self):
        """Returns True if it was cancelled."""
        assert self.started and self.endings == 1
        if self.future.cancelled():
            # The others may have come to their end in the same moment.
            assert self.coroutine_cancelled or self.kind != 'wait'
            return True
        assert self.kind != 'wait' and not self.coroutine_cancelled
        if self.kind == 'fail':
            assert self.future.exception().args == (self,)
        else:
            assert self.future.result() is self
        return False


async def nothing():
    pass


def submit_batch(loop, chance):
    calls, to_cancel = [], []
    for _ in range(BATCH):
        call = Call(loop, chance.choice(['at once', 'next turn', 'fail',
                                         'wait']))
        calls.append(call)
        if chance.random() < 0.2:
            call.future.cancel()
        elif call.kind == 'wait' or chance.random() < 0.3:
            to_cancel.append(call)
    chance.shuffle(to_cancel)
    for call in to_cancel:
        call.future.cancel()
    pending = concurrent.futures.wait([call.future for call in calls],
                                      timeout=60).not_done
    assert not pending
    # When this has run, so have the callbacks of all before it.
    asyncio.run_coroutine_threadsafe(nothing(), loop).result(60)
    return calls


def submit(loop, number, seed):
    """Submit *number* coroutines; returns how many of them were cancelled."""
    chance = random.Random(seed)
    return sum(call.check() for _ in range(number // BATCH)
               for call in submit_batch(loop, chance))


def test_threads(policy_loop, size, record_property):
    number = size(500, 20000)
    all_tasks = getattr(asyncio, 'all_tasks', None) or asyncio.Task.all_tasks
    complaints = []
    policy_loop.set_exception_handler(
        lambda loop, context: complaints.append(context))
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(THREADS) as threads:
        submitting = [threads.submit(submit, policy_loop, number, seed)
                      for seed in range(THREADS)]
        policy_loop.run_until_complete(asyncio.wait(
            [asyncio.wrap_future(future, loop=policy_loop)
             for future in submitting]))
        cancelled = sum(future.result() for future in submitting)
    assert not complaints
    assert not [task for task in all_tasks(policy_loop) if not task.done()]
    assert 0 < cancelled < THREADS * number
    record_property('threads', '%d calls from %d threads, %d cancelled, %.1f s'
                    % (THREADS * number, THREADS, cancelled,
                       time.monotonic() - began))
