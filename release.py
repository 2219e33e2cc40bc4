"""Whether the version, CHANGELOG.md, the tag and the built files tell the same; publishes nothing.

`python3 run.py release` prints a line for each thing that is wrong.
"""
import datetime
import email
import os
import re
import subprocess
import tarfile
import tempfile
import zipfile
from pathlib import Path

import interpreters

PACKAGE = 'compat/asyncio_compat'
CORE = PACKAGE + '/_speedups/core.'
HEADING = re.compile(r'^## (\S+)(?: \((.*)\))?$', re.M)
# What setuptools writes into an sdist: the metadata, and setup.cfg without its comments.
WRITTEN = re.compile(r'PKG-INFO$|setup\.cfg$|compat/asyncio_compat\.egg-info/|' + re.escape(CORE + 'c') + '$')
ASK_CORE = 'from asyncio_compat._speedups import core; print(core.VERSION)'


def problems(root, dist):
    """A line for each; *root* is the tree, *dist* the folder that `run.py wheels` has filled."""
    version = version_of(root)
    if not re.match(r'\d+(\.\d+)+((a|b|rc)\d+)?$', version):
        yield '%s/__init__.py: %s is no version that can be released' % (PACKAGE, version)
    yield from of_changelog(root, version)
    if git(root, 'rev-parse', 'HEAD') is None:
        yield 'git: there is no commit to compare with'
        return
    yield from of_git(root, version)
    yield from of_files(root, dist, version)


def version_of(root):
    text = (root / PACKAGE / '__init__.py').read_text(encoding='utf-8')
    return re.search(r"^__version__ = '(.*)'", text, re.M).group(1)


def of_changelog(root, version):
    sections = HEADING.findall((root / 'CHANGELOG.md').read_text(encoding='utf-8'))
    if not sections or sections[0][0] != version:
        found = sections[0][0] if sections else 'none'
        yield 'CHANGELOG.md: the first section is %s, not %s' % (found, version)
        return
    try:
        day = datetime.datetime.strptime(sections[0][1], '%Y-%m-%d').date()
    except ValueError:
        yield 'CHANGELOG.md: the section has no date; write: ## %s (%s)' % (version, datetime.date.today())
    else:
        if day > datetime.date.today():
            yield 'CHANGELOG.md: the section is dated %s, which has not come' % day


def of_git(root, version):
    changed = git(root, 'status', '--porcelain')
    if changed:
        yield 'git: not committed: ' + ', '.join(line[3:] for line in changed.splitlines())
    tag = 'v' + version
    tagged = git(root, 'rev-parse', '--verify', '--quiet', 'refs/tags/%s^{commit}' % tag)
    if tagged is None:
        yield 'git: there is no tag %s; make it: git tag %s' % (tag, tag)
    elif tagged != git(root, 'rev-parse', 'HEAD'):
        yield 'git: the tag %s is at another commit: %s' % (tag, tagged.strip()[:12])


def git(root, *arguments):
    """What it prints, or None if it fails."""
    asked = subprocess.run(('git', '-C', str(root)) + arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, universal_newlines=True)
    return asked.stdout if asked.returncode == 0 else None


def of_files(root, dist, version):
    names = sorted(path.name for path in dist.iterdir()) if dist.is_dir() else []
    stem = 'asyncio_compat-%s' % version
    told = {}
    for what, pattern in [('sdist', r'\.tar\.gz'), ('wheel for everyone', '-py3-none-any.whl'),
                          ('compiled wheel', r'-cp35-cp35m-manylinux\w+\.whl')]:
        found = [name for name in names if re.match(re.escape(stem) + pattern + '$', name)]
        if not found:
            yield '%s: there is no %s of %s; make it: python3 run.py wheels' % (dist.name, what, version)
        for name in found:
            names.remove(name)
            content = sdist_content(dist / name) if what == 'sdist' else wheel_content(dist / name)
            yield from ('%s: %s' % (name, line) for line in of_content(root, content, what))
            yield from ('%s: %s' % (name, line) for line in of_metadata(root, content, name, version, told))
            if what == 'compiled wheel':
                yield from ('%s: %s' % (name, line) for line in of_core(dist / name, version))
    for name in names:
        yield '%s: %s is not of this release' % (dist.name, name)


