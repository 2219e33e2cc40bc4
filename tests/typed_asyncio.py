"""An application that imports asyncio_compat.auto, as mypy sees it on 3.5.

It uses what the sixteen rows of WHATS_NEW name, through asyncio itself; mypy
reads this, nobody runs it.  A wrong use bears `type: ignore`, which mypy
reports where it finds no error: a name of type Any would have none.
"""

import asyncio_compat.auto  # isort: skip
import asyncio
import concurrent.futures
import socket
import ssl
from typing import Any, Dict, Generator, Optional

from asyncio_compat import connect_accepted_socket, create_server


class Numbered:
    """Awaitable, and neither a future nor a coroutine."""

    def __await__(self) -> Generator[Any, None, int]:
        yield
        return 1


async def number() -> int:
    return 1


async def running_loop() -> None:
    loop = asyncio.get_event_loop()     # type: asyncio.AbstractEventLoop
    assert asyncio._get_running_loop() is loop
    asyncio._set_running_loop(None)
    asyncio._set_running_loop(1)    # type: ignore[arg-type]


async def awaitables(loop: asyncio.AbstractEventLoop,
                     anything: object) -> None:
    task = asyncio.ensure_future(Numbered())    # type: asyncio.Task[int]
    first = await asyncio.wait_for(Numbered(), 1.5)     # type: int
    second = await asyncio.shield(Numbered())   # type: int
    both = await asyncio.gather(Numbered(), task)
    third, fourth = both    # type: int, int
    done, pending = await asyncio.wait([Numbered()], timeout=1)
    for each in asyncio.as_completed([Numbered()]):
        fifth = await each  # type: int
    last = loop.run_until_complete(Numbered())  # type: int
    if asyncio.isfuture(anything):
        anything.add_done_callback(print)
    asyncio.ensure_future(1)    # type: ignore
    text = await asyncio.shield(Numbered())  # type: str  # type: ignore


def run_coroutine_threadsafe(loop: asyncio.AbstractEventLoop) -> int:
    submitted = asyncio.run_coroutine_threadsafe(
        number(), loop)     # type: concurrent.futures.Future[int]
    asyncio.run_coroutine_threadsafe(number, loop)  # type: ignore
    return submitted.result(1)


def is_closing(transport: asyncio.Transport, other: asyncio.BaseTransport,
               protocol: asyncio.Protocol) -> bool:
    other.set_protocol(protocol)
    found = other.get_protocol()    # type: asyncio.BaseProtocol
    text = transport.is_closing()   # type: str  # type: ignore[assignment]
    return transport.is_closing() or other.is_closing()


async def create_server_hosts(loop: asyncio.AbstractEventLoop) -> None:
    server = await loop.create_server(
        asyncio.Protocol, ['127.0.0.1', '::1'], 8080, reuse_port=True)
    server.close()
    other = await create_server(loop, asyncio.Protocol)
    other.open()    # type: ignore[attr-defined]
    await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, ('127.0.0.1', 0), reuse_port=True,
        allow_broadcast=True)
    await loop.create_server(asyncio.Protocol, 1)   # type: ignore


async def create_future(loop: asyncio.AbstractEventLoop) -> int:
    future = loop.create_future()   # type: asyncio.Future[int]
    loop.create_future(1)   # type: ignore[call-arg]
    return await future


def get_exception_handler(loop: asyncio.AbstractEventLoop,
                          context: Dict[str, Any]) -> None:
    handler = loop.get_exception_handler()
    if handler is not None:
        handler(loop, context)
    loop.get_exception_handler(1)   # type: ignore[call-arg]


async def readuntil(reader: asyncio.StreamReader) -> bytes:
    text = await reader.readuntil()     # type: str  # type: ignore
    try:
        return await reader.readuntil(b'\r\n')
    except asyncio.IncompleteReadError as exc:
        expected = exc.expected     # type: Optional[int]
        return exc.partial
    except asyncio.LimitOverrunError as exc:
        return await reader.readexactly(exc.consumed)


async def getaddrinfo_skip(loop: asyncio.AbstractEventLoop,
                           sock: socket.socket) -> None:
    await loop.create_connection(asyncio.Protocol, '127.0.0.1', 80)
    await loop.sock_connect(sock, ('127.0.0.1', 80))


def loop_stop(loop: asyncio.AbstractEventLoop) -> None:
    loop.stop()
    loop.run_forever()
    loop.stop(1)    # type: ignore[call-arg]


def set_exception_stopiteration(future: 'asyncio.Future[int]') -> None:
    # Wrong at run time; no type tells one exception from another.
    future.set_exception(StopIteration)


# mypy shows it where asyncio has it: in BaseEventLoop, and from 3.10 on in
# AbstractEventLoop.  The name to import serves both.
async def accepted(loop: asyncio.AbstractEventLoop, sock: socket.socket,
                   context: ssl.SSLContext) -> asyncio.Transport:
    await loop.connect_accepted_socket(     # type: ignore[attr-defined]
        asyncio.Protocol, sock, ssl=context)
    if isinstance(loop, asyncio.BaseEventLoop):
        transport, protocol = await loop.connect_accepted_socket(
            asyncio.Protocol, sock, ssl=context)
        protocol.data_received(b'')
    accepted, echo = await connect_accepted_socket(
        loop, asyncio.Protocol, sock, ssl=context)
    accepted.write(1)   # type: ignore[arg-type]
    echo.data_received(1)   # type: ignore[arg-type]
    return accepted


async def shutdown_asyncgens(loop: asyncio.AbstractEventLoop) -> None:
    await loop.shutdown_asyncgens()
    loop.run_until_complete(loop.shutdown_asyncgens())
    await loop.shutdown_asyncgens(1)    # type: ignore[call-arg]
