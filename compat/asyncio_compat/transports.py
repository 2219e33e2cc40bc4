"""Completes asyncio.transports, which before 3.5.1 cannot tell whether a
transport is closing, and before 3.5.3 not give it another protocol.
"""

from .patching import completion


class BaseTransport(metaclass=completion):
    def is_closing(self):
        """Return True if the transport is closing or closed.

        Raises NotImplementedError in a transport that cannot tell.  Since
        Python 3.5.1.
        """
        raise NotImplementedError

    def set_protocol(self, protocol):
        """Let *protocol* receive what arrives from now on.

        Its connection_made() is not called.  Raises NotImplementedError in a
        transport that cannot change it.  Since Python 3.5.3.
        """
        raise NotImplementedError

    def get_protocol(self):
        """Return the protocol that receives what arrives.

        Raises NotImplementedError in a transport that cannot tell.  Since
        Python 3.5.3.
        """
        raise NotImplementedError
