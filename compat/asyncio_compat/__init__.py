"""The asyncio of a newer Python, on an old one.

import asyncio_compat.auto patches asyncio in place, with one import;
install(), uninstall() and status() do it and undo it where one says so.
"""

from .installing import InstallError, install, status, uninstall

__version__ = '0.1.0'
