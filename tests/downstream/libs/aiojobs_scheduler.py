"""aiojobs: jobs in the background, a limit, failures, the end. Part 'web': jobs of requests to an aiohttp server."""
import asyncio

from checks import check, listening, run

import aiojobs


async def main():
    failures = asyncio.Queue()
    scheduler = await aiojobs.create_scheduler(
        limit=3, exception_handler=lambda scheduler, context: failures.put_nowait(context['exception']))
    running, most, done = set(), [], []

    async def job(number):
        running.add(number)
        most.append(len(running))
        # So that the others start, as far as they may.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        running.remove(number)
        done.append(number)
        return number

    jobs = []
    for number in range(20):
        jobs.append(await scheduler.spawn(job(number)))
    for each in jobs:
        await each.wait(timeout=20)
    check('jobs', sorted(done), list(range(20)))
    check('limit', max(most), 3)

    async def fails():
        raise KeyError('expected')

    await scheduler.spawn(fails())
    check('failure', (await failures.get()).args, ('expected',))
    endless = await scheduler.spawn(asyncio.sleep(30))
    check('active', (scheduler.active_count, endless.active), (1, True))
    await scheduler.close()
    check('closed', (scheduler.closed, endless.closed, len(scheduler)), (True, True, 0))


async def use_web():
    import aiohttp
    from aiohttp import web
    from aiojobs.aiohttp import atomic, setup, spawn

    done = asyncio.Queue()

    async def later(request):
        await spawn(request, done.put(request.query['word']))
        return web.Response(text='accepted')

    @atomic
    async def whole(request):
        await asyncio.sleep(0)
        return web.Response(text=await request.text())

    app = web.Application()
    app.router.add_get('/later', later)
    app.router.add_post('/whole', whole)
    setup(app)
    runner = web.AppRunner(app)
    await runner.setup()
    sock = listening()
    await web.SockSite(runner, sock).start()
    url = 'http://127.0.0.1:%d' % sock.getsockname()[1]
    async with aiohttp.ClientSession() as session:
        for word in 'one', 'two':
            async with session.get(url + '/later', params={'word': word}) as response:
                check('later', await response.text(), 'accepted')
            check('done', await done.get(), word)
        async with session.post(url + '/whole', data='x' * 100000) as response:
            check('whole', await response.text(), 'x' * 100000)
    await runner.cleanup()


run(main, web=use_web)
