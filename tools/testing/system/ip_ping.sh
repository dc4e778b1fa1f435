#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The kernel's ping gets its bytes back from Strata unchanged, for every size from 0 to the MTU, at MTUs of 576, 1500 and 9000.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
cat >"$WORK/sweep.py" <<'PY'
import os, random, socket, struct, sys
sys.path.insert(0, os.environ["STRATA_TESTING"])
from ip_frames import icmp

address, most, step = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
s.settimeout(20)
s.connect((address, 0))
sizes = sorted(set(range(0, most + 1, step)) | {1, 2, 3, most - 1, most})
for n in sizes:
    data = random.Random(n).randbytes(n)
    rest = struct.pack("!HH", os.getpid() & 0xffff, n)
    s.send(icmp(8, rest=rest, data=data))
    while True:
        answer = s.recv(65536)[20:]
        if answer[0] == 0 and answer[4:8] == rest:
            break
    if answer[8:] != data:
        sys.exit("%d bytes came back changed" % n)
print(len(sizes), "sizes")
PY
export STRATA_TESTING
# In fragments, up to what a datagram can hold.
for size in 1473 3000 20001 65507; do
	in_b ping -q -c 2 -i 0.05 -W 5 -s $size $A_ADDR | grep -q ' 0% packet loss' ||
		fail "no answer to $size bytes"
done
for mtu in 576 1500 9000; do
	ip -n "$A" link set s0 mtu $mtu
	ip -n "$B" link set k0 mtu $mtu
	most=$((mtu - 28))
	step=1
	[ $mtu -le 1500 ] || step=61
	in_b /usr/bin/python3 "$WORK/sweep.py" $A_ADDR $most $step
	in_b ping -q -c 1 -W 5 -M "do" -s $most $A_ADDR >/dev/null ||
		fail "MTU $mtu: no answer to $most bytes"
done
in_b ping -q -c 20 -i 0.01 -W 5 -p 5a $A_ADDR | grep -q ' 0% packet loss' ||
	fail "pings were lost"
pass
