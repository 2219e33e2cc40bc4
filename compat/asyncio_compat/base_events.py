"""Completes asyncio.base_events: how a loop runs and stops, its futures, and
its servers and connections.

3.5.0 stops by an exception; 3.5.0-3.5.2 know no running loop; before 3.5.2
there is no create_future; no 3.5 closes asynchronous generators.
"""

import collections
import concurrent.futures
import functools
import heapq
import inspect
import itertools
import logging
import os
import socket
import sys
import threading
import warnings
import weakref

from asyncio import base_events, coroutines, events, futures, tasks
from asyncio.base_events import (_MIN_CANCELLED_TIMER_HANDLES_FRACTION,
                                 _MIN_SCHEDULED_TIMER_HANDLES)
from asyncio.coroutines import coroutine
from asyncio.log import logger

from .patching import completion


# What 3.5.0's stop(), if it was bound or called before the install, ends a
# run_forever() with.
_STOP_ERRORS = tuple(vars(base_events)[name] for name in ('_StopError',)
                     if name in vars(base_events))


def _run_until_complete_cb(fut):
    exc = fut._exception
    if isinstance(exc, BaseException) and not isinstance(exc, Exception):
        # It has left run_forever() already (bpo-22429).
        return
    fut._loop.stop()


def _end_run(loop):
    del loop._run_once
    _raise_stop_error()     # noqa: F821 - 3.5.0 has it


# In seconds: epoll_wait() and the like take no more than some days.
MAXIMUM_SELECT_TIMEOUT = 24 * 3600


def _drop_cancelled_timers(loop):
    # In its place: an iteration goes on with the same list.
    scheduled = loop._scheduled
    if (len(scheduled) > _MIN_SCHEDULED_TIMER_HANDLES and
            loop._timer_cancelled_count / len(scheduled) >
            _MIN_CANCELLED_TIMER_HANDLES_FRACTION):
        for handle in scheduled:
            handle._scheduled = not handle._cancelled
        scheduled[:] = [handle for handle in scheduled if handle._scheduled]
        heapq.heapify(scheduled)
        loop._timer_cancelled_count = 0
    while scheduled and scheduled[0]._cancelled:
        loop._timer_cancelled_count -= 1
        heapq.heappop(scheduled)._scheduled = False


def _select_in_debug_mode(loop, timeout):
    start = loop.time()
    event_list = loop._selector.select(timeout)
    took = loop.time() - start
    level = logging.INFO if took >= 1.0 else logging.DEBUG
    if timeout is None:
        logger.log(level, 'poll took %.3f ms: %s events',
                   took * 1e3, len(event_list))
    elif event_list:
        logger.log(level, 'poll %.3f ms took %.3f ms: %s events',
                   timeout * 1e3, took * 1e3, len(event_list))
    elif took >= 1.0:
        logger.log(level, 'poll %.3f ms took %.3f ms: timeout',
                   timeout * 1e3, took * 1e3)
    return event_list


def _format_handle(handle):
    # A compiled task's methods are no methods of Python code (bpo-28544).
    task = getattr(handle._callback, '__self__', None)
    return repr(task) if isinstance(task, tasks.Task) else str(handle)


def _run_in_debug_mode(loop, handle):
    try:
        loop._current_handle = handle
        start = loop.time()
        handle._run()
        took = loop.time() - start
        if took >= loop.slow_callback_duration:
            logger.warning('Executing %s took %.3f seconds',
                           _format_handle(handle), took)
    finally:
        loop._current_handle = None


_FATAL_ERROR_IGNORE = (BrokenPipeError, ConnectionResetError,
                       ConnectionAbortedError)

_HAS_IPv6 = hasattr(socket, 'AF_INET6')


def _set_reuseport(sock):
    if not hasattr(socket, 'SO_REUSEPORT'):
        raise ValueError('reuse_port not supported by socket module')
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    except OSError:
        raise ValueError('reuse_port not supported by socket module, '
                         'SO_REUSEPORT defined but not implemented.')


def _plain_type(sock_type):
    # 3.5.3-3.5.10 pass the socket here, not its type.
    sock_type = getattr(sock_type, 'type', sock_type)
    # On Linux the type of a socket says too that it is non-blocking.
    return sock_type & 0xF if hasattr(socket, 'SOCK_NONBLOCK') else sock_type


def _is_stream_socket(sock_type):
    return _plain_type(sock_type) == socket.SOCK_STREAM


