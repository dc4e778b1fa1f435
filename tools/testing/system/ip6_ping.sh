#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The kernel's IPv6 ping gets its bytes back from Strata unchanged, for every size from 0 to the MTU, at MTUs of 1280, 1500 and 9000; at the link-local address and the all-nodes group too.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology6
cat >"$WORK/sweep.py" <<'PY'
import os, random, socket, struct, sys

address, most, step = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
s.settimeout(20)
s.connect((address, 0))
sizes = sorted(set(range(0, most + 1, step)) | {1, 2, 3, most - 1, most})
for n in sizes:
    data = random.Random(n).randbytes(n)
    rest = struct.pack("!HH", os.getpid() & 0xffff, n)
    s.send(b"\x80\0\0\0" + rest + data)     # the kernel sums it up
    while True:
        answer = s.recv(65536)
        if answer[0] == 129 and answer[4:8] == rest:
            break
    if answer[8:] != data:
        sys.exit("%d bytes came back changed" % n)
print(len(sizes), "sizes")
PY
# In fragments, up to what a datagram can hold.
for size in 1453 3000 20001 65507; do
	in_b ping -q -c 2 -i 0.05 -W 5 -s $size $A_ADDR | grep -q ' 0% packet loss' ||
		fail "no answer to $size bytes"
done
for mtu in 1280 1500 9000; do
	ip -n "$A" link set s0 mtu $mtu
	ip -n "$B" link set k0 mtu $mtu
	until_ok in_b ping -c 1 -W 1 $A_ADDR
	most=$((mtu - 48))
	step=1
	[ $mtu -le 1500 ] || step=61
	in_b /usr/bin/python3 "$WORK/sweep.py" $A_ADDR $most $step
done
local_a=$(link_local_a)
in_b ping -q -c 3 -i 0.05 -W 5 "$local_a%k0" | grep -q ' 0% packet loss' ||
	fail "no answer from the link-local address"
# RFC 4443 4.2: a group is answered from an address of the link.
in_b ping -c 3 -i 0.2 -W 5 ff02::1%k0 >"$WORK/group"
grep -q "bytes from $local_a" "$WORK/group" || fail "no answer to all-nodes"
in_b ping -q -c 20 -i 0.01 -W 5 -p 5a $A_ADDR | grep -q ' 0% packet loss' ||
	fail "pings were lost"
pass
