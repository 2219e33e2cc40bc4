"""What tox.ini cannot say: fetch the wheels of the 3.5 environments with the pip that runs tox.

Their own pip installs them, from that folder: an interpreter that was built without ssl, or whose certificates are of
its own age, reaches no package index.
"""
import platform
import subprocess
import sys
import threading

from tox.plugin import impl
from tox.tox_env.errors import Fail

# aiohttp asks for 3.5.3, and the package is there so that it runs before; idna-ssl has no wheel.
ABI = ['--implementation', 'cp', '--python-version', '3.5', '--abi', 'cp35m', '--ignore-requires-python']
BINARY = ['--only-binary', ':all:', '--no-binary', 'idna-ssl']
# tox runs environments in threads; one must not install a wheel that another is still writing.
ONE_AT_A_TIME = threading.Lock()


@impl
def tox_on_install(tox_env, arguments, section, of_type):
    if of_type != 'deps' or not tox_env.name.startswith(('cp35', 'coverage', 'lint35')):
        return
    wheels = tox_env.core['work_dir'] / 'wheels'
    command = [sys.executable, '-m', 'pip', 'download', '--quiet', '--dest', str(wheels), '--no-deps']
    command += ['--platform', 'manylinux2014_' + platform.machine()] + ABI + BINARY
    command += arguments.as_root_args
    with ONE_AT_A_TIME:
        failed = subprocess.call(command, stdin=subprocess.DEVNULL)
    if failed:
        raise Fail('the wheels of {} could not be fetched'.format(tox_env.name))
