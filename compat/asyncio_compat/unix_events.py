"""Completes asyncio.unix_events: the loop's own futures (3.5.2), and pipes:
whether one is closing (3.5.1), another protocol, and a terminal (3.5.3).

Before 3.5.3 a write pipe copied all that it had buffered at every write.
"""

import os
import selectors
import stat
import sys

from asyncio import constants, events, futures, selector_events, transports
from asyncio.coroutines import coroutine
from asyncio.log import logger
from asyncio.unix_events import _set_nonblocking, _UnixSubprocessTransport


class _UnixSelectorEventLoop:
    @coroutine
    def _make_subprocess_transport(self, protocol, args, shell,
                                   stdin, stdout, stderr, bufsize,
                                   extra=None, **kwargs):
        with events.get_child_watcher() as watcher:
            waiter = self.create_future()
            transport = _UnixSubprocessTransport(
                self, protocol, args, shell, stdin, stdout, stderr, bufsize,
                waiter=waiter, extra=extra, **kwargs)
            watcher.add_child_handler(
                transport.get_pid(), self._child_watcher_callback, transport)
            failure = None
            try:
                yield from waiter
            except Exception as exc:
                # To yield in here would leave it in sys.exc_info()
                # (bpo-23353).
                failure = exc
            if failure is not None:
                transport.close()
                yield from transport._wait()
                raise failure
        return transport


def _pipe_state(transport, event):
    """The words of the repr of *transport*, which waits for *event*."""
    info = [transport.__class__.__name__]
    if transport._pipe is None:
        info.append('closed')
    elif transport._closing:
        info.append('closing')
    info.append('fd=%s' % transport._fileno)
    # A closed loop has none, and 3.5.0 and 3.5.1 failed.
    selector = getattr(transport._loop, '_selector', None)
    if transport._pipe is None:
        info.append('closed')
    elif selector is None:
        info.append('open')
    elif selector_events._test_selector_event(selector, transport._fileno,
                                              event):
        info.append('polling')
    else:
        info.append('idle')
    return info


class _UnixReadPipeTransport:
    def __init__(self, loop, pipe, protocol, waiter=None, extra=None):
        transports.ReadTransport.__init__(self, extra)
        self._extra['pipe'] = pipe
        self._loop = loop
        self._closing = False
        self._pipe = self._fileno = self._protocol = None
        fileno = pipe.fileno()
        mode = os.fstat(fileno).st_mode
        if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or
                stat.S_ISCHR(mode)):
            # The pipe stays its caller's.
            raise ValueError('Pipe transport is for pipes/sockets only.')
        self._pipe, self._fileno, self._protocol = pipe, fileno, protocol
        _set_nonblocking(fileno)
        loop.call_soon(protocol.connection_made, self)
        loop.call_soon(loop.add_reader, fileno, self._read_ready)
        if waiter is not None:
            # In this order, and for a future of any make (bpo-27041).
            loop.call_soon(futures._set_result_unless_cancelled, waiter, None)

    def __repr__(self):
        return '<%s>' % ' '.join(_pipe_state(self, selectors.EVENT_READ))

    def set_protocol(self, protocol):
        self._protocol = protocol

    def get_protocol(self):
        return self._protocol

    def is_closing(self):
        return self._closing


class _UnixWritePipeTransport:
    def __init__(self, loop, pipe, protocol, waiter=None, extra=None):
        transports._FlowControlMixin.__init__(self, extra, loop)
        self._extra['pipe'] = pipe
        self._buffer = bytearray()
        self._conn_lost = 0
        self._closing = False
        self._pipe = self._fileno = self._protocol = None
        fileno = pipe.fileno()
        mode = os.fstat(fileno).st_mode
        is_fifo, is_socket = stat.S_ISFIFO(mode), stat.S_ISSOCK(mode)
        if not (is_fifo or is_socket or stat.S_ISCHR(mode)):
            # The pipe stays its caller's.
            raise ValueError('Pipe transport is only for '
                             'pipes, sockets and character devices')
        self._pipe, self._fileno, self._protocol = pipe, fileno, protocol
        _set_nonblocking(fileno)
        loop.call_soon(protocol.connection_made, self)
        # Readable means that the other end is closed; not so on a terminal,
        # where it is what somebody types, nor on a fifo of AIX (bpo-19294).
        if is_socket or (is_fifo and not sys.platform.startswith('aix')):
            loop.call_soon(loop.add_reader, fileno, self._read_ready)
        if waiter is not None:
            # In this order, and for a future of any make (bpo-27041).
            loop.call_soon(futures._set_result_unless_cancelled, waiter, None)

    def __repr__(self):
        info = _pipe_state(self, selectors.EVENT_WRITE)
        if info[-1] in ('polling', 'idle'):
            info.append('bufsize=%s' % self.get_write_buffer_size())
        return '<%s>' % ' '.join(info)

    def get_write_buffer_size(self):
        if isinstance(self._buffer, list):
            # Of chunks: it was made before the install (bpo-26909).
            return sum(map(len, self._buffer))
        return len(self._buffer)

    def write(self, data):
        assert isinstance(data, (bytes, bytearray, memoryview)), repr(data)
        if not data:
            return
        if self._conn_lost or self._closing:
            if self._conn_lost >= constants.LOG_THRESHOLD_FOR_CONNLOST_WRITES:
                logger.warning('pipe closed by peer or '
                               'os.write(pipe, data) raised exception.')
            self._conn_lost += 1
            return
        if isinstance(self._buffer, list):
            self._buffer = bytearray().join(self._buffer)
            if self._buffer:
                # The old method waits for the pipe, and expects chunks.
                self._loop.add_writer(self._fileno, self._write_ready)
        if not self._buffer:
            try:
                sent = os.write(self._fileno, data)
            except (BlockingIOError, InterruptedError):
                sent = 0
            except Exception as exc:
                self._conn_lost += 1
                self._fatal_error(exc, 'Fatal write error on pipe transport')
                return
            if sent == len(data):
                return
            data = memoryview(data)[sent:]
            self._loop.add_writer(self._fileno, self._write_ready)
        self._buffer += data
        self._maybe_pause_protocol()

    def _write_ready(self):
        if isinstance(self._buffer, list):
            self._buffer = bytearray().join(self._buffer)
        assert self._buffer, 'Data should not be empty'
        try:
            sent = os.write(self._fileno, self._buffer)
        except (BlockingIOError, InterruptedError):
            return
        except Exception as exc:
            self._buffer.clear()
            self._conn_lost += 1
            # With an empty buffer _fatal_error() does not.
            self._loop.remove_writer(self._fileno)
            self._fatal_error(exc, 'Fatal write error on pipe transport')
            return
        del self._buffer[:sent]
        if self._buffer:
            return
        self._loop.remove_writer(self._fileno)
        # Asked now: resume_writing() may close it, which ends it as well.
        closing = self._closing
        self._maybe_resume_protocol()
        if closing:
            self._loop.remove_reader(self._fileno)
            self._call_connection_lost(None)

    def set_protocol(self, protocol):
        self._protocol = protocol

    def get_protocol(self):
        return self._protocol

    def is_closing(self):
        return self._closing
