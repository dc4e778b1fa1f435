#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# CUBIC is the default, TCP_CONGESTION chooses another one, also on a connection
# that runs, and both carry data over a path with loss.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
impair loss 1% delay 2ms
serve_b 7000
peer_a put 7000 1048576 1
run_a /usr/bin/python3 - "$B_ADDR" <<'EOF'
import errno, hashlib, random, socket, sys

DATA = random.Random(1).randbytes(1 << 20)

def name(sock):
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16).rstrip(b"\0")

def choose(sock, value):
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, value)

with socket.create_connection((sys.argv[1], 7000)) as sock:
    assert name(sock) == b"cubic", name(sock)
    try:
        choose(sock, b"none")
        sys.exit("a congestion control that does not exist was taken")
    except OSError as error:
        assert error.errno == errno.ENOENT, error
    sock.sendall(b"put 1 %d\n" % len(DATA))
    sock.sendall(DATA[:200000])
    choose(sock, b"reno")
    sock.sendall(DATA[200000:])
    assert name(sock) == b"reno", name(sock)
    sock.shutdown(socket.SHUT_WR)
    got = sock.recv(64, socket.MSG_WAITALL).decode()
    assert got == hashlib.sha256(DATA).hexdigest(), got
EOF
pass
