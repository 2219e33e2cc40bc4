"""What a user's type checker sees; mypy reads this, nobody runs it.

A wrong use bears `type: ignore`, which mypy reports where it finds no error.
"""

import asyncio
import concurrent.futures
import socket
import ssl
from types import FunctionType, ModuleType
from typing import (Any, Awaitable, Callable, Coroutine, Dict, Generator, List,
                    Optional, Set, Tuple)

from typing_extensions import assert_type

import asyncio_compat
import asyncio_compat.auto
import asyncio_compat.auto_typing
from asyncio_compat import (
    IncompleteReadError, InstallError, LimitOverrunError, as_completed,
    connect_accepted_socket, create_future, create_server, ensure_future,
    gather, get_event_loop, get_exception_handler, install, is_closing,
    isfuture, readexactly, readuntil, run_coroutine_threadsafe,
    run_until_complete, shield, shutdown_asyncgens, status, uninstall, wait,
    wait_for)
from asyncio_compat.__main__ import main
from asyncio_compat.doctor import examine
from asyncio_compat.features import FEATURES, TYPING, Feature, by_id
from asyncio_compat.patching import Changes, transplant
from asyncio_compat.running import run_module, run_path


class Numbered:
    """Awaitable, and neither a future nor a coroutine."""

    def __await__(self) -> Generator[Any, None, int]:
        yield
        return 1


class Echo(asyncio.Protocol):
    pass


async def number() -> int:
    return 1


# Installing

def use_install() -> None:
    install()
    install(['create_future'])
    install(features=(feature.id for feature in FEATURES))
    install(None)
    install(typing=True)
    install(['create_future'], compiled=False, typing=True)
    install(typing='yes')   # type: ignore[arg-type]
    install([1])    # type: ignore[list-item]
    install(True)   # type: ignore[arg-type]
    uninstall()
    uninstall('create_future')  # type: ignore[call-arg]
    install(compiled='no')      # type: ignore[arg-type]
    assert_type(asyncio_compat.__version__, str)
    try:
        asyncio_compat.install()
    except InstallError as exc:
        refused = exc   # type: RuntimeError
        raise refused


def use_status() -> None:
    for row in status():
        assert_type(row['id'], str)
        assert_type(row['since'], str)
        assert_type(row['bpo'], List[int])
        assert_type(row['summary'], str)
        assert_type(row['reason'], Optional[str])
        row['nonsense']     # type: ignore[typeddict-item]
        if row['state'] == 'patched by install':
            pass
        if row['state'] == 'off':
            pass
        if row['state'] == 'patchd':    # type: ignore[comparison-overlap]
            pass


# Of asyncio, or like it

async def use_awaitables(loop: asyncio.AbstractEventLoop,
                         anything: object) -> None:
    assert_type(get_event_loop(), asyncio.AbstractEventLoop)
    task = ensure_future(number(), loop=loop)
    assert_type(task, 'asyncio.Task[int]')
    assert_type(await ensure_future(Numbered()), int)
    assert_type(await wait_for(number(), 1.5), int)
    assert_type(await shield(task), int)
    both = await gather(number(), readuntil(asyncio.StreamReader()))
    assert_type(both, Tuple[int, bytes])
    done, pending = await wait([task], timeout=1)
    assert_type(done, 'Set[asyncio.Task[int]]')
    for first in as_completed([task]):
        assert_type(await first, int)
    submitted = run_coroutine_threadsafe(number(), loop)
    assert_type(submitted, 'concurrent.futures.Future[int]')
    if isfuture(anything):
        assert_type(anything, 'asyncio.Future[Any]')
    ensure_future(1)    # type: ignore[call-overload]
    run_coroutine_threadsafe(number, loop)  # type: ignore[arg-type]


def use_run_until_complete(loop: asyncio.AbstractEventLoop,
                           anything: Awaitable[str]) -> None:
    assert_type(run_until_complete(loop, number()), int)
    assert_type(run_until_complete(loop, Numbered()), int)
    assert_type(run_until_complete(loop, anything), str)
    assert_type(run_until_complete(loop, shutdown_asyncgens(loop)), None)
    run_until_complete(number())    # type: ignore
    run_until_complete(loop, 1)     # type: ignore


# Of the loop

