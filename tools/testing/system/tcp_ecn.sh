#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Where a congested queue marks packets instead of dropping them (RFC 3168), Strata and the kernel agree on it, both ways, and no data is lost.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
# congest NAMESPACE DEVICE: a queue that marks one packet in fifty, or drops it where that is not agreed upon; but no
# SYN, which may not be marked: who has to send it again does not ask again.
congest() {
	netns_exec "$1" tc qdisc replace dev "$2" root handle 1: prio bands 2 priomap 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
	netns_exec "$1" tc qdisc add dev "$2" parent 1:2 netem loss 2% ecn limit 10000 || skip "this kernel has no netem"
	netns_exec "$1" tc filter add dev "$2" parent 1: protocol ip u32 match u8 2 2 at 33 flowid 1:1
}
congest "$A" s0
congest "$B" k0
# ip_count NAME: packets that namespace B has received with that ECN field
ip_count() {
	in_b /usr/bin/python3 - "$1" <<'PY'
import sys
names, values = [l.split() for l in open("/proc/net/netstat") if l.startswith("IpExt")]
print(values[names.index(sys.argv[1])])
PY
}
# more NAME BEFORE: it has grown
more() {
	[ "$(ip_count "$1")" -gt "$2" ]
}
# A mark for every segment: the queue marks buffers. The kernel's TCP has its large ones cut up behind the queue, whatever
# ethtool says.
single_segments() {
	netns_exec "$A" ethtool -K s0 tso off gso off
	ip -n "$B" link set k0 gso_max_segs 1
}
large_buffers() {
	netns_exec "$A" ethtool -K s0 tso on gso on
	ip -n "$B" link set k0 gso_max_segs 65535
}
serve_a 7000
serve_b 7000

# 1. The kernel asks, Strata agrees.
in_b sysctl -qw net.ipv4.tcp_ecn=1
single_segments
peer_b put 7000 524288 || fail "the kernel sends"
[ "$(counter "$A" tcp ecn_marked)" -gt 0 ] || fail "no mark has come to Strata"
peer_b get 7000 524288 || fail "Strata sends"
more InCEPkts 0 || fail "no mark has come to the kernel"
more InECT0Pkts 300 || fail "Strata's data is not ECN-capable"
reduced=$(counter "$A" tcp ecn_reduced)
[ "$reduced" -gt 0 ] || fail "marks do not reduce Strata's window"
expect 0 "$(counter "$A" tcp fast_retrans)" "losses that Strata found where nothing was lost"

# 2. Strata asks, the kernel agrees; in large buffers, too.
in_b sysctl -qw net.ipv4.tcp_ecn=2
in_a sysctl -qw net.strata.tcp_ecn=1
before=$(ip_count InCEPkts)
peer_a put 7000 524288 || fail "Strata sends, and has asked"
more InCEPkts "$before" || fail "no mark has come to the kernel that was asked"
[ "$(counter "$A" tcp ecn_reduced)" -gt "$reduced" ] || fail "marks do not reduce the window of who asked"
large_buffers
peer_a put 7000 4194304 || fail "Strata sends in large buffers"
peer_a get 7000 4194304 || fail "the kernel sends in large buffers"
expect 0 "$(counter "$A" tcp fast_retrans)" "losses that Strata found where nothing was lost"

# 3. Switched off, Strata does not agree.
in_b sysctl -qw net.ipv4.tcp_ecn=1
in_a sysctl -qw net.strata.tcp_ecn=0
before=$(ip_count InECT0Pkts)
peer_b get 7000 524288 || fail "Strata sends without ECN"
expect "$before" "$(ip_count InECT0Pkts)" "ECN-capable packets of who refused"
pass
