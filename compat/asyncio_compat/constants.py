"""Completes asyncio.constants: how much debug mode records (3.6.4)."""

# How many callers are recorded for a handle, a future and a coroutine.
DEBUG_STACK_DEPTH = 10
