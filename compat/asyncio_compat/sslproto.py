"""Completes asyncio.sslproto: TLS on a connection that is there (3.5.3), the
end of one in its handshake and what comes after it (3.5.3 to 3.6.6), whether
a transport is closing (3.5.1), and another protocol for it (3.6.4).
"""

import collections

from asyncio import base_events
from asyncio.log import logger
from asyncio.sslproto import _create_transport_context, ssl

from .patching import completion


class _SSLProtocolTransport(metaclass=completion):
    def set_protocol(self, protocol):
        # Who calls it is the SSLProtocol (bpo-31632); 3.5 has a copy here.
        self._ssl_protocol._app_protocol = protocol
        self._app_protocol = protocol

    def get_protocol(self):
        return self._ssl_protocol._app_protocol

    def is_closing(self):
        return self._closed


class SSLProtocol(metaclass=completion):
    # For protocols made before the install.
    _call_connection_made = True

    def __init__(self, loop, app_protocol, sslcontext, waiter,
                 server_side=False, server_hostname=None,
                 call_connection_made=True):
        if ssl is None:
            raise RuntimeError('stdlib ssl module not available')
        self._sslcontext = sslcontext or _create_transport_context(
            server_side, server_hostname)
        self._server_side = server_side
        self._server_hostname = server_hostname or None
        if server_side:
            self._server_hostname = None
        self._extra = {'sslcontext': self._sslcontext}
        self._write_backlog = collections.deque()
        self._write_buffer_size = 0
        self._waiter = waiter
        self._loop = loop
        self._app_protocol = app_protocol
        self._app_transport = _SSLProtocolTransport(loop, self, app_protocol)
        self._call_connection_made = call_connection_made
        self._sslpipe = self._transport = None
        self._session_established = False
        self._in_handshake = self._in_shutdown = False

    def connection_lost(self, exc):
        if self._session_established:
            self._session_established = False
            self._loop.call_soon(self._app_protocol.connection_lost, exc)
        self._transport = self._app_transport = None
        # It may have been lost in the handshake (bpo-28990).
        self._wakeup_waiter(exc)

    def data_received(self, data):
        if self._sslpipe is None:
            # Aborted; it arrives all the same.
            return
        try:
            ssldata, appdata = self._sslpipe.feed_ssldata(data)
        except ssl.SSLError as exc:
            if self._loop.get_debug():
                logger.warning('%r: SSL error %s (reason %s)',
                               self, exc.errno, exc.reason)
            self._abort()
            return
        for chunk in ssldata:
            self._transport.write(chunk)
        for chunk in appdata:
            if not chunk:
                # The other end says that it writes no more.
                self._start_shutdown()
                break
            self._app_protocol.data_received(chunk)

    def _get_extra_info(self, name, default=None):
        if name in self._extra:
            return self._extra[name]
        if self._transport is None:
            # Lost (bpo-29742).
            return default
        return self._transport.get_extra_info(name, default)

    def _start_shutdown(self):
        if self._in_shutdown:
            return
        if self._in_handshake:
            # There is no session to end in order (bpo-29743).
            self._abort()
            return
        self._in_shutdown = True
        self._write_appdata(b'')

    def _start_handshake(self):
        self._handshake_start_time = None
        if self._loop.get_debug():
            logger.debug('%r starts SSL handshake', self)
            self._handshake_start_time = self._loop.time()
        self._in_handshake = True
        self._write_backlog.append((b'', 1))
        # Later, the other end's part could have arrived (bpo-33674).
        self._process_write_backlog()

    def _on_handshake_complete(self, handshake_exc):
        self._in_handshake = False
        sslobj = self._sslpipe.ssl_object
        try:
            if handshake_exc is not None:
                raise handshake_exc
            peercert = sslobj.getpeercert()
            if (not hasattr(self._sslcontext, 'check_hostname') and
                    self._server_hostname and
                    self._sslcontext.verify_mode != ssl.CERT_NONE):
                ssl.match_hostname(peercert, self._server_hostname)
        except BaseException as exc:
            if self._loop.get_debug():
                logger.warning('%r: SSL handshake failed%s', self,
                               ' on verifying the certificate' if isinstance(
                                   exc, ssl.CertificateError) else '',
                               exc_info=True)
            self._transport.close()
            if not isinstance(exc, Exception):
                raise
            self._wakeup_waiter(exc)
            return
        if self._loop.get_debug():
            logger.debug('%r: SSL handshake took %.1f ms', self, 1000 * (
                self._loop.time() - self._handshake_start_time))
        self._extra.update(peercert=peercert, cipher=sslobj.cipher(),
                           compression=sslobj.compression(),
                           ssl_object=sslobj)
        if self._call_connection_made:
            self._app_protocol.connection_made(self._app_transport)
        self._wakeup_waiter()
        self._session_established = True
        # For what has been written already; it may be running right now.
        self._loop.call_soon(self._process_write_backlog)

    def _process_write_backlog(self):
        if self._transport is None or self._sslpipe is None:
            # Lost or aborted.
            return
        try:
            for _ in range(len(self._write_backlog)):
                data, offset = self._write_backlog[0]
                if data:
                    ssldata, offset = self._sslpipe.feed_appdata(data, offset)
                elif offset:
                    ssldata = self._sslpipe.do_handshake(
                        self._on_handshake_complete)
                    offset = 1
                else:
                    ssldata = self._sslpipe.shutdown(self._finalize)
                    offset = 1
                for chunk in ssldata:
                    self._transport.write(chunk)
                if offset < len(data):
                    self._write_backlog[0] = (data, offset)
                    # It cannot be written before something is read.
                    assert self._sslpipe.need_ssldata
                    if self._transport._paused:
                        self._transport.resume_reading()
                    break
                del self._write_backlog[0]
                self._write_buffer_size -= len(data)
        except BaseException as exc:
            if self._in_handshake:
                self._on_handshake_complete(exc)
            else:
                self._fatal_error(exc, 'Fatal error on SSL transport')
            if not isinstance(exc, Exception):
                raise

    def _fatal_error(self, exc, message='Fatal error on transport'):
        if not isinstance(exc, base_events._FATAL_ERROR_IGNORE):
            self._loop.call_exception_handler({
                'message': message, 'exception': exc,
                'transport': self._transport, 'protocol': self})
        elif self._loop.get_debug():
            logger.debug('%r: %s', self, message, exc_info=True)
        if self._transport:
            self._transport._force_close(exc)

    def _finalize(self):
        # It refers to this protocol, and keeps the socket (bpo-29870).
        self._sslpipe = None
        if self._transport is not None:
            self._transport.close()

    def _abort(self):
        try:
            if self._transport is not None:
                self._transport.abort()
        finally:
            self._finalize()
