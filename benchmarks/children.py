"""The processes that measure: each sees a copy of the package, and no site-packages."""
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / 'compat' / 'asyncio_compat'

UVLOOP = 'uvloop==0.14.0'
UVLOOP_ABIS = ('cp35m', 'cp36m')


def copy_package(folder):
    """A copy below *folder* that no edit changes while it is measured; returns what PYTHONPATH must say."""
    shutil.copytree(PACKAGE, os.path.join(folder, PACKAGE.name), ignore=shutil.ignore_patterns('__pycache__', '*.c'))
    return folder


def add_uvloop(folder):
    """Put uvloop beside it; its wheels differ in the name of the extension alone. Without a network there is none."""
    for abi in UVLOOP_ABIS:
        subprocess.run([sys.executable, '-m', 'pip', 'download', '-qq', '--disable-pip-version-check', '--no-deps',
                        '--only-binary', ':all:', '--implementation', 'cp', '--python-version', abi[2:4], '--abi', abi,
                        '--platform', 'manylinux2010_' + platform.machine(), '--dest', folder, UVLOOP],
                       stdin=subprocess.DEVNULL)
    for wheel in Path(folder).glob('*.whl'):
        with zipfile.ZipFile(str(wheel)) as archive:
            archive.extractall(folder)


def output(python, python_path, *arguments, **variables):
    """What *python* prints when it runs with *arguments*, and with *variables* in its environment."""
    child = run(python, python_path, *arguments, **variables)
    if child.returncode != 0:
        raise SystemExit('%s%s failed (%s)' % (child.stderr, python, ' '.join(arguments[-2:])))
    return child.stdout


def why_not(python, python_path, *arguments):
    """The last line of its error, if it ends with one; else None."""
    child = run(python, python_path, *arguments)
    return child.stderr.strip().splitlines()[-1] if child.returncode != 0 else None


def run(python, python_path, *arguments, **variables):
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith('PYTHON') and name != 'ASYNCIO_COMPAT_PURE'}
    environment.update(variables, PYTHONPATH=python_path)
    # Without -S, what site-packages imports at the start would hide what the package imports.
    return subprocess.run([python, '-S', *arguments], cwd=python_path, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
