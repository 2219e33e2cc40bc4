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


cdef enum:
    LEAST_ROOM = 64
    MOST_UNUSED_ROOM = 4096


cdef int ring_resize(Ring *ring, Py_ssize_t size) except -1:
    """Make room for *size* entries, a power of two."""
    cdef Py_ssize_t i
    cdef Entry *entries = <Entry *>PyMem_Malloc(size * sizeof(Entry))
    if entries is NULL:
        raise MemoryError
    for i in range(ring.length):
        entries[i] = ring.entries[(ring.first + i) & ring.mask]
    PyMem_Free(ring.entries)
    ring.entries = entries
    ring.first = 0
    ring.mask = size - 1
    return 0


cdef inline int ring_push(Ring *ring, int kind, object what, PyObject *argument) except -1:
    cdef Entry *entry
    if ring.length > ring.mask:
        ring_resize(ring, 2 * (ring.mask + 1))
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


cdef int ring_clear(Ring *ring) except -1:
    cdef Entry entry
    while ring.length:
        entry = ring_pop(ring)
        Py_DECREF(<object>entry.what)
        Py_XDECREF(entry.argument)
    return 0


cdef object as_handle(Loop loop, int kind, what, argument):
    """What asyncio's Python code would have in the place of an entry."""
    if kind == HANDLE:
        return what
    if kind == WAKEUP:
        return new_handle(Handle, (<Task>what)._wakeup, (argument,), loop)
    if kind == STEP:
        return new_handle(Handle, (<Task>what)._step, (), loop)
    return new_handle(Handle, what, (argument,), loop)


cdef class Ready:
    """The ring as the deque of handles that asyncio's Python code has."""

    cdef Loop loop

    def __len__(self):
        return self.loop.ring.length

    def __iter__(self):
        cdef Entry entry
        cdef Py_ssize_t i
        handles = []
        for i in range(self.loop.ring.length):
            entry = self.loop.ring.entries[(self.loop.ring.first + i) & self.loop.ring.mask]
            handles.append(as_handle(self.loop, entry.kind, <object>entry.what,
                                     None if entry.argument is NULL else <object>entry.argument))
        return iter(handles)

    def __repr__(self):
        return repr(list(self))

    def append(self, handle):
        ring_push(&self.loop.ring, HANDLE, handle, NULL)

    def extend(self, handles):
        for handle in handles:
            self.append(handle)

    def popleft(self):
        cdef Entry entry
        if not self.loop.ring.length:
            raise IndexError('pop from an empty deque')
        entry = ring_pop(&self.loop.ring)
        what = <object>entry.what
        Py_DECREF(what)
        argument = None
        if entry.argument is not NULL:
            argument = <object>entry.argument
            Py_DECREF(argument)
        return as_handle(self.loop, entry.kind, what, argument)

    def clear(self):
        ring_clear(&self.loop.ring)
