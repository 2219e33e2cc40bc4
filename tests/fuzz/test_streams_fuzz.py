"""A StreamReader reads what was fed, whatever the chunks and cancellations."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from scenarios import Scenario, sequences, time_limit

pytestmark = time_limit


class Model:
    """A StreamReader by its documentation: a buffer, and what a read takes.

    A read returns bytes or (type of an error, what it says), or None if it
    has to wait.
    """

    def __init__(self, limit):
        self.limit = limit
        self.buffer = b''
        self.eof = False

    def take(self, n):
        taken, self.buffer = self.buffer[:n], self.buffer[n:]
        return taken

    def would(self, name, *args):
        """What the read returns, which is not done."""
        before = self.buffer
        try:
            return getattr(self, name)(*args)
        finally:
            self.buffer = before

    def read(self, n):
        if n < 0:
            return self.take(len(self.buffer)) if self.eof else None
        return self.take(n) if self.buffer or self.eof or n == 0 else None

    def readexactly(self, n):
        if n < 0:
            return ValueError, None
        if len(self.buffer) >= n:
            return self.take(n)
        if self.eof:
            return asyncio.IncompleteReadError, self.take(n)

    def readuntil(self, separator):
        if not separator:
            return ValueError, None
        end = self.buffer.find(separator)
        if end > self.limit:
            return asyncio.LimitOverrunError, end
        if end != -1:
            return self.take(end + len(separator))
        # All but its last byte may be there.
        before = len(self.buffer) + 1 - len(separator)
        if before > self.limit:
            return asyncio.LimitOverrunError, before
        if self.eof:
            return asyncio.IncompleteReadError, self.take(len(self.buffer))

    def readline(self):
        result = self.readuntil(b'\n')
        if not isinstance(result, tuple):
            return result
        error, value = result
        if error is asyncio.IncompleteReadError:
            return value
        # Too long a line is dropped, up to its end if that has come.
        found = self.buffer.find(b'\n')
        return ValueError, self.take(found + 1 or len(self.buffer))


class Transport(asyncio.Transport):
    """Has chunks for a reader, which wants one at a time or none."""

    def __init__(self, chunks, reader, model, can_pause):
        super().__init__()
        self.chunks = list(chunks)
        self.reader = reader
        self.model = model
        self.can_pause = can_pause
        self.paused = False
        reader.set_transport(self)

    def pause_reading(self):
        if not self.can_pause:
            raise NotImplementedError
        assert not self.paused
        assert len(self.model.buffer) > 2 * self.model.limit
        self.paused = True

    def resume_reading(self):
        assert self.paused
        self.paused = False

    def feed(self):
        if self.paused or self.model.eof:
            return
        if self.chunks:
            # The reader may ask for a pause at once.
            self.model.buffer += self.chunks[0]
            self.reader.feed_data(self.chunks.pop(0))
        else:
            self.model.eof = True
            self.reader.feed_eof()


class Reading(Scenario):

    def __init__(self, chunks, limit, can_pause):
        self.chunks = chunks
        self.limit = limit
        self.can_pause = can_pause
        self.reading = None
        self.seen = []

    async def start(self):
        self.reader = asyncio.StreamReader(limit=self.limit, loop=self.loop)
        self.model = Model(self.limit)
        self.transport = Transport(
            self.chunks, self.reader, self.model, self.can_pause)

    def feed(self):
        self.transport.feed()

    def read(self, timed, *call):
        # There is one at a time, and wait_for() may return before it ends.
        if self.reading is None and not self.live():
            # What a read() of all has taken is lost with it, on any Python.
            self.is_lossy = call == ('read', -1)
            self.begin(timed and not self.is_lossy,
                       self.read_and_compare, call)

    async def read_and_compare(self, call):
        name, *args = call
        self.reading = call
        try:
            try:
                result = await getattr(self.reader, name)(*args)
            finally:
                self.reading = None
        except asyncio.IncompleteReadError as exc:
            assert exc.expected == (args[0] if name == 'readexactly' else None)
            result = asyncio.IncompleteReadError, exc.partial
        except asyncio.LimitOverrunError as exc:
            result = asyncio.LimitOverrunError, exc.consumed
        except ValueError:
            result = ValueError, None
            if name == 'readline':
                # Nobody tells what it has dropped.
                result = self.model.would(name)
                assert result[0] is ValueError
        assert result == getattr(self.model, name)(*args)
        self.seen += [part for part in [result] + list(result)
                      if isinstance(part, bytes)]
        if self.transport.paused:
            assert len(self.model.buffer) > self.limit

    def cancel_task(self, task):
        if not self.is_lossy:
            super().cancel_task(task)

    def check(self):
        if self.reading is not None:
            assert self.model.would(*self.reading) is None
            assert not self.transport.paused, 'Nothing will ever come'

    async def finish(self):
        while not self.model.eof:
            self.feed()
            await self.settle()
            if self.transport.paused:
                self.read(False, 'read', 3)
                await self.settle()
        assert self.reading is None
        self.read(False, 'read', -1)
        await self.settle()
        assert self.reader.at_eof()
        assert b''.join(self.seen) == b''.join(self.chunks)


# Few letters, so that a separator occurs, and parts of it.
texts = st.lists(st.sampled_from(b'aab\n'), max_size=9).map(bytes)
reads = {
    'readuntil': [b'b', b'ab', b'aba', b'aaba', b'aaaa', b'\n\n', b''],
    'readline': [],
    'readexactly': [-1, 0, 1, 3, 9, 20, 20],
    'read': [-1, 0, 1, 2, 3, 5, 9]}


def readings(*names):
    """Sequences of steps, some of which are reads of these *names*."""
    calls = [(name, argument) for name in names for argument in reads[name]]
    calls += [('readline',)] * 5 * ('readline' in names)
    return sequences(*[('feed',)] * 3 * len(calls) + [
        ('read', timed) + call for call in calls
        for timed in (False, False, True)])


@given(st.lists(texts, min_size=3, max_size=15),
       st.sampled_from([1, 2, 3, 5, 8]), st.sampled_from([True, True, False]),
       st.one_of(readings(*reads), *map(readings, reads)))
def test_reads(chunks, limit, can_pause, steps):
    Reading(chunks, limit, can_pause).run(steps)