def _is_dgram_socket(sock_type):
    return _plain_type(sock_type) == socket.SOCK_DGRAM


def _set_nodelay(sock):
    """Send small writes at once, if *sock* is one of TCP (bpo-27456)."""
    if (hasattr(socket, 'TCP_NODELAY') and
            sock.family in (socket.AF_INET,
                            getattr(socket, 'AF_INET6', -1)) and
            _is_stream_socket(sock.type) and
            sock.proto == socket.IPPROTO_TCP):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _ipaddr_info(host, port, family, type, proto, flowinfo=0, scopeid=0):
    """What getaddrinfo() would find, or None if it has to be asked.

    It has not if *host* is an IP address and *port* is no service's name.
    """
    if (not hasattr(socket, 'inet_pton') or host is None or
            proto not in (0, socket.IPPROTO_TCP, socket.IPPROTO_UDP)):
        return None
    if type == socket.SOCK_STREAM:
        proto = socket.IPPROTO_TCP
    elif type == socket.SOCK_DGRAM:
        proto = socket.IPPROTO_UDP
    else:
        return None
    try:
        no_port = port is None or isinstance(port, (str, bytes)) and not port
        port = 0 if no_port else int(port)
    except (TypeError, ValueError):
        return None
    if isinstance(host, bytes):
        host = host.decode('idna')
    if '%' in host:
        # A zone index, which inet_pton() of Linux does not take.
        return None
    families = [family]
    if family == socket.AF_UNSPEC:
        families = [socket.AF_INET]
        if _HAS_IPv6:
            families.append(socket.AF_INET6)
    for family in families:
        try:
            socket.inet_pton(family, host)
        except OSError:
            continue
        if flowinfo or scopeid:
            return family, type, proto, '', (host, port, flowinfo, scopeid)
        return family, type, proto, '', (host, port)
    return None


def _ensure_resolved(address, *, family=0, type=socket.SOCK_STREAM, proto=0,
                     flags=0, loop):
    host, port = address[:2]
    # With the scope of a link-local address, if one is given (bpo-35545).
    info = _ipaddr_info(host, port, family, type, proto, *address[2:])
    if info is None:
        return loop.getaddrinfo(host, port, family=family, type=type,
                                proto=proto, flags=flags)
    address = info[-1]
    if (':' in address[0] and len(address) == 2 and
            type == socket.SOCK_STREAM):
        # As getaddrinfo() has it (bpo-27500); not for a datagram's, which
        # sendto() compares with what it is given.
        info = info[:-1] + (address + (0, 0),)
    resolved = loop.create_future()
    resolved.set_result([info])
    return resolved


def _bind_error(address, exc):
    return OSError(exc.errno, 'error while attempting to bind on address '
                   '%r: %s' % (address, exc.strerror.lower()))


def _bind_any(sock, infos, errors):
    """Bind *sock* to the first of *infos* that will do; False if none does."""
    for _, _, _, _, address in infos:
        try:
            sock.bind(address)
            return True
        except OSError as exc:
            errors.append(_bind_error(address, exc))
    return False


@coroutine
def _connect_any(loop, infos, local_infos):
    """Return a socket connected to the first of *infos* that answers.

    It is bound to one of *local_infos*, if that is not None.
    """
    errors = []
    for family, type, proto, _, address in infos:
        sock = None
        try:
            sock = socket.socket(family=family, type=type, proto=proto)
            sock.setblocking(False)
            if (local_infos is not None and
                    not _bind_any(sock, local_infos, errors)):
                sock.close()
                continue
            if loop._debug:
                logger.debug('connect %r to %r', sock, address)
            yield from loop.sock_connect(sock, address)
            return sock
        except OSError as exc:
            if sock is not None:
                sock.close()
            errors.append(exc)
        except:
            if sock is not None:
                sock.close()
            raise
    texts = [str(error) for error in errors]
    if len(set(texts)) == 1:
        raise errors[0]
    raise OSError('Multiple exceptions: {}'.format(', '.join(texts)))


def _unequal(found):
    """The infos in all lists of *found*, once for each address."""
    infos = collections.OrderedDict()
    for info in itertools.chain.from_iterable(found):
        family, type, proto, _, address = info
        # An IPv6 address may come without its last two, which are 0 then.
        infos.setdefault((family, type, proto, (address + (0, 0))[:4]), info)
    return infos.values()


