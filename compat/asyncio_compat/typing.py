"""Completes typing: names that came after 3.5.0, and what was mended.

typing_extensions has the names for the interpreters that lack them.
"""

import types
import typing

from typing import _ForwardRef, _TypeAlias

from typing_extensions import (
    AsyncContextManager, AsyncIterable, AsyncIterator, Awaitable, ChainMap,
    ClassVar, ContextManager, Coroutine, Counter, DefaultDict, Deque,
    NoReturn, Text, Type, TYPE_CHECKING, _overload_dummy, overload)

# NoReturn is not in 3.6's.
__all__ = [
    'AsyncContextManager', 'AsyncIterable', 'AsyncIterator', 'Awaitable',
    'ChainMap', 'ClassVar', 'ContextManager', 'Coroutine', 'Counter',
    'DefaultDict', 'Deque', 'NewType', 'Text', 'Type', 'TYPE_CHECKING']


def NewType(name, tp):
    """A type that is *tp* at run time, and its own for type checkers."""
    def __new__(cls, value):
        return value

    # A class, not a function: 3.5.0 and 3.5.1 take nothing else for a type.
    return type(name, (), {'__new__': __new__, '__supertype__': tp})


def issubclass(cls, classinfo, _issubclass=issubclass):
    """What typing finds before the builtin, when it makes a Union."""
    # It would evaluate what is not defined yet, or not to be evaluated.
    if isinstance(classinfo, _ForwardRef):
        return False
    # Pattern and Match are no classes (bpo-25390).
    if isinstance(cls, _TypeAlias) and not isinstance(classinfo, _TypeAlias):
        return False
    return _issubclass(cls, classinfo)


def allow_slots(changes):
    create = typing.TypingMeta.__new__

    def __new__(cls, name, bases, namespace, **options):
        # C[int] is made of what C consists of, and makes its own of these.
        namespace = {name: value for name, value in namespace.items()
                     if type(value) is not types.MemberDescriptorType}
        return create(cls, name, bases, namespace, **options)

    changes.set(typing.TypingMeta, '__new__', staticmethod(__new__))


class _OfMetaclass:
    """A method of the metaclass, for a class that is a metaclass itself."""

    def __init__(self, name):
        self._name = name

    def __get__(self, instance, owner):
        if instance is None:
            return getattr(typing.GenericMeta, self._name).__get__(owner)
        return getattr(type, self._name).__get__(instance)


def mend_type(changes):
    # The Type of 3.5.2 derives from type, and finds there what abc and typing
    # ask its metaclass for.
    if issubclass(typing.Type, type):
        for name in '__subclasses__', '__subclasscheck__':
            changes.set(typing.Type, name, _OfMetaclass(name))
