"""The asyncio of a newer Python, on an old one.

import asyncio_compat.auto patches asyncio in place, with one import;
install(), uninstall() and status() do it and undo it where one says so.
The other names do the same as asyncio's without changing anything.
"""

import sys

if sys.version_info < (3, 5):
    raise ImportError(  # pragma: no cover
        'asyncio-compat needs Python 3.5.0 or later')

import importlib
import types

__version__ = '0.1.0'

# In words that type checkers read: they do not compute the list.
__all__ = ['install', 'uninstall', 'status', 'InstallError']
_INSTALLING = tuple(__all__)    # the others are found in wrapped.py
__all__ += [
    'get_event_loop', 'ensure_future', 'isfuture', 'run_until_complete',
    'wait', 'wait_for', 'gather', 'shield', 'as_completed',
    'run_coroutine_threadsafe', 'create_future', 'get_exception_handler',
    'is_closing', 'readuntil', 'readexactly', 'LimitOverrunError',
    'IncompleteReadError', 'create_server', 'connect_accepted_socket',
    'shutdown_asyncgens']

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List
    from .installing import *
    from .wrapped import *


class _Package(types.ModuleType):
    """Imports a name when it is first asked for: most programs need one."""

    # Python 2 has to get as far as the error above: no annotations here.
    def __getattr__(self, name):
        # type: (str) -> Any
        if name not in __all__:
            raise AttributeError('module %r has no attribute %r'
                                 % (__name__, name))
        home = 'installing' if name in _INSTALLING else 'wrapped'
        module = importlib.import_module('asyncio_compat.' + home)
        value = getattr(module, name)
        setattr(self, name, value)
        return value

    def __dir__(self):
        # type: () -> List[str]
        return sorted(set(vars(self)) | set(__all__))


sys.modules[__name__].__class__ = _Package
