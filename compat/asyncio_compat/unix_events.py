"""Completes asyncio.unix_events: the loop's own futures (3.5.2); Unix sockets,
pipes and child watchers (3.5.3); the signals as the interpreter ends (3.6.5).

Before 3.5.3 a write pipe copied all that it had buffered at every write.
"""

import errno
import os
import selectors
import signal
import socket
import stat
import sys
import warnings

from asyncio import base_events, constants, events, futures, selector_events
from asyncio import transports
from asyncio.coroutines import coroutine
from asyncio.log import logger
from asyncio.unix_events import _set_nonblocking, _UnixSubprocessTransport

from .patching import completion


def _check_stream_socket(sock):
    """Raise ValueError if *sock* is not a Unix stream socket (bpo-28652)."""
    if (sock.family != socket.AF_UNIX or
            not base_events._is_stream_socket(sock.type)):
        raise ValueError('A UNIX Domain Stream Socket was expected, '
                         'got {!r}'.format(sock))


def _remove_stale_socket(path):
    """Make place for a socket at *path*, unless it is an abstract one."""
    if not path or path[0] in (0, '\0'):
        return
    try:
        if stat.S_ISSOCK(os.stat(path).st_mode):
            os.remove(path)
    except FileNotFoundError:
        pass
    except OSError as exc:
        # A folder may allow no more than to make one.
        logger.error('Unable to check or remove stale UNIX socket %r: %r',
                     path, exc)


# By its own name it would tie a method to the class where it is written.
_super = super


class _UnixSelectorEventLoop(metaclass=completion):
    def close(self):
        _super(_UnixSelectorEventLoop, self).close()
        if not self._signal_handlers:
            return
        if not sys.is_finalizing():
            for sig in list(self._signal_handlers):
                self.remove_signal_handler(sig)
            return
        # The signal module works no more (bpo-26133).
        warnings.warn('Closing the loop {!r} on interpreter shutdown stage, '
                      'skipping signal handlers removal'.format(self),
                      ResourceWarning)
        self._signal_handlers.clear()

    @coroutine
    def create_unix_connection(self, protocol_factory, path, *,
                               ssl=None, sock=None, server_hostname=None):
        assert server_hostname is None or isinstance(server_hostname, str)
        if ssl and server_hostname is None:
            raise ValueError('you have to pass server_hostname when using ssl')
        if not ssl and server_hostname is not None:
            raise ValueError('server_hostname is only meaningful with ssl')
        if path is not None:
            if sock is not None:
                raise ValueError(
                    'path and sock can not be specified at the same time')
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0)
            try:
                sock.setblocking(False)
                yield from self.sock_connect(sock, path)
            except BaseException:
                sock.close()
                raise
        elif sock is None:
            raise ValueError('no path and sock were specified')
        else:
            _check_stream_socket(sock)
            sock.setblocking(False)
        return (yield from self._create_connection_transport(
            sock, protocol_factory, ssl, server_hostname))

    @coroutine
    def create_unix_server(self, protocol_factory, path=None, *,
                           sock=None, backlog=100, ssl=None):
        if isinstance(ssl, bool):
            raise TypeError('ssl argument must be an SSLContext or None')
        if path is not None:
            if sock is not None:
                raise ValueError(
                    'path and sock can not be specified at the same time')
            _remove_stale_socket(path)
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                sock.bind(path)
            except BaseException as exc:
                sock.close()
                if getattr(exc, 'errno', None) != errno.EADDRINUSE:
                    raise
                # The error of the system does not say which.
                raise OSError(errno.EADDRINUSE, 'Address {!r} is already in '
                              'use'.format(path)) from None
        elif sock is None:
            raise ValueError('path was not specified, and no sock specified')
        else:
            _check_stream_socket(sock)
        server = base_events.Server(self, [sock])
        sock.listen(backlog)
        sock.setblocking(False)
        self._start_serving(protocol_factory, sock, ssl, server)
        return server

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


class _UnixReadPipeTransport(metaclass=completion):
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


class _UnixWritePipeTransport(metaclass=completion):
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


class BaseChildWatcher(metaclass=completion):
    # For watchers made before the install, or by an __init__ of their own.
    _callbacks = ()

    def __init__(self):
        self._loop = None
        self._callbacks = {}

    def attach_loop(self, loop):
        assert loop is None or isinstance(loop, events.AbstractEventLoop)
        if self._loop is not None:
            if loop is None and self._callbacks:
                warnings.warn('A loop is being detached from a child watcher '
                              'with pending handlers', RuntimeWarning)
            self._loop.remove_signal_handler(signal.SIGCHLD)
        self._loop = loop
        if loop is not None:
            loop.add_signal_handler(signal.SIGCHLD, self._sig_chld)
            # A child may have ended while no loop was told.
            self._do_waitpid_all()


def _check_attached(watcher):
    """Raise RuntimeError if no loop would hear of a child (bpo-28368)."""
    if watcher._loop is None:
        raise RuntimeError('Cannot add child handler, the child watcher does '
                           'not have a loop attached')


class SafeChildWatcher(metaclass=completion):
    def add_child_handler(self, pid, callback, *args):
        _check_attached(self)
        self._callbacks[pid] = (callback, args)
        # It may have ended before.
        self._do_waitpid(pid)


class FastChildWatcher(metaclass=completion):
    def add_child_handler(self, pid, callback, *args):
        assert self._forks, 'Must use the context manager'
        _check_attached(self)
        with self._lock:
            if pid not in self._zombies:
                self._callbacks[pid] = callback, args
                return
            returncode = self._zombies.pop(pid)
        callback(pid, returncode, *args)
