"""asyncpg: queries, prepared statements, transactions, a pool, COPY, notifications, errors.

PGHOST and the like say where the server is.
"""
import asyncio
import datetime
import io

from checks import check, run

import asyncpg

ROWS = [(number, 'name %d' % number, datetime.date(2020, 1, 1) + datetime.timedelta(number), [number, None])
        for number in range(3000)]


async def connected():
    connection = await asyncpg.connect()
    await connection.execute('CREATE TEMPORARY TABLE item (id int PRIMARY KEY, name text, day date, numbers int[])')
    await connection.copy_records_to_table('item', records=ROWS)
    return connection


async def use_queries(connection):
    check('rows', [tuple(row) for row in await connection.fetch('SELECT * FROM item ORDER BY id')], ROWS)
    statement = await connection.prepare('SELECT name FROM item WHERE id = $1')
    for number in (0, 1234, 2999):
        check('prepared', await statement.fetchval(number), 'name %d' % number)
    await connection.executemany('UPDATE item SET name = $2 WHERE id = $1', [(7, 'seven'), (8, 'eight')])
    check('changed', await statement.fetchval(8), 'eight')
    try:
        await connection.fetchval('SELECT 1 / 0')
    except asyncpg.DivisionByZeroError as error:
        check('error', error.sqlstate, '22012')


async def use_transactions(connection):
    class Undone(Exception):
        pass

    try:
        async with connection.transaction():
            await connection.execute('DELETE FROM item')
            check('deleted', await connection.fetchval('SELECT count(*) FROM item'), 0)
            raise Undone
    except Undone:
        pass
    check('rolled back', await connection.fetchval('SELECT count(*) FROM item'), len(ROWS))
    async with connection.transaction():
        cursor = await connection.cursor('SELECT id FROM item ORDER BY id')
        check('cursor', [row['id'] for row in await cursor.fetch(5)], [0, 1, 2, 3, 4])
        numbers = []
        async for row in connection.cursor('SELECT id FROM item ORDER BY id'):
            numbers.append(row['id'])
        check('async for', numbers, [row[0] for row in ROWS])


async def use_copy(connection):
    copied = io.BytesIO()
    await connection.copy_from_query('SELECT id, name FROM item WHERE id < 3 ORDER BY id', output=copied)
    check('copied', copied.getvalue(), b'0\tname 0\n1\tname 1\n2\tname 2\n')


async def use_pool():
    async with asyncpg.create_pool(min_size=2, max_size=4) as pool:
        async def slow(number):
            async with pool.acquire() as connection:
                return await connection.fetchval('SELECT $1::int FROM pg_sleep(0.01)', number)

        check('pool', await asyncio.gather(*(slow(number) for number in range(20))), list(range(20)))
        try:
            await pool.fetchval('SELECT pg_sleep(30)', timeout=0.05)
        except asyncio.TimeoutError:
            print('timeout ok')
        check('after it', await pool.fetchval('SELECT 1'), 1)


async def use_notifications(connection):
    heard = asyncio.Queue()
    await connection.add_listener('news', lambda connection, pid, channel, payload: heard.put_nowait(payload))
    other = await asyncpg.connect()
    await other.execute("NOTIFY news, 'first'")
    check('notified', await heard.get(), 'first')
    await other.close()


async def main():
    connection = await connected()
    await use_queries(connection)
    await use_transactions(connection)
    await use_copy(connection)
    await use_notifications(connection)
    await connection.close()
    await use_pool()


run(main)
