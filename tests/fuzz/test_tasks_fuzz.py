"""The compiled Task does what the Python one does.

Each program runs twice: with what asyncio makes, and with subclasses of it,
which are Python code.  Results, the order of what happens and what is logged
have to be equal.
"""

import asyncio
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

import asyncio_compat

from scenarios import time_limit

pytestmark = [time_limit, pytest.mark.skipif(
    all(row['state'] != 'patched' for row in asyncio_compat.status()
        if row['id'] == 'accelerated'), reason='there is no compiled part')]


class Future(asyncio.Future):
    """Python code, because it is a subclass."""


class Task(asyncio.Task):
    """Likewise."""


class Loop(asyncio.SelectorEventLoop):
    def create_future(self):
        return Future(loop=self)

    def create_task(self, coro):
        return Task(coro, loop=self)


class Error(Exception):
    """What a program raises."""


class End(BaseException):
    """What is not caught by a loop."""


NUMBERS = st.integers(0, 2)
STEPS = st.one_of(
    st.tuples(st.sampled_from(['sleep', 'fail', 'end', 'stop_iteration',
                               'cancel_self', 'await_self', 'ignore_cancel',
                               'raise_cancelled', 'stack', 'forget'])),
    st.tuples(st.sampled_from(['await_future', 'yield_future', 'set_result',
                               'set_exception', 'cancel_future', 'shield',
                               'callback', 'remove_callback', 'cancel_task',
                               'await_task', 'gather', 'wait_for', 'return',
                               'start', 'retrieve', 'call_soon', 'repr']),
              NUMBERS),
    st.tuples(st.just('rubbish'), st.sampled_from([5, 'text', (), (None,)])))
PROGRAMS = st.lists(st.lists(STEPS, max_size=7), min_size=1, max_size=4)


@types.coroutine
def yielding(value):
    return (yield value)


class Program:
    """Runs on one kind of loop; *seen* is what happened, in order."""

    def __init__(self, loop, steps):
        self.loop = loop
        self.steps = steps
        self.seen = []
        self.futures = [loop.create_future() for _ in range(3)]
        self.tasks = []

    def run(self):
        self.loop.set_exception_handler(self.log)
        for number in range(len(self.steps)):
            self.start(number)
        for _ in range(3):
            self.iterate(25)
            for number in range(len(self.tasks)):
                self.cancel(number)
        self.iterate(25)
        outcomes = [self.outcome(future) for future in
                    self.tasks + self.futures]
        # When a task that will never end is destroyed is not compared.
        self.loop.set_exception_handler(lambda loop, context: None)
        self.loop.close()
        return self.seen, outcomes

    def iterate(self, times):
        for _ in range(times):
            self.loop.call_soon(self.loop.stop)
            try:
                self.loop.run_forever()
            except End:
                self.see('loop', 'ended')

    def start(self, number):
        if number < len(self.steps) and len(self.tasks) < 9:
            name = len(self.tasks)
            self.tasks.append(None)
            self.tasks[name] = self.loop.create_task(
                self.follow(name, self.steps[number]))

    def cancel(self, number):
        try:
            return self.tasks[number].cancel()
        except RecursionError:
            return 'they wait for each other'

    def see(self, *what):
        self.seen.append(what)

    def log(self, loop, context):
        self.see('log', context['message'].split(' at 0x')[0].split('<')[0],
                 type(context.get('exception')).__name__)

    def outcome(self, future):
        if not future.done():
            return 'pending'
        if future.cancelled():
            return 'cancelled'
        exc = future.exception()
        return future.result() if exc is None else (
            type(exc).__name__, self.in_words(exc))

    @staticmethod
    def in_words(exc):
        # Without addresses and the names of the coroutines.
        return str(exc).split('<')[0]

    async def follow(self, name, steps):
        ignoring = False
        for step, *arguments in steps:
            self.see(name, step)
            if step == 'ignore_cancel':
                ignoring = True
                continue
            try:
                result = await getattr(self, step)(name, *arguments)
            except asyncio.CancelledError:
                self.see(name, step, 'cancelled')
                if not ignoring:
                    raise
            except RuntimeError as exc:
                self.see(name, step, self.in_words(exc))
            else:
                if step == 'return':
                    return result
                self.see(name, step, result)

    # The steps.

    async def sleep(self, name):
        await yielding(None)

    async def fail(self, name):
        raise Error(name)

    async def end(self, name):
        raise End(name)

    async def stop_iteration(self, name):
        raise StopIteration(name)

    async def raise_cancelled(self, name):
        raise asyncio.CancelledError

    async def cancel_self(self, name):
        return self.cancel(name)

    async def await_self(self, name):
        await self.tasks[name]

    async def stack(self, name):
        return self.tasks[name].get_stack()[-1].f_code.co_name

    async def forget(self, name):
        # Nobody retrieves its exception.
        self.loop.create_future().set_exception(Error('forgotten'))

    async def rubbish(self, name, value):
        await yielding(value)

    async def await_future(self, name, number):
        return await self.futures[number]

    async def yield_future(self, name, number):
        # Without "yield from", which Task tells from the flag.
        return await yielding(self.futures[number])

    async def set_result(self, name, number):
        if not self.futures[number].done():
            self.futures[number].set_result(
                [None, (1, 2), Error('a result')][number])

    async def set_exception(self, name, number):
        if not self.futures[number].done():
            self.futures[number].set_exception(Error(number))

    async def cancel_future(self, name, number):
        return self.futures[number].cancel()

    async def shield(self, name, number):
        return await asyncio.shield(self.futures[number], loop=self.loop)

    async def callback(self, name, number):
        self.futures[number].add_done_callback(self.called)

    async def remove_callback(self, name, number):
        return self.futures[number].remove_done_callback(self.called)

    def called(self, future):
        self.see('callback', self.outcome(future))

    async def call_soon(self, name, number):
        self.loop.call_soon(self.see, 'call_soon', number)

    async def cancel_task(self, name, number):
        return self.cancel(number % len(self.tasks))

    async def await_task(self, name, number):
        return await self.tasks[number % len(self.tasks)]

    async def gather(self, name, number):
        return await asyncio.gather(
            *self.futures[number:], loop=self.loop,
            return_exceptions=number == 1)

    async def wait_for(self, name, number):
        return await asyncio.wait_for(
            self.futures[number], [None, 0, 1000][number], loop=self.loop)

    async def start_again(self, name, number):
        self.start(number)

    async def retrieve(self, name, number):
        return self.outcome(self.tasks[number % len(self.tasks)])

    async def repr(self, name, number):
        return repr(self.futures[number]).split(' at ')[0]


setattr(Program, 'return', Program.retrieve)


@given(PROGRAMS)
def test_both_do_the_same(steps):
    steps = [[('start_again',) + step[1:] if step[0] == 'start' else step
              for step in each] for each in steps]
    compiled = Program(asyncio.SelectorEventLoop(), steps).run()
    python = Program(Loop(), steps).run()
    assert [str(part) for part in compiled] == [str(part) for part in python]
