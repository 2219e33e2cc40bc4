"""The table, and whether it tells the truth about this interpreter."""

import asyncio
import dis
import importlib
import sys
import types

import pytest

import asyncio_compat
from asyncio_compat import features

IDS = [feature.id for feature in features.FEATURES]


def release(text):
    return tuple(map(int, text.split('.')))


def test_the_sixteen_features_come_in_the_order_of_the_design():
    assert IDS[:16] == [
        'running_loop', 'awaitables', 'run_coroutine_threadsafe',
        'is_closing', 'create_server_hosts', 'create_future',
        'get_exception_handler', 'readuntil', 'readexactly',
        'getaddrinfo_skip', 'loop_stop', 'set_exception_stopiteration',
        'connect_accepted_socket', 'tcp_nodelay', 'shutdown_asyncgens',
        'accelerated']


@pytest.mark.parametrize('id', IDS)
def test_native_exactly_since_the_release_in_the_table(child, id):
    (feature,) = features.by_id([id])
    native = child('''
        from asyncio_compat import features
        (feature,) = features.by_id([%r])
        print(feature.is_native())
    ''' % id).strip()
    assert native == str(sys.version_info[:3] >= release(feature.since))


@pytest.mark.parametrize('debug', ['', '1'])
def test_probes_leave_no_trace(child, debug):
    assert child('''
        import asyncio, gc, warnings
        from asyncio_compat import features
        warnings.simplefilter('error')
        async def probe():
            return [feature.is_native() for feature in features.FEATURES]
        outside = [feature.is_native() for feature in features.FEATURES]
        loop = asyncio.new_event_loop()
        inside = loop.run_until_complete(probe())
        loop.close()
        gc.collect()
        assert inside == outside, (inside, outside)
        print('same')
    ''', '-W', 'error', PYTHONASYNCIODEBUG=debug) == 'same\n'


def test_after_the_install_every_probe_but_the_compiled_part_passes():
    lacking = [feature.id for feature in features.FEATURES
               if not feature.is_native()]
    # No hooks of the interpreter's own can be supplied, and nothing to 3.6.
    expected = ['shutdown_asyncgens', 'accelerated'] if (
        sys.version_info < (3, 6)) else [
        feature.id for feature in features.FEATURES
        if release(feature.since) > sys.version_info[:3]]
    assert lacking == expected


@pytest.mark.skipif(not hasattr(asyncio.Task, '_all_tasks'),
                    reason='tasks are listed elsewhere')
def test_no_probe_leaves_a_task_that_waits(child):
    """For those the install looks through every object that there is."""
    assert child('''
        import gc
        gc.disable()
        import asyncio
        from asyncio_compat import features
        for feature in features.FEATURES:
            feature.is_native()
            for task in asyncio.Task._all_tasks:
                assert task.done(), (feature.id, task)
    ''') == ''


@pytest.mark.parametrize('id', IDS)
def test_what_is_needed_exists(id):
    (feature,) = features.by_id([id])
    features.by_id(feature.needs)
    for name in feature.supplies + ((feature.prepare,) if feature.prepare
                                    else ()):
        module, path = name.split('.', 1)
        try:
            ours = importlib.import_module('asyncio_compat.' + module)
        except ImportError:
            # Another platform's, or not for an asyncio as new as this one.
            assert module == 'windows_events' or sys.version_info >= (3, 6)
            continue
        for part in path.split('.'):
            ours = vars(ours)[part]


def global_names(code):
    for instruction in dis.get_instructions(code):
        if instruction.opname in ('LOAD_GLOBAL', 'LOAD_NAME'):
            yield instruction.argval
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from global_names(const)


@pytest.mark.parametrize('id', IDS)
@pytest.mark.skipif(sys.version_info >= (3, 6), reason='lacks nothing')
def test_each_row_alone_supplies_every_name_that_it_uses(child, id):
    """Nothing supplied may look for a global that is not there."""
    out = child('''
        import asyncio, builtins, importlib, inspect, sys
        sys.path.insert(0, %r)
        import asyncio_compat
        from asyncio_compat import features
        from test_features import global_names
        asyncio_compat.install([%r])
        patched = {row['id'] for row in asyncio_compat.status()
                   if row['state'] == 'patched'}
        for row in features.by_id(patched):
            for name in row.supplies:
                module, path = name.split('.', 1)
                module = found = sys.modules.get('asyncio.' + module)
                if module is None:
                    continue
                for part in path.split('.'):
                    found = vars(found)[part]
                found = inspect.unwrap(found) if callable(found) else found
                if not inspect.isfunction(found):
                    continue
                if found.__globals__ is not vars(module):
                    continue
                for used in global_names(found.__code__):
                    assert used in vars(module) or hasattr(builtins, used), (
                        row.id, name, used)
        print('complete')
    ''' % (__file__.rpartition('test_features')[0] or '.', id))
    assert out == 'complete\n'


def test_by_id_names_the_known_ids():
    with pytest.raises(ValueError) as info:
        asyncio_compat.install(features=['nonsense'])
    assert "unknown feature 'nonsense'" in str(info.value)
    for id in IDS:
        assert id in str(info.value)
