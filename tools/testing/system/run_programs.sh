#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# curl and python3, unmodified, as client and as server, blocking and with an event loop; io_uring cannot go round Strata.
# shellcheck source=tools/testing/lib.sh
. "$(dirname "$0")/../lib.sh"

need curl
topology
mkdir "$WORK/files"
random_file "$WORK/files/data" 2048
serve_files in_b "$WORK/files" 8000
serve_files run_a "$WORK/files" 8001
until_ok listening_b 8000
until_ok listening_a 8001
run_a curl -sS --max-time 100 -o "$WORK/one" http://$B_ADDR:8000/data
same_files "$WORK/files/data" "$WORK/one"
in_b curl -sS --max-time 100 -o "$WORK/two" http://$A_ADDR:8001/data
same_files "$WORK/files/data" "$WORK/two"
# A name, looked up without a network.
echo "$B_ADDR peer.test" >"$WORK/hosts"
run_a curl -sS --max-time 100 --resolve peer.test:8000:$B_ADDR -o "$WORK/three" http://peer.test:8000/data
same_files "$WORK/files/data" "$WORK/three"
in_a strata socket -ta | grep -q LISTEN || fail "the server does not show"

# An event loop: many connections in one thread, non-blocking, epoll.
run_a /usr/bin/python3 -c '
import asyncio, sys
async def fetch(i):
    reader, writer = await asyncio.open_connection(sys.argv[1], 8000)
    writer.write(b"GET /data HTTP/1.0\r\n\r\n")
    await writer.drain()
    length = len((await reader.read(-1)).split(b"\r\n\r\n", 1)[1])
    writer.close()
    return length
async def main():
    lengths = await asyncio.gather(*(fetch(i) for i in range(8)))
    assert lengths == [2048 * 1024] * 8, lengths
asyncio.run(main())
' $B_ADDR

# UDP both ways.
in_b /usr/bin/python3 -c '
import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("0.0.0.0", 5000))
print("ready", flush=True)
while True:
    data, peer = sock.recvfrom(2000)
    sock.sendto(data.upper(), peer)
' >"$WORK/echo" &
until_ok grep -q ready "$WORK/echo"
run_a /usr/bin/python3 -c '
import socket, sys
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(20)
sock.sendto(b"hello", (sys.argv[1], 5000))
assert sock.recvfrom(2000) == (b"HELLO", (sys.argv[1], 5000))
' $B_ADDR

# io_uring makes sockets without a system call that could be seen.
run_a /usr/bin/python3 -c '
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
IO_URING_SETUP = 425
assert libc.syscall(IO_URING_SETUP, 4, ctypes.create_string_buffer(120)) == -1
assert ctypes.get_errno() == errno.ENOSYS
'
pass
