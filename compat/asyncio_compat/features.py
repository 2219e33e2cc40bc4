"""The table: what asyncio gained, one row a feature.

To add a feature, add a row, a probe of the same name in probes.py, and what
the row supplies in the module that is named as the asyncio module it
completes.  The status command, the documentation and the tests read this
table; nothing else lists the features.
"""

from . import probes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterable, Optional, Tuple


class Feature:
    """One row of the table.

    id        what install(features=[...]) and the status call it
    since     the first release whose asyncio passes the probe
    bpo       the numbers of the upstream changes
    summary   what must hold, in a few words
    supplies  what is put in place where the probe fails: names as they are
              found below both asyncio and asyncio_compat, or in typing
    needs     ids of the rows on which the supplied code relies
    prepare   function that is given the Changes once the names are in place
    """

    __slots__ = ('id', 'since', 'bpo', 'summary', 'supplies', 'needs',
                 'prepare')

    def __init__(self, id: str, since: str, bpo: 'Tuple[int, ...]',
                 summary: str, supplies: 'Tuple[str, ...]' = (),
                 needs: 'Tuple[str, ...]' = (),
                 prepare: 'Optional[str]' = None) -> None:
        self.id = id
        self.since = since
        self.bpo = bpo
        self.summary = summary
        self.supplies = supplies
        self.needs = needs
        self.prepare = prepare

    def is_native(self) -> bool:
        """True if this interpreter's asyncio has the feature right now."""
        probe = getattr(probes, self.id)    # type: Callable[[], bool]
        return probe()


# Several rows rely on these, and each may be applied alone.
_SOCKET_TYPES = (
    'base_events._plain_type',
    'base_events._is_stream_socket',
    'base_events._is_dgram_socket',
)
_ADDRESSES = _SOCKET_TYPES + (
    'base_events._HAS_IPv6',
    'base_events._ipaddr_info',
    'base_events._ensure_resolved',
    'selector_events.BaseSelectorEventLoop.sock_connect',
)
_CONNECTIONS = _ADDRESSES + (
    'base_events.itertools',
    'base_events._unequal',
    'base_events._set_reuseport',
    'base_events._bind_error',
    'base_events._bind_any',
    'base_events._bind_all',
    'base_events._connect_any',
    'base_events._known_arguments',
    'base_events._datagram_addresses',
    'base_events._datagram_socket',
    'base_events.BaseEventLoop.create_connection',
    'base_events.BaseEventLoop._create_connection_transport',
    'base_events.BaseEventLoop.create_datagram_endpoint',
    'base_events.BaseEventLoop._create_server_getaddrinfo',
    'base_events.BaseEventLoop.create_server',
    'selector_events.BaseSelectorEventLoop._start_serving',
    'selector_events.BaseSelectorEventLoop._accept_connection',
)

