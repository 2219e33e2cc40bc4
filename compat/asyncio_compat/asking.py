"""Ask other interpreters what their asyncio has; they need not have this
package, nor what it depends on.
"""

import json
import os
import subprocess

from . import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Optional
    from typing_extensions import TypedDict
    from .installing import Status
    Answer = TypedDict('Answer', {
        'path': str, 'python': Optional[str], 'implementation': Optional[str],
        'features': Optional[List[Status]], 'error': Optional[str]})

# What the other interpreter runs. Python 2 has to understand it as well, and
# a shell that is taken for a Python must fail at the first line.
_QUESTION = '''\
sys = __import__('sys')
# The current directory's modules are not meant.
sys.path[:] = filter(None, sys.path)
import json, platform
answer = {'python': sys.version.split()[0],
          'implementation': platform.python_implementation()}
if answer['implementation'] == 'CPython' and sys.version_info >= (3, 5):
    if 'asyncio_compat' not in sys.modules:
        from importlib import util
        spec = util.spec_from_file_location(
            'asyncio_compat', %(init)a, submodule_search_locations=[%(home)a])
        sys.modules['asyncio_compat'] = util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules['asyncio_compat'])
    import asyncio_compat
    if asyncio_compat.__version__ == %(version)r:
        answer['features'] = asyncio_compat.status()
    else:
        answer['error'] = ('it loads asyncio_compat %%s by itself'
                           %% asyncio_compat.__version__)
else:
    answer['error'] = ('it is %%(implementation)s %%(python)s; what can be '
                       'looked at is CPython 3.5.0 or later' %% answer)
print(%(mark)r + json.dumps(answer))
'''
# Whatever the interpreter loads may write something, too.
_MARK = 'asyncio_compat: '
_SECONDS = 60


def ask(path: str) -> 'Answer':
    """What the interpreter *path* has: features, or else an error.

    path: a file, or a name that is looked for as a shell does.
    """
    answer = {'path': path, 'python': None, 'implementation': None,
              'features': None, 'error': None}  # type: Answer
    home = os.path.dirname(os.path.abspath(__file__))
    question = _QUESTION % {
        'home': home, 'init': os.path.join(home, '__init__.py'),
        'version': __version__, 'mark': _MARK}
    try:
        # -E: PYTHONPATH is for this interpreter; -B: nothing is left behind.
        asked = subprocess.run(
            [path, '-E', '-B', '-c', question], timeout=_SECONDS,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
    except OSError as exc:
        answer['error'] = ('it cannot be started: ' +
                           os.strerror(exc.errno or 0))
        if os.path.isdir(path):
            answer['error'] = 'it is a directory: name the python in it'
    except subprocess.TimeoutExpired:
        answer['error'] = 'it does not answer within %d seconds' % _SECONDS
    else:
        told = asked.stdout.decode('utf-8', 'replace').rpartition(_MARK)
        if told[1]:
            answer.update(json.loads(told[2].splitlines()[0]))
        else:
            answer['error'] = 'it is no Python, or fails: %s' % _last_words(
                asked.stderr.decode('utf-8', 'replace').splitlines(),
                asked.returncode)
    return answer


def _last_words(lines: 'List[str]', status: int) -> str:
    """The line that tells most about the end of a process."""
    if not lines:
        return 'exit status %d' % status
    # Python's error follows its traceback; others begin with it.
    return lines[-1 if lines[0].startswith('Traceback') else 0]
