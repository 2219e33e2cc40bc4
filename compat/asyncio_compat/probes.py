"""The questions the table asks of this interpreter's asyncio.

One function a feature, named as its row: True if asyncio behaves as the row
says.  They look at behaviour, not at versions, open no socket unless nothing
else can tell, and leave nothing behind.
"""

import asyncio
import concurrent.futures
import functools
import socket
import sys
import types

from asyncio import base_events, base_subprocess, coroutines, events, futures
from asyncio import locks, queues, selector_events, sslproto, streams
from asyncio import subprocess, tasks, transports

# Not on Windows.
_unix_events = sys.modules.get('asyncio.unix_events')


class _Loop(base_events.BaseEventLoop):
    """A loop that never blocks and has neither sockets nor a selector."""

    def __init__(self):
        super().__init__()
        self._selector = self

    def select(self, timeout=None):
        return []

    def _process_events(self, event_list):
        pass

    def _write_to_self(self):
        pass


class _Found(Exception):
    """Raised by a probe's own stand-in, to say that asyncio called it."""


def _found(*args, **options):
    raise _Found


def running_loop():
    get = getattr(events, '_get_running_loop', None)
    if get is None:
        return False
    # A child must not inherit the loop: in Python code, that takes getpid().
    code = getattr(get, '__code__', None)
    if code is not None and 'getpid' not in code.co_names:
        return False
    before, marker = get(), object()
    events._set_running_loop(marker)
    try:
        return events.get_event_loop() is marker
    finally:
        events._set_running_loop(before)


class _FutureLike:
    """A future that asyncio has not made."""

    _asyncio_future_blocking = False


class _FailingLoop:
    """A loop that makes no tasks."""

    def create_task(self, coro, **options):
        coro.close()
        raise _Found

    def call_soon_threadsafe(self, callback, *args, **options):
        self.callback = callback


async def _nothing():
    pass


class _Awaitable:
    def __await__(self):
        yield


def awaitables():
    isfuture = getattr(futures, 'isfuture', None)
    if isfuture is None or not isfuture(_FutureLike()):
        return False
    try:
        tasks.ensure_future(_Awaitable(), loop=_FailingLoop())
    except TypeError:
        return False
    except _Found:
        return True


def run_coroutine_threadsafe():
    if not hasattr(tasks, 'run_coroutine_threadsafe'):
        return False
    loop = _FailingLoop()
    future = tasks.run_coroutine_threadsafe(_nothing(), loop)
    try:
        loop.callback()
    except _Found:
        pass
    return future.done()


def is_closing():
    return (hasattr(transports.BaseTransport, 'is_closing') and
            hasattr(transports.BaseTransport, 'set_protocol'))


class _Family:
    """Stands for the family of a socket that cannot be made."""

    asked = 0

    def __index__(self):
        self.asked += 1
        raise OSError

    __int__ = __index__


def create_server_hosts():
    def getaddrinfo(host, port, **options):
        found = futures.Future(loop=loop)
        found.set_result([(family, 1, 6, '', ('the same', port))])
        return found

    family, loop = _Family(), _Loop()
    loop._create_server_getaddrinfo = getaddrinfo
    # Before 3.5.1 it is asked for both hosts as one.
    loop.getaddrinfo = _found
    # Or it logs that there is no such socket.
    loop.set_debug(False)
    listening = loop.create_server(None, ['one', 'two'], 1)
    try:
        listening.send(None)
        loop._run_once()
        listening.send(None)
    except (_Found, OSError, StopIteration):
        # How it ends without a socket is not the question.
        pass
    finally:
        listening.close()
        loop.close()
    return family.asked == 1


def create_future():
    if not hasattr(base_events.BaseEventLoop, 'create_future'):
        # uvloop brings a StreamReader._wait_for_data() that asks for it.
        return False
    loop = _Loop()
    loop.create_future = _found
    try:
        streams.StreamReader(loop=loop)._wait_for_data('probe').send(None)
    except _Found:
        return True
    finally:
        loop.close()
    return False


