"""What an install changes, attribute by attribute: tells it of this interpreter, and draws the tables of patched.md.

    PYTHONPATH=compat python3.5 docs/patched.py
"""
import json
import os
import re
import subprocess
import sys

VERSIONS = ['3.5.0', '3.5.1', '3.5.2', '3.5.3', '3.5.10']
HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(HERE, 'patched.md')
TABLES = re.compile(r'(?<=<!-- seen -->\n).*(?=<!-- end -->)', re.S)


def changes():
    """{attribute: [how, the rows that ask for it]} of an install here."""
    from asyncio_compat import features, installing, patching, supplying
    prepare, prepared = supplying.prepare, {}

    def noted(row, changes):
        before = len(changes)
        prepare(row, changes)
        prepared.update(dict.fromkeys(range(before, len(changes)), {row.id}))

    supplying.prepare = noted
    installing.install()
    found, asked = {}, set()
    for number, (restore, arguments) in enumerate(installing._changes._undo):
        if restore is patching._restore_function:
            path, how = path_of(arguments[0]), 'body'
        elif restore is patching._restore_attribute:
            owner, name, before, value = arguments
            path, how = path_of(owner) + '.' + name, 'new' if before is patching._ABSENT else 'set'
        else:
            continue
        supplied = {row.id for row in features.FEATURES if path[len('asyncio.'):] in row.supplies}
        # What no row names follows what it belongs to: an __all__, what asyncio itself exports.
        asked = prepared.get(number) or supplied & installing._patched or asked
        add(found, path, how, asked)
    return {path: [how, sorted(asked)] for path, (how, asked) in found.items()}


def path_of(what):
    import asyncio
    if what is asyncio.Task._all_tasks:
        return 'asyncio.tasks.Task._all_tasks'
    if hasattr(what, '__qualname__'):
        return '%s.%s' % (what.__module__, what.__qualname__)
    return what.__name__


def add(found, path, how, rows):
    """A function that is set and changed inside is the same one in the end."""
    before, known = found.get(path, (how, set()))
    found[path] = ('body' if 'body' in (how, before) else before, known | rows)


def write(pythons):
    """Draw the tables of the page; *pythons* is {version: its executable}."""
    env = dict(os.environ, PYTHONPATH=os.path.join(os.path.dirname(HERE), 'compat'), PYTHONDONTWRITEBYTECODE='1')
    found = {version: json.loads(subprocess.check_output([python, __file__], env=env, universal_newlines=True))
             for version, python in pythons.items()}
    if not all('asyncio.tasks._gather' in changed for changed in found.values()):
        sys.exit('It takes the compiled part: python3.5 setup.py build_ext --inplace')
    with open(PAGE, encoding='utf-8') as stream:
        text = stream.read()
    with open(PAGE, 'w', encoding='utf-8') as stream:
        stream.write(TABLES.sub(lambda _: tables(found), text))


def tables(found):
    """In Markdown, one for each module; *found* is {version: what changes() returned there}."""
    from asyncio_compat import features
    drawn, module = '', None
    for path in sorted({path for changed in found.values() for path in changed}, key=place):
        if place(path)[0] != module:
            module = place(path)[0]
            drawn += '\n### %s\n\n| attribute | %s | feature |\n' % (module, ' | '.join(found))
            drawn += '| --- ' * (len(found) + 2) + '|\n'
        asked = {id for changed in found.values() if path in changed for id in changed[path][1]}
        cells = [cell(changed[path]) if path in changed else '–' for changed in found.values()]
        drawn += '| `%s` | %s | %s |\n' % (place(path)[1], ' | '.join(cells), ', '.join(
            row.id for row in features.FEATURES if row.id in asked))
    return drawn + '\n'


def cell(change):
    how, rows = change
    return how + '\\*' if rows == ['accelerated'] else how


def place(path):
    """('asyncio.tasks', 'Task.cancel')"""
    if path.count('.') == 1:
        return tuple(path.split('.'))
    _, module, name = path.split('.', 2)
    return 'asyncio.' + module, name


if __name__ == '__main__':
    json.dump(changes(), sys.stdout)
