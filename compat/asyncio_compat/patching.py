"""How a change is made, recorded and taken back.

Knows nothing of asyncio: it gives attributes to modules and classes, changes
functions in place, and remembers what was there before.
"""

import types
import warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Iterator, List, Tuple, Union
    Owner = Union[types.ModuleType, type]
    Restore = Tuple[Callable[..., None], Tuple[Any, ...]]

_ABSENT = object()

# What a function consists of, as far as another function can take its place.
_FUNCTION_PARTS = ('__code__', '__defaults__', '__kwdefaults__', '__doc__',
                   '__annotations__')


class Changes:
    """The changes made so far, in order; undo() takes them back.

    Each is recorded before it is made and forgotten after it is taken back,
    so that a KeyboardInterrupt at any place leaves nothing unrecorded.
    """

    def __init__(self) -> None:
        self._undo = []     # type: List[Restore]

    def __len__(self) -> int:
        return len(self._undo)

    def set(self, owner: 'Owner', name: str, value: object) -> None:
        """Give *owner*, a module or a class, the attribute *name*."""
        # The raw entry: a staticmethod must come back as the same object.
        before = vars(owner).get(name, _ABSENT)
        self._undo.append((_restore_attribute, (owner, name, before, value)))
        setattr(owner, name, value)

    def become(self, function: types.FunctionType,
               other: types.FunctionType) -> None:
        """Make *function* do what *other* does; it stays the same object.

        Whoever bound *function* before sees the change too.  Its globals
        stay its own, so *other* is looked up in the module of *function*.
        """
        before = [getattr(function, part) for part in _FUNCTION_PARTS]
        parts = [getattr(other, part) for part in _FUNCTION_PARTS]
        if function.__closure__ or other.__closure__:
            raise ValueError('%r cannot become %r: a closure cannot be '
                             'changed in place' % (function, other))
        self._undo.append((_restore_function,
                           (function, before, other.__code__)))
        _set_function_parts(function, parts)

    def when_undone(self, function: 'Callable[..., None]',
                    *arguments: 'Any') -> None:
        """Call *function* when all that is changed from now on is undone."""
        self._undo.append((function, arguments))

    def attributes(self) -> 'Iterator[Tuple[Owner, str, Any, object]]':
        """Each that was set: owner, name, what was there, what it was given.

        In order; _ABSENT was there where nothing was.
        """
        for restore, arguments in self._undo:
            if restore is _restore_attribute:
                owner, name, before, given = arguments
                yield owner, name, before, given

    def undo(self, keep: int = 0) -> None:
        """Take the changes back, the last one first, but *keep* so many."""
        while len(self._undo) > keep:
            restore, arguments = self._undo[-1]
            restore(*arguments)
            self._undo.pop()


def completion(name: str, bases: 'Tuple[type, ...]',
               namespace: 'Dict[str, Any]') -> types.SimpleNamespace:
    """In the place of a metaclass: what the class of that name is to gain.

    It is no class itself.  To make one takes 15 us, and nobody would use it.
    """
    return types.SimpleNamespace(**namespace)


def transplant(function: types.FunctionType,
               namespace: 'Dict[str, Any]') -> types.FunctionType:
    """A copy of *function* for the module whose names *namespace* holds.

    It looks its globals up there.
    """
    if function.__closure__:
        raise ValueError('%r has a closure, which ties it to the place '
                         'where it was written' % (function,))
    copy = types.FunctionType(function.__code__, namespace,
                              function.__name__, function.__defaults__)
    copy.__kwdefaults__ = function.__kwdefaults__
    copy.__annotations__ = function.__annotations__
    copy.__qualname__ = function.__qualname__
    return copy


def _set_function_parts(function: types.FunctionType,
                        parts: 'List[Any]') -> None:
    for part, value in zip(_FUNCTION_PARTS, parts):
        setattr(function, part, value)


def _restore_attribute(owner: 'Owner', name: str, before: object,
                       given: object) -> None:
    present = vars(owner).get(name, _ABSENT)
    if present is before:
        # The change was not made, or has been taken back.
        return
    if present is not given:
        _warn_changed_since('%s.%s' % (owner.__name__, name))
    elif before is _ABSENT:
        delattr(owner, name)
    else:
        setattr(owner, name, before)


def _restore_function(function: types.FunctionType, before: 'List[Any]',
                      given: types.CodeType) -> None:
    if function.__code__ in (given, before[0]):
        _set_function_parts(function, before)
    else:
        _warn_changed_since('%s.%s' % (function.__module__,
                                       function.__qualname__))


def _warn_changed_since(what: str) -> None:
    warnings.warn('%s was changed by somebody else after the install; it is '
                  'left as it is' % what, RuntimeWarning, stacklevel=5)
