"""Look at the process that this runs in, and say what to do about it.

``python -m asyncio_compat doctor`` shows it; a program that runs asks
examine().
"""

import asyncio
import contextlib
import email.parser
import glob
import importlib
import json
import operator
import os
import re
import sys
import types
import warnings

from . import __version__, features, installing, patching
from .showing import count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from email.message import Message
    from typing import Dict, Iterable, Iterator, List, Optional, Tuple
    from typing_extensions import TypedDict
    from .installing import Status
    Finding = TypedDict('Finding', {
        'check': str, 'ok': bool, 'what': str, 'to_do': Optional[str]})
    # Their metadata by their names, in the form in which names are compared.
    Distributions = Dict[str, Message]

# As in setup.py.
TYPING_EXTENSIONS = '>=3.7.4,<3.7.5'

_METADATA = ('*.dist-info/METADATA', '*.egg-info/PKG-INFO', '*.egg-info',
             'EGG-INFO/PKG-INFO')
_CLAUSE = re.compile(r'(===?|~=|!=|<=?|>=?)\s*v?(\d+(?:\.\d+)*)(\.\*)?')
_COMPARE = {'==': operator.eq, '===': operator.eq, '!=': operator.ne,
            '<': operator.lt, '<=': operator.le, '>': operator.gt,
            '>=': operator.ge}
# What may be bound of a class, and replaced there.
_METHODS = (types.FunctionType, types.MethodType, classmethod, staticmethod,
            property)


def examine(modules: 'Iterable[str]' = ()) -> 'List[Finding]':
    """Return what there is to say about this process, a dict for each line.

    modules: names of modules to import first, one after the other.

    The keys are

    check: which check says it: 'import', 'asyncio', 'package',
        'typing_extensions', 'features', 'compiled', 'uvloop', 'early' or
        'requires_python';
    ok: False if there is something to do;
    what: what was found, in one line;
    to_do: what to do, in one line, or None.
    """
    modules = list(modules)
    with warnings.catch_warnings():
        # What asyncio_compat warns of is found below.
        warnings.simplefilter('ignore')
        findings = list(_import(modules))
        rows = installing.status()
    distributions = _distributions()
    findings += _asyncio()
    findings += _package(distributions)
    findings += _typing_extensions(distributions)
    findings += _features(rows, bool(modules))
    findings += _compiled(rows)
    findings += _uvloop(distributions)
    findings += _early()
    findings += _requires_python(distributions, rows)
    return findings


def _finding(check: str, what: str,
             to_do: 'Optional[str]' = None) -> 'Finding':
    return {'check': check, 'ok': to_do is None, 'what': what, 'to_do': to_do}


def _import(modules: 'List[str]') -> 'Iterator[Finding]':
    for name in modules:
        try:
            # The standard output is for the findings.
            with contextlib.redirect_stdout(sys.stderr):
                importlib.import_module(name)
        except (Exception, SystemExit) as exc:
            to_do = 'python -c "import %s" shows where' % name
            if _lacks_a_name_of_typing(exc):
                to_do = 'import asyncio_compat.auto_typing first of all'
            yield _finding('import', '%s cannot be imported: %s: %s' % (
                name, type(exc).__name__, exc), to_do)


def _lacks_a_name_of_typing(exc: BaseException) -> bool:
    found = re.match(r"cannot import name '(\w+)'", str(exc))
    return (installing._IS_OLD and found is not None and any(
        'typing.' + found.group(1) in row.supplies for row in features.TYPING))


def _asyncio() -> 'Iterator[Finding]':
    """The asyncio of PyPI is older, and may be found first."""
    found = os.path.dirname(os.path.dirname(asyncio.__file__))
    # A module of which there is no other.
    own = os.path.dirname(os.path.dirname(json.__file__))
    if os.path.realpath(found) != os.path.realpath(own):
        yield _finding('asyncio', 'asyncio comes from %s, which is not this '
                       "interpreter's own" % found,
                       'uninstall it, or take that folder off the path')


