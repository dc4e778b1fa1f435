#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Devices and namespaces are deleted while attached and in use; addresses, routes and neighbours go with them.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

# In use: packets both ways, and questions for addresses nobody has.
use() {
	topology
	in_b ping -q -i 0.002 $A_ADDR >/dev/null 2>&1 &
	user=$!
	run_a /usr/bin/python3 - <<-'PY' &
		import socket, time
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		while True:
		    for host in range(2, 60):
		        try:
		            s.sendto(b"x", ("10.0.0.%d" % host, 9))
		        except OSError:
		            pass
		    time.sleep(0.005)
	PY
	sender=$!
	disown -a	# killed on purpose: nothing to report
	asked() { in_a strata neigh show | grep -q 10.0.0.50; }
	until_ok asked
}

stop() {
	kill -KILL $user $sender 2>/dev/null || true
	for ns in "$A" "$B"; do
		ip netns pids "$ns" 2>/dev/null | xargs -r kill -KILL 2>/dev/null || true
	done
}

nothing_left() {
	[ -z "$(in_a strata neigh show)" ] || fail "neighbours stayed: $(in_a strata neigh show)"
	! in_a strata addr show | grep -q $A_ADDR || fail "the address stayed"
	! in_a strata route show | grep -q 10.0.0.0/24 || fail "the route stayed"
	! in_a strata link show | grep -q s0 || fail "the link stayed"
}

# The device is deleted.
use
ip -n "$A" link del s0
nothing_left
stop
ip netns del "$A"
ip netns del "$B"

# The device moves to another namespace: the host's again, there.
use
ip -n "$A" link set s0 netns "$B"
nothing_left
! in_b strata link show | grep -q s0 || fail "s0 is attached in the other namespace"
stop
ip netns del "$A"
ip netns del "$B"

# The namespace is deleted with all that is in it, while packets arrive.
use
kill -KILL $sender
ip netns pids "$A" | xargs -r kill -KILL 2>/dev/null || true
ip netns del "$A"
gone() { ! ip -n "$B" link show k0; }
until_ok gone
stop
ip netns del "$B"

# And all of it once more, to see that nothing was left behind.
topology
pass
