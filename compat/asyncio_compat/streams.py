"""Completes asyncio.streams, which has no readuntil() before 3.5.2 and copies
all that readexactly() reads, block by block, before 3.5.3.
"""

import asyncio
from asyncio import coroutines, events
from asyncio.coroutines import coroutine
from asyncio.streams import _DEFAULT_LIMIT

from .patching import completion

__all__ = ['LimitOverrunError']


# Subclasses, where asyncio has them, so that what is below can raise them
# without an install too.
class IncompleteReadError(asyncio.IncompleteReadError):
    def __reduce__(self):
        return type(self), (self.partial, self.expected)


class LimitOverrunError(getattr(asyncio, 'LimitOverrunError', Exception)):
    """The limit of the stream is reached, and no separator found before.

    consumed: how many bytes of the buffer, from its start, hold no
        separator: with so many read or dropped the next search goes on.

    Since Python 3.5.2 (bpo-26050).
    """

    def __init__(self, message, consumed):
        Exception.__init__(self, message)
        self.consumed = consumed

    def __reduce__(self):
        return type(self), (self.args[0], self.consumed)


class FlowControlMixin(metaclass=completion):
    @coroutine
    def _drain_helper(self):
        if self._connection_lost:
            raise ConnectionResetError('Connection lost')
        if not self._paused:
            return
        waiter = self._drain_waiter
        assert waiter is None or waiter.cancelled()
        waiter = self._loop.create_future()
        self._drain_waiter = waiter
        yield from waiter


class StreamReaderProtocol(metaclass=completion):
    # For protocols made before the install.
    _over_ssl = False

    def connection_made(self, transport):
        self._stream_reader.set_transport(transport)
        self._over_ssl = transport.get_extra_info('sslcontext') is not None
        if self._client_connected_cb is None:
            return
        self._stream_writer = StreamWriter(
            transport, self, self._stream_reader, self._loop)
        res = self._client_connected_cb(self._stream_reader,
                                        self._stream_writer)
        if coroutines.iscoroutine(res):
            self._loop.create_task(res)

    def connection_lost(self, exc):
        if self._stream_reader is not None:
            if exc is None:
                self._stream_reader.feed_eof()
            else:
                self._stream_reader.set_exception(exc)
        FlowControlMixin.connection_lost(self, exc)
        # They refer to the transport, and that to this.
        self._stream_reader = None
        self._stream_writer = None

    def eof_received(self):
        self._stream_reader.feed_eof()
        # TLS cannot be closed half-way, and SSLProtocol warns if asked to.
        return not self._over_ssl


class StreamWriter(metaclass=completion):
    @coroutine
    def drain(self):
        """Wait until the transport takes more data, or its error arrives.

        Raises the exception of the reader, and ConnectionResetError if the
        connection is lost.
        """
        if self._reader is not None:
            exc = self._reader.exception()
            if exc is not None:
                raise exc
        if self._transport is not None:
            try:
                closing = self._transport.is_closing()
            except (AttributeError, NotImplementedError):
                # Another library's transport, written for 3.5.0.
                closing = False
            if closing:
                # Let connection_lost() be called (bpo-25441).
                yield
        yield from self._protocol._drain_helper()


