# What a loop has to call in its next iteration: a ring that grows.

cdef enum:
    HANDLE = 0      # a Handle
    STEP = 1        # a task to start, or to go on with an exception
    WAKEUP = 2      # a task, and the future that it waited for
    CALLBACK = 3    # a done callback, and its future


cdef struct Entry:
    PyObject *what
    PyObject *argument      # or NULL
    int kind


cdef struct Ring:
    Entry *entries
    Py_ssize_t first
    Py_ssize_t length
    Py_ssize_t mask


cdef int ring_init(Ring *ring) except -1:
    ring.entries = <Entry *>PyMem_Malloc(64 * sizeof(Entry))
    if ring.entries is NULL:
        raise MemoryError
    ring.first = ring.length = 0
    ring.mask = 63
    return 0


cdef int ring_grow(Ring *ring) except -1:
    cdef Py_ssize_t size = ring.mask + 1
    cdef Py_ssize_t i
    cdef Entry *entries = <Entry *>PyMem_Malloc(2 * size * sizeof(Entry))
    if entries is NULL:
        raise MemoryError
    for i in range(ring.length):
        entries[i] = ring.entries[(ring.first + i) & ring.mask]
    PyMem_Free(ring.entries)
    ring.entries = entries
    ring.first = 0
    ring.mask = 2 * size - 1
    return 0


cdef inline int ring_push(Ring *ring, int kind, object what, PyObject *argument) except -1:
    cdef Entry *entry
    if ring.length > ring.mask:
        ring_grow(ring)
    entry = &ring.entries[(ring.first + ring.length) & ring.mask]
    ring.length += 1
    entry.kind = kind
    entry.what = <PyObject *>what
    entry.argument = argument
    Py_INCREF(what)
    if argument is not NULL:
        Py_INCREF(<object>argument)
    return 0


cdef inline Entry ring_pop(Ring *ring):
    """The oldest; its references are the caller's."""
    cdef Entry entry = ring.entries[ring.first]
    ring.first = (ring.first + 1) & ring.mask
    ring.length -= 1
    return entry
