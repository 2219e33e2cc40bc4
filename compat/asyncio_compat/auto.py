"""Import this first, and asyncio has what it lacked: it calls install()."""

import sys

# Only 3.5's asyncio lacks anything; see installing.py.  This saves a newer
# interpreter the time that it takes to find that out.
if not hasattr(sys, 'get_asyncgen_hooks'):
    from .installing import install
    install()
