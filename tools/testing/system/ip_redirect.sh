#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A kernel router redirects Strata to a better one on the link, in both families: the next packets go there, and back to the first when the better one falls silent.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

#	$A: s0 ── k0 ┐                       ┌ v1 10.0.0.3, behind it 10.9.9.1 and fd09::1 :$C
#	             ├ br0 10.0.0.2 :$B   v0 ┘
#	             └────────────────────┘
topology
C=c-$$
# shellcheck disable=SC2034 # for cleanup
EXTRA_NAMESPACES=$C
ip netns add "$C"
ip -n "$B" link add v0 type veth peer name v1 netns "$C"
ip -n "$B" addr flush dev k0
ip -n "$B" link add br0 address "$(in_b cat /sys/class/net/k0/address)" type bridge
ip -n "$B" link set k0 master br0
ip -n "$B" link set v0 master br0 up
ip -n "$B" link set br0 up
ip -n "$B" addr add 10.0.0.2/24 dev br0
ip -n "$B" addr add fd00::2/64 dev br0 nodad
ip -n "$C" link set lo up
ip -n "$C" link set v1 up
ip -n "$C" addr add 10.0.0.3/24 dev v1
ip -n "$C" addr add 10.9.9.1/32 dev lo
ip -n "$C" addr add fd09::1/128 dev lo
ip -n "$C" addr add fd00::3/64 dev v1 nodad
in_b sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
in_a strata addr add fd00::1/64 dev s0 nodad
link_local() {
	ip -n "$1" -6 addr show dev "$2" scope link -tentative | sed -n 's/.* \(fe80:[^/]*\)\/64.*/\1/p'
}
# shellcheck disable=SC2317 # by until_ok
has_link_locals() { [ -n "$(link_local "$B" br0)" ] && [ -n "$(link_local "$C" v1)" ]; }
until_ok has_link_locals
better=$(link_local "$C" v1)
ip -n "$B" route add 10.9.9.0/24 via 10.0.0.3
ip -n "$B" route add fd09::/64 via "$better" dev br0
in_a strata route add 10.9.9.0/24 via 10.0.0.2
in_a strata route add fd09::/64 via "$(link_local "$B" br0)" dev s0

far_end echo 10.9.9.1 fd09::1
cat >"$WORK/near.py" <<'PY'
import socket, sys

host = sys.argv[1]
s = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(1)
s.sendto(b"strata", (host, 7000))
assert s.recv(100) == b"strata"
PY
reached() {
	run_a /usr/bin/python3 "$WORK/near.py" "$1"
}
# shellcheck disable=SC2317 # by until_ok
goes_via() { in_a strata route get "$1" | grep -q "via $2 dev s0"; }
forwarded() { in_b nstat -asz "$1" | awk -v name="$1" '$1 == name { print $2 }'; }

until_ok reached 10.9.9.1
until_ok goes_via 10.9.9.1 10.0.0.3
until_ok reached fd09::1
until_ok goes_via fd09::1 "$better"
# Whatever the first router still forwards, it is not ours.
before4=$(forwarded IpForwDatagrams) before6=$(forwarded Ip6OutForwDatagrams)
reached 10.9.9.1
reached fd09::1
expect "$before4" "$(forwarded IpForwDatagrams)" "IPv4 datagrams through the first router"
expect "$before6" "$(forwarded Ip6OutForwDatagrams)" "IPv6 datagrams through the first router"
# One destination alone was meant.
goes_via 10.9.9.2 10.0.0.2 || fail "10.9.9.2: $(in_a strata route get 10.9.9.2)"

# The better router has moved; only the first one knows.
ip -n "$C" addr del 10.0.0.3/24 dev v1
ip -n "$C" addr add 10.0.0.4/24 dev v1
ip -n "$B" route replace 10.9.9.0/24 via 10.0.0.4
in_a strata neigh del 10.0.0.3 dev s0
until_ok reached 10.9.9.1
# Who is not the first hop is not believed: the kernel host behind may say what it likes.
cat >"$WORK/forge.py" <<'PY'
import os, sys
sys.path.insert(0, os.environ["STRATA_TESTING"])
from ip_frames import *

wire = Wire("k0", sys.argv[1], sys.argv[2])
before = wire.counters()[("drop", "icmp_ignored")]
quoted = datagram(src=THEIRS, dst="10.9.9.9", proto=17, payload=bytes(8))
for src in "10.0.0.77", "10.9.9.9":
    wire.send(datagram(src=src, proto=1, payload=icmp(5, 1, socket.inet_aton("10.0.0.4"), quoted)))
end = time.monotonic() + PATIENCE_S
while wire.counters()[("drop", "icmp_ignored")] - before < 2:
    if time.monotonic() > end:
        raise SystemExit("FAIL: the forged redirects did not arrive")
PY
export STRATA_TESTING
in_b /usr/bin/python3 "$WORK/forge.py" "$A" "$(in_a cat /sys/class/net/s0/address)"
goes_via 10.9.9.9 10.0.0.2 || fail "a forged redirect was believed: $(in_a strata route get 10.9.9.9)"
pass