def get_exception_handler():
    get = getattr(base_events.BaseEventLoop, 'get_exception_handler', None)
    if get is None:
        return False
    loop, handler = _Loop(), (lambda loop, context: None)
    try:
        loop.set_exception_handler(handler)
        return get(loop) is handler
    finally:
        loop.close()


def readuntil():
    LimitOverrunError = getattr(asyncio, 'LimitOverrunError', None)
    if LimitOverrunError is None:
        return False
    loop = _Loop()
    try:
        reader = streams.StreamReader(limit=3, loop=loop)
        reader.feed_data(b'four--')
        reader.readuntil(b'--').send(None)
    except LimitOverrunError as exc:
        return exc.consumed == 4
    finally:
        loop.close()
    return False


def readexactly():
    loop = _Loop()
    try:
        reader = streams.StreamReader(loop=loop)
        reader.feed_data(b'half')
        reading = reader.readexactly(8)
        reading.send(None)
        reading.close()
        reader.feed_eof()
        # Cancelled half-way it must have taken nothing.
        return not reader.at_eof()
    finally:
        loop.close()


def getaddrinfo_skip():
    def getaddrinfo(host, port, **options):
        asked.append(host)
        raise _Found

    asked, loop = [], _Loop()
    loop.getaddrinfo = getaddrinfo
    connecting = loop.create_connection(None, '127.0.0.1', 1,
                                        local_addr=('name', 1))
    try:
        connecting.send(None)
    except _Found:
        pass
    finally:
        connecting.close()
        loop.close()
    return asked == ['name']


def loop_stop():
    loop = _Loop()
    try:
        loop.stop()
        # Before 3.5.1 this puts off the stop to a callback of its own.
        return not loop._ready
    finally:
        loop.close()


def set_exception_stopiteration():
    loop = _Loop()
    try:
        future = futures.Future(loop=loop)
        try:
            future.set_exception(StopIteration())
        except TypeError:
            return True
        # Since 3.12 it is wrapped in a RuntimeError instead.
        return not isinstance(future.exception(), StopIteration)
    finally:
        loop.close()


class _Socket:
    """Stands for a socket; what is set is in *options*."""

    family = socket.AF_INET
    proto = socket.IPPROTO_TCP

    def __init__(self, type):
        self.type = type
        self.options = []

    def setsockopt(self, *option):
        self.options.append(option)


def connect_accepted_socket():
    loop = _Loop()
    try:
        loop.connect_accepted_socket(None, _Socket(socket.SOCK_DGRAM)).send(
            None)
    except (AttributeError, ValueError) as exc:
        return isinstance(exc, ValueError)
    finally:
        loop.close()
    return False


def tcp_nodelay():
    if not hasattr(socket, 'TCP_NODELAY') or hasattr(base_events,
                                                     '_set_nodelay'):
        return True
    # Until it was moved there it did not know what Linux adds to the type.
    sock = _Socket(socket.SOCK_STREAM | getattr(socket, 'SOCK_NONBLOCK', 0))
    if hasattr(selector_events, '_set_nodelay'):
        selector_events._set_nodelay(sock)
    return bool(sock.options)


def shutdown_asyncgens():
    return (hasattr(base_events.BaseEventLoop, 'shutdown_asyncgens') and
            hasattr(sys, 'get_asyncgen_hooks'))


def accelerated():
    return futures.Future.__module__ == '_asyncio'


def call_soon():
    async def coroutine_function():
        pass

    loop = _Loop()
    loop.set_debug(False)
    try:
        loop.call_soon(coroutine_function)
        return True
    except TypeError:
        return False
    finally:
        loop.close()


def ipv6_addresses():
    loop = _Loop()
    # Before 3.5.2 it is called.
    loop.getaddrinfo = None
    try:
        loop._create_server_getaddrinfo('::1', 1, family=0, flags=0).send(None)
    except (AttributeError, TypeError):
        return False
    except StopIteration as exc:
        ((*_, address),) = exc.value
        return address == ('::1', 1, 0, 0)
    finally:
        loop.close()


