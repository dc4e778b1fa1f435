# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Two routers that are the same but for their stack, for routed.py. A test sources this
# file after lib.sh.
#
#	:$B: a1 ── r0 :$A: r1 ── b1 :$B:    $A is Strata
#	:$B: a2 ── r0 :$C: r1 ── b2 :$B:    $C is the kernel

# topology_routers: the picture above; sets C. $B has devices and no addresses.
topology_routers() {
	local near=02:00:00:00:00:01 far=02:00:00:00:00:02 host=02:00:00:00:00:03
	local namespace number=0 side device auto
	C=c-$$
	# shellcheck disable=SC2034 # for cleanup
	EXTRA_NAMESPACES=$C
	for namespace in "$A" "$B" "$C"; do
		ip netns add "$namespace"
	done
	in_b sysctl -qw net.ipv6.conf.default.disable_ipv6=1 net.ipv6.conf.all.disable_ipv6=1
	for namespace in "$A" "$C"; do
		number=$((number + 1))
		ip -n "$namespace" link add r0 address $near mtu 9000 type strata_nic \
			peer name a$number address $host netns "$B"
		ip -n "$namespace" link add r1 address $far mtu 9000 type strata_nic \
			peer name b$number address $host netns "$B"
		for side in a b; do
			ip -n "$B" link set $side$number mtu 9000 arp off up
		done
		ip -n "$namespace" link set r0 mtu 9000
		ip -n "$namespace" link set r1 mtu 1280
	done

	# Neighbours and routes, in the words that strata and ip share.
	config() {
		cat <<-WORDS
			addr add 10.0.0.1/24 dev r0
			addr add 10.1.0.1/24 dev r1
			addr add fd00::1/64 dev r0 nodad
			addr add fd00:1::1/64 dev r1 nodad
			addr add fe80::1/64 dev r0 nodad
			neigh add 10.0.0.3 lladdr $host dev r0
			neigh add 10.0.0.4 lladdr $host dev r0
			neigh add 10.0.0.2 lladdr $host dev r0
			neigh add 10.1.0.2 lladdr $host dev r1
			neigh add fd00::2 lladdr $host dev r0
			neigh add fd00::3 lladdr $host dev r0
			neigh add fd00::4 lladdr $host dev r0
			neigh add fe80::3 lladdr $host dev r0
			neigh add fe80::55 lladdr $host dev r0
			neigh add fd00:1::2 lladdr $host dev r1
			route add 10.77.0.0/16 via 10.0.0.2 dev r0
			route add 10.55.0.0/16 via 10.0.0.2 dev r0
			route add 10.1.9.0/24 via 10.1.0.2 dev r1
			route add fd00:77::/64 via fd00::2 dev r0
			route add fd00:55::/64 via fe80::55 dev r0
			route add fd00:9::/64 via fd00:1::2 dev r1
			route add blackhole 10.91.0.0/16
			route add unreachable 10.92.0.0/16
			route add prohibit 10.93.0.0/16
			route add blackhole fd00:91::/64
			route add unreachable fd00:92::/64
			route add prohibit fd00:93::/64
		WORDS
	}
	for device in r0 r1; do
		in_a strata link attach $device
		ip -n "$A" link set $device up
		in_a strata link set $device forwarding on
		ip -n "$C" link set $device up addrgenmode none
		in_c sysctl -qw net.ipv6.conf.$device.accept_ra=0 net.ipv4.conf.$device.rp_filter=0
	done
	in_c sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 net.ipv4.conf.all.rp_filter=0
	auto=$(in_a strata addr show dev r0 | sed -n 's,.* \(fe80:[^/]*/64\).*,\1,p')
	in_a strata addr del "$auto" dev r0
	config | in_a strata -b -
	config | sed 's/^neigh add \(.*\)/neigh add \1 nud permanent/' | in_c ip -b -
	until_ok settled_a
}
