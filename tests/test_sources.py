"""Every Python file compiles on every interpreter."""

import os
import warnings

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def sources():
    for folder, folders, names in os.walk(ROOT):
        # Environments, and what was built.
        folders[:] = [name for name in folders if name[0] != '.' and
                      name not in ('build', 'dist')]
        for name in names:
            if name.endswith('.py'):
                yield os.path.join(folder, name)


def test_every_file_compiles():
    """An async generator, say, is what 3.5's linters do not see."""
    compiled = set()
    for path in sources():
        with open(path, encoding='utf-8') as stream:
            source = stream.read()
        with warnings.catch_warnings():
            # An escape that means nothing, `is` with a literal.
            warnings.simplefilter('error')
            compile(source, path, 'exec', dont_inherit=True)
        compiled.add(os.path.relpath(path, ROOT))
    assert {'run.py', os.path.join('tests', 'test_sources.py'),
            os.path.join('compat', 'asyncio_compat', 'auto.py')} <= compiled
