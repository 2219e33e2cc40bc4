"""On the path of an interpreter that shall be as if it had been built without ssl."""
import sys

sys.modules['_ssl'] = None
