#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Routes decide where packets go: longest prefix, metric, a link that goes down; and what cannot be a route is refused with a reason.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

# Two cables; the kernel has 10.9.9.9 and tells by which device a packet came.
topology
another_cable s1 k1 "$B"
in_a strata addr add 10.0.1.1/24 dev s1
ip -n "$B" addr add 10.0.1.2/24 dev k1
ip -n "$B" addr add 10.9.9.9/32 dev lo
for name in all default k0 k1; do
	in_b sysctl -qw net.ipv4.conf.$name.rp_filter=0
done

cat >"$WORK/send.py" <<'PY'
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(4):
    s.sendto(b"x", ("10.9.9.9", 9999))
PY

packets() {
	in_b cat "/sys/class/net/$1/statistics/rx_packets"
}

# goes DEVICE WHAT: four datagrams to 10.9.9.9 come in by DEVICE of the kernel's
goes() {
	local before
	before=$(packets "$1")
	run_a /usr/bin/python3 "$WORK/send.py"
	came() {
		[ "$(packets "$1")" -ge $(($2 + 4)) ]
	}
	until_ok came "$1" "$before" || fail "$2: not by $1"
}

in_a strata route add default via 10.0.0.2
goes k0 "default route"
in_a strata route add 10.9.0.0/16 via 10.0.1.2
goes k1 "longer prefix"
in_a strata route add 10.9.9.9/32 via 10.0.0.2
goes k0 "host route"
in_a strata route del 10.9.9.9/32
goes k1 "host route deleted"
in_a strata route add 10.9.0.0/16 via 10.0.0.2 metric 10
goes k1 "higher metric waits"
ip -n "$A" link set s1 down
goes k0 "link of the better route is down"
ip -n "$A" link set s1 up
goes k1 "link is up again"
in_a strata route replace 10.9.0.0/16 via 10.0.0.2
goes k0 "replaced"

refused "exists" in_a strata route add default via 10.0.0.2
refused "host bits" in_a strata route add 10.9.9.9/16 via 10.0.0.2
refused "connected" in_a strata route add 10.8.0.0/16 via 10.77.0.1
refused "No such route" in_a strata route del 10.8.0.0/16
refused "in use" in_a strata addr add 10.0.0.1/24 dev s1
refused "multicast" in_a strata addr add 224.0.0.5/24 dev s1
refused "broadcast" in_a strata addr add 10.0.5.255/24 dev s1
refused "no such address" in_a strata addr del 10.0.7.1/24 dev s1

# A link that goes takes its addresses and routes along.
in_a strata link detach s1
if in_a strata route show | grep -q 's1'; then
	fail "routes of a detached link are left"
fi
pass