def _package(distributions: 'Distributions') -> 'Iterator[Finding]':
    home = os.path.dirname(os.path.abspath(__file__))
    metadata = distributions.get('asyncio-compat')
    if metadata and metadata['Version'] != __version__:
        yield _finding('package', 'asyncio-compat %s is imported from %s, but '
                       'pip has installed %s' % (__version__, home,
                                                 metadata['Version']),
                       'uninstall it, and install it once')
    folders = {os.path.join(entry, 'asyncio_compat') for entry in sys.path}
    for other in sorted(folders):
        if (os.path.exists(os.path.join(other, '__init__.py')) and
                os.path.realpath(other) != os.path.realpath(home)):
            yield _finding('package', 'asyncio_compat is imported from %s, '
                           'but %s is on the path as well' % (home, other),
                           'remove the one that is not wanted')


def _typing_extensions(distributions: 'Distributions'
                       ) -> 'Iterator[Finding]':
    metadata = distributions.get('typing-extensions')
    version = str(metadata['Version']) if metadata else 'not installed'
    if installing._IS_OLD and not allows(TYPING_EXTENSIONS, version):
        yield _finding('typing_extensions',
                       'typing_extensions is %s; asyncio_compat needs %s'
                       % (version, TYPING_EXTENSIONS),
                       "pip install 'typing_extensions%s'" % TYPING_EXTENSIONS)


def _features(rows: 'List[Status]', is_started: bool) -> 'Iterator[Finding]':
    is_lacking = any(row['state'] == 'patched by install' for row in rows)
    yield _finding('features', '%d features: %s' % (len(rows), count(rows)),
                   'import asyncio_compat.auto first of all'
                   if is_lacking and is_started else None)


def _compiled(rows: 'List[Status]') -> 'Iterator[Finding]':
    row, = (row for row in rows if row['id'] == 'accelerated')
    what, to_do = row['reason'] or 'the compiled part is used', None
    if row['state'] == 'patched by install':
        what = 'the compiled part can be used'
        if any(row['state'] == 'patched' for row in rows):
            what += ', but install() was told to leave it out'
            to_do = 'call install() without arguments'
    elif 'ASYNCIO_COMPAT_PURE' in what:
        to_do = 'unset it, unless the two are to be compared'
    elif row['state'] == 'not available' and installing._IS_OLD:
        to_do = ('pip install --force-reinstall asyncio-compat, from a wheel '
                 'for CPython 3.5 or with a C compiler')
    yield _finding('compiled', what, to_do)


def _uvloop(distributions: 'Distributions') -> 'Iterator[Finding]':
    """It looks for the running loop once, when it is imported."""
    has_place = hasattr(asyncio, '_set_running_loop')
    if 'uvloop' in sys.modules and (installing._too_early or not has_place):
        yield _finding('uvloop', 'uvloop was imported before asyncio_compat%s,'
                       ' and asyncio does not know when its loop runs'
                       % _by_whom('uvloop'),
                       'import asyncio_compat.auto before it')
    elif 'uvloop' in sys.modules:
        yield _finding('uvloop', 'uvloop was imported when asyncio had what '
                       'it looks for')
    elif 'uvloop' in distributions:
        yield _finding('uvloop', 'uvloop is not imported yet' + (
            '' if has_place else '; import asyncio_compat.auto before it'))


def _by_whom(name: str) -> str:
    """What python loads by itself and has this *name* in it."""
    paths = [path for path in _on_path('*.pth')
             if re.search('^import.*' + name, _text(path), re.M)]
    for module in 'sitecustomize', 'usercustomize':
        path = getattr(sys.modules.get(module), '__file__', None)
        if path and name in _text(path):
            paths.append(path)
    return ', by ' + ' or '.join(paths) if paths else ''


def _early() -> 'Iterator[Finding]':
    """A function that was bound early has changed in place.  Methods were
    replaced, and for names that are new something else may have been taken.
    """
    if installing._changes is None:
        return
    replaced, new = _replaced_and_new(installing._changes)
    all_is_well = True
    for name, module in sorted(sys.modules.items(), key=lambda item: item[0]):
        if (name.split('.')[0] in ('asyncio', 'asyncio_compat') or
                not isinstance(module, types.ModuleType)):
            continue
        kept = {replaced[id(held)] for held in _held_by(module)
                if id(held) in replaced}
        kept.update('a %s of its own' % key for key, value in new.items()
                    if vars(module).get(key, value) is not value)
        if kept:
            all_is_well = False
            yield _finding('early', '%s was imported before the install, and '
                           'has kept %s' % (name, ', '.join(sorted(kept))),
                           'import asyncio_compat.auto before it')
    if all_is_well:
        yield _finding('early', 'no module keeps what asyncio was before the '
                       'install')


