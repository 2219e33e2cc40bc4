"""A PostgreSQL server for the time of the tests, with Debian's programs."""
import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path


@contextlib.contextmanager
def running():
    """The environment variables that lead clients to it; None where there is no PostgreSQL."""
    programs = programs_of_newest()
    if programs is None:
        yield None
        return
    folder = tempfile.mkdtemp()
    data = os.path.join(folder, 'data')
    user = pwd.getpwnam('nobody') if os.getuid() == 0 else None

    def become_user():
        if user:
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)

    def call(program, *arguments):
        subprocess.run([str(programs / program), '-D', data, *arguments], check=True, preexec_fn=become_user,
                       cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=120)

    try:
        if user:
            # It refuses to be root's.
            os.chown(folder, user.pw_uid, user.pw_gid)
        call('initdb', '--username=tester', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync')
        port = free_port()
        options = '-k %s -c listen_addresses=127.0.0.1 -p %d -c fsync=off' % (folder, port)
        call('pg_ctl', '--wait', '--silent', '--log', os.path.join(folder, 'log'), '--options', options, 'start')
        try:
            yield {'PGHOST': '127.0.0.1', 'PGPORT': str(port), 'PGUSER': 'tester', 'PGDATABASE': 'postgres'}
        finally:
            call('pg_ctl', '--wait', '--silent', '--mode=immediate', 'stop')
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def programs_of_newest():
    found = sorted(Path('/usr/lib/postgresql').glob('*/bin/initdb'), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which('initdb')
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


def free_port():
    with socket.socket() as sock:
        sock.bind(('127.0.0.1', 0))
        return sock.getsockname()[1]
