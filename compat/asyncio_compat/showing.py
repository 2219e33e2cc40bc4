"""How the command line shows what it found: in columns, for a person."""

import collections
import os
import re
import shutil
import sys
import textwrap

from . import __version__, features

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import (Callable, Dict, Iterable, Iterator, List, Mapping,
                        Optional, Tuple)
    from .asking import Answer
    from .doctor import Finding
    from .features import Feature
    from .installing import Status
    Column = Tuple[str, Dict[str, Status]]  # its head, and the rows by id
    Group = Tuple[str, List[str]]

# The table has a heading for each.
GROUPS = (
    ("What's New In Python 3.6", features.WHATS_NEW),
    ('What was mended since', features.FIXES),
    ('Names of typing', features.TYPING),
)   # type: Tuple[Tuple[str, Tuple[Feature, ...]], ...]

# The marks tell the states apart without colour, and without words where
# these do not fit.
_STATES = ('native', 'patched', 'patched by install', 'off', 'not available')
_MARKS = dict(zip(_STATES, '=*+.-'))
_GREEN, _CYAN, _YELLOW, _BLUE, _RED, _BOLD = '32', '36', '33', '34', '31', '1'
_COLOURS = dict(zip('=*+.-', (_GREEN, _CYAN, _YELLOW, _BLUE, _RED)))

# With less room than this beside the cells, the words go below them.
_ROOM_FOR_WORDS = 40


def write(lines: 'Iterable[str]') -> None:
    try:
        # In one piece, for readers that do not wait for the end.
        sys.stdout.write('\n'.join(lines) + '\n')
        sys.stdout.flush()
    except BrokenPipeError:
        # They have gone. What python still flushes at its end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def status_lines(rows: 'List[Status]', here: str) -> 'Iterator[str]':
    """The table for one interpreter, which is called *here*."""
    yield _painted('asyncio-compat %s on %s' % (__version__, here), _BOLD)
    yield count(rows)
    yield from _table(['since', 'here'], {
        row['id']: ([row['since'], _marked(row['state'])], _in_words(row))
        for row in rows})


def count(rows: 'List[Status]') -> str:
    """How many are in which state, in words."""
    states = [str(row['state']) for row in rows]
    return ', '.join('%d %s' % (states.count(state), state)
                     for state in _STATES if state in states)


def comparison_lines(answers: 'List[Answer]') -> 'Iterator[str]':
    """The table for several interpreters, side by side."""
    yield _painted('asyncio-compat %s, side by side' % __version__, _BOLD)
    columns = _unlike(answers)
    ids = [id for _, ids in _groups(columns[0][1]) for id in ids]
    room = _width() - max(map(len, ids))
    cell = _marked  # type: Callable[[str], str]
    if sum(_column_width(column, cell) for column in columns) > room:
        cell = _MARKS.__getitem__
        states = {row['state'] for _, rows in columns for row in rows.values()}
        yield from _wrapped('  '.join(
            _marked(state) for state in _STATES if state in states))
    for some in _that_fit(columns, cell, room):
        yield from _table([head for head, _ in some], {
            id: ([cell(rows[id]['state']) for _, rows in some], '')
            for id in ids})
    for reason in _reasons(columns, ids):
        yield ''
        yield from _wrapped(reason)


def _unlike(answers: 'List[Answer]') -> 'List[Column]':
    """A column for each, but one for neighbours that are alike."""
    columns = []    # type: List[Column]
    first = ''
    for answer in sorted(answers, key=_release):
        rows = {row['id']: row for row in answer['features'] or ()}
        head = version = answer['python'] or ''
        if not columns or columns[-1][1] != rows:
            first = version
        else:
            columns.pop()
            if first != version:
                head = first + '-' + version
        columns.append((head, rows))
    return columns


def _release(answer: 'Answer') -> 'List[int]':
    return [int(part) for part in re.findall('[0-9]+', answer['python'] or '')]


def _that_fit(columns: 'List[Column]', cell: 'Callable[[str], str]',
              room: int) -> 'Iterator[List[Column]]':
    """The columns, as many at a time as there is room for."""
    some, left = [], room   # type: List[Column], int
    for column in columns:
        width = _column_width(column, cell)
        if some and width > left:
            yield some
            some, left = [], room
        some.append(column)
        left -= width
    yield some


def _column_width(column: 'Column', cell: 'Callable[[str], str]') -> int:
    head, rows = column
    return 2 + max([len(head)] +
                   [len(cell(row['state'])) for row in rows.values()])


