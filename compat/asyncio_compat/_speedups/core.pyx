# cython: language_level=3, iterable_coroutine=True
# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""The compiled core of asyncio: one extension, one concept a file."""

VERSION = '0.1.0'

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
