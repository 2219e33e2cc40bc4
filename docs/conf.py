"""How Sphinx makes the site: `python3 run.py site`."""
import inspect
import re
import sys
from pathlib import Path

from sphinx.ext.autodoc.mock import mock

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / 'compat'))

import asyncio_compat   # noqa: E402

project = 'asyncio-compat'
author = 'the asyncio-compat authors'
release = version = asyncio_compat.__version__
extensions = ['myst_parser', 'sphinx.ext.autodoc']
exclude_patterns = ['_build', 'requirements.txt']
myst_heading_anchors = 3

html_theme = 'furo'
html_title = 'asyncio-compat ' + release
html_static_path = ['_static']
html_css_files = ['site.css']
html_show_copyright = False
html_copy_source = False
html_show_sphinx = False
html_use_index = False
html_domain_indices = False

# The types of the annotations are asyncio's and typing's, which are described elsewhere.
nitpick_ignore_regex = [('py:class', '.*')]

# Here some of the names are the newest asyncio's own. The page tells of what 3.5 gets.
with mock(['asyncio_compat.' + name for name in ('base_events', 'events', 'futures')]):
    from asyncio_compat import unpatched
for name in asyncio_compat.__all__:
    if hasattr(unpatched, name) and getattr(asyncio_compat, name).__module__ != 'asyncio_compat.wrapped':
        setattr(asyncio_compat, name, getattr(unpatched, name))


def fields(app, what, name, obj, options, lines):
    """Have Sphinx see the 'loop: the loop that …' of a docstring as what it is."""
    known = inspect.signature(obj).parameters if inspect.isfunction(obj) else ()

    def field(found):
        return ':%s%s: ' % ('param ' if found.group(1) in known else '', found.group(1))

    lines[:] = [re.sub(r'^(\w+): ', field, line) for line in lines]


def setup(app):
    app.connect('autodoc-process-docstring', fields)
