"""The names to import where asyncio itself must be left alone.

Each is asyncio's own where that one is right; elsewhere a function that does
the same with the asyncio, the loop or the reader as they are.
"""

import asyncio
import functools

__all__ = [
    'get_event_loop', 'ensure_future', 'isfuture', 'run_until_complete',
    'wait', 'wait_for', 'gather', 'shield', 'as_completed',
    'run_coroutine_threadsafe', 'create_future', 'get_exception_handler',
    'is_closing', 'readuntil', 'readexactly', 'LimitOverrunError',
    'IncompleteReadError', 'create_server', 'connect_accepted_socket',
    'shutdown_asyncgens']

TYPE_CHECKING = False   # typing takes longer to import than all of this
if TYPE_CHECKING:
    import socket
    import ssl
    from asyncio.base_events import Server      # in asyncio since 3.7
    from typing import (Any, Awaitable, Callable, Coroutine, Dict, Optional,
                        Sequence, Tuple, TypeVar, Union)
    from typing_extensions import TypedDict, Unpack
    # Below, Coroutine[object, None, T]: an Any in it would make gather()'s
    # result Any for mypy.
    T = TypeVar('T')
    Protocol = TypeVar('Protocol', bound=asyncio.BaseProtocol)
    Loop = asyncio.AbstractEventLoop
    Handler = Callable[[asyncio.AbstractEventLoop, Dict[str, Any]], object]
    SSL = Union[None, bool, ssl.SSLContext]
    # Those of 3.6: an option that came later is refused on 3.5.
    ServerOptions = TypedDict('ServerOptions', {
        'family': int, 'flags': int, 'sock': Optional[socket.socket],
        'backlog': int, 'ssl': SSL, 'reuse_address': Optional[bool],
        'reuse_port': Optional[bool]}, total=False)
    AcceptedOptions = TypedDict('AcceptedOptions', {'ssl': SSL}, total=False)

IncompleteReadError = asyncio.IncompleteReadError

# A look at names, not a probe: this is on the way of every import.
# Type checkers are told of asyncio's own: they look at a new one.
if TYPE_CHECKING or hasattr(asyncio, 'isfuture'):
    from asyncio import (as_completed, ensure_future, gather, isfuture,
                         run_coroutine_threadsafe, shield, wait, wait_for)
    _as_coroutine = None
else:
    from .unpatched import (as_completed, ensure_future, gather, isfuture,
                            run_coroutine_threadsafe, shield, wait, wait_for)
    from .unpatched import as_coroutine as _as_coroutine

if TYPE_CHECKING or hasattr(asyncio, '_get_running_loop'):
    from asyncio import get_event_loop
else:
    from .unpatched import get_event_loop

if TYPE_CHECKING or hasattr(asyncio, 'LimitOverrunError'):
    from asyncio import LimitOverrunError
else:
    from .streams import LimitOverrunError


@functools.lru_cache(maxsize=None)
def _passes(id: str) -> bool:
    from . import probes
    probe = getattr(probes, id)     # type: Callable[[], bool]
    return probe()


def run_until_complete(loop: 'Loop', awaitable: 'Awaitable[T]') -> 'T':
    """Run *loop* until *awaitable*, of any kind, is done; return its result.

    Raises what it raises, and RuntimeError if the loop runs already or is
    stopped before.  In asyncio for any awaitable since Python 3.5.1.
    """
    if _as_coroutine is not None:
        awaitable = _as_coroutine(awaitable)
    return loop.run_until_complete(awaitable)


def create_future(loop: 'Loop') -> 'asyncio.Future[Any]':
    """Return a new future that belongs to *loop*: the loop's own kind.

    In asyncio as loop.create_future() since Python 3.5.2 (bpo-27041).
    """
    if hasattr(loop, 'create_future'):
        return loop.create_future()
    return asyncio.Future(loop=loop)


def get_exception_handler(loop: 'Loop') -> 'Optional[Handler]':
    """Return the handler that was set for *loop*, or None for the default.

    Raises NotImplementedError for a loop of another make that cannot tell.
    In asyncio as a method of the loop since Python 3.5.2 (bpo-27040).
    """
    if hasattr(loop, 'get_exception_handler'):
        return loop.get_exception_handler()
    if isinstance(loop, asyncio.BaseEventLoop):
        return loop._exception_handler  # type: ignore[attr-defined]
    raise NotImplementedError('%r does not tell its exception handler' % loop)


