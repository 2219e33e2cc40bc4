"""What the wrapped names do where asyncio lacks the thing and stays as it is.

Imported on such an interpreter only.  The arguments are brought into a form
that this asyncio takes; the rest is asyncio's own work.
"""

import asyncio
import collections
import concurrent.futures
import inspect
import os
import socket
import sys
import types

from asyncio import base_subprocess, coroutines, sslproto
from asyncio.base_events import Server

from . import base_events, events, futures

NOT_AWAITABLE = 'An asyncio.Future, a coroutine or an awaitable is required'


def get_event_loop():
    """Return the loop that runs the caller; elsewhere the policy's.

    Without a patch a loop is found by its run_forever(), which must be Python
    code on the stack of this thread.  Raises RuntimeError if no loop runs and
    the policy has none.  In asyncio so since Python 3.5.3 (bpo-28613).
    """
    if not hasattr(asyncio, '_get_running_loop'):
        loop = events._loop_on_stack()
        if loop is not None:
            return loop
    return asyncio.get_event_loop()


def isfuture(obj):
    """Return True if *obj* is a Future, or declares itself like one.

    That is by an attribute _asyncio_future_blocking that is not None.
    In asyncio since Python 3.5.3.
    """
    return isinstance(obj, asyncio.Future) or futures.isfuture(obj)


def as_coroutine(awaitable):
    """A coroutine for *awaitable*, unless 3.5.0 takes it as it is.

    Raises TypeError if it is not awaitable.
    """
    if isinstance(awaitable, asyncio.Future) or asyncio.iscoroutine(awaitable):
        return awaitable
    if not inspect.isawaitable(awaitable):
        raise TypeError(NOT_AWAITABLE)
    return _wait_for_awaitable(awaitable)


@types.coroutine
def _wait_for_awaitable(awaitable):
    return (yield from awaitable.__await__())


def ensure_future(coro_or_future, *, loop=None):
    """Return a new task for any awaitable; a future is returned as it is.

    loop: the loop of the task; None for the one that runs, or the policy's.

    Raises TypeError if it is not awaitable and ValueError if it is a future
    of another loop.  In asyncio for any awaitable since Python 3.5.1.
    """
    if isfuture(coro_or_future):
        if loop is not None and loop is not coro_or_future._loop:
            raise ValueError('loop argument must agree with Future')
        return coro_or_future
    return asyncio.ensure_future(as_coroutine(coro_or_future),
                                 loop=loop or get_event_loop())


def _as_futures(awaitables, loop):
    """A future for each, the same one for the same awaitable; and the loop."""
    known = {}
    for awaitable in awaitables:
        if awaitable not in known:
            future = ensure_future(awaitable, loop=loop)
            if not isinstance(future, asyncio.Future):
                # 3.5.0's wait() and gather() know only its own.
                future = asyncio.ensure_future(_wait_for_awaitable(future),
                                               loop=future._loop)
            known[awaitable] = future
            loop = loop or future._loop
    return [known[awaitable] for awaitable in awaitables], (
        loop or get_event_loop())


def wait(fs, *, loop=None, timeout=None,
         return_when=asyncio.ALL_COMPLETED):
    """Wait for awaitables; returns, when awaited, the sets (done, pending).

    fs: an iterable of them.
    timeout: in seconds, an int or float; None to wait until they are done.
    return_when: asyncio.ALL_COMPLETED, FIRST_COMPLETED or FIRST_EXCEPTION.

    Raises TypeError for a single awaitable or what is none, and ValueError if
    there are none.  In asyncio for any awaitable since Python 3.5.1.
    """
    _refuse_single(fs)
    if not fs:
        raise ValueError('Set of coroutines/Futures is empty.')
    children, loop = _as_futures(list(fs), loop)
    return asyncio.wait(children, loop=loop, timeout=timeout,
                        return_when=return_when)


def wait_for(fut, timeout, *, loop=None):
    """Wait for one awaitable; returns, when awaited, what it returns.

    timeout: in seconds, an int or float; None to wait for ever.

    Raises asyncio.TimeoutError, and cancels it, when the time is over, and
    TypeError if it is not awaitable.  In asyncio for any awaitable since
    Python 3.5.1.
    """
    (future,), loop = _as_futures([fut], loop)
    return asyncio.wait_for(future, timeout, loop=loop)


def gather(*coros_or_futures, loop=None, return_exceptions=False):
    """Return a future of the list of what awaitables return, in their order.

    return_exceptions: True to put exceptions into the list; else the first is
        raised where the future is awaited.

    Raises TypeError if one is not awaitable and ValueError if they are futures
    of several loops.  In asyncio for any awaitable since Python 3.5.1.
    """
    children, loop = _as_futures(coros_or_futures, loop)
    return asyncio.gather(*children, loop=loop,
                          return_exceptions=return_exceptions)


def shield(arg, *, loop=None):
    """Return a future that waits for *arg*, an awaitable.

    Who cancels it does not cancel *arg*.  Raises TypeError if that is not
    awaitable.  In asyncio for any awaitable since Python 3.5.1.
    """
    (future,), loop = _as_futures([arg], loop)
    return asyncio.shield(future, loop=loop)


