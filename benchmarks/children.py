"""The processes that measure: each sees a copy of the package, and no site-packages."""
import os
import shutil
import subprocess
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / 'compat' / 'asyncio_compat'


def copy_package(folder):
    """A copy below *folder* that no edit changes while it is measured; returns what PYTHONPATH must say."""
    shutil.copytree(PACKAGE, os.path.join(folder, PACKAGE.name), ignore=shutil.ignore_patterns('__pycache__'))
    return folder


def output(python, python_path, *arguments, **variables):
    """What *python* prints when it runs with *arguments*, and with *variables* in its environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith('PYTHON')}
    environment.update(variables, PYTHONPATH=python_path)
    # Without -S, what site-packages imports at the start would hide what the package imports.
    child = subprocess.run([python, '-S', *arguments], cwd=python_path, env=environment, stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, universal_newlines=True)
    if child.returncode != 0:
        raise SystemExit('%s failed (%s)' % (python, arguments[-1]))
    return child.stdout
