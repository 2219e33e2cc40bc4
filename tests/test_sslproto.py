"""TLS transports: the one of asyncio.sslproto and the one that came before."""

import asyncio
import os

import pytest

from asyncio import selector_events, sslproto
from test_transports import Recorder, check_transport, recorders

try:
    import ssl
except ImportError:
    ssl = None

needs_ssl = pytest.mark.skipif(ssl is None, reason='no ssl module')


def contexts():
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(
        os.path.join(os.path.dirname(__file__), 'localhost.pem'))
    client = ssl.create_default_context()
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    return server, client


async def run_tls(loop):
    server_context, client_context = contexts()
    accepted = asyncio.Future(loop=loop)

    class Accepted(Recorder):
        def connection_made(self, transport):
            accepted.set_result(transport)

    server = await loop.create_server(lambda: Accepted(loop), '127.0.0.1', 0,
                                      ssl=server_context)
    host, port = server.sockets[0].getsockname()
    try:
        transport, _ = await loop.create_connection(
            recorders(loop), host, port, ssl=client_context)
        theirs = await accepted
        await check_transport(loop, transport, theirs.write)
        theirs.close()
        return type(transport)
    finally:
        server.close()
        await server.wait_closed()


@needs_ssl
def test_tls(loop):
    assert (loop.run_until_complete(run_tls(loop)) is
            sslproto._SSLProtocolTransport)


@needs_ssl
@pytest.mark.skipif(not hasattr(selector_events, '_SelectorSslTransport'),
                    reason='has only one')
def test_tls_without_memory_bio(loop, monkeypatch):
    monkeypatch.setattr(sslproto, '_is_sslproto_available', lambda: False)
    assert (loop.run_until_complete(run_tls(loop)) is
            selector_events._SelectorSslTransport)


class SSLProtocol:
    """As much of asyncio's as a transport needs, without the ssl module."""

    def __init__(self, app_protocol):
        self._app_protocol = app_protocol

    def _set_app_protocol(self, app_protocol):
        self._app_protocol = app_protocol

    def _start_shutdown(self, context=None):
        pass


def test_transport_without_ssl(loop):
    transport_class = sslproto._SSLProtocolTransport
    transport = transport_class.__new__(transport_class)
    transport._loop = loop
    transport._ssl_protocol = ssl_protocol = SSLProtocol('first')
    transport._closed = False
    transport.set_protocol('second')
    assert ssl_protocol._app_protocol == 'second'
    transport.close()
    assert transport.is_closing() is True


@pytest.mark.skipif(not hasattr(selector_events, '_SelectorSslTransport'),
                    reason='has only one')
def test_transport_of_the_legacy_make_without_ssl():
    transport_class = selector_events._SelectorSslTransport
    transport = transport_class.__new__(transport_class)
    transport._closing = False
    transport.set_protocol('second')
    assert transport.get_protocol() == 'second'
    assert transport.is_closing() is False
