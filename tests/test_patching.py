"""Changes are made, recorded and taken back, whatever they change."""

import types

import pytest

from asyncio_compat import patching


class Owner:
    present = 'before'

    @staticmethod
    def static():
        return 'before'


def double(number, *, by=2):
    """The number, twice."""
    return number * by


def triple(number, *, by=3) -> int:
    """The number, three times."""
    return number * by


@pytest.fixture
def changes():
    changes = patching.Changes()
    yield changes
    changes.undo()


def test_set_and_undo_leave_the_same_objects(changes):
    before = dict(vars(Owner))
    changes.set(Owner, 'present', 'after')
    changes.set(Owner, 'absent', 'new')
    changes.set(Owner, 'static', staticmethod(lambda: 'after'))
    changes.set(Owner, 'present', 'after that')
    assert (Owner.present, Owner.absent, Owner.static()) == (
        'after that', 'new', 'after')
    changes.undo()
    assert dict(vars(Owner)) == before
    assert vars(Owner)['static'] is before['static']


def test_become_keeps_the_function_object(changes):
    bound_early, code = double, double.__code__
    changes.become(double, triple)
    assert bound_early is double
    assert bound_early(5) == 15
    assert double.__doc__ == triple.__doc__
    assert double.__annotations__ == {'return': int}
    changes.undo()
    assert bound_early(5) == 10
    assert double.__code__ is code
    assert double.__annotations__ == {}


def test_become_refuses_a_closure_and_changes_nothing(changes):
    inner = 4

    def closure(number):
        return number * inner

    with pytest.raises(ValueError, match='closure'):
        changes.become(double, closure)
    assert double(5) == 10
    assert not len(changes)


def test_transplant_looks_names_up_elsewhere():
    def shout():
        return word     # noqa: F821

    module = types.ModuleType('elsewhere')
    module.word = 'there'
    copy = patching.transplant(shout, vars(module))
    assert copy() == 'there'
    assert copy.__module__ == 'elsewhere'
    assert copy.__qualname__ == shout.__qualname__


def test_transplant_refuses_a_closure():
    inner = 4
    with pytest.raises(ValueError, match='closure'):
        patching.transplant(lambda: inner, {})


def test_what_somebody_else_changed_later_is_left(changes):
    before = [getattr(double, part) for part in patching._FUNCTION_PARTS]
    changes.set(Owner, 'present', 'after')
    changes.become(double, triple)
    Owner.present = 'theirs'
    double.__code__ = (lambda number: 'theirs').__code__
    try:
        with pytest.warns(RuntimeWarning, match='somebody else') as warned:
            changes.undo()
        assert len(warned) == 2
        assert Owner.present == 'theirs'
        assert double(5) == 'theirs'
    finally:
        Owner.present = 'before'
        patching._set_function_parts(double, before)


def interrupted(*args):
    raise KeyboardInterrupt


@pytest.mark.parametrize('when', ['before', 'after'])
def test_an_interrupted_change_can_be_undone(changes, monkeypatch, when):
    parts = dict(vars(Owner)), double.__code__, double.__defaults__
    set_parts = patching._set_function_parts

    def some_parts(function, parts):
        if when == 'after':
            function.__code__ = parts[0]
        raise KeyboardInterrupt

    changes.set(Owner, 'present', 'after')
    monkeypatch.setattr(patching, '_set_function_parts', some_parts)
    with pytest.raises(KeyboardInterrupt):
        changes.become(double, triple)
    monkeypatch.setattr(patching, '_set_function_parts', set_parts)
    changes.undo()
    assert (dict(vars(Owner)), double.__code__, double.__defaults__) == parts


def test_an_interrupted_undo_can_be_finished(changes, monkeypatch):
    changes.set(Owner, 'present', 'after')
    changes.become(double, triple)
    monkeypatch.setattr(patching, '_set_function_parts', interrupted)
    with pytest.raises(KeyboardInterrupt):
        changes.undo()
    monkeypatch.undo()
    changes.undo()
    assert (Owner.present, double(5)) == ('before', 10)
    changes.undo()
    assert not len(changes)
