# What the other files use of asyncio and of CPython: bound here, and nowhere else.

import heapq
import selectors
import socket
import sys

from asyncio import base_events, coroutines, events, futures, selector_events, streams, tasks, unix_events

from cpython.bytearray cimport PyByteArray_AS_STRING, PyByteArray_GET_SIZE, PyByteArray_Resize
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.exc cimport PyErr_CheckSignals, PyErr_SetFromErrno
from cpython.mem cimport PyMem_Free, PyMem_Malloc
from cpython.object cimport PyObject, PyObject_GenericSetAttr, PyTypeObject, traverseproc, visitproc
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.errno cimport EAGAIN, EINTR, errno
from libc.math cimport ceil
from libc.string cimport memmove

cdef extern from "Python.h":
    PyObject *Py_True
    PyObject *PyExc_StopIteration
    bint PyGen_CheckExact(object)
    bint PyCoro_CheckExact(object)
    int _PyGen_FetchStopIterationValue(PyObject **) except -1
    object PyObject_Call(object, object, PyObject *)
    PyObject *PyObject_CallMethodObjArgs(PyObject *, PyObject *, ...)
    PyObject *PyErr_Occurred()
    bint PyErr_ExceptionMatches(PyObject *)
    void PyErr_Fetch(PyObject **, PyObject **, PyObject **)
    void PyErr_NormalizeException(PyObject **, PyObject **, PyObject **)
    void PyErr_SetObject(object, object)
    int PyException_SetTraceback(PyObject *, PyObject *)
    int PyObject_GenericDelAttr "PyObject_GenericSetAttr"(PyObject *, PyObject *, PyObject *) except -1
    void Py_XDECREF(PyObject *)

cdef object CancelledError = futures.CancelledError
cdef object InvalidStateError = futures.InvalidStateError
cdef object IncompleteReadError = streams.IncompleteReadError
cdef object Handle = events.Handle
cdef object TimerHandle = events.TimerHandle
cdef object EpollSelector = getattr(selectors, 'EpollSelector', None)
cdef object Socket = socket.socket
cdef object StreamReaderProtocol = streams.StreamReaderProtocol

# 3.5.0 has none before the install.
cdef object LimitOverrunError = None

# asyncio's own, for what is not worth to be compiled.
cdef object python_loop = base_events.BaseEventLoop
cdef object unix_loop = unix_events._UnixSelectorEventLoop
cdef object python_transport = selector_events._SelectorSocketTransport

# By loop, of those that are no loops of ours.
cdef dict current_tasks = tasks.Task._current_tasks

# The function inside of the Python code's gather().
cdef object python_done_callback = None

# What bind() makes of the classes below and asyncio's: an object of exactly this type has no overrides.
cdef object FutureType = None
cdef object TaskType = None
cdef object GatheringType = None
cdef object LoopType = None
cdef object TransportType = None
cdef object ReaderType = None


def bind(done_callback):
    """Make a class of each one below, with asyncio's own behind it, so that isinstance() holds; return asyncio's."""
    global FutureType, TaskType, GatheringType, LoopType, TransportType, ReaderType, LimitOverrunError
    global python_done_callback
    python_done_callback = done_callback
    LimitOverrunError = streams.LimitOverrunError
    remember_originals()
    if FutureType is None:
        FutureType = merged(Future, futures.Future)
        TaskType = merged(Task, tasks.Task)
        GatheringType = merged(Gathering, tasks._GatheringFuture)
        LoopType = merged(Loop, unix_loop)
        TransportType = merged(SocketTransport, python_transport)
        ReaderType = merged(StreamReader, streams.StreamReader)
        ours_of.update({made.__bases__[1]: made for made in (
            FutureType, TaskType, LoopType, TransportType, ReaderType)})
    return list(ours_of)


cdef object merged(ours, theirs):
    return type(theirs.__name__, (ours, theirs), {
        '__doc__': theirs.__doc__, '__module__': theirs.__module__, '__qualname__': theirs.__qualname__})
