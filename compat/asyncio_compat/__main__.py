"""The command line: shows what asyncio lacks here, or runs a program."""

import sys

from . import __version__, InstallError, install, status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator, List, Tuple
    from .installing import Status

USAGE = ('python -m asyncio_compat [--json], '
         'or python -m asyncio_compat run [--typing] [-m] program '
         '[argument ...]')

HELP = """\
python -m asyncio_compat
    Show what this interpreter's asyncio has, and what would be supplied.
python -m asyncio_compat --json
    The same for machines: one JSON object.
python -m asyncio_compat run script.py [argument ...]
python -m asyncio_compat run -m module [argument ...]
    Run a program as python does, on an asyncio that lacks nothing.
python -m asyncio_compat run --typing ...
    The same, and the module typing lacks nothing either.
"""


def main(arguments: 'List[str]') -> int:
    """Do what the list *arguments* says; returns the exit status."""
    if arguments[:1] == ['run']:
        return run(arguments[1:])
    if not arguments:
        show_table()
    elif arguments == ['--json']:
        show_json()
    elif arguments in (['-h'], ['--help']):
        sys.stdout.write(HELP)
    else:
        unknown = [argument for argument in arguments if argument != '--json']
        return wrong_use('unknown argument %r' % (unknown + arguments)[0])
    return 0


def run(arguments: 'List[str]') -> int:
    typing = arguments[:1] == ['--typing']
    arguments = arguments[typing:]
    if not arguments:
        return wrong_use('run needs a program')
    if arguments == ['-m']:
        return wrong_use('run -m needs a module')
    if arguments[0] != '-m' and arguments[0].startswith('-'):
        return wrong_use('unknown option %r of run' % arguments[0])
    try:
        install(typing=typing)
    except InstallError as exc:
        sys.stderr.write('asyncio_compat: %s\n' % exc)
        return 1
    from . import running
    if arguments[0] == '-m':
        running.run_module(arguments[1], arguments[2:])
    else:
        running.run_path(arguments[0], arguments[1:])
    return 0


def wrong_use(what: str) -> int:
    sys.stderr.write('asyncio_compat: %s; use: %s\n' % (what, USAGE))
    return 2


def show_json() -> None:
    import json
    print(json.dumps({
        'asyncio_compat': __version__,
        'python': python_version(),
        'implementation': python_implementation(),
        'features': status(),
    }, indent=2, sort_keys=True))


def show_table() -> None:
    import shutil
    title = 'asyncio-compat %s on %s %s' % (
        __version__, python_implementation(), python_version())
    lines = table(status(), shutil.get_terminal_size().columns)
    # In one piece, for readers that do not wait for the end.
    sys.stdout.write('\n'.join([title, ''] + list(lines)) + '\n')


def table(features: 'List[Status]', columns: int) -> 'Iterator[str]':
    """The lines of the table, for a terminal of so many columns."""
    rows = [
        ('feature', 'since', 'here', '')]   # type: List[Tuple[str, ...]]
    for feature in features:
        rows.append((feature['id'], feature['since'], feature['state'],
                     in_words(feature)))
    widths = [max(map(len, cells)) for cells in zip(*rows)]
    rows.insert(1, tuple('-' * width for width in widths[:3]) + ('',))
    for cells in rows:
        head = '  '.join(map(str.ljust, cells[:3], widths))
        yield from with_text(head, cells[3], columns)


def with_text(head: str, text: str, columns: int) -> 'Iterator[str]':
    """The words beside *head*, or below it where little room is left."""
    import textwrap
    if not text or columns - len(head) < 32:
        yield head.rstrip()
        head = indent = '    '
    else:
        head += '  '
        indent = ' ' * len(head)
    yield from textwrap.wrap(text, max(columns, 40), initial_indent=head,
                             subsequent_indent=indent)


def in_words(feature: 'Status') -> str:
    if feature['reason'] is None:
        return feature['summary']
    return '%s (%s)' % (feature['summary'], feature['reason'])


def python_version() -> str:
    return sys.version.split()[0]


def python_implementation() -> str:
    import platform
    return platform.python_implementation()


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
