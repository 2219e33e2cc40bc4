"""Builds asyncio-compat. The metadata is here, not in setup.cfg: setuptools before 30.3 reads none from there."""
import glob
import io
import os
import re
import subprocess
import sys

if sys.version_info < (3, 5):
    # pip 7 and 8 ignore python_requires, so this line is what their users see.
    sys.exit('asyncio-compat needs Python 3.5.0 or later; this is Python %d.%d.%d.' % sys.version_info[:3])

from setuptools import Extension, find_packages, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.sdist import sdist

HERE = os.path.dirname(os.path.abspath(__file__))
# As setuptools wants them: from here, where it is run.
PACKAGE = os.path.join('compat', 'asyncio_compat')
CORE = os.path.join(PACKAGE, '_speedups', 'core.c')


def text(*path):
    with io.open(os.path.join(HERE, *path), encoding='utf-8') as stream:
        return stream.read()


# Read as text: importing the package here would need its dependencies.
VERSION = re.search(r"^__version__ = '([^']+)'", text(PACKAGE, '__init__.py'), re.M).group(1)


def generate_core():
    """Make core.c, unless it is there and as new as what it is made from. An sdist brings it along."""
    folder, name = os.path.split(os.path.join(HERE, CORE))
    try:
        from Cython import __version__ as cython
    except ImportError:
        cython = 'none'
    if cython.startswith('3.0.'):
        sources = glob.glob(os.path.join(folder, '*.p[yx][xi]'))
        if not os.path.exists(CORE) or os.path.getmtime(CORE) < max(map(os.path.getmtime, sources)):
            subprocess.check_call([sys.executable, '-m', 'cython', 'core.pyx', '-o', name], cwd=folder)
    elif not os.path.exists(CORE):
        raise RuntimeError('there is no core.c, and it takes Cython 3.0 to make it (here is: %s)' % cython)


class BuildCore(build_ext):
    """Builds the compiled part; where that fails, the Python code is installed without it."""

    def run(self):
        try:
            if sys.implementation.name != 'cpython':
                raise RuntimeError('it is for CPython')
            generate_core()
            build_ext.run(self)
        except Exception as exc:
            # Or the list of what was installed would name it.
            self.extensions = []
            self.warn('asyncio-compat goes without its compiled part, the Python code serves: %s' % exc)

    def get_libraries(self, ext):
        # As Python 3.8 does: whoever imports it has libpython, by this name or inside of the program.
        return ext.libraries if os.name == 'posix' else build_ext.get_libraries(self, ext)


class SourcesWithCore(sdist):
    """Whoever installs from it needs no Cython."""

    def run(self):
        generate_core()
        sdist.run(self)


setup(
    name='asyncio-compat',
    version=VERSION,
    description="Makes the asyncio of Python 3.5.0 to 3.5.10 behave like that of Python 3.6",
    long_description=text('README.md') if os.path.exists(os.path.join(HERE, 'README.md')) else '',
    long_description_content_type='text/markdown',
    author='the asyncio-compat authors',
    license='MIT',
    classifiers=[
        'Development Status :: 4 - Beta',
        'Framework :: AsyncIO',
        'Intended Audience :: Developers',
        'License :: OSI Approved :: MIT License',
        'Programming Language :: Python :: 3',
        'Programming Language :: Python :: 3 :: Only',
        'Programming Language :: Python :: 3.5',
        'Programming Language :: Python :: 3.6',
        'Programming Language :: Python :: 3.7',
        'Programming Language :: Python :: 3.8',
        'Programming Language :: Python :: 3.9',
        'Programming Language :: Python :: 3.10',
        'Programming Language :: Python :: 3.11',
        'Programming Language :: Python :: 3.12',
        'Programming Language :: Python :: 3.13',
        'Programming Language :: Python :: Implementation :: CPython',
        'Topic :: System :: Networking',
        'Typing :: Typed',
    ],
    keywords='asyncio backport compatibility',
    python_requires='>=3.5',
    package_dir={'': 'compat'},
    packages=find_packages('compat'),
    package_data={'asyncio_compat': ['py.typed']},
    # A newer asyncio lacks nothing.
    ext_modules=[Extension(
        'asyncio_compat._speedups.core', [CORE],
        # A change of the version is one of the core.
        depends=[os.path.join(PACKAGE, '__init__.py')],
        define_macros=[('ASYNCIO_COMPAT_VERSION', '"%s"' % VERSION)],
        # After the -O3 -g of most interpreters: smaller by four fifths, and sooner made.
        extra_compile_args=['-O2', '-g0'],
    )] if sys.version_info < (3, 6) else [],
    cmdclass={'build_ext': BuildCore, 'sdist': SourcesWithCore},
    # setuptools 18 knows no markers in install_requires, only this form of them.
    # 3.7.4 is the last typing_extensions that imports on 3.5.0, and pip 7 would take the newest of all.
    extras_require={':python_version < "3.6"': ['typing_extensions>=3.7.4,<3.7.5']},
    zip_safe=False,
)
