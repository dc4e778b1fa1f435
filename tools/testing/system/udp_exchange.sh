#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# UDP datagrams of every size up to 65507 bytes, both ways; one larger than the MTU is EMSGSIZE to who asks for it.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
cat >"$WORK/echo.py" <<'PY'
import socket, sys

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 7))
while True:
    data, peer = s.recvfrom(65536)
    s.sendto(data, peer)
PY
cat >"$WORK/ask.py" <<'PY'
import errno, random, socket, sys

address = sys.argv[1]
source = random.Random(1)
for connected in (False, True):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(20)
    if connected:
        s.connect((address, 7))
    for size in (0, 1, 2, 7, 8, 64, 511, 512, 1000, 1471, 1472, 1473, 2952, 8000, 65507):
        data = source.randbytes(size)
        if connected:
            s.send(data)
            assert s.recv(65536) == data, size
        else:
            s.sendto(data, (address, 7))
            got, peer = s.recvfrom(65536)
            assert got == data and peer == (address, 7), size
    for size, discover in ((65508, None), (1473, 2)):
        if discover:
            s.setsockopt(socket.IPPROTO_IP, 10, discover)   # IP_PMTUDISC_DO
        try:
            s.sendto(b"x" * size, (address, 7))
            sys.exit("%d bytes went out" % size)
        except OSError as e:
            assert e.errno == errno.EMSGSIZE, e
PY
in_b /usr/bin/python3 "$WORK/echo.py" $B_ADDR &
until_ok sh -c "netns_exec $B ss -Hlun sport = :7 | grep -q ."
run_a /usr/bin/python3 "$WORK/ask.py" $B_ADDR
run_a /usr/bin/python3 "$WORK/echo.py" $A_ADDR &
until_ok sh -c "netns_exec $A strata socket -u -a -n | grep -q ':7 '"
in_b /usr/bin/python3 "$WORK/ask.py" $A_ADDR
pass
