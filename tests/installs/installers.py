"""The pips that people have, each on the interpreter that they have it on."""
import collections
import html
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import zipfile

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PACKAGE = os.path.join(ROOT, 'compat', 'asyncio_compat')
PINS = os.path.join(ROOT, 'tests', 'requirements', 'installers.txt')

# What is released, by how its name ends.
SDIST, PURE, COMPILED = '.tar.gz', '-py3-none-any.whl', '_%s.whl' % platform.machine()

# What an interpreter carries itself, with its pip; and the last of each, as PINS has them.
CARRIED = collections.OrderedDict([('3.5.0', '7.1.2'), ('3.5.2', '8.1.1'), ('3.5.3', '9.0.1')])
OLD = [(python, 'carried') for python in CARRIED] + [('3.5.0', 'last'), ('3.5.10', 'last')]
NEW = [('3.6', 'last'), ('3.7', 'last'), ('3.8', 'last'), ('3.9', 'last'), ('3.11', 'last')]
# These have the pip of 3.11.
SAME = [('3.10', 'last'), ('3.12', 'last'), ('3.13', 'last')]

# pip 7 to 9 import ssl and do not use it offline: an interpreter that was built without it gets an empty one.
WITHOUT_SSL = '''if True:
    import http.client, sys, types, urllib.request
    sys.modules['ssl'] = types.ModuleType('ssl')
    sys.modules['ssl'].OPENSSL_VERSION = ''
    http.client.HTTPSConnection = urllib.request.HTTPSHandler = object
    import pip
    sys.exit(pip.main(sys.argv[1:]))
'''

Environment = collections.namedtuple('Environment', 'home python pip')


def clean(environ):
    """*environ* without what this machine wants of pip and python."""
    cleaned = {name: value for name, value in environ.items() if not name.startswith(('PIP_', 'PYTHON'))}
    # Where pip works there is a letter that is not in ASCII: see the fixture fresh.
    return dict(cleaned, PIP_CONFIG_FILE=os.devnull, PIP_DISABLE_PIP_VERSION_CHECK='1', NO_PROXY='*', LC_ALL='C.UTF-8')


def attempt(*command, **env):
    """The exit status, the output and the standard error."""
    process = subprocess.Popen(command, env=dict(clean(os.environ), **env), cwd=os.path.dirname(ROOT),
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               universal_newlines=True)
    out, err = process.communicate()
    return process.returncode, out, err


def run(*command, **env):
    """The output; the standard error is part of a failure's text."""
    status, out, err = attempt(*command, **env)
    assert status == 0, '%s\n%s\n%s' % (' '.join(command), out, err)
    return out


def interpreter(version):
    found = pytest.importorskip('pyenv_inspect').find_pyenv_python_executable(version)
    if found is None:
        pytest.skip('there is no Python ' + version)
    return str(found)


def version():
    with open(os.path.join(PACKAGE, '__init__.py'), encoding='utf-8') as stream:
        return re.search("^__version__ = '(.+)'", stream.read(), re.M).group(1)


def one(dist, ending):
    found, = [name for name in os.listdir(dist) if name.startswith('asyncio') and name.endswith(ending)]
    return os.path.join(dist, found)


def fetch(folder, *wanted):
    """Wheels from the index that this machine has, for whatever Python."""
    subprocess.check_call([sys.executable, '-m', 'pip', 'download', '--quiet', '--no-deps', '--ignore-requires-python',
                           '--only-binary', ':all:', '--dest', folder] + list(wanted), stdin=subprocess.DEVNULL)


def pins(python):
    """{'pip': 'pip==20.3.4', …} for that Python."""
    from packaging.requirements import Requirement
    here = {'python_version': '.'.join(python.split('.')[:2])}
    with open(PINS, encoding='utf-8') as stream:
        lines = [Requirement(line.strip()) for line in stream if not line.startswith('#')]
    return {line.name: line.name + str(line.specifier) for line in lines if line.marker.evaluate(here)}


def tools(python, folder):
    """The folder with the wheels of pins(python); fetched once."""
    wanted = pins(python)
    folder = os.path.join(folder, '-'.join(sorted(wanted.values())))
    if not os.path.isdir(folder):
        fetch(folder, *wanted.values())
    return folder


