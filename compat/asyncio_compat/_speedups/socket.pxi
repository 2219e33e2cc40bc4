# The transport of a plain socket: recv and send without asyncio's Python code.

cdef extern from "sys/socket.h":
    Py_ssize_t recv(int, void *, size_t, int)
    Py_ssize_t send(int, const void *, size_t, int)

cdef enum:
    MOST_RECEIVED = 256 * 1024

# One for all: nobody else runs while it is filled and emptied. A new bytes of this size would make glibc grow and trim
# its heap at every message, which doubles the time of an echo.
cdef char received[MOST_RECEIVED]


cdef class SocketTransport:
    cdef public object _loop
    cdef public object _sock
    cdef public object _protocol
    cdef public object _buffer
    cdef public object _sock_fd
    cdef public Py_ssize_t _conn_lost
    cdef public bint _closing
    cdef public bint _eof
    cdef public Py_ssize_t max_size

    def __cinit__(self, *args, **kwargs):
        self.max_size = MOST_RECEIVED

    def is_closing(self):
        return self._closing

    def _read_ready(self):
        cdef Py_ssize_t number
        if self._conn_lost:
            return
        if type(self._sock) is not Socket:
            python_transport._read_ready(self)
            return
        number = recv(<int>self._sock_fd, received, min(self.max_size, MOST_RECEIVED), 0)
        if number > 0:
            protocol = self._protocol
            if type(protocol) is StreamReaderProtocol:
                reader = protocol._stream_reader
                if type(reader) is ReaderType:
                    (<StreamReader>reader).feed(received, number)
                    return
            protocol.data_received(PyBytes_FromStringAndSize(received, number))
        elif number == 0:
            # It hears the end once more, and does what follows.
            python_transport._read_ready(self)
        elif not again():
            self._fatal_error(os_error(), 'Fatal read error on socket transport')

    def write(self, data):
        cdef Py_ssize_t number
        if (type(data) is bytes and type(self._sock) is Socket and
                not self._eof and not self._conn_lost and not self._buffer and data):
            number = send(<int>self._sock_fd, PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data), 0)
            if number == PyBytes_GET_SIZE(data):
                return
            if number > 0:
                data = data[number:]
            elif number < 0 and not again():
                self._fatal_error(os_error(), 'Fatal write error on socket transport')
                return
        python_transport.write(self, data)


cdef inline bint again():
    return errno == EAGAIN or errno == EINTR


cdef object os_error():
    """The exception for errno, which the socket does not tell twice."""
    try:
        PyErr_SetFromErrno(OSError)
    except OSError as exc:
        return exc
