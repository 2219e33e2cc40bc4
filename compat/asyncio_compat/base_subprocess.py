"""Completes asyncio.base_subprocess: the loop's own futures (3.5.2), whether a
subprocess transport is closing (3.5.1), and another protocol for it (3.5.3).
"""

from asyncio.coroutines import coroutine


class BaseSubprocessTransport:
    def set_protocol(self, protocol):
        self._protocol = protocol

    def get_protocol(self):
        return self._protocol

    def is_closing(self):
        return self._closed

    @coroutine
    def _wait(self):
        """Wait for the process to exit; returns its return code, an int."""
        if self._returncode is None:
            waiter = self._loop.create_future()
            self._exit_waiters.append(waiter)
            return (yield from waiter)
        return self._returncode