def is_closing(transport: 'asyncio.BaseTransport') -> bool:
    """Return True if *transport* is closing or closed.

    Raises NotImplementedError for a transport of another make that cannot
    tell.  In asyncio as a method of the transport since Python 3.5.1.
    """
    if hasattr(transport, 'is_closing'):
        return transport.is_closing()
    from .unpatched import is_closing
    return is_closing(transport)


def readuntil(reader: 'asyncio.StreamReader',
              separator: bytes = b'\n') -> 'Coroutine[object, None, bytes]':
    """Read from *reader* up to and including *separator* (bytes, not empty).

    Raises IncompleteReadError at the end of the stream, LimitOverrunError if
    the data before the separator is longer than the reader's limit in bytes
    (it stays in the buffer then), and ValueError for an empty separator.
    In asyncio as a method of the reader since Python 3.5.2 (bpo-26050).
    """
    if hasattr(reader, 'readuntil'):
        return reader.readuntil(separator)
    from .streams import StreamReader
    return StreamReader.readuntil(reader, separator)


def readexactly(reader: 'asyncio.StreamReader',
                n: int) -> 'Coroutine[object, None, bytes]':
    """Read exactly *n* bytes from *reader*, copying them once.

    Raises IncompleteReadError if the stream ends before, and ValueError if
    *n* is negative.  In asyncio so fast since Python 3.5.3 (bpo-28370).
    """
    if (type(reader).readexactly is asyncio.StreamReader.readexactly and
            not _passes('readexactly')):
        from .unpatched import readexactly
        return readexactly(reader, n)
    return reader.readexactly(n)


def create_server(loop: 'Loop',
                  protocol_factory: 'Callable[[], asyncio.BaseProtocol]',
                  host: 'Union[None, str, Sequence[str]]' = None,
                  port: 'Optional[int]' = None,
                  **options: 'Unpack[ServerOptions]'
                  ) -> 'Coroutine[object, None, Server]':
    """Create a TCP server that is bound to *port* of one or many hosts.

    host: a name or address, a sequence of them, or None for every interface;
        equal addresses are bound once.
    options: those of loop.create_server(), reuse_port among them.

    Raises OSError if an address cannot be bound, and ValueError for options
    that contradict each other or that the system does not have.
    In asyncio for many hosts and with reuse_port since Python 3.5.1.
    """
    if (isinstance(loop, asyncio.BaseEventLoop) and
            not _passes('create_server_hosts')):
        from .unpatched import create_server
        return create_server(loop, protocol_factory, host, port, **options)
    # typeshed takes no port=None, and sock= without a host alone.
    return loop.create_server(
        protocol_factory, host, port, **options)    # type: ignore[arg-type]


def connect_accepted_socket(
        loop: 'Loop', protocol_factory: 'Callable[[], Protocol]',
        sock: 'socket.socket', **options: 'Unpack[AcceptedOptions]'
) -> 'Coroutine[object, None, Tuple[asyncio.Transport, Protocol]]':
    """Handle a connection that was accepted outside of asyncio.

    sock: the connected stream socket; it belongs to the transport from now on.
    options: ssl, an SSLContext, to be the server side of a TLS connection.

    Returns, when awaited, the transport and the protocol.  Raises ValueError
    if *sock* is not a stream socket, and what the TLS handshake raises.
    In asyncio as a method of the loop since Python 3.5.3 (bpo-27392).
    """
    if hasattr(loop, 'connect_accepted_socket'):
        return loop.connect_accepted_socket(protocol_factory, sock, **options)
    from .unpatched import connect_accepted_socket
    return connect_accepted_socket(loop, protocol_factory, sock, **options)


def shutdown_asyncgens(loop: 'Loop') -> 'Coroutine[object, None, None]':
    """Close the asynchronous generators that *loop* still iterates.

    Python 3.5 has none of its own.  Those of the async_generator package are
    known only to a loop of a patched asyncio: see install().
    In asyncio as a method of the loop since Python 3.6 (bpo-28003).
    """
    if hasattr(loop, 'shutdown_asyncgens'):
        return loop.shutdown_asyncgens()
    return asyncio.sleep(0, loop=loop)  # type: ignore[call-overload]
