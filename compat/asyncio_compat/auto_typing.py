"""As auto, and typing has what it lacked too: install(typing=True)."""

import sys

# As in auto.py.
if not hasattr(sys, 'get_asyncgen_hooks'):
    from .installing import install
    install(typing=True)
