# cython: language_level=3, iterable_coroutine=True
# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""The compiled core: one extension, one concept a file."""

include "names.pxi"
include "ready.pxi"
include "future.pxi"
include "task.pxi"
include "handle.pxi"
include "loop.pxi"
include "gather.pxi"
include "socket.pxi"
include "reader.pxi"
