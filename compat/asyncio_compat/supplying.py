"""Put what rows of the table supply in its place below asyncio, or typing."""

import importlib
import sys
import types

from asyncio import coroutines

from . import patching


class Name:
    """One name that a row supplies: what, and where it goes."""

    __slots__ = ('place', 'name', 'supplied', 'is_new')

    def __init__(self, place, name):
        self.place = place
        self.name = name
        self.supplied = place.ours[name]
        # Nothing that is in use is changed by it.
        self.is_new = (name not in place.theirs or
                       type(self.supplied) is not types.FunctionType)


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
    """Finds the names of one row after the other, each name once."""

    def __init__(self):
        self._known = set()
        self._places = {}

    def find(self, row):
        """The Names that *row* supplies and no row before it."""
        places = self._places
        found = []
        for dotted_name in row.supplies:
            if dotted_name in self._known:
                continue
            self._known.add(dotted_name)
            path, _, name = dotted_name.rpartition('.')
            if path not in places:
                places[path] = _find_place(path, row.supplies)
            if places[path] is not None:
                found.append(Name(places[path], name))
        return found


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


def supply(name, changes):
    """Make the changes for *name*, a Name, and record them in *changes*."""
    place = name.place
    if type(name.supplied) is types.FunctionType:
        _supply_function(name, changes)
    elif (name.name not in place.theirs or
          isinstance(name.supplied, (property, classmethod))):
        # A class or a value that is there stays: it may be in use.
        changes.set(place.owner, name.name, name.supplied)
    if name.name in place.exported:
        _export(changes, place.module, name.name)


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
    place, function = name.place, name.supplied
    # In debug mode @coroutine wraps; inspect.unwrap() takes ten times longer.
    inner = getattr(function, '__wrapped__', function)
    if place.owner is place.module and name.name in place.theirs:
        present = place.theirs[name.name]
        changes.become(getattr(present, '__wrapped__', present), inner)
        return
    moved = patching.transplant(inner, vars(place.module))
    if hasattr(function, '_is_coroutine'):
        moved = coroutines.coroutine(moved)
    changes.set(place.owner, name.name, moved)


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
