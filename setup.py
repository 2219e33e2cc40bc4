"""Builds asyncio-compat. The metadata is here, not in setup.cfg: setuptools before 30.3 reads none from there."""
import io
import os
import re
import sys

if sys.version_info < (3, 5):
    # pip 7 and 8 ignore python_requires, so this line is what their users see.
    sys.exit('asyncio-compat needs Python 3.5.0 or later; this is Python %d.%d.%d.' % sys.version_info[:3])

from setuptools import find_packages, setup

HERE = os.path.dirname(os.path.abspath(__file__))


def text(*path):
    with io.open(os.path.join(HERE, *path), encoding='utf-8') as stream:
        return stream.read()


setup(
    name='asyncio-compat',
    # Read as text: importing the package here would need its dependencies.
    version=re.search(r"^__version__ = '([^']+)'", text('compat', 'asyncio_compat', '__init__.py'), re.M).group(1),
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
    # setuptools 18 knows no markers in install_requires, only this form of them.
    # 3.7.4 is the last typing_extensions that imports on 3.5.0, and pip 7 would take the newest of all.
    extras_require={':python_version < "3.6"': ['typing_extensions>=3.7.4,<3.7.5']},
    zip_safe=False,
)