def _bind_all(loop, infos, reuse_address, reuse_port):
    """Return sockets bound to all *infos*, less what cannot be made here."""
    sockets = []
    try:
        for family, type, proto, _, address in infos:
            try:
                sock = socket.socket(family, type, proto)
            except OSError:
                # Not every machine has every family.
                if loop._debug:
                    logger.warning('create_server() failed to create '
                                   'socket.socket(%r, %r, %r)',
                                   family, type, proto, exc_info=True)
                continue
            sockets.append(sock)
            if reuse_address:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)
            if reuse_port:
                _set_reuseport(sock)
            if (_HAS_IPv6 and family == socket.AF_INET6 and
                    hasattr(socket, 'IPPROTO_IPV6')):
                # IPv4 has a socket of its own.
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, True)
            try:
                sock.bind(address)
            except OSError as exc:
                raise _bind_error(address, exc)
    except:
        for sock in sockets:
            sock.close()
        raise
    return sockets


def _known_arguments(function, *args):
    """The *args* that *function* takes: all, or all but the backlog.

    Loops written for 3.5.2 take none where they override _start_serving()
    and _accept_connection() (bpo-27906).
    """
    try:
        inspect.signature(function).bind(*args)
    except TypeError:
        return args[:-1]
    except ValueError:
        # A compiled one does not tell.
        pass
    return args


@coroutine
def _datagram_addresses(loop, local_addr, remote_addr, family, proto, flags):
    """Return ((family, proto), (local, remote)) for each pair that matches."""
    if not (local_addr or remote_addr):
        if family == 0:
            raise ValueError('unexpected address family')
        return [((family, proto), (None, None))]
    found = collections.OrderedDict()
    for index, addr in enumerate((local_addr, remote_addr)):
        if addr is None:
            continue
        assert isinstance(addr, tuple) and len(addr) == 2, (
            '2-tuple is expected')
        infos = yield from _ensure_resolved(
            addr, family=family, type=socket.SOCK_DGRAM, proto=proto,
            flags=flags, loop=loop)
        if not infos:
            raise OSError('getaddrinfo() returned empty list')
        for found_family, _, found_proto, _, address in infos:
            pair = found.setdefault((found_family, found_proto), [None, None])
            pair[index] = address
    pairs = [(kind, pair) for kind, pair in found.items()
             if not (local_addr and pair[0] is None or
                     remote_addr and pair[1] is None)]
    if not pairs:
        raise ValueError('can not get address information')
    return pairs


@coroutine
def _datagram_socket(loop, pairs, reuse_address, reuse_port, allow_broadcast):
    """Return a socket for the first of *pairs* that works, and its remote."""
    errors = []
    for (family, proto), (local, remote) in pairs:
        sock = None
        try:
            sock = socket.socket(family=family, type=socket.SOCK_DGRAM,
                                 proto=proto)
            if reuse_address:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if reuse_port:
                _set_reuseport(sock)
            if allow_broadcast:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            sock.setblocking(False)
            if local:
                sock.bind(local)
            if remote:
                yield from loop.sock_connect(sock, remote)
            return sock, remote
        except OSError as exc:
            if sock is not None:
                sock.close()
            errors.append(exc)
        except:
            if sock is not None:
                sock.close()
            raise
    raise errors[0]


class Server(metaclass=completion):
    @coroutine
    def wait_closed(self):
        """Wait until the server is closed and its connections are, too.

        Returns at once if close() was called before.
        """
        if self.sockets is None or self._waiters is None:
            return
        waiter = self._loop.create_future()
        self._waiters.append(waiter)
        yield from waiter


