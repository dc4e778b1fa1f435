#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Where large packets vanish without an ICMP error, net.strata.tcp_mtu_probing gets the data through in smaller ones.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
# Packets of 1280 to 1535 octets are lost, each of them; segments must be seen one by one.
in_a ethtool -K s0 tso off gso off
in_a tc qdisc add dev s0 root handle 1: prio bands 2 priomap 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
in_a tc qdisc add dev s0 parent 1:2 netem loss 100% || skip "this kernel has no netem"
in_a tc filter add dev s0 parent 1: protocol ip u32 match u16 0x0500 0xff00 at 2 flowid 1:2
serve_b 7000
# Without it nothing gets through.
if run_a timeout 4 /usr/bin/python3 "$STRATA_TESTING/peer.py" put $B_ADDR 7000 100000; then
	fail "the path takes large packets: this proves nothing"
fi
in_a sysctl -qw net.strata.tcp_mtu_probing=1
peer_a put 7000 100000
[ "$(counter "$A" tcp black_holes)" -ge 1 ] || fail "no black hole was noticed"
pass
