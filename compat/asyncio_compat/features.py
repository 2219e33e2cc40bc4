"""The table: what asyncio gained, one row a feature.

To add a feature, add a row, a probe of the same name in probes.py, and what
the row supplies in the module that is named as the asyncio module it
completes.  The status command, the documentation and the tests read this
table; nothing else lists the features.
"""

from . import probes


class Feature:
    """One row of the table.

    id        what install(features=[...]) and the status call it
    since     the first release whose asyncio passes the probe
    bpo       the numbers of the upstream changes
    summary   what must hold, in a few words
    supplies  what is put in place where the probe fails: names as they are
              found below both asyncio and asyncio_compat
    needs     ids of the rows on which the supplied code relies
    prepare   function that is given the Changes once the names are in place
    reason    why a row that supplies nothing is not available
    """

    __slots__ = ('id', 'since', 'bpo', 'summary', 'supplies', 'needs',
                 'prepare', 'reason')

    def __init__(self, id, since, bpo, summary, supplies=(), needs=(),
                 prepare=None, reason=None):
        self.id = id
        self.since = since
        self.bpo = bpo
        self.summary = summary
        self.supplies = supplies
        self.needs = needs
        self.prepare = prepare
        self.reason = reason

    def is_native(self):
        """True if this interpreter's asyncio has the feature right now."""
        return getattr(probes, self.id)()


FEATURES = (
    Feature(
        'running_loop', '3.5.4', (28613, 29703),
        'get_event_loop() returns the loop that runs the caller',
        supplies=(
            'events.os',
            'events._RunningLoop',
            'events._RunningLoop._pid',
            'events._RunningLoop._unannounced',
            'events._running_loop',
            'events._get_running_loop',
            'events._set_running_loop',
            'events.get_event_loop',
            'base_events.BaseEventLoop.run_forever',
        ),
        needs=('loop_stop', 'shutdown_asyncgens'),
        prepare='events.note_running_loops'),
    Feature(
        'create_future', '3.5.2', (27041,),
        'loop.create_future(), from which asyncio takes its own futures',
        supplies=(
            # base_events
            'events.AbstractEventLoop.create_future',
            'base_events.BaseEventLoop.create_future',
            # futures, tasks
            # locks, queues, streams
            # selector_events, unix_events, base_subprocess
        )),
    Feature(
        'get_exception_handler', '3.5.2', (27040,),
        'the handler that was set, or None',
        supplies=(
            'events.AbstractEventLoop.get_exception_handler',
            'base_events.BaseEventLoop.get_exception_handler',
        )),
    Feature(
        'loop_stop', '3.5.1', (25593,),
        'stop() ends the loop after the current iteration',
        supplies=(
            'base_events._STOP_ERRORS',
            'base_events.functools',
            'base_events._end_run',
            'base_events._run_until_complete_cb',
            'base_events.BaseEventLoop._stopping',
            'base_events.BaseEventLoop._waits_for_stop_error',
            'base_events.BaseEventLoop.stop',
            'base_events.BaseEventLoop.run_forever',
        ),
        needs=('running_loop', 'shutdown_asyncgens')),
    Feature(
        'set_exception_stopiteration', '3.5.2', (26221,),
        'a StopIteration cannot be set on a Future: TypeError',
        supplies=(
            'futures.Future.set_exception',
        )),
    Feature(
        'shutdown_asyncgens', '3.6', (28003,),
        'closes the asynchronous generators that are still iterated',
        supplies=(
            'events.AbstractEventLoop.shutdown_asyncgens',
            'base_events._STOP_ERRORS',
            'base_events.functools',
            'base_events.weakref',
            'base_events.BaseEventLoop._obeys_stopping',
            'base_events.BaseEventLoop._asyncgens',
            'base_events.BaseEventLoop._asyncgens_shutdown_called',
            'base_events.BaseEventLoop._asyncgen_firstiter_hook',
            'base_events.BaseEventLoop._asyncgen_finalizer_hook',
            'base_events.BaseEventLoop._watch_asyncgens',
            'base_events.BaseEventLoop.run_forever',
            'base_events.BaseEventLoop.shutdown_asyncgens',
        ),
        needs=('running_loop', 'loop_stop')),
    Feature(
        'accelerated', '3.6', (26081, 28544),
        'compiled Future and Task',
        reason='this version of asyncio-compat has no compiled part yet'),
)


def by_id(ids):
    """The rows with these *ids*, in the order of the table.

    Raises ValueError for an id that is not in the table.
    """
    known = {feature.id for feature in FEATURES}
    unknown = sorted(set(ids) - known)
    if unknown:
        raise ValueError('unknown feature %s; known are: %s' % (
            ', '.join(map(repr, unknown)),
            ', '.join(feature.id for feature in FEATURES)))
    return tuple(feature for feature in FEATURES if feature.id in set(ids))
