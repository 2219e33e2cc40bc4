"""asyncssh: a server and its client; a command with input and output, errors, SFTP, forwarded ports, wrong keys."""
import asyncio
import os
import tempfile
import warnings

from checks import check, run

with warnings.catch_warnings():
    # That cryptography will leave 3.5 behind.
    warnings.simplefilter('ignore')
    import asyncssh

CONTENT = os.urandom(500000)
KEY, HOST_KEY, WRONG_KEY = (asyncssh.generate_private_key('ssh-ed25519') for _ in range(3))


class Server(asyncssh.SSHServer):

    def begin_auth(self, username):
        return True

    def public_key_auth_supported(self):
        return True

    def validate_public_key(self, username, key):
        return key == KEY.convert_to_public()

    def connection_requested(self, dest_host, dest_port, orig_host, orig_port):
        return True


async def command(process):
    """Reverses the lines of its input, as many as it is told."""
    count = int(process.command)
    for _ in range(count):
        line = await process.stdin.readline()
        process.stdout.write(line.rstrip('\n')[::-1] + '\n')
    process.stderr.write('%d lines\n' % count)
    process.exit(count)


async def use_command(connection):
    lines = ['line %d' % number for number in range(7)]
    result = await connection.run('7', input='\n'.join(lines) + '\n')
    check('output', result.stdout.split('\n'), [line[::-1] for line in lines] + [''])
    check('errors, status', (result.stderr, result.exit_status), ('7 lines\n', 7))

    process = await connection.create_process('3')
    for line in lines[:3]:
        process.stdin.write(line + '\n')
        check('line', await process.stdout.readline(), line[::-1] + '\n')
    await process.wait()
    results = await asyncio.gather(*(connection.run(str(number), input='\n' * number) for number in range(10)))
    check('ten at once', [result.exit_status for result in results], list(range(10)))


async def use_sftp(connection, folder):
    local, back = os.path.join(folder, 'local'), os.path.join(folder, 'back')
    with open(local, 'wb') as stream:
        stream.write(CONTENT)
    async with connection.start_sftp_client() as sftp:
        await sftp.mkdir('remote')
        await sftp.put(local, 'remote/file')
        await sftp.get('remote/file', back)
        check('listdir', sorted(await sftp.listdir('remote')), ['.', '..', 'file'])
        check('stat', (await sftp.stat('remote/file')).size, len(CONTENT))
        async with sftp.open('remote/file', 'rb') as stream:
            await stream.seek(1000)
            check('part', await stream.read(5000), CONTENT[1000:6000])
        try:
            await sftp.stat('nowhere')
        except asyncssh.SFTPError as error:
            check('no such file', error.code, asyncssh.FX_NO_SUCH_FILE)
    with open(back, 'rb') as stream:
        check('SFTP', stream.read(), CONTENT)


async def use_forwarding(connection):
    async def echo(reader, writer):
        writer.write(await reader.readexactly(len(CONTENT)))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, '127.0.0.1', 0)
    listener = await connection.forward_local_port('127.0.0.1', 0, '127.0.0.1', server.sockets[0].getsockname()[1])
    reader, writer = await asyncio.open_connection('127.0.0.1', listener.get_port())
    writer.write(CONTENT)
    check('forwarded port', await reader.read(), CONTENT)
    writer.close()
    listener.close()
    await listener.wait_closed()
    server.close()
    await server.wait_closed()


async def main():
    with tempfile.TemporaryDirectory() as folder:
        home = os.path.join(folder, 'home')
        os.mkdir(home)
        server = await asyncssh.create_server(
            Server, '127.0.0.1', 0, server_host_keys=[HOST_KEY], process_factory=command,
            sftp_factory=lambda connection: asyncssh.SFTPServer(connection, chroot=home.encode()))
        options = dict(host='127.0.0.1', port=server.sockets[0].getsockname()[1], username='user',
                       known_hosts=([HOST_KEY.convert_to_public()], [], []))
        async with asyncssh.connect(client_keys=[KEY], **options) as connection:
            await use_command(connection)
            await use_sftp(connection, folder)
            await use_forwarding(connection)
        try:
            await asyncssh.connect(client_keys=[WRONG_KEY], **options)
        except asyncssh.DisconnectError as error:
            check('wrong key', error.code, asyncssh.DISC_NO_MORE_AUTH_METHODS_AVAILABLE)
        server.close()
        await server.wait_closed()


run(main)
