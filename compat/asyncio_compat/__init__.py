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

_HOMES = {
    'installing': ('install', 'uninstall', 'status', 'InstallError'),
    'wrapped': (
        'get_event_loop', 'ensure_future', 'isfuture', 'run_until_complete',
        'wait', 'wait_for', 'gather', 'shield', 'as_completed',
        'run_coroutine_threadsafe', 'create_future', 'get_exception_handler',
        'is_closing', 'readuntil', 'readexactly', 'LimitOverrunError',
        'IncompleteReadError', 'create_server', 'connect_accepted_socket',
        'shutdown_asyncgens'),
}
__all__ = [name for names in _HOMES.values() for name in names]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .installing import InstallError, install, status, uninstall
    from .wrapped import (IncompleteReadError, LimitOverrunError, as_completed,
                          connect_accepted_socket, create_future,
                          create_server, ensure_future, gather, get_event_loop,
                          get_exception_handler, is_closing, isfuture,
                          readexactly, readuntil, run_coroutine_threadsafe,
                          run_until_complete, shield, shutdown_asyncgens, wait,
                          wait_for)


class _Package(types.ModuleType):
    """Imports a name when it is first asked for: most programs need one."""

    def __getattr__(self, name):
        for home, names in _HOMES.items():
            if name in names:
                module = importlib.import_module('asyncio_compat.' + home)
                value = getattr(module, name)
                setattr(self, name, value)
                return value
        raise AttributeError('module %r has no attribute %r'
                             % (__name__, name))

    def __dir__(self):
        return sorted(set(vars(self)) | set(__all__))


sys.modules[__name__].__class__ = _Package
