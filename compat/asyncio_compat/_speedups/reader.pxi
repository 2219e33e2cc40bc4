# StreamReader: its buffer, and what reads it.

cdef class StreamReader:
    cdef public object _loop
    cdef public bytearray _buffer
    cdef public object _waiter
    cdef public object _exception
    cdef public object _transport
    cdef public Py_ssize_t _limit
    cdef public bint _eof
    cdef public bint _paused

    def feed_data(self, data):
        assert not self._eof, 'feed_data after feed_eof'
        if type(data) is bytes:
            self.feed(PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data))
        elif data:
            # Anything that has a buffer.
            self._buffer.extend(data)
            self.fed()

    cdef int feed(self, char *data, Py_ssize_t number) except -1:
        cdef Py_ssize_t before
        assert not self._eof, 'feed_data after feed_eof'
        if not number:
            return 0
        before = PyByteArray_GET_SIZE(self._buffer)
        PyByteArray_Resize(self._buffer, before + number)
        memmove(PyByteArray_AS_STRING(self._buffer) + before, data, number)
        return self.fed()

    cdef int fed(self) except -1:
        self.wake_up()
        if (not self._paused and PyByteArray_GET_SIZE(self._buffer) > 2 * self._limit and
                self._transport is not None):
            try:
                self._transport.pause_reading()
            except NotImplementedError:
                # It cannot: all has to be buffered.
                self._transport = None
            else:
                self._paused = True
        return 0

    cdef int wake_up(self) except -1:
        waiter, self._waiter = self._waiter, None
        if waiter is None:
            return 0
        if type(waiter) is FutureType:
            if (<Future>waiter).state != CANCELLED:
                (<Future>waiter).finish(None)
        elif not waiter.cancelled():
            waiter.set_result(None)
        return 0

    def exception(self):
        return self._exception

    def _wakeup_waiter(self):
        self.wake_up()

    cdef int resume(self) except -1:
        if self._paused and PyByteArray_GET_SIZE(self._buffer) <= self._limit:
            self._paused = False
            self._transport.resume_reading()
        return 0

    def _maybe_resume_transport(self):
        self.resume()

    cdef object wait(self, name):
        """The future of more data."""
        if self._waiter is not None:
            raise RuntimeError('%s() called while another coroutine is '
                               'already waiting for incoming data' % name)
        assert not self._eof, '_wait_for_data after EOF'
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
        loop = self._loop
        self._waiter = new_future(loop) if type(loop) is LoopType and (<Loop>loop).direct else loop.create_future()
        return self._waiter

    async def _wait_for_data(self, func_name):
        waiter = self.wait(func_name)
        try:
            await waiter
        finally:
            self._waiter = None

    cdef bytes take(self, Py_ssize_t number):
        data = PyBytes_FromStringAndSize(PyByteArray_AS_STRING(self._buffer), number)
        if number == PyByteArray_GET_SIZE(self._buffer):
            PyByteArray_Resize(self._buffer, 0)
        else:
            del self._buffer[:number]
        self.resume()
        return data

    async def read(self, Py_ssize_t n=-1):
        if self._exception is not None:
            raise self._exception
        if n == 0:
            return b''
        if n < 0:
            blocks = []
            while True:
                block = await self.read(self._limit)
                if not block:
                    return b''.join(blocks)
                blocks.append(block)
        if not self._buffer and not self._eof:
            waiter = self.wait('read')
            try:
                await waiter
            finally:
                self._waiter = None
        return self.take(min(n, PyByteArray_GET_SIZE(self._buffer)))

    async def readexactly(self, Py_ssize_t n):
        if n < 0:
            raise ValueError('readexactly size can not be less than zero')
        if self._exception is not None:
            raise self._exception
        if n == 0:
            return b''
        while PyByteArray_GET_SIZE(self._buffer) < n:
            if self._eof:
                incomplete = bytes(self._buffer)
                self._buffer.clear()
                raise IncompleteReadError(incomplete, n)
            waiter = self.wait('readexactly')
            try:
                await waiter
            finally:
                self._waiter = None
        return self.take(n)

    async def readuntil(self, separator=b'\n'):
        cdef Py_ssize_t length = len(separator), start = 0, end
        if length == 0:
            raise ValueError('Separator should be at least one-byte string')
        if self._exception is not None:
            raise self._exception
        while True:
            end = self._buffer.find(separator, start)
            if end != -1:
                break
            start = max(start, len(self._buffer) + 1 - length)
            if start > self._limit:
                raise LimitOverrunError('Separator is not found, and chunk exceed the limit', start)
            if self._eof:
                partial = bytes(self._buffer)
                self._buffer.clear()
                raise IncompleteReadError(partial, None)
            waiter = self.wait('readuntil')
            try:
                await waiter
            finally:
                self._waiter = None
        if end > self._limit:
            raise LimitOverrunError('Separator is found, but chunk is longer than limit', end)
        return self.take(end + length)

    async def readline(self):
        try:
            return await self.readuntil(b'\n')
        except IncompleteReadError as exc:
            return exc.partial
        except LimitOverrunError as exc:
            if self._buffer.startswith(b'\n', exc.consumed):
                del self._buffer[:exc.consumed + 1]
            else:
                self._buffer.clear()
            self.resume()
            raise ValueError(exc.args[0])
