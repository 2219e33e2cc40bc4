"""Import this first, and asyncio has what it lacked: it calls install()."""

from .installing import install

install()
