"""Put what rows of the table supply in its place below asyncio."""

import importlib
import sys
import types

import asyncio
from asyncio import coroutines

from . import patching


class Name:
    """One name that a row supplies: what, and where it goes."""

    __slots__ = ('module', 'owner', 'name', 'supplied', 'is_exported')

    def __init__(self, module, owner, name, supplied, is_exported):
        self.module = module
        self.owner = owner
        self.name = name
        self.supplied = supplied
        self.is_exported = is_exported

    @property
    def is_new(self):
        """True if nothing that is in use is changed by it."""
        return (self.name not in vars(self.owner) or
                not isinstance(self.supplied, types.FunctionType))


def find(dotted_name, supplies):
    """The Name for an entry of *supplies*, or None if it is not needed."""
    module, *path, name = dotted_name.split('.')
    theirs = sys.modules.get('asyncio.' + module)
    if theirs is None:
        # asyncio itself has no use for it on this platform.
        return None
    ours = _ours(module)
    supplied = vars(_inside(ours, path))[name]
    if path and path[0] not in vars(theirs) and (
            module + '.' + path[0] in supplies):
        # It comes with the class that it belongs to.
        return None
    return Name(theirs, _inside(theirs, path), name, supplied,
                not path and name in getattr(ours, '__all__', ()))


def supply(name, changes):
    """Make the changes for *name*, a Name, and record them in *changes*."""
    if isinstance(name.supplied, types.FunctionType):
        _supply_function(name, changes)
    elif (name.name not in vars(name.owner) or
          isinstance(name.supplied, property)):
        # A class or a value that is there stays: it may be in use.
        changes.set(name.owner, name.name, name.supplied)
    if name.is_exported:
        _export(changes, name.module, name.name)


def prepare(row, changes):
    """Call the function of *row* that follows when its names are in place."""
    if row.prepare:
        module, name = row.prepare.split('.')
        vars(_ours(module))[name](changes)


def _ours(module):
    name = 'asyncio_compat.' + module
    # import_module() takes its time on 3.5 even for what is there.
    return sys.modules.get(name) or importlib.import_module(name)


def _inside(module, path):
    """The *module*, or the class in it that *path* leads to."""
    owner = module
    for name in path:
        owner = vars(owner)[name]
    return owner


def _supply_function(name, changes):
    # In debug mode @coroutine wraps; inspect.unwrap() takes ten times longer.
    function = getattr(name.supplied, '__wrapped__', name.supplied)
    present = vars(name.owner).get(name.name)
    if present is not None and name.owner is name.module:
        changes.become(getattr(present, '__wrapped__', present), function)
        return
    moved = patching.transplant(function, vars(name.module),
                                name.module.__name__)
    if hasattr(name.supplied, '_is_coroutine'):
        moved = coroutines.coroutine(moved)
    changes.set(name.owner, name.name, moved)


def _export(changes, module, name):
    """Let *name* be imported from asyncio too, as its own names are."""
    for exporter in (module, asyncio):
        if name not in exporter.__all__:
            changes.set(exporter, '__all__',
                        exporter.__all__ + type(exporter.__all__)([name]))
    if not hasattr(asyncio, name):
        changes.set(asyncio, name, vars(module)[name])
