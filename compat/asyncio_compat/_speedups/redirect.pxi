# Calling one of asyncio's classes makes an object of ours.

cdef dict ours_of = {}


def new_of_ours(cls, *args, **kwargs):
    """The __new__ of asyncio's classes; a subclass of them stays Python code."""
    ours = ours_of.get(cls)
    return object.__new__(cls) if ours is None else fresh(ours, ())


cdef extern from *:
    """
    static void set_new_of_object(PyObject *type) {
        ((PyTypeObject *)type)->tp_new = PyBaseObject_Type.tp_new;
    }
    """
    void set_new_of_object(PyObject *)


def forget_new(cls):
    """Mend *cls*, from which a __new__ was deleted: CPython would go on to refuse it arguments (bpo-5322)."""
    if cls.__new__ is object.__new__:
        set_new_of_object(<PyObject *>cls)
        for subclass in cls.__subclasses__():
            forget_new(subclass)