# The sixteen of "What's New In Python 3.6", in its order.
WHATS_NEW = (
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
        'awaitables', '3.5.3', (25887, 26654, 26923, 28372, 28703),
        'any object with __await__, and futures of any make, are waited for',
        supplies=(
            'futures.isfuture',
            'futures.Future._asyncio_future_blocking',
            'futures.Future._blocking',
            'futures.Future.__iter__',
            'futures.Future.__await__',
            'futures.Future.cancel',
            'futures._PyFuture',
            'futures._loop_of',
            'futures._copy_future_state',
            'futures._set_concurrent_future_state',
            'futures._set_result_unless_cancelled',
            'futures._chain_future',
            'futures.wrap_future',
            'coroutines._is_coroutine',
            'coroutines.iscoroutinefunction',
            'coroutines.coroutine',
            'coroutines.CoroWrapper.throw',
            'coroutines.CoroWrapper.__await__',
            'coroutines._format_coroutine',
            'coroutines._format_foreign_coroutine',
            'events._format_args_and_kwargs',
            'events._format_callback',
            'events._format_callback_source',
            'tasks._PyTask',
            'tasks._end_cancelled',
            'tasks._bad_yield',
            'tasks.Task.cancel',
            'tasks.Task._step',
            'tasks.Task._wakeup',
            'tasks._wrap_awaitable',
            'tasks.ensure_future',
            'tasks.async',
            'tasks._release_waiter',
            'tasks._wait',
            'tasks.wait',
            'tasks.wait_for',
            'tasks.as_completed',
            'tasks._GatheringFuture._cancel_requested',
            'tasks._GatheringFuture.cancel',
            'tasks.gather',
            'tasks.shield',
            'base_events.BaseEventLoop.run_until_complete',
        ),
        needs=('create_future',),
        prepare='coroutines.look_for_native_first'),
    Feature(
        'run_coroutine_threadsafe', '3.5.1', (25304,),
        'a coroutine can be submitted to a loop from another thread',
        supplies=(
            'futures._PyFuture',
            'futures._loop_of',
            'futures._copy_future_state',
            'futures._set_concurrent_future_state',
            'futures._chain_future',
            'tasks.run_coroutine_threadsafe',
        ),
        needs=('awaitables',)),
    Feature(
        'is_closing', '3.5.3', (25441, 26909),
        'transports tell whether they are closing, and change protocols',
        supplies=(
            'transports.BaseTransport.is_closing',
            'transports.BaseTransport.set_protocol',
            'transports.BaseTransport.get_protocol',
            'selector_events._SelectorTransport.is_closing',
            'selector_events._SelectorTransport.set_protocol',
            'selector_events._SelectorTransport.get_protocol',
            'selector_events._SelectorTransport.close',
            'sslproto._SSLProtocolTransport.is_closing',
            'sslproto._SSLProtocolTransport.set_protocol',
            'sslproto._SSLProtocolTransport.get_protocol',
            'base_subprocess.BaseSubprocessTransport.is_closing',
            'base_subprocess.BaseSubprocessTransport.set_protocol',
            'base_subprocess.BaseSubprocessTransport.get_protocol',
            'proactor_events._ProactorBasePipeTransport.is_closing',
            'proactor_events._ProactorBasePipeTransport.set_protocol',
            'proactor_events._ProactorBasePipeTransport.get_protocol',
            'unix_events._UnixReadPipeTransport.is_closing',
            'unix_events._UnixReadPipeTransport.set_protocol',
            'unix_events._UnixReadPipeTransport.get_protocol',
            'unix_events._UnixWritePipeTransport.is_closing',
            'unix_events._UnixWritePipeTransport.set_protocol',
            'unix_events._UnixWritePipeTransport.get_protocol',
            'streams.StreamWriter.drain',
            'futures._set_result_unless_cancelled',
            'selector_events._PRIVATE',
            'selector_events._SelectorTransport._add_reader',
            'selector_events._SelectorDatagramTransport.__init__',
            'unix_events._UnixReadPipeTransport.__init__',
            'unix_events._UnixWritePipeTransport.__init__',
            'unix_events._UnixWritePipeTransport.get_write_buffer_size',
            'unix_events._UnixWritePipeTransport.write',
            'unix_events._UnixWritePipeTransport._write_ready',
        )),
    Feature(
        'create_server_hosts', '3.5.2', (23972, 26338, 27906),
        'a server may have several hosts, and share its port',
        supplies=(
            'events.AbstractEventLoop.create_server',
            'events.AbstractEventLoop.create_datagram_endpoint',
        ) + _CONNECTIONS,
        needs=('create_future', 'getaddrinfo_skip')),
    Feature(
        'create_future', '3.5.2', (25233, 27041, 28371),
        'loop.create_future(), from which asyncio takes its own futures',
        supplies=(
            # base_events
            'events.AbstractEventLoop.create_future',
            'base_events.BaseEventLoop.create_future',
            'base_events.BaseEventLoop._check_callback',
            'base_events.BaseEventLoop.run_in_executor',
            'base_events.BaseEventLoop.connect_read_pipe',
            'base_events.BaseEventLoop.connect_write_pipe',
            'base_events.Server.wait_closed',
            # futures, tasks
            'futures.wrap_future',
            'tasks.sleep',
            'tasks._wait',
            'tasks.wait_for',
            'tasks.gather',
            'tasks.shield',
            # locks, queues, streams
            'locks.Event.wait',
            'locks.Semaphore.acquire',
            'locks.Semaphore.release',
            'locks.Semaphore._wake_up_next',
            'queues.Queue._wakeup_next',
            'queues._forget',
            'queues.Queue.put',
            'queues.Queue.put_nowait',
            'queues.Queue.get',
            'queues.Queue.get_nowait',
            'streams.FlowControlMixin._drain_helper',
            'streams.StreamReader._wait_for_data',
            # selector_events, unix_events, base_subprocess
            'futures._set_result_unless_cancelled',
            'selector_events.BaseSelectorEventLoop._accept_connection2',
            'selector_events.BaseSelectorEventLoop.sock_recv',
            'selector_events.BaseSelectorEventLoop.sock_sendall',
            'selector_events.BaseSelectorEventLoop.sock_accept',
            'selector_events._PRIVATE',
            'selector_events._SelectorTransport._add_reader',
            'selector_events._SelectorSocketTransport.__init__',
            'selector_events._SelectorDatagramTransport.__init__',
            'unix_events._UnixSelectorEventLoop._make_subprocess_transport',
            'unix_events._pipe_state',
            'unix_events._UnixReadPipeTransport.__init__',
            'unix_events._UnixReadPipeTransport.__repr__',
            'unix_events._UnixWritePipeTransport.__init__',
            'unix_events._UnixWritePipeTransport.__repr__',
            'unix_events._UnixWritePipeTransport.get_write_buffer_size',
            'unix_events._UnixWritePipeTransport.write',
            'unix_events._UnixWritePipeTransport._write_ready',
            'base_subprocess.BaseSubprocessTransport._wait',
            'proactor_events._ProactorBasePipeTransport.__init__',
            'proactor_events.BaseProactorEventLoop.sock_connect',
            'windows_events.ProactorEventLoop._make_subprocess_transport',
            'windows_events.IocpProactor._result',
        ) + _CONNECTIONS,
        needs=('awaitables', 'getaddrinfo_skip', 'tcp_nodelay',
               'lock_cancellation'),
        prepare='queues.take_over'),
    Feature(
        'get_exception_handler', '3.5.2', (27040,),
        'the handler that was set, or None',
        supplies=(
            'events.AbstractEventLoop.get_exception_handler',
            'base_events.BaseEventLoop.get_exception_handler',
        )),
    Feature(
        'readuntil', '3.5.2', (26050,),
        'reads until a separator, within the limit of the stream',
        supplies=(
            'streams.LimitOverrunError',
            'streams.StreamReader.__init__',
            'streams.StreamReader.__repr__',
            'streams.StreamReader._wait_for_data',
            'streams.StreamReader.readuntil',
            'streams.StreamReader.readline',
            'streams.StreamReader.read',
            'streams.StreamReaderProtocol._over_ssl',
            'streams.StreamReaderProtocol.connection_made',
            'streams.StreamReaderProtocol.connection_lost',
            'streams.StreamReaderProtocol.eof_received',
        ),
        needs=('create_future',)),
    Feature(
        'readexactly', '3.5.3', (28370,),
        'reads n bytes with one copy, even more than a paused stream holds',
        supplies=(
            'streams.StreamReader._wait_for_data',
            'streams.StreamReader.readexactly',
        ),
        needs=('create_future',)),
    Feature(
        'getaddrinfo_skip', '3.5.2', (),
        'an address that is one already is not looked up',
        supplies=_ADDRESSES,
        needs=('create_future', 'create_server_hosts')),
    Feature(
        'loop_stop', '3.5.1', (25593,),
        'stop() ends the loop after the current iteration',
        supplies=(
            'base_events.functools',
            'base_events._end_run',
            'base_events._STOP_ERRORS',
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
        'connect_accepted_socket', '3.5.3', (27392, 28652),
        'serves a connection that was accepted elsewhere',
        supplies=(
            'base_events.BaseEventLoop.connect_accepted_socket',
        ) + _CONNECTIONS,
        needs=('create_future', 'getaddrinfo_skip')),
    Feature(
        'tcp_nodelay', '3.6.5', (27456,),
        'every TCP transport sends small writes at once',
        supplies=_SOCKET_TYPES + (
            'base_events._set_nodelay',
            'selector_events._set_nodelay',
            'futures._set_result_unless_cancelled',
            'selector_events._PRIVATE',
            'selector_events._SelectorTransport._add_reader',
            'selector_events._SelectorSocketTransport.__init__',
            'proactor_events._ProactorSocketTransport.__init__',
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
        'compiled Future and Task, loop, gather(), streams and their sockets',
        supplies=('base_events._format_handle',),
        needs=('running_loop', 'awaitables', 'is_closing', 'create_future',
               'readuntil', 'readexactly', 'loop_stop', 'tcp_nodelay',
               'call_soon', 'task_cancellation', 'gather_cancellation',
               'debug_stack', 'transport_descriptors'),
        prepare='_speedups.accelerate'),
)   # type: Tuple[Feature, ...]

# What was mended since, for those who hit it on 3.5.
FIXES = (
    Feature(
        'call_soon', '3.5.3', (28600,),
        'a callback is looked at in debug mode only',
        supplies=(
            'base_events.BaseEventLoop._check_callback',
            'base_events.BaseEventLoop._call_soon',
            'base_events.BaseEventLoop.call_soon',
            'base_events.BaseEventLoop.call_soon_threadsafe',
            'base_events.BaseEventLoop.call_at',
        )),
    Feature(
        'ipv6_addresses', '3.6.7', (27500,),
        'an IPv6 address that is not looked up is as if it were',
        supplies=(
            'base_events._HAS_IPv6',
            'base_events._ipaddr_info',
            'base_events._ensure_resolved',
        ),
        needs=('create_future', 'getaddrinfo_skip')),
    Feature(
        'select_timeout', '3.6.7', (34263,),
        'a timer may be years away',
        supplies=(
            'base_events.MAXIMUM_SELECT_TIMEOUT',
            'base_events._drop_cancelled_timers',
            'base_events._select_in_debug_mode',
            'base_events._run_in_debug_mode',
            'base_events.BaseEventLoop._stopping',
            'base_events.BaseEventLoop._run_once',
        )),
    Feature(
        'run_until_complete', '3.5.4', (),
        'leaves no callback on a future that it did not complete',
        supplies=('base_events.BaseEventLoop.run_until_complete',),
        needs=('awaitables',)),
    Feature(
        'task_cancellation', '3.5.4', (30048, 30508),
        'a task that is cancelled as it returns is cancelled',
        supplies=(
            'futures.Future.cancel',
            'tasks._PyTask',
            'tasks._end_cancelled',
            'tasks._bad_yield',
            'tasks.Task.cancel',
            'tasks.Task._step',
        ),
        needs=('awaitables',)),
    Feature(
        'task_destruction', '3.5.3', (26617,),
        'the collector may run while a task is destroyed',
        supplies=('tasks.Task.all_tasks',),
        prepare='tasks.destroy_in_one_piece'),
    Feature(
        'closed_loop', '3.6.6', (33469,),
        'a closed loop is not told of a result that nobody waits for',
        supplies=(
            'futures._PyFuture',
            'futures._loop_of',
            'futures._chain_future',
        ),
        needs=('awaitables', 'create_future')),
    Feature(
        'foreign_coroutines', '3.6.6', (33672,),
        'a task has a repr() whatever its coroutine tells about itself',
        supplies=(
            'coroutines._format_coroutine',
            'coroutines._format_foreign_coroutine',
            'events._format_callback',
        ),
        needs=('awaitables',)),
    Feature(
        'debug_stack', '3.6.4', (31970,),
        'debug mode records the last callers only, in less time',
        supplies=(
            'constants.DEBUG_STACK_DEPTH',
            'events.constants',
            'events.extract_stack',
            'events.Handle.__init__',
            'futures.Future.__init__',
            'coroutines.CoroWrapper.__init__',
        )),
    Feature(
        'gather_cancellation', '3.6.6', (32684,),
        'gather() is cancelled even if it returns exceptions',
        supplies=(
            'tasks._GatheringFuture._cancel_requested',
            'tasks._GatheringFuture.cancel',
            'tasks.gather',
        ),
        needs=('awaitables', 'create_future')),
    Feature(
        'lock_cancellation', '3.6.5', (22970, 27585, 32734, 32841),
        'a Lock is never lost, nor had twice, when a task is cancelled',
        supplies=(
            'locks.Lock.acquire',
            'locks.Lock.release',
            'locks.Lock._wake_up_first',
            'locks.Condition.wait',
        ),
        needs=('create_future',),
        prepare='locks.take_over'),
    Feature(
        'queue_cancellation', '3.6.4', (31620,),
        'a Queue forgets those that stopped to wait for it',
        supplies=(
            'queues._forget',
            'queues.Queue.put',
            'queues.Queue.get',
        ),
        needs=('create_future',)),
    Feature(
        'stream_errors', '3.6.4', (32034,),
        'the errors of a StreamReader can be pickled',
        supplies=(
            'streams.LimitOverrunError',
            'streams.LimitOverrunError.__reduce__',
            'streams.IncompleteReadError.__reduce__',
        ),
        needs=('readuntil',)),
    Feature(
        'subprocess_streams', '3.5.4', (26848, 29704),
        'all that a process wrote is read, and an empty input ends its own',
        supplies=(
            'subprocess.Process.communicate',
            'subprocess.SubprocessStreamProtocol._process_exited',
            'subprocess.SubprocessStreamProtocol._pipe_fds',
            'subprocess.SubprocessStreamProtocol.connection_made',
            'subprocess.SubprocessStreamProtocol.pipe_connection_lost',
            'subprocess.SubprocessStreamProtocol.process_exited',
            'subprocess.SubprocessStreamProtocol._maybe_close_transport',
        )),
    Feature(
        'subprocess_returncode', '3.5.2', (6973,),
        'a process that has ended is not signalled',
        supplies=(
            'base_subprocess.BaseSubprocessTransport.send_signal',
            'base_subprocess.BaseSubprocessTransport.terminate',
            'base_subprocess.BaseSubprocessTransport.kill',
            'base_subprocess.BaseSubprocessTransport._process_exited',
        )),
    Feature(
        'child_watcher_loop', '3.5.3', (28368,),
        'a child watcher without a loop refuses to watch',
        supplies=(
            'unix_events._check_attached',
            'unix_events.BaseChildWatcher._callbacks',
            'unix_events.BaseChildWatcher.__init__',
            'unix_events.BaseChildWatcher.attach_loop',
            'unix_events.SafeChildWatcher.add_child_handler',
            'unix_events.FastChildWatcher.add_child_handler',
        )),
    Feature(
        'unix_sockets', '3.5.3', (28399, 28652),
        'a Unix server replaces a stale socket; other sockets are refused',
        supplies=_SOCKET_TYPES + (
            'unix_events._check_stream_socket',
            'unix_events._remove_stale_socket',
            'unix_events._UnixSelectorEventLoop.create_unix_connection',
            'unix_events._UnixSelectorEventLoop.create_unix_server',
        )),
    Feature(
        'signals_at_exit', '3.6.5', (26133,),
        'a loop that nobody closed leaves the signals alone at exit',
        supplies=(
            'unix_events._super',
            'unix_events._UnixSelectorEventLoop.close',
        )),
    Feature(
        'transport_descriptors', '3.5.3', (28369,),
        'nobody reads or writes behind the back of a transport',
        supplies=(
            'selector_events._TransportDescriptor',
            'selector_events.BaseSelectorEventLoop._transports',
            'selector_events.BaseSelectorEventLoop._ensure_fd_no_transport',
            'selector_events.BaseSelectorEventLoop._add_reader',
            'selector_events.BaseSelectorEventLoop._remove_reader',
            'selector_events.BaseSelectorEventLoop._add_writer',
            'selector_events.BaseSelectorEventLoop._remove_writer',
            # First the transports that are let pass, then who refuses.
            'selector_events._SelectorTransport.__init__',
            'selector_events.BaseSelectorEventLoop.add_reader',
            'selector_events.BaseSelectorEventLoop.remove_reader',
            'selector_events.BaseSelectorEventLoop.add_writer',
            'selector_events.BaseSelectorEventLoop.remove_writer',
        )),
    Feature(
        'sock_recv', '3.6.4', (32015,),
        'a socket that is closed or replaced is not waited for',
        supplies=(
            'selector_events._Registered',
            'selector_events.BaseSelectorEventLoop._sock_recv',
            'selector_events.BaseSelectorEventLoop._sock_sendall',
        )),
    Feature(
        'sock_connect', '3.9', (27136, 28176, 35545),
        'connects sockets of every type and family',
        supplies=_ADDRESSES,
        needs=('create_future',)),
    Feature(
        'closing_transports', '3.6.6', (27223, 31647, 33263),
        'a transport that is closing is neither read nor ended again',
        supplies=(
            'futures._set_result_unless_cancelled',
            'base_events._set_nodelay',
            'selector_events._PRIVATE',
            'selector_events._SelectorTransport._add_reader',
            'selector_events._SelectorSocketTransport.__init__',
            'selector_events._SelectorSocketTransport.write_eof',
            'selector_events._SelectorDatagramTransport.__init__',
        ) + _SOCKET_TYPES,
        needs=('tcp_nodelay',)),
    Feature(
        'pause_reading', '3.6.7', (26819, 32356),
        'a transport may be paused twice, and while it is closing',
        supplies=(
            'selector_events._PRIVATE',
            'selector_events._SelectorTransport._add_reader',
            'selector_events._SelectorSocketTransport.pause_reading',
            'selector_events._SelectorSocketTransport.resume_reading',
            'proactor_events._ProactorReadPipeTransport._reschedule_on_resume',
            'proactor_events._ProactorReadPipeTransport._read_on',
            'proactor_events._ProactorReadPipeTransport.pause_reading',
            'proactor_events._ProactorReadPipeTransport.resume_reading',
            'proactor_events._ProactorReadPipeTransport._loop_reading',
        )),
    Feature(
        'ssl_set_protocol', '3.6.4', (31632,),
        'set_protocol() of a TLS transport has an effect',
        supplies=(
            'sslproto._SSLProtocolTransport.set_protocol',
            'sslproto._SSLProtocolTransport.get_protocol',
        )),
    Feature(
        'ssl_object', '3.5.1', (25114,),
        "get_extra_info('ssl_object') of a TLS transport",
        supplies=(
            'sslproto.SSLProtocol._call_connection_made',
            'sslproto.SSLProtocol._on_handshake_complete',
        )),
    Feature(
        'ssl_call_connection_made', '3.5.3', (),
        'SSLProtocol can be put on a connection that its protocol has already',
        supplies=(
            'sslproto.SSLProtocol.__init__',
            'sslproto.SSLProtocol._call_connection_made',
            'sslproto.SSLProtocol._on_handshake_complete',
        )),
    Feature(
        'ssl_connection_lost', '3.5.3', (28990,),
        'a connection that is lost in the TLS handshake is not waited for',
        supplies=('sslproto.SSLProtocol.connection_lost',)),
    Feature(
        'ssl_fatal_error', '3.5.3', (),
        'an error ends a TLS connection, and is logged if it is unexpected',
        supplies=(
            'base_events._FATAL_ERROR_IGNORE',
            'sslproto.base_events',
            'sslproto.SSLProtocol._fatal_error',
        )),
    Feature(
        'ssl_get_extra_info', '3.5.4', (29742,),
        'get_extra_info() of a TLS transport that is closed',
        supplies=('sslproto.SSLProtocol._get_extra_info',)),
    Feature(
        'ssl_close', '3.5.4', (29743, 29870),
        'a TLS transport can be closed in its handshake, and leaks nothing',
        supplies=(
            'sslproto.SSLProtocol._start_shutdown',
            'sslproto.SSLProtocol._finalize',
            'sslproto.SSLProtocol._abort',
        ),
        needs=('ssl_data_received',)),
    Feature(
        'ssl_data_received', '3.6.5', (),
        'what arrives after a TLS transport was aborted does no harm',
        supplies=(
            'sslproto.SSLProtocol.data_received',
            'sslproto.SSLProtocol._process_write_backlog',
        )),
    Feature(
        'ssl_handshake', '3.6.6', (33674,),
        'a TLS handshake has begun before anything arrives',
        supplies=('sslproto.SSLProtocol._start_handshake',)),
)   # type: Tuple[Feature, ...]

FEATURES = WHATS_NEW + FIXES

# What the module typing lacks, for libraries that fail at it before they reach
# asyncio.  Off, unless install(typing=True) asks for it.
TYPING = (
    Feature(
        'typing_3_5_2', '3.5.2', (),
        'Awaitable, AsyncIterable, AsyncIterator, DefaultDict, NewType, Text, '
        'Type, TYPE_CHECKING',
        supplies=(
            'typing.Awaitable',
            'typing.AsyncIterable',
            'typing.AsyncIterator',
            'typing.DefaultDict',
            'typing.NewType',
            'typing.Text',
            'typing.Type',
            'typing.TYPE_CHECKING',
        )),
    Feature(
        'typing_3_5_3', '3.5.3', (),
        'ClassVar, Coroutine',
        supplies=(
            'typing.ClassVar',
            'typing.Coroutine',
        )),
    Feature(
        'typing_3_5_4', '3.5.4', (28556, 29011),
        'AsyncContextManager, ChainMap, ContextManager, Counter, Deque, '
        'NoReturn',
        supplies=(
            'typing.AsyncContextManager',
            'typing.ChainMap',
            'typing.ContextManager',
            'typing.Counter',
            'typing.Deque',
            'typing.NoReturn',
        )),
    Feature(
        'typing_union', '3.5.3', (25390,),
        "a Union of any types: Optional['Later[int]'], Union[str, Pattern]",
        supplies=('typing.issubclass',)),
    Feature(
        'typing_overload', '3.5.2', (),
        'overload() may be used in any module',
        supplies=(
            'typing._overload_dummy',
            'typing.overload',
        )),
    Feature(
        'typing_slots', '3.5.3', (),
        'C[int], where the generic class C has slots',
        prepare='typing.allow_slots'),
    Feature(
        'typing_type', '3.5.3', (),
        'Optional[Type[C]], and isinstance(C, Type)',
        needs=('typing_3_5_2',),
        prepare='typing.mend_type'),
)   # type: Tuple[Feature, ...]


_BY_ID = {feature.id: feature for feature in FEATURES + TYPING}


def by_id(ids: 'Iterable[str]') -> 'Tuple[Feature, ...]':
    """The rows with these *ids*, in their order.

    Raises ValueError for an id that is not in the table.
    """
    ids = list(ids)
    unknown = [id for id in ids if id not in _BY_ID]
    if unknown:
        raise ValueError('unknown feature %s; known are: %s' % (
            ', '.join(map(repr, unknown)),
            ', '.join(feature.id for feature in FEATURES + TYPING)))
    return tuple([_BY_ID[id] for id in ids])
