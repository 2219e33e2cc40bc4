# Handles are asyncio's own class, made and read without its Python code.

cdef extern from *:
    """
    #include <structmember.h>
    static Py_ssize_t slot_offset(PyObject *descr) {
        return ((PyMemberDescrObject *)descr)->d_member->offset;
    }
    #define SLOT(o, offset) (*(PyObject **)((char *)(o) + (offset)))
    static PyObject *new_of(PyObject *type) {
        return ((PyTypeObject *)type)->tp_alloc((PyTypeObject *)type, 0);
    }
    static void set_slot(PyObject *o, Py_ssize_t offset, PyObject *value) {
        PyObject *old = SLOT(o, offset);
        Py_INCREF(value);
        SLOT(o, offset) = value;
        Py_XDECREF(old);
    }
    """
    Py_ssize_t slot_offset(object descr)
    object new_of(object type)
    void set_slot(object o, Py_ssize_t offset, object value)
    PyObject *SLOT(object o, Py_ssize_t offset)

cdef Py_ssize_t CALLBACK_SLOT = slot_offset(Handle._callback)
cdef Py_ssize_t ARGS_SLOT = slot_offset(Handle._args)
cdef Py_ssize_t LOOP_SLOT = slot_offset(Handle._loop)
cdef Py_ssize_t CANCELLED_SLOT = slot_offset(Handle._cancelled)
cdef Py_ssize_t REPR_SLOT = slot_offset(Handle._repr)
cdef Py_ssize_t TRACEBACK_SLOT = slot_offset(Handle._source_traceback)
cdef Py_ssize_t WHEN_SLOT = slot_offset(TimerHandle._when)
cdef Py_ssize_t SCHEDULED_SLOT = slot_offset(TimerHandle._scheduled)


cdef object new_handle(type, callback, args, loop):
    """What Handle() gives where debug is off."""
    handle = new_of(type)
    set_slot(handle, CALLBACK_SLOT, callback)
    set_slot(handle, ARGS_SLOT, args)
    set_slot(handle, LOOP_SLOT, loop)
    set_slot(handle, CANCELLED_SLOT, False)
    set_slot(handle, REPR_SLOT, None)
    set_slot(handle, TRACEBACK_SLOT, None)
    return handle


cdef inline bint is_cancelled(handle):
    return SLOT(handle, CANCELLED_SLOT) is Py_True


cdef inline double when_of(handle):
    return <object>SLOT(handle, WHEN_SLOT)


# A heap as heapq's: what it compares is a C double.

cdef int heap_push(list heap, handle) except -1:
    heap.append(handle)
    return sift_up(heap, len(heap) - 1)


cdef int sift_up(list heap, Py_ssize_t at) except -1:
    cdef Py_ssize_t parent
    handle = heap[at]
    cdef double when = when_of(handle)
    while at:
        parent = (at - 1) >> 1
        if when_of(heap[parent]) <= when:
            break
        heap[at] = heap[parent]
        at = parent
    heap[at] = handle
    return 0


cdef object heap_pop(list heap):
    cdef Py_ssize_t at = 0, child, size
    last = heap.pop()
    size = len(heap)
    if not size:
        return last
    first = heap[0]
    cdef double when = when_of(last)
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and when_of(heap[child + 1]) < when_of(heap[child]):
            child += 1
        if when_of(heap[child]) >= when:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = last
    return first
