# What the other files use of asyncio and of the C API: bound here, and nowhere else.

import reprlib
import sys

from asyncio import base_events, coroutines, events, futures, tasks

from cpython.object cimport PyObject, PyTypeObject, PyObject_GetAttr
from cpython.ref cimport Py_INCREF, Py_DECREF
from cpython.mem cimport PyMem_Malloc, PyMem_Realloc, PyMem_Free

cdef extern from "Python.h":
    int PyGen_CheckExact(object)
    int PyCoro_CheckExact(object)
    object PyObject_Call(object, object, PyObject *)
    int _PyGen_FetchStopIterationValue(PyObject **) except -1
    void PyErr_SetObject(PyObject *, PyObject *)
    PyObject *PyErr_Occurred()
    void PyErr_Clear()
    PyObject *PyExc_StopIteration
    void Py_XDECREF(PyObject *)
    PyObject *PyTuple_Pack(Py_ssize_t, ...)
    PyObject *PyObject_CallFunctionObjArgs(PyObject *, ...)

ctypedef PyObject *(*iternextfunc)(PyObject *)

cdef extern from *:
    """
    #define step_generator(coro) (PyGen_Type.tp_iternext(coro))
    #define set_tp_iternext(type, f) (((PyTypeObject *)(type))->tp_iternext = (iternextfunc)(f))
    """
    PyObject *step_generator(PyObject *coro)
    void set_tp_iternext(object type, iternextfunc f)

cdef object CancelledError = futures.CancelledError
cdef object InvalidStateError = futures.InvalidStateError

# The classes that are made of the ones below and asyncio's own; see bind().
cdef object FutureType = None
cdef object TaskType = None
cdef object LoopType = None
cdef object TransportType = None
cdef object ReaderType = None
cdef object GatheringType = None
cdef object ProtocolType = None


def bind(future_type, task_type, loop_type, transport_type, reader_type, gathering_type):
    global FutureType, TaskType, LoopType, TransportType, ReaderType, GatheringType, ProtocolType
    FutureType = future_type
    TaskType = task_type
    LoopType = loop_type
    TransportType = transport_type
    ReaderType = reader_type
    GatheringType = gathering_type
    ProtocolType = streams.StreamReaderProtocol