async def use_loop(loop: asyncio.AbstractEventLoop) -> None:
    future = create_future(loop)    # type: asyncio.Future[int]
    assert_type(create_future(loop), 'asyncio.Future[Any]')
    assert_type(await future, int)
    create_future()     # type: ignore[call-arg]

    assert_type(
        get_exception_handler(loop),
        Optional[Callable[[asyncio.AbstractEventLoop, Dict[str, Any]],
                          object]])
    loop.set_exception_handler(get_exception_handler(loop))
    get_exception_handler(loop)(loop, {})   # type: ignore[misc]

    await shutdown_asyncgens(loop)
    loop.create_task(shutdown_asyncgens(loop))


async def use_servers(loop: asyncio.AbstractEventLoop, sock: socket.socket,
                      context: ssl.SSLContext) -> None:
    server = await create_server(loop, Echo, ['127.0.0.1', '::1'], 8080,
                                 reuse_port=True, ssl=context)
    assert_type(server, asyncio.Server)
    server.sockets[0].getsockname()
    server.close()
    await create_server(loop, Echo, 'localhost', None, backlog=5)
    await create_server(loop, Echo, sock=sock)
    await create_server(loop, Echo())   # type: ignore[arg-type]
    await create_server(loop, Echo, 1)  # type: ignore[arg-type]
    await create_server(loop, Echo, backlog='5')    # type: ignore[arg-type]
    await create_server(loop, Echo, nonsense=True)  # type: ignore[call-arg]
    create_server(loop, Echo)   # type: ignore[unused-coroutine]

    transport, protocol = await connect_accepted_socket(loop, Echo, sock)
    assert_type(transport, asyncio.Transport)
    assert_type(protocol, Echo)
    await connect_accepted_socket(loop, Echo, sock, ssl=context)
    await connect_accepted_socket(loop, Echo, 1)    # type: ignore[arg-type]

    assert_type(is_closing(transport), bool)
    is_closing(protocol)    # type: ignore[arg-type]


# Of the reader

async def use_reader(reader: asyncio.StreamReader) -> bytes:
    line = readuntil(reader)    # type: Coroutine[Any, Any, bytes]
    assert_type(await readuntil(reader), bytes)
    assert_type(await line, bytes)
    assert_type(await readexactly(reader, 4), bytes)
    await readuntil(reader, '\n')       # type: ignore[arg-type]
    await readexactly(reader, b'4')     # type: ignore[arg-type]
    text = await readuntil(reader)  # type: str  # type: ignore[assignment]
    print(text)
    try:
        return await readuntil(reader, b'\r\n')
    except IncompleteReadError as exc:
        assert_type(exc.expected, Optional[int])
        return exc.partial
    except LimitOverrunError as exc:
        assert_type(exc.consumed, int)
        return await readexactly(reader, exc.consumed)


# The table and what applies it

def use_table(function: FunctionType, module: ModuleType) -> None:
    assert_type(FEATURES, Tuple[Feature, ...])
    assert_type(TYPING, Tuple[Feature, ...])
    assert_type(by_id(['readuntil']), Tuple[Feature, ...])
    feature = FEATURES[0]
    assert_type(feature.id, str)
    assert_type(feature.since, str)
    assert_type(feature.bpo, Tuple[int, ...])
    assert_type(feature.summary, str)
    assert_type(feature.supplies, Tuple[str, ...])
    assert_type(feature.needs, Tuple[str, ...])
    assert_type(feature.prepare, Optional[str])
    assert_type(feature.is_native(), bool)
    by_id([feature])    # type: ignore[list-item]

    changes = Changes()
    assert_type(len(changes), int)
    changes.set(module, 'name', 1)
    changes.set(Echo, 'name', None)
    changes.set(Echo(), 'name', None)   # type: ignore[arg-type]
    changes.become(function, function)
    changes.become(function, 1)         # type: ignore[arg-type]
    changes.when_undone(print, 1)
    changes.undo()
    assert_type(transplant(function, vars(module)), FunctionType)


# The command line

def use_command_line() -> None:
    assert_type(main(['--json']), int)
    run_module('json.tool', ['--help'])
    run_path('app.py', [])
    main('--json')          # type: ignore[arg-type]
    run_path('app.py')      # type: ignore[call-arg]


def use_doctor() -> None:
    for finding in examine() + examine(['json', 'asyncio']):
        assert_type(finding['check'], str)
        assert_type(finding['ok'], bool)
        assert_type(finding['what'], str)
        assert_type(finding['to_do'], Optional[str])
        finding['nonsense']     # type: ignore[typeddict-item]
    examine([1])        # type: ignore[list-item]
