#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Strata tells the kernel's bridge, which snoops and asks, what groups it listens to: those of its addresses, as they come and go, and again to queries of both versions.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
ip -n "$B" link add br0 type bridge mcast_snooping 1 mcast_querier 1 mcast_mld_version 2 mcast_startup_query_interval 200 mcast_query_interval 200 mcast_query_response_interval 100
ip -n "$B" link set k0 master br0
ip -n "$B" link set br0 up
# shellcheck disable=SC2317 # by until_ok
listens() { netns_exec "$B" bridge mdb show dev br0 | grep -qw "port k0 grp $1"; }
# shellcheck disable=SC2317 # by until_ok
is_deaf() { ! listens "$1"; }
# group_of ADDRESS: its solicited-node group
group_of() {
	/usr/bin/python3 -c 'import ipaddress, sys
low = ipaddress.IPv6Address(sys.argv[1]).packed[13:]
print(ipaddress.IPv6Address(bytes.fromhex("ff0200000000000000000001ff") + low))' "$1"
}
# shellcheck disable=SC2317 # by until_ok
has_link_local() { [ -n "$(link_local_a)" ]; }
until_ok has_link_local
own=$(group_of "$(link_local_a)")
# The querier of the bridge asks, and hears of what was joined before.
until_ok listens "$own"
# A group that comes and goes is told of unasked.
ip -n "$B" link set br0 type bridge mcast_querier 0
in_a strata addr add fd00::aa:bbcc/64 dev s0
until_ok listens ff02::1:ffaa:bbcc
in_a strata addr del fd00::aa:bbcc/64 dev s0
until_ok is_deaf ff02::1:ffaa:bbcc
# A switch forgets when the cable is pulled.
ip -n "$B" link set br0 type bridge mcast_querier 1
ip -n "$A" link set s0 down
until_ok is_deaf "$own"
ip -n "$A" link set s0 up
until_ok listens "$own"
# Version 1.
ip -n "$B" link set br0 type bridge mcast_querier 0
# shellcheck disable=SC2317 # by until_ok
forgotten() {
	netns_exec "$B" bridge mdb del dev br0 port k0 grp "$own" 2>/dev/null
	is_deaf "$own"
}
until_ok forgotten
ip -n "$B" link set br0 type bridge mcast_mld_version 1 mcast_querier 1
until_ok listens "$own"
[ "$(counter "$A" mld rx)" -gt 1 ] || fail "not asked"
pass
