#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# UDP datagrams over IPv6, both ways, by global and by link-local address; a dual-stack socket serves both families; ports without a socket are refused.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology6
until_ok link_local_b
cat >"$WORK/echo.py" <<'PY'
import socket

s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
s.bind(("::", 7))
while True:
    data, peer = s.recvfrom(65536)
    s.sendto(data, peer)
PY
cat >"$WORK/ask.py" <<'PY'
import errno, random, socket, sys

addresses = sys.argv[1:]
source = random.Random(1)
for address in addresses:
    family, kind, _, _, where = socket.getaddrinfo(
        address, 7, type=socket.SOCK_DGRAM)[0]
    most = 1500 - 8 - (40 if family == socket.AF_INET6 else 20)
    for connected in (False, True):
        s = socket.socket(family, kind)
        s.settimeout(20)
        if connected:
            s.connect(where)
        for size in (0, 1, 2, 7, 8, 64, 511, 512, 1000, most - 1, most, most + 1, 8000, 65507):
            data = source.randbytes(size)
            if connected:
                s.send(data)
                assert s.recv(65536) == data, size
            else:
                s.sendto(data, where)
                got, peer = s.recvfrom(65536)
                # With its scope, where that means something.
                assert got == data and peer == where, (size, peer, where)
    s.connect(where[:1] + (9,) + where[2:])
    s.send(b"nobody")
    try:
        s.recv(100)
        sys.exit("port 9 answered")
    except ConnectionRefusedError:
        pass
# Without a link, a link-local address is nobody's.
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
for call in (s.connect, s.bind):
    try:
        call(("fe80::1", 9))
        sys.exit("a link-local address without a link")
    except OSError as e:
        assert e.errno == errno.EINVAL, e
PY
in_b /usr/bin/python3 "$WORK/echo.py" &
until_ok sh -c "netns_exec $B ss -Hlun sport = :7 | grep -q ."
run_a /usr/bin/python3 "$WORK/ask.py" $B_ADDR 10.0.0.2 "$(link_local_b)%s0"
run_a /usr/bin/python3 "$WORK/echo.py" &
until_ok sh -c "netns_exec $A strata socket -u -a -n | grep -q ':7 '"
in_b /usr/bin/python3 "$WORK/ask.py" $A_ADDR 10.0.0.1 "$(link_local_a)%k0"
# ::1, and its own link-local address, whose scope is that of s0.
run_a /usr/bin/python3 - "$(link_local_a)" <<'PY'
import socket, sys
for where in (("::1", 7), socket.getaddrinfo(sys.argv[1] + "%s0", 7)[0][4]):
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    s.settimeout(20)
    s.sendto(b"hello", where)
    data, peer = s.recvfrom(100)
    assert data == b"hello" and peer[3] == (where + (0, 0))[3], peer
PY
pass