def select_timeout():
    timeouts = []
    loop = _Loop()
    loop.set_debug(False)
    loop.select = timeouts.append
    try:
        loop.call_later(1e10, int)
        loop._run_once()
    finally:
        loop.close()
    return timeouts[0] < 1e9


def _is_compiled():
    return not isinstance(getattr(tasks.Task, '_step', None),
                          types.FunctionType)


def task_cancellation():
    if _is_compiled():
        return True

    async def cancel_and_return():
        task.cancel()

    loop = _Loop()
    try:
        task = tasks.Task(cancel_and_return(), loop=loop)
        loop._run_once()
        return task.exception() is not None
    finally:
        loop.close()


class _ConcurrentFuture(concurrent.futures.Future):
    """The least of one that wrap_future() takes."""

    __init__ = object.__init__

    def add_done_callback(self, fn):
        self.callback = fn


def closed_loop():
    loop = _Loop()
    source = _ConcurrentFuture()
    futures.wrap_future(source, loop=loop).cancel()
    loop.close()
    try:
        source.callback(source)
        return True
    except RuntimeError:
        return False


class _Coroutine:
    """A coroutine that hides what it is, as Cython's did."""

    cr_code = cr_frame = None

    def __init__(self):
        self.__qualname__ = ''
        self.__name__ = 'probe'

    def __await__(self):
        pass

    send = throw = close = __await__


def foreign_coroutines():
    try:
        return coroutines._format_coroutine(_Coroutine()).startswith('probe()')
    except AttributeError:
        return False


def debug_stack():
    return hasattr(asyncio.constants, 'DEBUG_STACK_DEPTH')


def task_destruction():
    # The interpreter is at fault, and asked for it, it would crash.
    return (sys.version_info >= (3, 5, 3) or
            isinstance(vars(tasks.Task._all_tasks)['_remove'],
                       types.BuiltinMethodType))


def gather_cancellation():
    if _is_compiled():
        return True
    loop = _Loop()
    try:
        outer = tasks.gather(futures.Future(loop=loop), loop=loop,
                             return_exceptions=True)
        outer.cancel()
        loop._run_once()
        return outer.exception() is not None
    finally:
        loop.close()


def stream_errors():
    return '__reduce__' in vars(asyncio.IncompleteReadError)


def subprocess_streams():
    class Transport:
        def get_pipe_transport(self, fd):
            return self if fd == 1 else None

        def close(self):
            raise _Found

    loop = _Loop()
    try:
        protocol = subprocess.SubprocessStreamProtocol(limit=1, loop=loop)
        protocol.connection_made(Transport())
        # Its output has not ended.
        protocol.process_exited()
        return True
    except _Found:
        return False
    finally:
        loop.close()


class _SSLProtocol:
    """What a TLS transport hands a new protocol to."""

    _app_protocol = None

    def _set_app_protocol(self, protocol):
        # 3.7 and later call this.
        self._app_protocol = protocol


def ssl_set_protocol():
    transport_class = sslproto._SSLProtocolTransport
    if not hasattr(transport_class, 'set_protocol'):
        return False
    transport = transport_class.__new__(transport_class)
    transport._closed = True
    transport._ssl_protocol = ssl_protocol = _SSLProtocol()
    transport.set_protocol('probe')
    return ssl_protocol._app_protocol == 'probe'


class _Anything:
    """Stands for what an object is used with; nothing comes of it."""

    def __getattr__(self, name):
        return self

    def __call__(self, *args):
        return self

    def __bool__(self):
        return False


class _Handshake(sslproto.SSLProtocol):
    """A TLS connection in its handshake, without the ssl module."""

    _loop = _app_protocol = _app_transport = _transport = _Anything()
    _sslcontext = _sslpipe = _waiter = _server_hostname = _Anything()
    _handshake_timeout_handle = _ssl_handshake_timeout = _Anything()
    _session_established = _in_shutdown = False
    _call_connection_made = _in_handshake = True
    _write_buffer_size = 0

    def __init__(self, **state):
        vars(self).update(state, _extra={}, _write_backlog=[])


