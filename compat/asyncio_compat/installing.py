"""Install and uninstall what the table says is missing.

All of it or nothing; features.py says what, supplying.py puts it in place.
"""

import asyncio
import sys
import threading
import warnings

__all__ = ['install', 'uninstall', 'status', 'InstallError']

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, List, Optional, Set
    from typing_extensions import Literal, TypedDict
    from .features import Feature
    from .patching import Changes
    State = Literal['native', 'patched', 'patched by install', 'off',
                    'not available']
    Status = TypedDict('Status', {
        'id': str, 'since': str, 'bpo': List[int], 'summary': str,
        'state': State, 'reason': Optional[str]})

# An interpreter that has asynchronous generators came with 3.6's asyncio or a
# later one, for which nothing here is written.
_IS_OLD = not hasattr(sys, 'get_asyncgen_hooks')

_lock = threading.RLock()
# While something is installed.
_changes = None     # type: Optional[Changes]
# The ids of the rows that are in place.
_patched = set()    # type: Set[str]
# The modules that missed the running loop, by name.
_too_early = []     # type: List[str]

# Loops that look for _set_running_loop once, when they are imported.
_LOOKS_ONCE = ('uvloop',)


class InstallError(RuntimeError):
    """A feature could not be supplied; asyncio is as it was before.

    The message names the feature, the cause is the error that it met.
    """


def install(features: 'Optional[Iterable[str]]' = None, *,
            compiled: bool = True, typing: bool = False) -> None:
    """Supply what this interpreter's asyncio lacks.

    What asyncio has already is left as it is: on an interpreter that lacks
    nothing, nothing is changed.  Installing twice is installing once, from
    any number of threads.

    features: an iterable of ids, to supply those alone together with what
        they need; None, the default, for all.
    compiled: False to leave out the row 'accelerated', the compiled part; so
        does the environment variable ASYNCIO_COMPAT_PURE=1.
    typing: True to supply what the module typing lacks as well, for libraries
        that import its newer names; without it they are supplied only if
        features has their ids.

    Raises ValueError for an id that is not in the table, TypeError for a
    str, and InstallError if a feature cannot be supplied; then every change
    of this call has been taken back.
    """
    if isinstance(features, (str, bytes)):
        raise TypeError('features is a list of ids, not one id: write [%r]'
                        % features)
    if not _IS_OLD and features is None:
        return
    from .features import FEATURES, TYPING, by_id
    rows = FEATURES if features is None else by_id(features)
    if typing:
        rows += TYPING
    if _IS_OLD:
        with _lock:
            _apply(_lacking(row for row in rows
                            if compiled or row.id != 'accelerated'))


def uninstall() -> None:
    """Take back what install() did.

    Every attribute is the same object as before.  Without an install it does
    nothing.  Tasks that wait inside of asyncio should be done by then.

    Raises RuntimeError, and changes nothing, while a loop runs in any thread;
    a compiled one is seen in the thread that asks.
    """
    global _changes
    with _lock:
        if _changes:
            _refuse_while_running()
            _changes.undo()
            _changes = None
            _patched.clear()
            del _too_early[:]


def _refuse_while_running() -> None:
    from .events import _loop_on_stack
    loops = [_loop_on_stack(frame)
             for frame in sys._current_frames().values()]
    # It is not there if the row that supplies it was not asked for.
    if hasattr(asyncio, '_get_running_loop'):
        loops.append(asyncio._get_running_loop())
    for loop in loops:
        if loop is not None:
            raise RuntimeError('%r is running what uninstall() would take '
                               'away: stop it first' % loop)


def status() -> 'List[Status]':
    """Return how this interpreter's asyncio stands, a dict for each feature.

    The keys are those of the table (id, since, bpo, summary) and

    state: 'native' (asyncio has it), 'patched' (install() has supplied it),
        'patched by install' (install() would supply it), 'off' (it would if
        it were asked to) or 'not available';
    reason: why it is not available, how to ask for it, or what is wrong with
        it; else None.
    """
    from .features import FEATURES, TYPING
    with _lock:
        return [_row_status(row) for row in FEATURES + TYPING]


def _row_status(row: 'Feature') -> 'Status':
    from .features import TYPING
    reason = None
    if row.id in _patched:
        state = 'patched'   # type: State
        if row.id == 'running_loop' and _too_early:
            reason = _missed_running_loop()
    elif row.is_native():
        state = 'native'
    else:
        reason = _why_not(row)
        state = 'not available' if reason else 'patched by install'
        if row in TYPING and not reason:
            state, reason = 'off', 'install(typing=True) supplies it'
    return {'id': row.id, 'since': row.since, 'bpo': list(row.bpo),
            'summary': row.summary, 'state': state, 'reason': reason}


def _is_lacking(row: 'Feature') -> bool:
    return (row.id not in _patched and not row.is_native() and
            not _why_not(row))


def _why_not(row: 'Feature') -> 'Optional[str]':
    """Why *row* cannot be supplied here, or None."""
    if not _IS_OLD:
        return 'it is supplied to 3.5 alone'
    if row.id == 'accelerated':
        from . import _speedups
        reason = _speedups.why_not()    # type: Optional[str]
        return reason
    return None


def _lacking(rows: 'Iterable[Feature]') -> 'List[Feature]':
    """Those *rows* that asyncio lacks, and what of their needs it lacks."""
    from .features import FEATURES, TYPING, by_id
    asked = list(rows)
    seen, lacking = set(), set()    # type: Set[str], Set[str]
    for row in asked:
        if row.id not in seen:
            # Once: a probe takes its time.
            seen.add(row.id)
            if _is_lacking(row):
                lacking.add(row.id)
                # The list grows while it is walked.
                asked.extend(by_id(row.needs))
    return [row for row in FEATURES + TYPING if row.id in lacking]


def _apply(rows: 'List[Feature]') -> None:
    from . import patching, supplying
    global _changes
    if any(row.id == 'running_loop' for row in rows):
        _look_for_early_loops()
    if _changes is None:
        _changes = patching.Changes()
    keep = len(_changes)
    try:
        names = []
        finder = supplying.Finder()
        for row in rows:
            names += [(row, name) for name in finder.find(row)]
        # First what is called, then what calls it: other threads' loops run.
        names.sort(key=lambda pair: not pair[1].is_new)
        for row, name in names:
            supplying.supply(name, _changes)
        for row in rows:
            supplying.prepare(row, _changes)
        _patched.update(row.id for row in rows)
    except BaseException as exc:
        _changes.undo(keep)
        if not isinstance(exc, Exception):
            raise
        raise InstallError(
            '%s cannot be supplied (%s: %s); asyncio is as it was before'
            % (row.id, type(exc).__name__, exc)) from exc


def _look_for_early_loops() -> None:
    if not hasattr(asyncio, '_set_running_loop'):
        _too_early[:] = [name for name in _LOOKS_ONCE if name in sys.modules]
        if _too_early:
            warnings.warn(_missed_running_loop(), RuntimeWarning,
                          stacklevel=4)


def _missed_running_loop() -> str:
    return ('%s was imported before asyncio_compat, so asyncio does not know '
            'when its loop runs: import asyncio_compat first'
            % ', '.join(_too_early))
