"""The tests of CPython 3.5.10 that fail elsewhere for what is not asyncio's Python code: {test: (versions, why)}.

At most ten; run.py complains of one that passes.
"""

_KILLS_THE_DEAD = (['3.5.0'], 'the subprocess module there sends a signal to a child that has ended (bpo-6973)')

UNPASSABLE = {
    'test_base_events.BaseEventLoopTests.test_env_var_debug': _KILLS_THE_DEAD,
    'test_tasks.CoroutineGatherTests.test_env_var_debug': _KILLS_THE_DEAD,
    'test_tasks.FutureGatherTests.test_env_var_debug': _KILLS_THE_DEAD,
}