def as_completed(fs, *, loop=None, timeout=None):
    """Return an iterator of awaitables: the first returns what is done first.

    fs: an iterable of awaitables.
    timeout: in seconds, an int or float, for all together; None for ever.

    Raises TypeError for a single awaitable or what is none.  When the time is
    over, those that are left raise asyncio.TimeoutError.  In asyncio for any
    awaitable since Python 3.5.1.
    """
    _refuse_single(fs)
    children, loop = _as_futures(list(fs), loop)
    return asyncio.as_completed(children, loop=loop, timeout=timeout)


def _refuse_single(fs):
    if isfuture(fs) or coroutines.iscoroutine(fs):
        raise TypeError('expect a list of futures, not %s'
                        % type(fs).__name__)


def run_coroutine_threadsafe(coro, loop):
    """Submit *coro* to *loop*, which runs in another thread.

    Returns a concurrent.futures.Future; cancelling it cancels the task.
    Raises TypeError if *coro* is not a coroutine.  In asyncio since Python
    3.5.1 (bpo-25304).
    """
    if not coroutines.iscoroutine(coro):
        raise TypeError('A coroutine object is required')
    future = concurrent.futures.Future()

    def submit():
        try:
            futures._chain_future(ensure_future(coro, loop=loop), future)
        except Exception as exc:
            if future.set_running_or_notify_cancel():
                future.set_exception(exc)
            raise

    loop.call_soon_threadsafe(submit)
    return future


def is_closing(transport):
    """See wrapped.is_closing(): what asyncio's own transports note."""
    if isinstance(transport, (sslproto._SSLProtocolTransport,
                              base_subprocess.BaseSubprocessTransport)):
        return transport._closed
    closing = getattr(transport, '_closing', None)
    if closing is None:
        raise NotImplementedError('%r does not tell whether it is closing'
                                  % transport)
    return closing


async def readexactly(reader, n):
    """See wrapped.readexactly()."""
    if n < 0:
        raise ValueError('readexactly size can not be less than zero')
    if reader._exception is not None:
        raise reader._exception
    while len(reader._buffer) < n:
        if reader._eof:
            partial = bytes(reader._buffer)
            reader._buffer.clear()
            raise asyncio.IncompleteReadError(partial, n)
        if reader._paused:
            # 3.5.0 and 3.5.1 would wait for ever (bpo-26050).
            reader._paused = False
            reader._transport.resume_reading()
        await reader._wait_for_data('readexactly')
    data = bytes(memoryview(reader._buffer)[:n])
    del reader._buffer[:n]
    reader._maybe_resume_transport()
    return data


async def create_server(loop, protocol_factory, host=None, port=None, *,
                        family=socket.AF_UNSPEC, flags=socket.AI_PASSIVE,
                        sock=None, backlog=100, ssl=None,
                        reuse_address=None, reuse_port=None):
    """See wrapped.create_server().

    The loop gets a socket that is bound; then the others are added to it.
    """
    if sock is not None or host is None and port is None:
        return await loop.create_server(
            protocol_factory, host, port, sock=sock, backlog=backlog, ssl=ssl)
    if isinstance(ssl, bool):
        raise TypeError('ssl argument must be an SSLContext or None')
    if reuse_address is None:
        reuse_address = os.name == 'posix' and sys.platform != 'cygwin'
    hosts = host if is_sequence(host) else [host or None]
    found = []
    for host in hosts:
        found.append(await _resolve(loop, host, port, family, flags))
    sockets = base_events._bind_all(loop, base_events._unequal(found),
                                    reuse_address, reuse_port)
    try:
        server = Server(loop, [])
        for sock in sockets:
            sock.listen(backlog)
            sock.setblocking(False)
            loop._start_serving(protocol_factory, sock, ssl, server)
            server.sockets.append(sock)
    except:
        for sock in sockets:
            sock.close()
        raise
    return server


def is_sequence(host):
    """True if *host* stands for several, in the eyes of 3.6."""
    return (isinstance(host, collections.Iterable) and
            not isinstance(host, (str, bytes)))


async def _resolve(loop, host, port, family, flags):
    info = base_events._ipaddr_info(host, port, family, socket.SOCK_STREAM, 0)
    if info is not None:
        return [info]
    infos = await loop.getaddrinfo(host, port, family=family,
                                   type=socket.SOCK_STREAM, flags=flags)
    if not infos:
        raise OSError('getaddrinfo({!r}) returned empty list'.format(host))
    return infos


async def connect_accepted_socket(loop, protocol_factory, sock, *, ssl=None):
    """See wrapped.connect_accepted_socket()."""
    if not base_events._is_stream_socket(sock.type):
        raise ValueError('A Stream Socket was expected, got {!r}'.format(sock))
    sock.setblocking(False)
    protocol = protocol_factory()
    waiter = asyncio.Future(loop=loop)
    if ssl:
        transport = loop._make_ssl_transport(
            sock, protocol, None if isinstance(ssl, bool) else ssl, waiter,
            server_side=True, server_hostname='')
    else:
        transport = loop._make_socket_transport(sock, protocol, waiter)
    try:
        await waiter
    except:
        transport.close()
        raise
    return transport, protocol
