"""Where the interpreters are that get tested and measured; needs Python 3.8 or later."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

ASK = 'import sys; print(sys.implementation.name, *sys.version_info[:3])'


def named(names):
    """[('3.5.0', path), …] for *names*, which are versions or paths; without names for all that are found."""
    found = None
    chosen = []
    for name in names:
        if os.sep in name:
            version = version_of(name)
            if version is None:
                raise SystemExit('%s is no CPython of 3.5 or later' % name)
            chosen.append((version, os.path.abspath(name)))
            continue
        found = found or dict(all_found())
        if name not in found:
            raise SystemExit('no interpreter %s; found are: %s' % (name, ' '.join(found) or 'none'))
        chosen.append((name, found[name]))
    return chosen or all_found()


def all_found():
    """Each CPython >= 3.5 of pyenv and of PATH, this one included, the oldest first."""
    candidates = [str(path) for path in sorted(pyenv_versions().glob('*/bin/python'))] + [sys.executable]
    candidates += filter(None, (shutil.which('python3.%d' % minor) for minor in range(5, 30)))
    found = {}
    for path in candidates:
        version = version_of(path)
        if version:
            found.setdefault(version, path)
    return sorted(found.items(), key=lambda item: tuple(map(int, item[0].split('.'))))


def pyenv_versions():
    root = os.environ.get('PYENV_ROOT')
    if not root and shutil.which('pyenv'):
        root = subprocess.run(['pyenv', 'root'], stdout=subprocess.PIPE, universal_newlines=True).stdout.strip()
    return Path(root or Path.home() / '.pyenv') / 'versions'


def version_of(path):
    """'3.5.0', or None if *path* is no CPython >= 3.5; a shim of pyenv for a version that is off is none either."""
    try:
        asked = subprocess.run([path, '-S', '-c', ASK], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, universal_newlines=True)
    except OSError:
        return None
    # Python 2 has no sys.implementation.
    if asked.returncode != 0:
        return None
    implementation, *version = asked.stdout.split()
    if implementation != 'cpython' or tuple(map(int, version)) < (3, 5):
        return None
    return '.'.join(version)