def _before_3_11(probe):
    """*probe*, if TLS has pipes; the TLS that was written anew passes it."""
    return probe if hasattr(sslproto, '_SSLPipe') else lambda: True


@_before_3_11
def ssl_object():
    protocol = _Handshake()
    protocol._on_handshake_complete(None)
    return 'ssl_object' in protocol._extra


def ssl_call_connection_made():
    init = sslproto.SSLProtocol.__init__
    return 'call_connection_made' in init.__code__.co_varnames


@_before_3_11
def ssl_connection_lost():
    protocol = _Handshake()
    protocol.connection_lost(None)
    return protocol._waiter is None


def ssl_fatal_error():
    loop, contexts = _Anything(), []
    loop.call_exception_handler = contexts.append
    try:
        _Handshake(_loop=loop)._fatal_error(ConnectionAbortedError())
        return not contexts
    except NameError:
        return False


def ssl_get_extra_info():
    try:
        _Handshake(_transport=None)._get_extra_info('socket')
        return True
    except AttributeError:
        return False


@_before_3_11
def ssl_close():
    protocol = _Handshake(_transport=None)
    protocol._start_shutdown()
    return protocol._sslpipe is None


@_before_3_11
def ssl_data_received():
    errors = []
    protocol = _Handshake(_sslpipe=None, _in_handshake=False,
                          _fatal_error=lambda *args: errors.append(args))
    protocol._write_backlog.append((b'probe', 0))
    # The same release made both look for the pipe; this one needs no ssl.
    protocol._process_write_backlog()
    return not errors


@_before_3_11
def ssl_handshake():
    calls = []
    protocol = _Handshake(_process_write_backlog=lambda: calls.append('now'))
    protocol._start_handshake()
    return bool(calls)


class _SubprocessTransport(base_subprocess.BaseSubprocessTransport):
    """One without a process."""

    _closed = True
    _loop = _protocol = _call = _try_finish = _Anything()
    _returncode = returncode = None
    _exit_waiters = ()

    def __init__(self):
        self._proc = self


def subprocess_returncode():
    transport = _SubprocessTransport()
    transport._process_exited(0)
    # That of its Popen, which it is as well.
    return transport.returncode == 0


def child_watcher_loop():
    watcher_class = getattr(_unix_events, 'FastChildWatcher', None)
    if watcher_class is None or hasattr(watcher_class, 'is_active'):
        # Windows; and 3.8 waits with threads instead.
        return True
    # 3.12 and 3.13 warn of those that are made.
    watcher = watcher_class.__new__(watcher_class)
    watcher._loop = None
    watcher._forks = 1
    try:
        watcher.add_child_handler(1, None)
    except (AttributeError, RuntimeError) as exc:
        return isinstance(exc, RuntimeError)


def unix_sockets():
    loop_class = getattr(_unix_events, '_UnixSelectorEventLoop', None)
    if loop_class is None:
        return True
    try:
        loop_class.create_unix_connection(
            None, None, None, sock=_Socket(socket.SOCK_STREAM)).send(None)
    except (AttributeError, ValueError) as exc:
        return isinstance(exc, ValueError)


def signals_at_exit():
    loop_class = getattr(_unix_events, '_UnixSelectorEventLoop', None)
    # What else would tell: nothing but the exit.
    return (loop_class is None or
            'is_finalizing' in loop_class.close.__code__.co_names)


def run_until_complete():
    if _is_compiled():
        return True
    loop = _Loop()
    loop.run_forever = _found
    future = futures.Future(loop=loop)
    try:
        loop.run_until_complete(future)
    except _Found:
        pass
    finally:
        loop.close()
    return not future._callbacks


def lock_cancellation():
    if _is_compiled():
        return True
    loop = _Loop()
    try:
        lock = locks.Lock(loop=loop)
        first = tasks.Task(lock.acquire(), loop=loop)
        second, third, *others = [
            tasks.Task(lock.acquire(), loop=loop) for _ in range(4)]
        loop._run_once()
        third.cancel()
        lock.release()
        second.cancel()
        for _ in range(4):
            loop._run_once()
        # 3.5.2 and 3.5.3 lose it here; on 3.5.10 both others have it.
        held = [task.done() for task in others] == [True, False]
        for task in others:
            task.cancel()
        loop._run_once()
        loop._run_once()
        return first.done() and held
    finally:
        loop.close()


