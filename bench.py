import sys; sys.path[:0]=['/root/wt4/compat','/root/wt4/benchmarks']
mode=sys.argv[1]; names=sys.argv[2:]
import asyncio, gc
if mode!='stock':
    import asyncio_compat; asyncio_compat.install(compiled=mode=='fast')
import loops, streams
loop=asyncio.new_event_loop(); asyncio.set_event_loop(loop)
for n in names:
    f=getattr(loops,n,None) or getattr(streams,n)
    print(n, '%.4f'%min(loop.run_until_complete(f(loop)) for _ in range(4)), end='  ')
print()
loop.close()
