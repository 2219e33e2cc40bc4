import asyncio_compat.auto  # First: aiohttp finds asyncio complete.
import aiohttp_app

aiohttp_app.main()