def make(installer, home, tools):
    """Make the environment *home*; returns how its Python is told to run pip."""
    version, pip = installer
    base, python = interpreter(version), os.path.join(home, 'bin', 'python')
    if pip == 'last':
        folder = tools(version)
        wheel, = [os.path.join(folder, name) for name in os.listdir(folder) if name.startswith('pip-')]
        run(base, '-m', 'venv', '--without-pip', home)
        run(python, os.path.join(wheel, 'pip'), 'install', '--no-index', '--find-links', folder, 'pip', 'setuptools')
        return ['-m', 'pip']
    carried = os.path.join(run(base, '-c', 'import ensurepip; print(ensurepip.__path__[0])').strip(), '_bundled')
    if not os.path.isdir(carried):
        pytest.skip('its ensurepip carries no wheels')
    if run(base, '-c', 'import importlib.util; print(importlib.util.find_spec("_ssl"))') != 'None\n':
        run(base, '-m', 'venv', home)
        return ['-m', 'pip']
    # ensurepip wants ssl too.
    run(base, '-m', 'venv', '--without-pip', home)
    path = os.pathsep.join(os.path.join(carried, name) for name in sorted(os.listdir(carried)))
    run(python, '-c', WITHOUT_SSL, 'install', '--no-index', '--find-links', carried, 'pip', 'setuptools',
        PYTHONPATH=path)
    return ['-c', WITHOUT_SSL]


def environment(home, how):
    python = os.path.join(home, 'bin', 'python')
    return Environment(home, python, [python] + how)


def site_packages(environment):
    lib = os.path.join(environment.home, 'lib')
    python, = os.listdir(lib)
    return os.path.join(lib, python, 'site-packages')


def installed(environment):
    """{'asyncio-compat': its metadata, …}, without what pip brings."""
    from importlib import metadata
    found = {}
    for distribution in metadata.distributions(path=[site_packages(environment)]):
        name = distribution.metadata['Name'].lower().replace('_', '-')
        assert name not in found, 'twice: ' + name
        found[name] = distribution
    return {name: found[name] for name in set(found) - {'pip', 'setuptools', 'wheel'}}


def versions(environment):
    return {name: distribution.version for name, distribution in installed(environment).items()}


# The state of the compiled part, and the reason if it does not serve.
SERVES = ('patched by install', None)
NOT_INSTALLED = ('not available', 'asyncio-compat was installed without its compiled part')
NOT_NEEDED = ('native', None)


def core(python, **env):
    shown = json.loads(run(python, '-m', 'asyncio_compat', '--json', **env))
    row, = [row for row in shown['features'] if row['id'] == 'accelerated']
    return row['state'], row['reason']


def without_core(log):
    """Why it is not installed, says one line of an installer's log."""
    line, = {line.partition('warning: ')[2] for line in log.read_text(encoding='utf-8').splitlines()
             if 'compiled part' in line}
    said, _, reason = line.partition('BuildCore: asyncio-compat goes without its compiled part, '
                                     'the Python code serves: ')
    assert not said and reason
    return reason


def make_index(files, folder):
    """A folder as PEP 503 describes it, of the *files*."""
    import hashlib
    projects = {}
    for path in files:
        name = os.path.basename(path).split('-')[0].lower().replace('_', '-')
        os.makedirs(os.path.join(folder, name), exist_ok=True)
        shutil.copy(path, os.path.join(folder, name))
        with open(path, 'rb') as stream:
            digest = hashlib.sha256(stream.read()).hexdigest()
        projects.setdefault(name, []).append('<a href="%s#sha256=%s"%s>%s</a><br>\n' % (
            os.path.basename(path), digest, requires_python(path), os.path.basename(path)))
    projects[''] = ['<a href="%s/">%s</a><br>\n' % (name, name) for name in projects]
    for name, links in projects.items():
        with open(os.path.join(folder, name, 'index.html'), 'w') as stream:
            stream.write('<!DOCTYPE html><html><body>\n%s</body></html>\n' % ''.join(links))


def requires_python(path):
    """The attribute of a link, with which pip 9 and later know without the file whether it is for them."""
    import email
    if not path.endswith('.whl'):
        return ''
    with zipfile.ZipFile(path) as wheel:
        name, = [name for name in wheel.namelist() if name.endswith('.dist-info/METADATA') and name.count('/') == 1]
        wanted = email.message_from_bytes(wheel.read(name))['Requires-Python']
    return ' data-requires-python="%s"' % html.escape(wanted) if wanted else ''