def sdist_content(path):
    """{where it is in the tree: bytes}"""
    with tarfile.open(str(path)) as archive:
        return {member.name.partition('/')[2]: archive.extractfile(member).read()
                for member in archive if member.isfile()}


def wheel_content(path):
    with zipfile.ZipFile(str(path)) as archive:
        return {'compat/' + name if name.startswith('asyncio_compat/') else name: archive.read(name)
                for name in archive.namelist()}


def of_content(root, content, what):
    tree = set(git(root, 'ls-files').splitlines())
    modules = {name for name in tree if name.startswith(PACKAGE + '/')}
    if what == 'sdist':
        wanted = modules | {CORE + 'c', 'CHANGELOG.md', 'LICENSE', 'README.md', 'pyproject.toml', 'setup.py'}
        made = WRITTEN
    else:
        wanted = {name for name in modules if not name.endswith(('.pxi', '.pyx'))}
        made = re.compile(r'asyncio_compat-[^/]+\.dist-info/')
    if what == 'compiled wheel':
        made = re.compile(made.pattern + '|' + re.escape(CORE) + r'cpython-35m-.*\.so$')
        if not any(name.startswith(CORE) for name in content):
            yield 'the compiled part is not in it'
    given = {name for name in content if not made.match(name)}
    differs = [name for name in given & tree if content[name] != (root / name).read_bytes()]
    for names, line in [(wanted - set(content), 'without %s'),
                        (given - tree, 'with %s, not of the tree'),
                        (differs, 'not as in the tree: %s')]:
        if names:
            yield line % ', '.join(sorted(names))


def of_metadata(root, content, name, version, told):
    """*told*: what the files before this one said."""
    metadata, = [email.message_from_bytes(content[path]) for path in content
                 if re.match(r'(PKG-INFO|[^/]+\.dist-info/METADATA)$', path)]
    said = {key: metadata[key] for key in ('Name', 'Version', 'Summary', 'Requires-Python')}
    # An old setuptools writes it otherwise.
    said['Requires-Dist'] = ', '.join(re.sub('[ ()]', '', line).replace('typing_', 'typing-')
                                      for line in metadata.get_all('Requires-Dist') or [])
    if said['Name'] != 'asyncio-compat' or said['Version'] != version:
        yield 'its metadata is that of %s %s' % (said['Name'], said['Version'])
    for key, value in told.items():
        if said[key] != value:
            yield 'its %s is %s, that of another file %s' % (key, said[key], value)
    told.update(said)
    if metadata.get_payload(decode=True).decode('utf-8').strip() != (root / 'README.md').read_text('utf-8').strip():
        yield 'its description is another than README.md'
    for wheel in [path for path in content if path.endswith('.dist-info/WHEEL')]:
        tags = email.message_from_bytes(content[wheel]).get_all('Tag')
        if ['-'.join(name[:-len('.whl')].split('-')[-3:])] != tags:
            yield 'it is for %s, if one looks inside' % ', '.join(tags)


def of_core(wheel, version):
    """Ask the compiled part itself, on a 3.5."""
    old = [python for found, python in interpreters.all_found() if found.startswith('3.5.')]
    if not old:
        yield 'its compiled part cannot be asked for its version: there is no Python 3.5'
        return
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(str(wheel)) as archive:
            archive.extractall(folder)
        env = {name: value for name, value in os.environ.items() if not name.startswith('PYTHON')}
        asked = subprocess.run([old[0], '-c', ASK_CORE], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
    said = (asked.stdout or asked.stderr or 'nothing').strip().splitlines()[-1]
    if said != version:
        yield 'its compiled part is not of %s, but says: %s' % (version, said)


def check(arguments):
    root, dist = Path(__file__).resolve().parent, Path(arguments.dist).resolve()
    found = list(problems(root, dist))
    for line in found:
        print(line)
    if not found:
        print('asyncio-compat %s: version, changelog, tag and %d files agree'
              % (version_of(root), len(list(dist.iterdir()))))
    return 1 if found else 0