def queue_cancellation():
    if _is_compiled():
        return True
    loop = _Loop()
    try:
        queue = queues.Queue(loop=loop)
        getter = tasks.Task(queue.get(), loop=loop)
        loop._run_once()
        getter.cancel()
        loop._run_once()
        loop._run_once()
        return not queue._getters
    finally:
        loop.close()


def transport_descriptors():
    return hasattr(selector_events.BaseSelectorEventLoop,
                   '_ensure_fd_no_transport')


class _Waiting:
    """A loop, a socket and a future; they never get ready."""

    descriptor = 1
    _sock_recv = None

    def fileno(self):
        return self.descriptor

    def recv(self, n):
        raise BlockingIOError

    def cancelled(self):
        return False

    def add_reader(self, fd, callback, *args):
        self.args = args

    def remove_reader(self, fd):
        self.removed = fd


def sock_recv():
    loop_class = selector_events.BaseSelectorEventLoop
    if hasattr(loop_class, 'sock_recv_into'):
        # 3.7 and later wait in another way.
        return True
    waiting = _Waiting()
    loop_class._sock_recv(waiting, waiting, None, waiting, 1)
    waiting.descriptor = 2
    loop_class._sock_recv(waiting, *waiting.args)
    return waiting.removed == 1


def sock_connect():
    def getaddrinfo(host, port, *, type, **options):
        # Before 3.9 it is asked for a stream, or not at all.
        raise _Found if type == socket.SOCK_DGRAM else ValueError

    loop = _Loop()
    loop.getaddrinfo = getaddrinfo
    loop.set_debug(False)
    connecting = None
    try:
        connecting = selector_events.BaseSelectorEventLoop.sock_connect(
            loop, _Socket(socket.SOCK_DGRAM), ('name', 1))
        connecting.send(None)
    except _Found:
        return True
    except (AttributeError, ValueError):
        return False
    finally:
        if connecting is not None:
            connecting.close()
        loop.close()


def _closing_transport():
    transport_class = selector_events._SelectorSocketTransport
    transport = transport_class.__new__(transport_class)
    transport._closing, transport._paused = True, False
    transport._eof, transport._buffer = False, b''
    return transport


def closing_transports():
    try:
        _closing_transport().write_eof()
        return True
    except AttributeError:
        # It is past shutting its socket down.
        return False


def pause_reading():
    try:
        _closing_transport().pause_reading()
        return True
    except RuntimeError:
        return False


def _typing_has(*names):
    # It takes its time, and few ask for it.
    import typing
    return all(hasattr(typing, name) for name in names)


def typing_3_5_2():
    return _typing_has('Awaitable', 'AsyncIterable', 'AsyncIterator',
                       'DefaultDict', 'NewType', 'Text', 'Type',
                       'TYPE_CHECKING')


def typing_3_5_3():
    return _typing_has('ClassVar', 'Coroutine')


def typing_3_5_4():
    return _typing_has('AsyncContextManager', 'ChainMap', 'ContextManager',
                       'Counter', 'Deque', 'NoReturn')


def typing_union():
    import typing
    try:
        return bool(typing.Union[str, typing.Pattern, 'str[str]'])
    except TypeError:
        return False


def typing_overload():
    import typing
    try:
        return callable(typing.overload(_found))
    except RuntimeError:
        return False


# One for all: typing keeps what it makes of it.
@functools.lru_cache(maxsize=None)
def _generic_with_slots():
    import typing
    parameter = typing.TypeVar('parameter')

    class WithSlots(typing.Generic[parameter]):
        __slots__ = ('slot',)
    return WithSlots


def typing_slots():
    try:
        return bool(_generic_with_slots()[int])
    except ValueError:
        return False


def typing_type():
    import typing
    try:
        return isinstance(_Found, typing.Type)
    except (AttributeError, TypeError):
        return False
