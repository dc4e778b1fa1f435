#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# MPLS, a network layer that is a module: between two edge routers of the kernel's it swaps labels and takes them off, for both families, for small
# packets and for buffers of several segments, whole and cut up; a link takes no labels before it is told to.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

modprobe -aq mpls_router mpls_iptunnel mpls_gso 2>/dev/null || true
[ -e /proc/sys/net/mpls ] || skip "this kernel has no MPLS"
# shellcheck disable=SC2034 # for cleanup()
EXTRA_MODULES=strata_mpls
module=$STRATA_MODULES/strata_mpls.ko
topology_forward

# What $B and $C have to say to each other goes by labels alone: Strata has no route for it.
for edge in "$B 10.10.0.1 fd10::1 k0" "$C 10.20.0.1 fd20::1 c0"; do
	read -r ns addr addr6 dev <<<"$edge"
	ip -n "$ns" addr add "$addr/32" dev lo
	ip -n "$ns" addr add "$addr6/128" dev lo
	netns_exec "$ns" sysctl -qw net.mpls.platform_labels=1000 "net.mpls.conf.$dev.input=1" \
		net.ipv4.conf.all.rp_filter=0 "net.ipv4.conf.$dev.rp_filter=0"
done
ip -n "$B" route add 10.20.0.1/32 encap mpls 100 via inet 10.0.0.1 dev k0 src 10.10.0.1
ip -n "$C" route add 10.10.0.1/32 encap mpls 110 via inet 10.1.0.1 dev c0 src 10.20.0.1
ip -n "$B" -6 route add fd20::1/128 encap mpls 100 via inet6 fd00::1 dev k0 src fd10::1
ip -n "$C" -6 route add fd10::1/128 encap mpls 111/112 via inet6 fd00:1::1 dev c0 src fd20::1
ip -n "$C" -f mpls route add 200 dev lo

refused "insmod strata_mpls.ko" in_a strata mpls show
mpls() {
	in_a strata mpls "$@"
}
configure() {
	mpls link set s0 input on
	mpls link set s1 input on
	# One for one, one off, and one off with another below that leads on.
	mpls add 100 as 200 via 10.1.0.2 dev s1
	mpls add 110 via fd00::2 dev s0
	mpls add 111 local
	mpls add 112 via 10.0.0.2 dev s0
}
through() {
	in_b ping -c 1 -W 1 10.20.0.1 && in_b ping -c 1 -W 1 fd20::1
}
insmod "$module"
expect "s0 input off s1 input off" "$(mpls link | xargs)" "links at first"
mpls add 100 as 200 via 10.1.0.2 dev s1
if in_b ping -c 1 -W 0.2 10.20.0.1 >/dev/null; then fail "labels from a link that is off"; fi
[ "$(counter "$A" drop mpls_off)" -gt 0 ] || fail "no drop for a link that is off"
mpls flush
configure
until_ok through

# TCP both ways, as large segments, and cut up by Strata for a device that takes none.
peer() {
	"$1" /usr/bin/python3 "$STRATA_TESTING/peer.py" "${@:2}"
}
peer in_c serve 10.20.0.1 7000 &
until_ok peer in_b put 10.20.0.1 7000 1000
for offload in on off; do
	in_a ethtool -K s1 gso $offload tso $offload
	peer in_b put 10.20.0.1 7000 1000000
	peer in_b get 10.20.0.1 7000 1000000
done

# Unloaded under traffic: labels have no meaning then, and one again with the module.
peer in_b put 10.20.0.1 7000 3000000 &
traffic=$!
dropped=$(counter "$A" drop l3_unknown)
unknown() { [ "$(counter "$A" drop l3_unknown)" -gt "$dropped" ]; }
rmmod strata_mpls
until_ok unknown
insmod "$module"
configure
wait $traffic || fail "a connection did not outlive the module's absence"
until_ok through

# Two labels for one. The kernel looks at the second only if lo takes labels, as its own
# label leads there.
ip -n "$C" -f mpls route add 201 dev lo
mpls replace 100 as 201/200 via link "$(in_c cat /sys/class/net/c0/address)" dev s1
if in_b ping -c 1 -W 0.2 10.20.0.1 >/dev/null; then fail "a second label from lo, which is off"; fi
in_c sysctl -qw net.mpls.conf.lo.input=1
until_ok through

pass
