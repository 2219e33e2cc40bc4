"""Completes asyncio.windows_events, which before 3.5.2 does not ask the loop
for the futures that it makes.
"""

from asyncio.coroutines import coroutine
from asyncio.windows_events import _WindowsSubprocessTransport

from .patching import completion


class ProactorEventLoop(metaclass=completion):
    @coroutine
    def _make_subprocess_transport(self, protocol, args, shell,
                                   stdin, stdout, stderr, bufsize,
                                   extra=None, **kwargs):
        waiter = self.create_future()
        transport = _WindowsSubprocessTransport(
            self, protocol, args, shell, stdin, stdout, stderr, bufsize,
            waiter=waiter, extra=extra, **kwargs)
        failure = None
        try:
            yield from waiter
        except Exception as exc:
            # To yield in here would leave it in sys.exc_info() (bpo-23353).
            failure = exc
        if failure is not None:
            transport.close()
            yield from transport._wait()
            raise failure
        return transport


class IocpProactor(metaclass=completion):
    def _result(self, value):
        future = self._loop.create_future()
        future.set_result(value)
        return future
