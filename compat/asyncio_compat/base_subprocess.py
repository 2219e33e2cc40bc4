"""Completes asyncio.base_subprocess: the loop's own futures (3.5.2), whether a
subprocess transport is closing (3.5.1), another protocol for it (3.5.3); what
has ended is not signalled, since its pid may be another's by then (3.5.2).
"""

from asyncio.coroutines import coroutine
from asyncio.log import logger

from .patching import completion


class BaseSubprocessTransport(metaclass=completion):
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

    def send_signal(self, signal):
        self._check_proc()
        # 3.5.0's Popen does not look either (bpo-6973).
        if self._returncode is None:
            self._proc.send_signal(signal)

    def terminate(self):
        self._check_proc()
        if self._returncode is None:
            self._proc.terminate()

    def kill(self):
        self._check_proc()
        if self._returncode is None:
            self._proc.kill()

    def _process_exited(self, returncode):
        assert returncode is not None, returncode
        assert self._returncode is None, self._returncode
        if self._loop.get_debug():
            logger.info('%r exited with return code %r', self, returncode)
        self._returncode = returncode
        if self._proc.returncode is None:
            # The child watcher has waited, not Popen.
            self._proc.returncode = returncode
        self._call(self._protocol.process_exited)
        self._try_finish()
        for waiter in self._exit_waiters:
            if not waiter.cancelled():
                waiter.set_result(returncode)
        self._exit_waiters = None
