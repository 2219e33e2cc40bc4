"""The releases that run.py tries, what each does, and where it fails with the package for a reason not asyncio's.

The lane complains of a failure that is not listed here, and of one that is and does not happen.
"""
import collections
import types

AITER = 'the interpreter itself wants an awaitable from `__aiter__` there'
NO_ASYNC_WITH = 'asks for the version number, and leaves out `async with connect()` before 3.5.1'
PARAMETERS = '`typing` there counts the parameters of `class C(Coroutine[Any, Any, T])` as two, which aiohttp 3.6.3 has'


# On which they are tried.
VERSIONS = ('3.5.0', '3.5.1', '3.5.2')


def before(version, why):
    return {each: why for each in VERSIONS if each < version}


# name    of the release, and what is done with it if that is not all
# pins    the file in requirements/
# script  in libs/
# part    of the script, or ''
# fails   {version of Python: why it fails there with the package}
# needs   'ssl', 'postgresql' or ''
# typing  before this version of Python it takes install(typing=True); or ''
Library = collections.namedtuple('Library', 'name pins script part fails needs typing')


WORKS_EVERYWHERE = types.MappingProxyType({})


def library(name, script, part='', fails=WORKS_EVERYWHERE, needs='', typing=''):
    release = name.split(',')[0]
    return Library(name, release.replace(' ', '-'), script, part, fails, needs, typing)


LIBRARIES = (
    library('aiocoap 0.4b3', 'aiocoap_observe'),
    library('aiocoap 0.4b3, observing', 'aiocoap_observe', 'observe', before('3.5.2', AITER)),
    library('aioconsole 0.1.16', 'aioconsole_server'),
    library('aiohttp 3.0.9', 'aiohttp_web'),
    library('aiohttp 3.0.9, async for', 'aiohttp_web', 'iterate', before('3.5.2', AITER)),
    library('aiohttp 3.4.4', 'aiohttp_web', typing='3.5.2'),
    library('aiohttp 3.4.4, async for', 'aiohttp_web', 'iterate', before('3.5.2', AITER), typing='3.5.2'),
    library('aiohttp 3.6.3', 'aiohttp_web', '', before('3.5.2', PARAMETERS), typing='3.5.3'),
    library('aiohttp 3.6.3, async for', 'aiohttp_web', 'iterate', before('3.5.2', PARAMETERS), typing='3.5.3'),
    library('aiojobs 0.2.2', 'aiojobs_scheduler', typing='3.5.2'),
    library('aiojobs 0.2.2, with aiohttp 3.4.4', 'aiojobs_scheduler', 'web', typing='3.5.2'),
    library('aiosmtpd 1.2', 'aiosmtpd_mail'),
    library('aiosmtpd 1.2, STARTTLS', 'aiosmtpd_mail', 'starttls', needs='ssl'),
    library('anyio 1.4.0', 'anyio_tasks', typing='3.5.3'),
    library('anyio 1.4.0, async for', 'anyio_tasks', 'iterate', before('3.5.2', AITER), typing='3.5.3'),
    library('asgiref 3.2.10', 'asgiref_bridge'),
    library('async-timeout 3.0.1', 'async_timeouts', typing='3.5.2'),
    library('async_generator 1.10', 'async_generators'),
    library('asyncpg 0.20.1', 'asyncpg_queries', needs='postgresql'),
    library('asyncssh 1.18.0', 'asyncssh_session'),
    library('discord.py 1.3.4', 'discord_bot', '', before('3.5.2', PARAMETERS), typing='3.5.3'),
    library('sanic 18.12.0', 'sanic_web'),
    library('tornado 6.1', 'tornado_web', typing='3.5.2'),
    library('uvloop 0.14.0', 'uvloop_streams'),
    library('websockets 4.0.1', 'websockets_echo'),
    library('websockets 4.0.1, TLS', 'websockets_echo', 'tls', needs='ssl'),
    library('websockets 7.0', 'websockets_echo', '', before('3.5.1', NO_ASYNC_WITH)),
    library('websockets 7.0, TLS', 'websockets_echo', 'tls', before('3.5.1', NO_ASYNC_WITH), needs='ssl'),
)
