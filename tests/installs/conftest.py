"""What is built once, and serves all the tests here."""
import os
import shutil
import subprocess
import sys

import pytest

from . import installers
from .installers import ROOT

NOT_SOURCE = shutil.ignore_patterns('.*', 'build', 'dist', '*.egg-info', '__pycache__')


@pytest.fixture(scope='session')
def dist(tmp_path_factory):
    """A folder with the sdist, the wheels that were built from it, and what they may ask for."""
    pytest.importorskip('build')
    installers.interpreter('3.5.0')
    dist = str(tmp_path_factory.mktemp('dist'))
    source = os.path.join(str(tmp_path_factory.mktemp('source')), 'copy')
    shutil.copytree(ROOT, source, ignore=NOT_SOURCE)
    installers.run(sys.executable, os.path.join(source, 'run.py'), 'wheels', '--python', sys.executable, '--into', dist)
    # 3.10 does not import on 3.5.0: an installer that is let have it takes it.
    for wanted in ('typing_extensions==3.7.4.3', 'typing_extensions==3.10.0.2'):
        installers.fetch(dist, wanted)
    return dist


@pytest.fixture(scope='session')
def tools(tmp_path_factory):
    """A function from a version of Python to the folder with what it builds with."""
    folder = str(tmp_path_factory.mktemp('tools'))
    return lambda python: installers.tools(python, folder)


@pytest.fixture(scope='session')
def made(tools, tmp_path_factory):
    """A function that makes an installer's environment, once."""
    folder = tmp_path_factory.mktemp('made')
    known = {}

    def made(installer):
        home = str(folder / '-'.join(installer))
        if installer not in known:
            known[installer] = installers.make(installer, home, tools)
        return home, known[installer]
    return made


@pytest.fixture
def fresh(made, tmp_path):
    """A function that returns a copy of an installer's environment, at a path that old tools might trip over."""
    homes = []

    def fresh(installer, home='home of é'):
        template, how = made(installer)
        homes.append(str(tmp_path / home))
        shutil.copytree(template, homes[-1], symlinks=True)
        return installers.environment(homes[-1], how)
    yield fresh
    # pytest would keep those of the last three runs.
    for home in homes:
        shutil.rmtree(home)


@pytest.fixture(scope='session')
def index(dist, tools, tmp_path_factory):
    """A folder with two indexes, release/simple and sdist/simple, and the address at which it is served."""
    folder = tmp_path_factory.mktemp('index')
    files = [os.path.join(dist, name) for name in sorted(os.listdir(dist))]
    for python in sorted({python for python, _ in installers.OLD + installers.NEW + installers.SAME}):
        files += [os.path.join(tools(python), name) for name in os.listdir(tools(python))]
    by_name = {os.path.basename(path): path for path in files}
    for kind in ('release', 'sdist'):
        installers.make_index([path for name, path in sorted(by_name.items()) if kind == 'release' or not (
            name.startswith('asyncio') and name.endswith('.whl'))], str(folder / kind / 'simple'))
    server = subprocess.Popen([sys.executable, '-u', '-m', 'http.server', '0', '--bind', '127.0.0.1', '--directory',
                               str(folder)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, universal_newlines=True)
    with server:
        # Serving HTTP on 127.0.0.1 port 40123 (http://127.0.0.1:40123/) ...
        port = server.stdout.readline().split()[5]
        yield str(folder), 'http://127.0.0.1:%s' % port
        server.terminate()