def _reasons(columns: 'List[Column]', ids: 'List[str]') -> 'Iterator[str]':
    """Which are not available, where, and why."""
    heads = collections.OrderedDict(
    )   # type: Dict[Tuple[str, str], List[str]]
    for head, rows in columns:
        for id in ids:
            reason = rows[id]['reason']
            if reason:
                heads.setdefault((id, reason), []).append(head)
    alike = collections.OrderedDict(
    )   # type: Dict[Tuple[str, str], List[str]]
    for (id, reason), where in heads.items():
        alike.setdefault((', '.join(where), reason), []).append(id)
    for (there, reason), those in alike.items():
        yield '%s on %s: %s' % (', '.join(those), there, reason)


def finding_lines(findings: 'List[Finding]', here: str) -> 'Iterator[str]':
    """What the doctor found *here*: a line each, if there is room."""
    to_do = sum(not finding['ok'] for finding in findings)
    yield _painted('asyncio-compat %s on %s: %s' % (
        __version__, here,
        '%d to do' % to_do if to_do else 'nothing to do'), _BOLD)
    yield ''
    for finding in findings:
        head, colour = ('ok', _GREEN) if finding['ok'] else ('to do', _YELLOW)
        head = _painted(head, colour) + ' ' * (5 - len(head))
        both = ': '.join(filter(None, [finding['what'], finding['to_do']]))
        if len(both) <= _width() - 7 or finding['ok']:
            yield from _beside(head, 5, both)
        else:
            # In a piece, to be copied.
            yield from _beside(head, 5, finding['what'] + ':')
            yield from _wrapped(finding['to_do'] or '', ' ' * 9)


def _groups(rows: 'Mapping[str, object]') -> 'Iterator[Group]':
    """The headings, and which of the *rows* belong below each."""
    for title, group in GROUPS:
        ids = [feature.id for feature in group if feature.id in rows]
        if ids:
            yield title, ids


def _table(heads: 'List[str]', rows: 'Dict[str, Tuple[List[str], str]]'
           ) -> 'Iterator[str]':
    """The lines of the table: for each id its cells, and some words."""
    grid = [[title] + heads for title, _ in _groups(rows)]
    grid += [[id] + cells for id, (cells, _) in rows.items()]
    widths = [max(map(len, column)) for column in zip(*grid)]
    for title, ids in _groups(rows):
        yield ''
        yield _line([title] + heads, widths, _BOLD).rstrip()
        yield '  '.join('-' * width for width in widths)
        for id in ids:
            cells, words = rows[id]
            yield from _row([id] + cells, widths, words)


def _row(cells: 'List[str]', widths: 'List[int]',
         words: str) -> 'Iterator[str]':
    """One row, with the words beside it, or below where there is no room."""
    head = _line(cells, widths)
    length = sum(widths) + 2 * len(widths) - 2
    if words and _width() - length >= _ROOM_FOR_WORDS:
        yield from _beside(head, length, words)
    else:
        yield head.rstrip()
        yield from _wrapped(words, ' ' * 4)


def _line(cells: 'List[str]', widths: 'List[int]',
          colour: 'Optional[str]' = None) -> str:
    return '  '.join(
        _painted(cell, colour or _COLOURS.get(cell[:1])) +
        ' ' * (width - len(cell)) for cell, width in zip(cells, widths))


def _beside(head: str, length: int, words: str) -> 'Iterator[str]':
    """The words beside *head*, which takes so many columns."""
    first, *others = _wrapped(words, ' ' * (length + 2))
    yield head + first[length:]
    yield from others


def _wrapped(words: str, indent: str = '') -> 'List[str]':
    return textwrap.wrap(words, _width(), initial_indent=indent,
                         subsequent_indent=indent, break_on_hyphens=False)


def _marked(state: str) -> str:
    return '%s %s' % (_MARKS[state], state)


def _in_words(row: 'Status') -> str:
    if row['reason'] is None:
        return row['summary']
    return '%s (%s)' % (row['summary'], row['reason'])


def _width() -> int:
    """The columns to write in; elsewhere than on a terminal, no end of them:
    each row is a line then, for grep and the like.
    """
    if sys.stdout.isatty() or os.environ.get('COLUMNS'):
        # Some terminals say that they have none.
        return max(shutil.get_terminal_size().columns or 80, 40)
    return sys.maxsize


def _painted(text: str, colour: 'Optional[str]') -> str:
    if colour is None or not _is_coloured():
        return text
    return '\033[%sm%s\033[0m' % (colour, text)


def _is_coloured() -> bool:
    """See no-color.org; without TERM nobody knows what the codes would do."""
    return (sys.stdout.isatty() and not os.environ.get('NO_COLOR') and
            os.environ.get('TERM', 'dumb') != 'dumb')