def _replaced_and_new(changes: 'patching.Changes'
                      ) -> 'Tuple[Dict[int, str], Dict[str, object]]':
    """Which methods have gone, by their id; and what asyncio has gained."""
    replaced, new = {}, {}  # type: Dict[int, str], Dict[str, object]
    for owner, name, before, given in changes.attributes():
        if before is patching._ABSENT:
            if owner is asyncio:
                new[name] = given
        elif (isinstance(before, _METHODS) and
              vars(owner).get(name) is not before):
            replaced[id(_function(before))] = '%s.%s' % (
                getattr(owner, '__qualname__', 'asyncio'), name)
    return replaced, new


def _held_by(module: types.ModuleType) -> 'Iterator[object]':
    """The functions in *module* and in its classes, wherever they are from."""
    for value in list(vars(module).values()):
        # isinstance() would ask a proxy.
        if not issubclass(type(value), type):
            yield _function(value)
        elif getattr(value, '__module__', None) == module.__name__:
            for attribute in list(vars(value).values()):
                yield _function(attribute)


def _function(value: object) -> object:
    if type(value) in _METHODS:
        return getattr(value, '__func__', value)
    return value


def _requires_python(distributions: 'Distributions', rows: 'List[Status]'
                     ) -> 'Iterator[Finding]':
    here = '%d.%d.%d' % sys.version_info[:3]
    is_patched = any(row['state'] == 'patched' for row in rows)
    supplied = []   # type: List[str]
    refused = []    # type: List[Finding]
    for _, metadata in sorted(distributions.items()):
        asked = metadata['Requires-Python'] or ''
        name = '%s %s' % (metadata['Name'], metadata['Version'])
        if allows(asked, here):
            continue
        to_do = ('pip install --force-reinstall %s, with pip 9 or later, '
                 'takes one for this Python' % metadata['Name'])
        if installing._IS_OLD and allows(asked, '3.5.10'):
            # What came inside of 3.5 is what is supplied.
            if is_patched:
                supplied.append(name)
                continue
            to_do = 'import asyncio_compat.auto_typing before it'
        refused.append(_finding(
            'requires_python', '%s asks for Python %s, and this is %s'
            % (name, asked, here), to_do))
    if supplied:
        yield _finding('requires_python', 'for those that ask for a later '
                       '3.5, its asyncio is there: ' + ', '.join(supplied))
    elif not refused:
        yield _finding('requires_python', 'nothing that is installed asks for '
                       'another Python')
    yield from refused


def _distributions() -> 'Distributions':
    """What pip has installed: 3.5 has no importlib.metadata."""
    found = {}  # type: Distributions
    for path in _on_path(*_METADATA):
        metadata = email.parser.HeaderParser().parsestr(_text(path))
        if metadata['Name']:
            # The first is the one that is imported.
            found.setdefault(re.sub('[-_.]+', '-', metadata['Name']).lower(),
                             metadata)
    return found


def _on_path(*patterns: str) -> 'Iterator[str]':
    for entry in sys.path:
        for pattern in patterns:
            yield from sorted(glob.glob(os.path.join(
                glob.escape(entry or os.curdir), pattern)))


def _text(path: str) -> str:
    """What the file has; nothing if it cannot be read."""
    try:
        with open(path, encoding='utf-8', errors='replace') as stream:
            return stream.read()
    except OSError:
        return ''


def allows(requirement: str, version: str) -> bool:
    """True if *version* fits a *requirement* such as Requires-Python has.

    Of both, only the numbers count.
    """
    return all(_fits(_numbers(version), comparison, _numbers(number), star)
               for comparison, number, star in _CLAUSE.findall(requirement))


def _fits(version: 'Tuple[int, ...]', comparison: str,
          number: 'Tuple[int, ...]', star: str) -> bool:
    if comparison == '~=':
        return (_padded(version) >= _padded(number) and
                version[:len(number) - 1] == number[:-1])
    if star:
        version = version[:len(number)]
    return bool(_COMPARE[comparison](_padded(version), _padded(number)))


def _numbers(version: str) -> 'Tuple[int, ...]':
    return tuple(map(int, re.findall(r'\d+', version)))


def _padded(numbers: 'Tuple[int, ...]') -> 'Tuple[int, ...]':
    return (numbers + (0,) * 5)[:5]
