"""The command line: shows what asyncio lacks here, or runs a program."""

import argparse
import sys

from . import __version__, InstallError, install, status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Tuple

PROG = 'python -m asyncio_compat'
USAGE = """%(prog)s [--json] [--python PATH ...]
       %(prog)s doctor [--json] [module ...]
       %(prog)s run [--typing] [-m] program [argument ...]"""


def main(arguments: 'List[str]') -> int:
    """Do what the list *arguments* says; returns the exit status.

    Raises SystemExit for --help, --version and wrong use.
    """
    own, program = split(arguments)
    parser = make_parser()
    options = parser.parse_args(own)
    if options.command and options.python:
        parser.error('--python does not go with %s' % options.command)
    if options.command == 'run':
        if options.json:
            parser.error('--json does not go with run')
        if program in ([], ['-m']):
            parser.error('run -m needs a module' if program
                         else 'run needs a program')
        return run(program, options.typing)
    if options.command == 'doctor':
        return examine(options.modules, options.json)
    if options.python:
        return compare(sum(options.python, []), options.json)
    return show_status(options.json)


def split(arguments: 'List[str]') -> 'Tuple[List[str], List[str]]':
    """What of the *arguments* is ours, and the program that is to be run.

    argparse would take the program's own options for ours.
    """
    words = [at for at, argument in enumerate(arguments)
             if argument == '-m' or not argument.startswith('-')]
    if (len(words) < 2 or arguments[words[0]] != 'run' or
            '--python' in arguments[:words[0]]):
        return arguments, []
    return arguments[:words[1]], arguments[words[1]:]


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROG, usage=USAGE, allow_abbrev=False,
        description="Show what this interpreter's asyncio has, and what "
        'install() would supply.')
    parser.add_argument('--version', action='version',
                        version='asyncio-compat ' + __version__)
    parser.add_argument('--json', action='store_true',
                        help='the same for machines: one JSON object')
    parser.add_argument(
        '--python', metavar='PATH', nargs='+', action='append',
        help='look at these interpreters instead, side by side; nothing is '
        'installed into them')
    commands = parser.add_subparsers(dest='command', title='commands',
                                     metavar='command', prog=PROG)
    doctor = commands.add_parser(
        'doctor', help='look at what is installed, and say what to do',
        allow_abbrev=False,
        description='Look at this environment and say what to do, in one '
        'line each. The exit status is 1 if something is to be done.')
    # Without a default: it may stand before the command as well.
    doctor.add_argument('--json', action='store_true',
                        default=argparse.SUPPRESS,
                        help='the same for machines: one JSON object')
    doctor.add_argument(
        'modules', nargs='*', metavar='module',
        help='import these first, in this order, as your program does')
    runner = commands.add_parser(
        'run', help='run a program as python does, on an asyncio that lacks '
        'nothing', allow_abbrev=False,
        usage='%(prog)s [--typing] script.py [argument ...]\n'
        '       %(prog)s [--typing] -m module [argument ...]',
        description='Run a program as python does, on an asyncio that lacks '
        'nothing. All that follows the program is its own.')
    runner.add_argument('--typing', action='store_true',
                        help='the module typing lacks nothing either')
    return parser


def show_status(json: bool) -> int:
    rows = status()
    if json:
        show_json(features=rows, **this_interpreter())
    else:
        from . import showing
        showing.write(showing.status_lines(rows, in_words()))
    return 0


def compare(paths: 'List[str]', json: bool) -> int:
    from . import asking, showing
    answers = [asking.ask(path) for path in paths]
    answered = [answer for answer in answers if not answer['error']]
    if json:
        show_json(interpreters=answers)
    elif answered:
        showing.write(showing.comparison_lines(answered))
    for answer in answers:
        if answer['error']:
            sys.stderr.write('asyncio_compat: %(path)s: %(error)s\n' % answer)
    return 0 if len(answered) == len(answers) else 1


def examine(modules: 'List[str]', json: bool) -> int:
    from . import doctor, showing
    findings = doctor.examine(modules)
    well = all(finding['ok'] for finding in findings)
    if json:
        show_json(ok=well, findings=findings, **this_interpreter())
    else:
        showing.write(showing.finding_lines(findings, in_words()))
    return 0 if well else 1


def run(program: 'List[str]', typing: bool) -> int:
    try:
        install(typing=typing)
    except InstallError as exc:
        sys.stderr.write('asyncio_compat: %s\n' % exc)
        return 1
    from . import running
    if program[0] == '-m':
        running.run_module(program[1], program[2:])
    else:
        running.run_path(program[0], program[1:])
    return 0


def show_json(**keys: object) -> None:
    import json
    from . import showing
    keys['asyncio_compat'] = __version__
    showing.write([json.dumps(keys, indent=2, sort_keys=True)])


def this_interpreter() -> 'Dict[str, str]':
    import platform
    return {'python': sys.version.split()[0],
            'implementation': platform.python_implementation()}


def in_words() -> str:
    return '%(implementation)s %(python)s' % this_interpreter()


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
