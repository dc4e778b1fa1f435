# SPDX-License-Identifier: GPL-2.0
"""A TCP peer for system tests: an ordinary program that knows nothing of Strata.

    peer.py serve ADDRESS PORT             until killed
    peer.py put ADDRESS PORT BYTES [N]     N connections at once send BYTES each
    peer.py get ADDRESS PORT BYTES [N]     N connections at once fetch BYTES each

Both sides compare SHA-256. `put` closes its sending side first and then waits
for the server's digest, so each transfer is a half close as well.
"""
import asyncio
import hashlib
import random
import sys

CHUNK = 1 << 16
TIMEOUT_S = 200


def stream(seed, size):
    """The bytes that belong to a seed, in chunks."""
    source = random.Random(seed)
    while size:
        n = min(size, CHUNK)
        yield source.randbytes(n)
        size -= n


def digest(seed, size):
    h = hashlib.sha256()
    for chunk in stream(seed, size):
        h.update(chunk)
    return h.hexdigest()


async def answer(reader, writer):
    verb, seed, size = (await reader.readline()).split()
    if verb == b"put":
        h = hashlib.sha256()
        while chunk := await reader.read(CHUNK):
            h.update(chunk)
        writer.write(h.hexdigest().encode())
    else:
        for chunk in stream(int(seed), int(size)):
            writer.write(chunk)
            await writer.drain()
    await writer.drain()
    writer.close()


async def serve(address, port):
    server = await asyncio.start_server(answer, address, port, backlog=512)
    await server.serve_forever()


async def put(address, port, size, seed):
    reader, writer = await asyncio.open_connection(address, port)
    writer.write(b"put %d %d\n" % (seed, size))
    for chunk in stream(seed, size):
        writer.write(chunk)
        await writer.drain()
    writer.write_eof()
    got = (await reader.read()).decode()
    writer.close()
    if got != digest(seed, size):
        sys.exit(f"put {size} bytes, seed {seed}: the server's digest differs: {got!r}")


async def get(address, port, size, seed):
    reader, writer = await asyncio.open_connection(address, port)
    writer.write(b"get %d %d\n" % (seed, size))
    h = hashlib.sha256()
    total = 0
    while chunk := await reader.read(CHUNK):
        h.update(chunk)
        total += len(chunk)
    writer.close()
    if total != size or h.hexdigest() != digest(seed, size):
        sys.exit(f"got {total} bytes of {size}, seed {seed}: altered or lost")


async def client(verb, address, port, size, count=1):
    one = {"put": put, "get": get}[verb]
    work = [one(address, port, size, seed) for seed in range(1, count + 1)]
    await asyncio.wait_for(asyncio.gather(*work), TIMEOUT_S)
    print(f"{verb}: {count} x {size} bytes, none lost or altered")


def main():
    verb, address, *numbers = sys.argv[1:]
    port, *rest = map(int, numbers)
    if verb == "serve":
        asyncio.run(serve(address, port))
    else:
        asyncio.run(client(verb, address, port, *rest))


main()
