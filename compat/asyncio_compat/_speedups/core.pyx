# cython: language_level=3, iterable_coroutine=True
# cython: binding=False, boundscheck=False, wraparound=False, initializedcheck=False
"""The compiled core of asyncio: one extension, one concept a file."""

# setup.py says it: what is built belongs to that version of the package and to no other.
cdef extern from *:
    const char *ASYNCIO_COMPAT_VERSION

VERSION = ASYNCIO_COMPAT_VERSION.decode()

include "names.pxi"
include "redirect.pxi"
include "handle.pxi"
include "ready.pxi"
include "future.pxi"
include "task.pxi"
include "gather.pxi"
include "poll.pxi"
include "loop.pxi"
include "socket.pxi"
include "reader.pxi"
