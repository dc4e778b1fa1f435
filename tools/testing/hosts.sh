# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Two hosts that are the same but for their stack, each at the end of a cable. A test
# sources this file after lib.sh.
#
#	$A: Strata s0 10.0.0.1 fd00::1 ── cable ── k0 :$B: k1 ── cable ── c0 10.0.0.1 fd00::1, the kernel's stack :$C

# topology_hosts: the picture above; sets C. $B has devices and no addresses.
topology_hosts() {
	local host=02:00:00:00:00:01 other=02:00:00:00:00:03 near far namespace
	C=c-$$
	# shellcheck disable=SC2034 # for cleanup
	EXTRA_NAMESPACES=$C
	for namespace in "$A" "$B" "$C"; do
		ip netns add "$namespace"
	done
	in_b sysctl -qw net.ipv6.conf.default.disable_ipv6=1 net.ipv6.conf.all.disable_ipv6=1
	while read -r namespace near far; do
		ip -n "$namespace" link add "$near" address $host mtu 9000 type strata_nic \
			peer name "$far" address $other netns "$B"
		ip -n "$B" link set "$far" mtu 9000 arp off up
		ip -n "$namespace" link set "$near" mtu 9000
		# Checksums are to be seen on the cable.
		netns_exec "$namespace" ethtool -K "$near" tx off >/dev/null
	done <<-EOF
		$A s0 k0
		$C c0 k1
	EOF
	in_a strata link attach s0
	ip -n "$A" link set s0 up
	ip -n "$C" link set c0 up addrgenmode none
	ip -n "$C" link set lo up
	# The kernel's limits on errors count those of other tests, too.
	in_c sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_ratemask=0 net.ipv6.icmp.ratelimit=0 \
		net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.c0.rp_filter=0 net.ipv4.conf.all.drop_unicast_in_l2_multicast=1 net.ipv6.conf.c0.accept_ra=0
	# Neighbours and routes, in the words that strata and ip share.
	config() {
		cat <<-WORDS
			addr add 10.0.0.1/24 dev $1
			addr add fd00::1/64 dev $1 nodad
			neigh add 10.0.0.2 lladdr $other dev $1
			neigh add fd00::2 lladdr $other dev $1
			route add default via 10.0.0.2 dev $1
			route add default via fd00::2 dev $1
		WORDS
	}
	config s0 | in_a strata -b -
	config c0 | sed 's/^neigh add \(.*\)/neigh add \1 nud permanent/' | in_c ip -b -
	until_ok settled_a
}

# compare_hosts 4|6: differential.py's packets to both
compare_hosts() {
	PYTHONDONTWRITEBYTECODE=1 in_b /usr/bin/python3 "$STRATA_TESTING/differential.py" "$1" "$A" "$C"
}
