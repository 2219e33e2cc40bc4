"""Put what rows of the table supply in its place below asyncio, or typing."""

import importlib
import sys
import types

from asyncio import coroutines

from . import patching


class _Place:
    """A module of asyncio, or a class in it, and what completes it."""

    __slots__ = ('module', 'owner', 'theirs', 'ours', 'exported')

    def __init__(self, module, owner, ours, exported):
        self.module = module
        self.owner = owner
        # By name, what the one has and the other.
        self.theirs = vars(owner)
        self.ours = vars(ours)
        self.exported = exported


class Finder:
    """Finds the names that one row after the other supplies, each name once.

    added     [(row, place, name), ...] that no code in use knows of
    replaced  the same of the functions that asyncio has
    """

    def __init__(self):
        self.added = []
        self.replaced = []
        self._known = set()
        self._places = {}

    def find(self, row):
        known, places = self._known, self._places
        for dotted_name in row.supplies:
            if dotted_name in known:
                continue
            known.add(dotted_name)
            path, _, name = dotted_name.rpartition('.')
            if path not in places:
                places[path] = _find_place(path, row.supplies)
            place = places[path]
            if place is None:
                continue
            if (name in place.theirs and
                    type(place.ours[name]) is types.FunctionType):
                self.replaced.append((row, place, name))
            else:
                self.added.append((row, place, name))


def _find_place(path, supplies):
    """The _Place for names below *path*, or None if they are not needed."""
    module, *classes = path.split('.')
    theirs = sys.modules.get(module if module == 'typing' else
                             'asyncio.' + module)
    if theirs is None:
        # asyncio itself has no use for it on this platform.
        return None
    if classes and classes[0] not in vars(theirs) and path in supplies:
        # They come with the class that they belong to.
        return None
    ours = _ours(module)
    exported = () if classes else getattr(ours, '__all__', ())
    return _Place(theirs, _inside(theirs, classes), _inside(ours, classes),
                  exported)


def supply(place, name, changes):
    """Put *name* in its *place*, and record it in *changes*."""
    supplied = place.ours[name]
    if type(supplied) is types.FunctionType:
        _supply_function(place, name, supplied, changes)
    elif (name not in place.theirs or
          isinstance(supplied, (property, classmethod))):
        # A class or a value that is there stays: it may be in use.
        changes.set(place.owner, name, supplied)
    if name in place.exported:
        _export(changes, place.module, name)


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


def _supply_function(place, name, function, changes):
    # In debug mode @coroutine wraps.  A getattr() that fails takes longer.
    marks = function.__dict__
    inner = marks.get('__wrapped__', function)
    if place.owner is place.module and name in place.theirs:
        present = place.theirs[name]
        changes.become(getattr(present, '__wrapped__', present), inner)
        return
    moved = patching.transplant(inner, vars(place.module))
    if inner is not function:
        moved = coroutines.coroutine(moved)
    elif marks:
        moved.__dict__.update(marks)
    changes.set(place.owner, name, moved)


def _export(changes, module, name):
    """Let *name* be imported from asyncio too, as its own names are."""
    # typing is its own package.
    package = sys.modules[module.__name__.partition('.')[0]]
    for exporter in (module, package):
        if name not in exporter.__all__:
            changes.set(exporter, '__all__',
                        exporter.__all__ + type(exporter.__all__)([name]))
    if not hasattr(package, name):
        changes.set(package, name, vars(module)[name])
