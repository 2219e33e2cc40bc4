"""Completes asyncio.subprocess: before 3.5.2 an empty input leaves the pipe
open, and the process waits for it; before 3.5.4 the end of the process closes
the pipes that are still being read.
"""

from asyncio import streams, tasks
from asyncio.coroutines import coroutine

from .patching import completion


class SubprocessStreamProtocol(metaclass=completion):
    # For protocols made before the install; they know no pipe.
    _process_exited = False
    _pipe_fds = ()

    def connection_made(self, transport):
        self._transport = transport
        self._pipe_fds = []
        for fd, name in ((1, 'stdout'), (2, 'stderr')):
            pipe = transport.get_pipe_transport(fd)
            if pipe is not None:
                reader = streams.StreamReader(limit=self._limit,
                                              loop=self._loop)
                reader.set_transport(pipe)
                setattr(self, name, reader)
                self._pipe_fds.append(fd)
        stdin = transport.get_pipe_transport(0)
        if stdin is not None:
            self.stdin = streams.StreamWriter(stdin, protocol=self,
                                              reader=None, loop=self._loop)

    def pipe_connection_lost(self, fd, exc):
        if fd == 0:
            if self.stdin is not None:
                self.stdin.close()
            self.connection_lost(exc)
            return
        reader = {1: self.stdout, 2: self.stderr}.get(fd)
        if reader is not None:
            if exc is None:
                reader.feed_eof()
            else:
                reader.set_exception(exc)
        if fd in self._pipe_fds:
            self._pipe_fds.remove(fd)
        self._maybe_close_transport()

    def process_exited(self):
        self._process_exited = True
        self._maybe_close_transport()

    def _maybe_close_transport(self):
        # What the process has written is still to be read (bpo-29704).
        if (not self._pipe_fds and self._process_exited and
                self._transport is not None):
            self._transport.close()
            self._transport = None


class Process(metaclass=completion):
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
