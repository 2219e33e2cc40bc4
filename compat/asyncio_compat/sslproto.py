"""Completes asyncio.sslproto: whether a TLS transport is closing (3.5.1), and
another protocol for it, which 3.5.3 does not hand the data to.
"""


class _SSLProtocolTransport:
    def set_protocol(self, protocol):
        # Who calls it is the SSLProtocol (bpo-31632); 3.5 has a copy here.
        self._ssl_protocol._app_protocol = protocol
        self._app_protocol = protocol

    def get_protocol(self):
        return self._ssl_protocol._app_protocol

    def is_closing(self):
        return self._closed
