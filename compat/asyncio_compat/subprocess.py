"""Completes asyncio.subprocess: before 3.5.2 an empty input leaves the pipe
open, and the process waits for it.
"""

from asyncio import tasks
from asyncio.coroutines import coroutine


class Process:
    @coroutine
    def communicate(self, input=None):
        """Send *input* (bytes) and close stdin, read the output, and wait.

        Returns (stdout, stderr), each bytes, or None if it is not a pipe.
        """
        # b'' closes the pipe as well (bpo-26848).
        stdin = self._noop() if input is None else self._feed_stdin(input)
        stdout = self._noop() if self.stdout is None else self._read_stream(1)
        stderr = self._noop() if self.stderr is None else self._read_stream(2)
        stdin, stdout, stderr = yield from tasks.gather(
            stdin, stdout, stderr, loop=self._loop)
        yield from self.wait()
        return (stdout, stderr)