class BaseEventLoop(metaclass=completion):
    # For loops made before the install.
    _stopping = False
    _asyncgens = None
    _asyncgens_shutdown_called = False
    # True while run_forever() looks at _stopping.
    _obeys_stopping = False

    def create_future(self):
        """Return a Future that belongs to this loop."""
        return futures.Future(loop=self)

    def get_exception_handler(self):
        """Return the handler that was set, or None for the default one."""
        return self._exception_handler

    def run_forever(self):
        """Run until stop() is called."""
        self._check_closed()
        if self.is_running():
            raise RuntimeError('This event loop is already running')
        if events._get_running_loop() is not None:
            raise RuntimeError(
                'Cannot run the event loop while another loop is running')
        self._set_coroutine_wrapper(self._debug)
        forget_asyncgens = self._watch_asyncgens()
        self._thread_id = threading.get_ident()
        try:
            events._set_running_loop(self)
            self._obeys_stopping = True
            if self._stopping and not self._ready:
                # An overridden _run_once() would wait for something to do.
                self._ready.append(events.Handle(int, (), self))
            while True:
                self._run_once()
                if self._stopping:
                    break
        except _STOP_ERRORS:
            pass
        finally:
            self._stopping = False
            self._obeys_stopping = False
            self._thread_id = None
            events._set_running_loop(None)
            forget_asyncgens()
            self._set_coroutine_wrapper(False)

    def _run_once(self):
        """Wait for events, for a day at most, then call what is ready."""
        ready, scheduled = self._ready, self._scheduled
        if scheduled and (self._timer_cancelled_count or
                          scheduled[0]._cancelled):
            _drop_cancelled_timers(self)
        timeout = None
        if ready or self._stopping:
            timeout = 0
        elif scheduled:
            # More would be an OverflowError of select() (bpo-34263).
            timeout = min(max(0, scheduled[0]._when - self.time()),
                          MAXIMUM_SELECT_TIMEOUT)
        if self._debug and timeout != 0:
            event_list = _select_in_debug_mode(self, timeout)
        else:
            event_list = self._selector.select(timeout)
        self._process_events(event_list)

        if scheduled:
            end_time = self.time() + self._clock_resolution
            while scheduled and scheduled[0]._when < end_time:
                handle = heapq.heappop(scheduled)
                handle._scheduled = False
                ready.append(handle)

        # What these schedule waits for the next iteration.
        for _ in range(len(ready)):
            handle = ready.popleft()
            if handle._cancelled:
                continue
            if self._debug:
                _run_in_debug_mode(self, handle)
            else:
                handle._run()
        handle = None  # An exception must not keep the handle alive.

    def run_until_complete(self, future):
        """Run until *future*, any awaitable, is done; return its result.

        Raises RuntimeError if the loop is stopped before.
        """
        self._check_closed()
        new_task = not futures.isfuture(future)
        future = tasks.ensure_future(future, loop=self)
        if new_task:
            # If it does not complete, that is raised here.
            future._log_destroy_pending = False
        future.add_done_callback(_run_until_complete_cb)
        try:
            self.run_forever()
        except:
            if new_task and future.done() and not future.cancelled():
                # The caller has the exception, and no access to the task.
                future.exception()
            raise
        finally:
            future.remove_done_callback(_run_until_complete_cb)
        if not future.done():
            raise RuntimeError('Event loop stopped before Future completed.')
        return future.result()

    def stop(self):
        """Stop running the event loop.

        The callbacks of the current iteration still run, those that they
        schedule do not.  Before run_forever() it means one iteration.
        """
        if not self._waits_for_stop_error():
            self._stopping = True
        elif self.is_running():
            # The next iteration only ends the run.
            self._run_once = functools.partial(_end_run, self)
        else:
            self.call_soon(_raise_stop_error)   # noqa: F821

    def _waits_for_stop_error(self):
        # 3.5.0's run_forever(), either still running since before the
        # install or written anew by a subclass, does not look at _stopping.
        if self._obeys_stopping:
            return False
        run_forever = getattr(type(self).run_forever, '__code__', None)
        names = getattr(run_forever, 'co_names', ())
        if '_StopError' in names:
            return True
        if '_stopping' in names and '_obeys_stopping' not in names:
            return False
        return self.is_running()

    def _watch_asyncgens(self):
        """Track the asynchronous generators that start to be iterated.

        Returns a function that ends it.  3.5 has none of its own; those of
        the async_generator package have hooks just like 3.6's (bpo-28003).
        """
        module = sys.modules.get('async_generator')
        try:
            before = module.get_asyncgen_hooks()
        except AttributeError:
            # Not imported: nothing to end.  int() does nothing.
            return int
        if self._asyncgens is None:
            self._asyncgens = weakref.WeakSet()
        module.set_asyncgen_hooks(firstiter=self._asyncgen_firstiter_hook,
                                  finalizer=self._asyncgen_finalizer_hook)
        return functools.partial(module.set_asyncgen_hooks, *before)

    def _asyncgen_firstiter_hook(self, agen):
        if self._asyncgens_shutdown_called:
            warnings.warn(
                'asynchronous generator {!r} was scheduled after '
                'loop.shutdown_asyncgens() call'.format(agen),
                ResourceWarning)
        self._asyncgens.add(agen)

    def _asyncgen_finalizer_hook(self, agen):
        self._asyncgens.discard(agen)
        if not self.is_closed():
            # The collector may run in any thread (bpo-34769).
            self.call_soon_threadsafe(self.create_task, agen.aclose())

    @coroutine
    def shutdown_asyncgens(self):
        """Close the asynchronous generators that are still being iterated.

        Since Python 3.6 (bpo-28003).
        """
        self._asyncgens_shutdown_called = True
        agens = list(self._asyncgens or ())
        if not agens:
            return
        self._asyncgens.clear()
        results = yield from tasks.gather(
            *[agen.aclose() for agen in agens],
            return_exceptions=True, loop=self)
        for agen, result in zip(agens, results):
            if isinstance(result, Exception):
                self.call_exception_handler({
                    'message': 'an error occurred during closing of '
                               'asynchronous generator {!r}'.format(agen),
                    'exception': result,
                    'asyncgen': agen,
                })

    def _check_callback(self, callback, method):
        if (coroutines.iscoroutine(callback) or
                coroutines.iscoroutinefunction(callback)):
            raise TypeError(
                'coroutines cannot be used with {}()'.format(method))
        if not callable(callback):
            raise TypeError('a callable object was expected by {}(), got {!r}'
                            .format(method, callback))

    def call_soon(self, callback, *args):
        """Call *callback* with *args* in the next iteration; a Handle.

        In debug mode raises TypeError for what cannot be called and for a
        coroutine, and RuntimeError in another thread than the loop's.
        """
        self._check_closed()
        if self._debug:
            self._check_thread()
            self._check_callback(callback, 'call_soon')
        handle = self._call_soon(callback, args)
        if handle._source_traceback:
            del handle._source_traceback[-1]
        return handle

    def _call_soon(self, callback, args):
        # No look at the callback: that took as long as the rest (bpo-28600).
        handle = events.Handle(callback, args, self)
        if handle._source_traceback:
            del handle._source_traceback[-1]
        self._ready.append(handle)
        return handle

    def call_soon_threadsafe(self, callback, *args):
        """Like call_soon(), from any thread."""
        self._check_closed()
        if self._debug:
            self._check_callback(callback, 'call_soon_threadsafe')
        handle = self._call_soon(callback, args)
        if handle._source_traceback:
            del handle._source_traceback[-1]
        self._write_to_self()
        return handle

    def call_at(self, when, callback, *args):
        """Call *callback* with *args* at *when*, in seconds of time()."""
        self._check_closed()
        if self._debug:
            self._check_thread()
            self._check_callback(callback, 'call_at')
        timer = events.TimerHandle(when, callback, args, self)
        if timer._source_traceback:
            del timer._source_traceback[-1]
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer

    def run_in_executor(self, executor, func, *args):
        """Return a future for func(*args), called in a thread of *executor*.

        With None it is the default one, which has five threads a processor
        unless set_default_executor() was called.  Raises TypeError in debug
        mode if *func* cannot be called or is a coroutine.
        """
        self._check_closed()
        if self._debug:
            self._check_callback(func, 'run_in_executor')
        if executor is None:
            executor = self._default_executor
            if executor is None:
                executor = concurrent.futures.ThreadPoolExecutor()
                self._default_executor = executor
        return futures.wrap_future(executor.submit(func, *args), loop=self)

    @coroutine
    def create_connection(self, protocol_factory, host=None, port=None, *,
                          ssl=None, family=0, proto=0, flags=0, sock=None,
                          local_addr=None, server_hostname=None):
        """Connect to a TCP server; return (transport, protocol).

        To *host* and *port*, from *local_addr* (a tuple of two) if that is
        given, or by way of *sock*, which is connected.  An IP address is not
        looked up (since Python 3.5.2).  *ssl* is an SSLContext, or True for
        a default one; *server_hostname* is the name to be in the
        certificate, by default the host, and '' for any.

        Raises OSError if there is no connection, and ValueError for
        arguments that do not go together or a *sock* that is not one of a
        stream (bpo-28652).
        """
        if server_hostname is not None and not ssl:
            raise ValueError('server_hostname is only meaningful with ssl')
        if server_hostname is None and ssl:
            if not host:
                raise ValueError('You must set server_hostname '
                                 'when using ssl without a host')
            server_hostname = host
        if host is not None or port is not None:
            if sock is not None:
                raise ValueError(
                    'host/port and sock can not be specified at the same time')
            addresses = [(host, port)]
            if local_addr is not None:
                addresses.append(local_addr)
            lookups = [_ensure_resolved(address, family=family,
                                        type=socket.SOCK_STREAM, proto=proto,
                                        flags=flags, loop=self)
                       for address in addresses]
            yield from tasks.wait(lookups, loop=self)
            infos = [lookup.result() for lookup in lookups]
            if not all(infos):
                raise OSError('getaddrinfo() returned empty list')
            sock = yield from _connect_any(
                self, infos[0], infos[1] if local_addr is not None else None)
        elif sock is None:
            raise ValueError(
                'host and port was not specified and no sock specified')
        elif not _is_stream_socket(sock.type):
            raise ValueError(
                'A Stream Socket was expected, got {!r}'.format(sock))
        transport, protocol = yield from self._create_connection_transport(
            sock, protocol_factory, ssl, server_hostname)
        if self._debug:
            # A transport of SSL has another socket.
            logger.debug('%r connected to %s:%r: (%r, %r)',
                         transport.get_extra_info('socket'), host, port,
                         transport, protocol)
        return transport, protocol

    @coroutine
    def _create_connection_transport(self, sock, protocol_factory, ssl,
                                     server_hostname, server_side=False):
        sock.setblocking(False)
        protocol = protocol_factory()
        waiter = self.create_future()
        if ssl:
            transport = self._make_ssl_transport(
                sock, protocol, None if isinstance(ssl, bool) else ssl, waiter,
                server_side=server_side, server_hostname=server_hostname)
        else:
            transport = self._make_socket_transport(sock, protocol, waiter)
        try:
            yield from waiter
        except:
            transport.close()
            raise
        return transport, protocol

    @coroutine
    def create_datagram_endpoint(self, protocol_factory,
                                 local_addr=None, remote_addr=None, *,
                                 family=0, proto=0, flags=0,
                                 reuse_address=None, reuse_port=None,
                                 allow_broadcast=None, sock=None):
        """Open a datagram socket; return (transport, protocol).

        It is bound to *local_addr* and connected to *remote_addr*, tuples
        (host, port); or it is *sock*, and then nothing else is given.  With
        *reuse_port* others that say so may use the port at the same time;
        with *allow_broadcast* it may send to a broadcast address.  These
        three since Python 3.5.1.

        Raises OSError if there is no such socket, and ValueError for
        arguments that do not go together, a *sock* that is not one of
        datagrams (bpo-28652).  *reuse_address* is on by default where the
        system has it, as on all of 3.5: see bpo-37228 for what that risks.
        """
        remote_address = None
        if sock is not None:
            if not _is_dgram_socket(sock.type):
                raise ValueError(
                    'A UDP Socket was expected, got {!r}'.format(sock))
            if (local_addr or remote_addr or family or proto or flags or
                    reuse_address or reuse_port or allow_broadcast):
                problems = [
                    ('local_addr', local_addr), ('remote_addr', remote_addr),
                    ('family', family), ('proto', proto), ('flags', flags),
                    ('reuse_address', reuse_address),
                    ('reuse_port', reuse_port),
                    ('allow_broadcast', allow_broadcast)]
                raise ValueError(
                    'socket modifier keyword arguments can not be used when '
                    'sock is specified. ({})'.format(', '.join(
                        '{}={}'.format(*item) for item in problems
                        if item[1])))
            sock.setblocking(False)
        else:
            if reuse_address is None:
                reuse_address = os.name == 'posix' and sys.platform != 'cygwin'
            pairs = yield from _datagram_addresses(
                self, local_addr, remote_addr, family, proto, flags)
            sock, remote_address = yield from _datagram_socket(
                self, pairs, reuse_address, reuse_port, allow_broadcast)
        protocol = protocol_factory()
        waiter = self.create_future()
        transport = self._make_datagram_transport(
            sock, protocol, remote_address, waiter)
        if self._debug:
            log = logger.info if local_addr else logger.debug
            log('Datagram endpoint local_addr=%r remote_addr=%r created: '
                '(%r, %r)', local_addr, remote_addr, transport, protocol)
        try:
            yield from waiter
        except:
            transport.close()
            raise
        return transport, protocol

    @coroutine
    def _create_server_getaddrinfo(self, host, port, family, flags):
        infos = yield from _ensure_resolved(
            (host, port), family=family, type=socket.SOCK_STREAM, flags=flags,
            loop=self)
        if not infos:
            raise OSError('getaddrinfo({!r}) returned empty list'.format(host))
        return infos

    @coroutine
    def create_server(self, protocol_factory, host=None, port=None,
                      *,
                      family=socket.AF_UNSPEC,
                      flags=socket.AI_PASSIVE,
                      sock=None,
                      backlog=100,
                      ssl=None,
                      reuse_address=None,
                      reuse_port=None):
        """Listen for TCP connections; return a Server.

        On *host*, all interfaces for None or '', and *port*; or on *sock*,
        which is bound.  *host* may also be a sequence of hosts: the server
        listens on all of their addresses, once on each (since Python 3.5.1
        and 3.5.2).  *backlog* is how many connections may queue up.  With
        *reuse_port* others that say so may use the port at the same time
        (since Python 3.5.1).  *ssl* is an SSLContext.

        Raises OSError if an address is not to be had, and ValueError for
        arguments that do not go together or a *sock* that is not one of a
        stream (bpo-28652).
        """
        if isinstance(ssl, bool):
            raise TypeError('ssl argument must be an SSLContext or None')
        if host is not None or port is not None:
            if sock is not None:
                raise ValueError(
                    'host/port and sock can not be specified at the same time')
            if reuse_address is None:
                reuse_address = os.name == 'posix' and sys.platform != 'cygwin'
            if isinstance(host, (str, bytes)):
                hosts = [host or None]
            elif isinstance(host, collections.Iterable):
                hosts = host
            else:
                hosts = [host]
            found = yield from tasks.gather(
                *[self._create_server_getaddrinfo(host, port, family=family,
                                                  flags=flags)
                  for host in hosts],
                loop=self)
            sockets = _bind_all(self, _unequal(found), reuse_address,
                                reuse_port)
        elif sock is None:
            raise ValueError('Neither host/port nor sock were specified')
        elif not _is_stream_socket(sock.type):
            raise ValueError(
                'A Stream Socket was expected, got {!r}'.format(sock))
        else:
            sockets = [sock]
        server = Server(self, sockets)
        for sock in sockets:
            sock.listen(backlog)
            sock.setblocking(False)
            self._start_serving(*_known_arguments(
                self._start_serving, protocol_factory, sock, ssl, server,
                backlog))
        if self._debug:
            logger.info('%r is serving', server)
        return server

    @coroutine
    def connect_accepted_socket(self, protocol_factory, sock, *, ssl=None):
        """Serve a connection accepted elsewhere; return (transport, protocol).

        *sock* is what accept() returned, *ssl* an SSLContext if the client
        is to speak that.  Raises ValueError if *sock* is not one of a
        stream.  Since Python 3.5.3 (bpo-27392).
        """
        if not _is_stream_socket(sock.type):
            raise ValueError(
                'A Stream Socket was expected, got {!r}'.format(sock))
        transport, protocol = yield from self._create_connection_transport(
            sock, protocol_factory, ssl, '', server_side=True)
        if self._debug:
            # A transport of SSL has another socket.
            logger.debug('%r handled: (%r, %r)',
                         transport.get_extra_info('socket'), transport,
                         protocol)
        return transport, protocol

    @coroutine
    def connect_read_pipe(self, protocol_factory, pipe):
        """Read from *pipe*, a file object; return (transport, protocol)."""
        protocol = protocol_factory()
        waiter = self.create_future()
        transport = self._make_read_pipe_transport(pipe, protocol, waiter)
        try:
            yield from waiter
        except:
            transport.close()
            raise
        if self._debug:
            logger.debug('Read pipe %r connected: (%r, %r)',
                         pipe.fileno(), transport, protocol)
        return transport, protocol

    @coroutine
    def connect_write_pipe(self, protocol_factory, pipe):
        """Write to *pipe*, a file object; return (transport, protocol)."""
        protocol = protocol_factory()
        waiter = self.create_future()
        transport = self._make_write_pipe_transport(pipe, protocol, waiter)
        try:
            yield from waiter
        except:
            transport.close()
            raise
        if self._debug:
            logger.debug('Write pipe %r connected: (%r, %r)',
                         pipe.fileno(), transport, protocol)
        return transport, protocol
