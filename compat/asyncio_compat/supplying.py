"""Put what a row of the table supplies in its place below asyncio."""

import importlib
import inspect
import types

import asyncio
from asyncio import coroutines

from . import patching


def supply(row, changes):
    """Make the changes of *row*, a Feature, and record them in *changes*."""
    for name in row.supplies:
        module, path = name.split('.', 1)
        path = path.split('.')
        try:
            changes.load('asyncio.' + module)
        except ImportError:
            # Another platform's module, such as windows_events.
            continue
        owner = _owner('asyncio.' + module, path)
        ours = importlib.import_module('asyncio_compat.' + module)
        supplied = vars(_owner(ours.__name__, path))[path[-1]]
        if isinstance(supplied, types.FunctionType):
            _supply_function(changes, owner, path[-1], supplied)
        elif path[-1] not in vars(owner):
            # A class or a value that is there stays: it may be in use.
            changes.set(owner, path[-1], supplied)
        if len(path) == 1 and path[0] in getattr(ours, '__all__', ()):
            _export(changes, owner, path[0])
    if row.prepare:
        module, name = row.prepare.split('.')
        ours = importlib.import_module('asyncio_compat.' + module)
        vars(ours)[name](changes)


def _owner(module, path):
    """The module, or the class in it, that has the last name of *path*."""
    owner = importlib.import_module(module)
    for name in path[:-1]:
        owner = vars(owner)[name]
    return owner


def _supply_function(changes, owner, name, function):
    present = vars(owner).get(name)
    if present is not None and isinstance(owner, types.ModuleType):
        changes.become(inspect.unwrap(present), inspect.unwrap(function))
        return
    module = importlib.import_module(
        owner.__name__ if isinstance(owner, types.ModuleType)
        else owner.__module__)
    moved = patching.transplant(inspect.unwrap(function), vars(module),
                                module.__name__)
    if coroutines.iscoroutinefunction(function):
        moved = coroutines.coroutine(moved)
    changes.set(owner, name, moved)


def _export(changes, module, name):
    """Let *name* be imported from asyncio too, as its own names are."""
    for exporter in (module, asyncio):
        if name not in exporter.__all__:
            changes.set(exporter, '__all__',
                        exporter.__all__ + type(exporter.__all__)([name]))
    if not hasattr(asyncio, name):
        changes.set(asyncio, name, vars(module)[name])
