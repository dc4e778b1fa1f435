#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A device that somebody else has, or that cannot be attached, is refused with a text that says what would be right.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

ip netns add "$A"
ip -n "$A" link add s0 type strata_nic peer name s1
attach() {
	in_a strata link attach "$1"
}
detach() {
	in_a strata link detach "$1"
}

# Bridges, bonds and the like have their ports; Strata leaves them alone.
ip -n "$A" link add br0 type bridge
ip -n "$A" link set s0 master br0
refused "bridge port" attach s0
ip -n "$A" link set s0 nomaster
if ip -n "$A" link add bond9 type bond 2>/dev/null; then
	ip -n "$A" link set s0 master bond9
	refused "bond" attach s0
	ip -n "$A" link set s0 nomaster
fi
if ip -n "$A" link add m0 link s0 type macvlan 2>/dev/null; then
	refused "macvlan" attach s0
	ip -n "$A" link del m0
fi

# The host's addresses are not taken away silently.
ip -n "$A" addr add 10.0.0.1/24 dev s0
refused "ip -4 addr flush" attach s0
ip -n "$A" addr flush dev s0
ip -n "$A" -6 addr add fd00::1/64 dev s0 nodad
refused "ip -6 addr flush" attach s0
ip -n "$A" -6 addr flush dev s0

# Not every device can be attached.
refused "lo is the host's" attach lo
if ip -n "$A" link add gre9 type gre local 10.1.1.1 remote 10.1.1.2 2>/dev/null; then
	refused "only Ethernet and L3-only" attach gre9
fi
refused "" attach nosuchdevice

# Attached once, and not for others meanwhile.
attach s0
refused "attached already" attach s0
ip -n "$A" link set s0 master br0 2>/dev/null && fail "the bridge took an attached device"
refused "attached to Strata" ip -n "$A" addr add 10.0.0.1/24 dev s0
refused "not attached" detach s1
refused "stays attached" detach slo
ip -n "$A" link del slo 2>/dev/null && fail "slo was deleted"
ip -n "$A" link set slo netns 1 2>/dev/null && fail "slo was moved"

# Nothing above has left a trace: it still can be given back, and bridged.
detach s0
ip -n "$A" link set s0 master br0
pass
