"""What is bound and what is connected to is what the resolver says."""

import asyncio
import functools
import ipaddress
import itertools
import socket

from hypothesis import example, given
from hypothesis import strategies as st

from scenarios import time_limit

pytestmark = time_limit


@functools.lru_cache(maxsize=1000)
def resolved(host, port, family=0, type=0, proto=0, flags=0):
    """What getaddrinfo() says, or None if it refuses."""
    try:
        return socket.getaddrinfo(host, port, family, type, proto, flags)
    except (OSError, UnicodeError):
        return None


class Loop(asyncio.SelectorEventLoop):
    """Asks the resolver at once, and tells what it would connect to."""

    def __init__(self):
        super().__init__()
        self.asked = []
        self.addresses = []

    def getaddrinfo(self, host, port, **options):
        self.asked.append(host)
        found = resolved(host, port, **options)
        future = self.create_future()
        if found is None:
            future.set_exception(socket.gaierror('Refused'))
        else:
            future.set_result(found)
        return future

    async def sock_connect(self, sock, address):
        self.addresses.append((sock.family, address))
        raise ConnectionRefusedError('Nobody there')


def same(family, address):
    """Of two ways to write an address, one."""
    host, *rest = address
    if '%' not in host:
        host = socket.inet_pton(family, host)
    return family, host, (rest + [0, 0])[:3]


def run(coro):
    """Run the function *coro* of a loop; returns its result and the loop."""
    loop = Loop()
    try:
        return loop.run_until_complete(coro(loop)), loop
    finally:
        loop.close()


# Servers

def bindable(infos):
    """(family, host) of those that can be bound, or None if one cannot."""
    bound = set()
    for family, type, proto, _, address in infos:
        try:
            sock = socket.socket(family, type, proto)
        except OSError:
            continue
        with sock:
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                sock.bind(address)
            except OSError:
                return None
            bound.add((family, sock.getsockname()[0]))
    return bound


def bound_by_server(hosts, family):
    async def serve(loop):
        try:
            server = await loop.create_server(
                asyncio.Protocol, hosts, 0, family=family)
        except OSError:
            return None
        bound = [(sock.family, sock.getsockname()[0])
                 for sock in server.sockets]
        server.close()
        return bound
    return run(serve)[0]


families = st.sampled_from(
    [socket.AF_UNSPEC, socket.AF_UNSPEC, socket.AF_INET, socket.AF_INET6])
host_names = st.sampled_from([
    '127.0.0.1', '127.0.0.2', '127.1', b'127.0.0.1', '0.0.0.0', '::1', b'::1',
    '0:0:0:0:0:0:0:1%lo', '::', '::ffff:127.0.0.1', 'localhost', b'localhost',
    None, 'fe80::1%nowhere'])


@given(st.one_of(
    host_names.filter(lambda host: not isinstance(host, bytes)), st.just(''),
    # Nobody's; 3.13 leaves it out where there are others.
    st.just('192.0.2.1'),
    st.lists(host_names, min_size=1, max_size=5),
    st.lists(host_names, min_size=1, max_size=3).map(tuple)), families)
# Bound twice by 3.5.2 to 3.5.10 (bpo-27500).
@example(['::', None], socket.AF_UNSPEC)
def test_server(hosts, family):
    several = hosts if isinstance(hosts, (list, tuple)) else [hosts or None]
    found = [resolved(host, 0, family, socket.SOCK_STREAM, 0,
                      socket.AI_PASSIVE) for host in several]
    expected = (None if None in found else
                bindable(itertools.chain.from_iterable(found)))
    bound = bound_by_server(hosts, family)
    if expected is None:
        assert bound is None
    else:
        assert len(bound) == len(set(bound)) and set(bound) == expected


# Clients

def connected_to(host, port, family):
    """The addresses that create_connection() tries, or None, and the loop."""
    async def connect(loop):
        try:
            await loop.create_connection(
                asyncio.Protocol, host, port, family=family,
                flags=socket.AI_NUMERICHOST)
        except (OSError, UnicodeError):
            return loop.addresses or None
    return run(connect)


def characters(text, **sizes):
    return st.lists(st.sampled_from(text), **sizes).map(''.join)


v4 = st.integers(0, 2 ** 32 - 1).map(ipaddress.IPv4Address)
v6 = st.tuples(
    st.integers(0, 2 ** 32 - 1), st.sampled_from([0, 1, 32, 96])).map(
        lambda number: ipaddress.IPv6Address(number[0] << number[1]))
texts = st.one_of(
    v4.map(str), v6.map(str), v6.map(lambda address: address.exploded),
    v4.map('::ffff:{}'.format), v4.map('::{}'.format),
    v6.map(lambda address: str(address).upper()), v6.map('{}%lo'.format),
    v4.map(lambda address: str(int(address))),
    characters('0123.:x%', min_size=1, max_size=9),
    # One character more, or another one.
    st.tuples(v4.map(str), st.sampled_from(' .0:\u0661\uff11\u3002x%/')).map(
        ''.join))
hosts = st.one_of(texts, texts, texts.map(lambda text: text.encode()))
ports = st.one_of(
    st.integers(0, 65535), st.integers(0, 65535).map(str),
    st.integers(0, 65535).map(lambda port: str(port).encode()),
    st.sampled_from([None, '', b'', 'http', b'https', 'nosuchservice', '007']))


@given(hosts, ports, families)
def test_connection(host, port, family):
    tried, loop = connected_to(host, port, family)
    found = resolved(host, port, family, socket.SOCK_STREAM, 0,
                     socket.AI_NUMERICHOST)
    if found is None:
        assert tried is None
    else:
        assert ([same(*address) for address in tried] ==
                [same(info[0], info[4]) for info in found])
    # An address as it is mostly written is not looked up, but for a zone.
    if '%' in str(host) or not str(port).isdigit():
        return
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return
    own = socket.AF_INET if address.version == 4 else socket.AF_INET6
    if str(address) == host:
        assert loop.asked == (
            [] if family in (socket.AF_UNSPEC, own) else [host])
