"""What the scripts beside it share; each is a program that knows nothing of asyncio_compat.

Given on the command line: 'policy' to run in the policy's loop, or 'own' for a loop that is not the policy's.
"""
import asyncio
import faulthandler
import os
import socket
import sys
import traceback
import types

# Of this machine's, trusted by those that are given it.
CERTIFICATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, os.pardir, 'localhost.pem')
MOST_SECONDS = 60

try:
    import ssl
except ImportError:
    # Most of them import it and do not use it; asyncio, which is imported, goes on without.
    ssl = None


class NoSSL(types.ModuleType):
    """Stands in for ssl on an interpreter that was built without it: its constants are 0, all else are classes."""

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        if name[0].isupper() and '_' in name:
            return 0
        return type(name, (OSError,), {'options': 0, 'SERVER_AUTH': None, 'CLIENT_AUTH': None})


if ssl is None:
    # cryptography imports _ssl, of which it makes no use here.
    sys.modules['ssl'] = sys.modules['_ssl'] = NoSSL('ssl')


def check(what, found, expected=True):
    if found != expected:
        raise AssertionError('%s: %.200r instead of %.200r' % (what, found, expected))
    print(what, 'ok')


def run(main, **parts):
    """Run *main*, or that of the *parts* that was asked for, a coroutine function; in a loop of the kind asked for."""
    kind, *part = sys.argv[1:]
    faulthandler.dump_traceback_later(MOST_SECONDS, exit=True)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop if kind == 'policy' else None)
    try:
        loop.run_until_complete(parts[part[0]]() if part else main())
    except Exception:
        traceback.print_exc()
        # Without a word on what is left behind.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)
    loop.close()
    print('done')


def listening():
    """A socket that listens at a free port of this machine."""
    sock = socket.socket()
    sock.bind(('127.0.0.1', 0))
    sock.listen(100)
    return sock


def free_port():
    """One that nothing has at this machine, be it for TCP or for UDP."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(('127.0.0.1', 0))
            try:
                udp.bind(tcp.getsockname())
            except OSError:
                continue
            return tcp.getsockname()[1]


def tls():
    """The contexts of a server and of a client that trusts it."""
    server = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
    server.load_cert_chain(CERTIFICATE)
    client = ssl.create_default_context(cafile=CERTIFICATE)
    return server, client
