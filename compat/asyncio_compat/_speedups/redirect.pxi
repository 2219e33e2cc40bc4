# Calling one of asyncio's classes makes an object of ours.
#
# By tp_new, by hand: a __new__ that is put on a class and taken off again leaves it without object's own (bpo-5322),
# so that it takes no arguments any more; and this is not seen in the class's __dict__, nor looked up there.

cdef extern from *:
    """
    static struct {
        PyTypeObject *from, *to;
    } redirections[8];

    static PyObject *redirected_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
        static PyObject *nothing = NULL;
        int i;
        for (i = 0; i < 8; i++)
            if (redirections[i].from == type) {
                type = redirections[i].to;
                return type->tp_new(type, args, kwargs);
            }
        /* A subclass. Without arguments: object's own would complain of them, because this is not it. */
        if (nothing == NULL && (nothing = PyTuple_New(0)) == NULL)
            return NULL;
        return PyBaseObject_Type.tp_new(type, nothing, NULL);
    }

    static int redirect_type(PyObject *theirs, PyObject *ours) {
        PyTypeObject *from = (PyTypeObject *)theirs, *to = (PyTypeObject *)ours;
        int i;
        if (to == NULL) {
            for (i = 0; i < 8; i++)
                if (redirections[i].from == from)
                    redirections[i].from = NULL;
            from->tp_new = PyBaseObject_Type.tp_new;
            return 1;
        }
        if (from->tp_new != PyBaseObject_Type.tp_new)
            return 0;
        for (i = 0; i < 8; i++)
            if (redirections[i].from == NULL) {
                redirections[i].from = from;
                redirections[i].to = to;
                from->tp_new = redirected_new;
                return 1;
            }
        return 0;
    }
    """
    bint redirect_type(PyObject *, PyObject *)


def redirect(theirs, ours):
    """Let theirs() make an object of *ours*; with None, of *theirs* again."""
    if not redirect_type(<PyObject *>theirs, NULL if ours is None else <PyObject *>ours):
        raise TypeError('%r has a __new__ of its own' % theirs)
