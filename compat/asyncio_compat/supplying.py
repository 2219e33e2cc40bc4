"""Put what a row of the table supplies in its place below asyncio."""

import importlib
import inspect
import sys
import types

import asyncio
from asyncio import coroutines

from . import patching


def supply(row, changes, done):
    """Make the changes of *row*, a Feature, and record them in *changes*.

    done: a set of the names that other rows have supplied; grows.
    """
    for name in row.supplies:
        if name in done:
            continue
        done.add(name)
        module, *path, name = name.split('.')
        theirs = sys.modules.get('asyncio.' + module)
        if theirs is None:
            # asyncio itself has no use for it on this platform.
            continue
        ours = _ours(module)
        supplied = vars(_inside(ours, path))[name]
        owner = _inside(theirs, path)
        if isinstance(supplied, types.FunctionType):
            _supply_function(changes, theirs, owner, name, supplied)
        elif name not in vars(owner):
            # A class or a value that is there stays: it may be in use.
            changes.set(owner, name, supplied)
        if not path and name in getattr(ours, '__all__', ()):
            _export(changes, theirs, name)
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


def _supply_function(changes, module, owner, name, function):
    present = vars(owner).get(name)
    if present is not None and owner is module:
        changes.become(inspect.unwrap(present), inspect.unwrap(function))
        return
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