class StreamReader(metaclass=completion):
    def __init__(self, limit=_DEFAULT_LIMIT, loop=None):
        if limit <= 0:
            raise ValueError('Limit cannot be <= 0')
        self._limit = limit
        self._loop = events.get_event_loop() if loop is None else loop
        self._buffer = bytearray()
        self._eof = False
        self._waiter = None
        self._exception = None
        self._transport = None
        self._paused = False

    def __repr__(self):
        info = ['StreamReader']
        if self._buffer:
            info.append('%d bytes' % len(self._buffer))
        if self._eof:
            info.append('eof')
        if self._limit != _DEFAULT_LIMIT:
            info.append('l=%d' % self._limit)
        if self._waiter:
            info.append('w=%r' % self._waiter)
        if self._exception:
            info.append('e=%r' % self._exception)
        if self._transport:
            info.append('t=%r' % self._transport)
        if self._paused:
            info.append('paused')
        return '<%s>' % ' '.join(info)

    @coroutine
    def _wait_for_data(self, func_name):
        """Wait for more data, or for its end; a paused transport resumes."""
        if self._waiter is not None:
            raise RuntimeError('%s() called while another coroutine is '
                               'already waiting for incoming data' % func_name)
        assert not self._eof, '_wait_for_data after EOF'
        if self._paused:
            # Else nothing would ever come (bpo-28370).
            self._paused = False
            self._transport.resume_reading()
        self._waiter = self._loop.create_future()
        try:
            yield from self._waiter
        finally:
            self._waiter = None

    @coroutine
    def readline(self):
        r"""Read up to and including b'\n', or what there is until the end.

        Returns bytes, which are empty at the end.  Raises ValueError if the
        line without its end is longer than the limit: the line, or all of the
        buffer if it has no end yet, is dropped then.
        """
        separator = b'\n'
        try:
            return (yield from self.readuntil(separator))
        except IncompleteReadError as exc:
            return exc.partial
        except LimitOverrunError as exc:
            if self._buffer.startswith(separator, exc.consumed):
                del self._buffer[:exc.consumed + len(separator)]
            else:
                self._buffer.clear()
            self._maybe_resume_transport()
            raise ValueError(exc.args[0])

    @coroutine
    def readuntil(self, separator=b'\n'):
        """Read up to and including *separator*, bytes of any length but 0.

        Raises IncompleteReadError at the end of the stream, with what is left
        as its *partial*, and LimitOverrunError if the data before the
        separator is longer than the limit: it stays in the buffer then.
        Since Python 3.5.2 (bpo-26050).
        """
        length = len(separator)
        if length == 0:
            raise ValueError('Separator should be at least one-byte string')
        if self._exception is not None:
            raise self._exception
        # No separator begins before this place in the buffer.
        start = 0
        while True:
            end = self._buffer.find(separator, start)
            if end != -1:
                break
            # All but its last byte may be there already.
            start = max(start, len(self._buffer) + 1 - length)
            if start > self._limit:
                raise LimitOverrunError(
                    'Separator is not found, and chunk exceed the limit',
                    start)
            if self._eof:
                partial = bytes(self._buffer)
                self._buffer.clear()
                raise IncompleteReadError(partial, None)
            yield from self._wait_for_data('readuntil')
        if end > self._limit:
            raise LimitOverrunError(
                'Separator is found, but chunk is longer than limit', end)
        chunk = bytes(self._buffer[:end + length])
        del self._buffer[:end + length]
        self._maybe_resume_transport()
        return chunk

    @coroutine
    def read(self, n=-1):
        """Read up to *n* bytes, at least one; all until the end if *n* < 0.

        Returns empty bytes at the end of the stream, and for *n* = 0.
        """
        if self._exception is not None:
            raise self._exception
        if n == 0:
            return b''
        if n < 0:
            # Block by block: the transport pauses if the buffer gets full.
            blocks = []
            while True:
                block = yield from self.read(self._limit)
                if not block:
                    return b''.join(blocks)
                blocks.append(block)
        if not self._buffer and not self._eof:
            yield from self._wait_for_data('read')
        data = bytes(self._buffer[:n])
        del self._buffer[:n]
        self._maybe_resume_transport()
        return data

    @coroutine
    def readexactly(self, n):
        """Read exactly *n* bytes, of which the limit may be a part only.

        Raises ValueError if *n* is negative, and IncompleteReadError if the
        stream ends before, with what was left of it.  Copies the data once,
        and if cancelled takes none of it, since Python 3.5.3 (bpo-28370).
        """
        if n < 0:
            raise ValueError('readexactly size can not be less than zero')
        if self._exception is not None:
            raise self._exception
        if n == 0:
            return b''
        while len(self._buffer) < n:
            if self._eof:
                incomplete = bytes(self._buffer)
                self._buffer.clear()
                raise IncompleteReadError(incomplete, n)
            yield from self._wait_for_data('readexactly')
        # A slice of the buffer itself would be a copy.
        with memoryview(self._buffer) as view:
            data = bytes(view[:n])
        del self._buffer[:n]
        self._maybe_resume_transport()
        return data
