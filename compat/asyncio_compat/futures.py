"""Completes asyncio.futures: any awaitable, and futures of other makes."""

from asyncio.futures import InvalidStateError, _FINISHED, _PENDING

__all__ = []


class Future:
    def set_exception(self, exception):
        """Mark the future done and set an exception.

        Raises InvalidStateError if it is done already, and TypeError for
        StopIteration, which a generator would take for its end (bpo-26221).
        """
        if self._state != _PENDING:
            raise InvalidStateError('{}: {!r}'.format(self._state, self))
        if isinstance(exception, type):
            exception = exception()
        if type(exception) is StopIteration:
            raise TypeError('StopIteration interacts badly with generators '
                            'and cannot be raised into a Future')
        self._exception = exception
        self._state = _FINISHED
        self._schedule_callbacks()
        # For the log, if nobody ever asks.
        self._log_traceback = True
