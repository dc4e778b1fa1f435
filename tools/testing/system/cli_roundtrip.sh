#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What is added is shown and can be deleted: addresses, routes, neighbours; detaching takes it all away.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

ip netns add "$A"
ip -n "$A" link add s0 type strata_nic peer name s1
in_a strata link attach s0
ip -n "$A" link set s0 up
ip -n "$A" link set s1 up
until_ok settled_a
before=$(in_a strata -j addr; in_a strata -j route; in_a strata -j neigh)

add_and_delete() { # add_and_delete OBJECT SHOWN ARGUMENT…
	local object=$1 shown=$2
	shift 2
	in_a strata "$object" add "$@"
	in_a strata "$object" show | grep -qF -- "$shown" || fail "$object $*: not shown as '$shown': $(in_a strata "$object")"
	refused "" in_a strata "$object" add "$@"
	in_a strata "$object" del "$@"
	in_a strata "$object" show | grep -qF -- "$shown" && fail "$object $*: still shown after del"
	refused "" in_a strata "$object" del "$@"
}

for address in 10.0.0.1/24 10.0.0.1/32 10.0.0.1/31 10.255.255.254/8 172.16.0.1/12 1.2.3.5/30; do
	add_and_delete addr "inet $address" $address dev s0
done
in_a strata addr add 10.0.0.1/24 dev s0
for route in "10.1.0.0/16 via 10.0.0.2 dev s0" "10.1.2.3 dev s0" "default via 10.0.0.254 dev s0" \
	"128.0.0.0/1 via 10.0.0.2 dev s0" "10.1.0.0/16 via 10.0.0.2 dev s0 metric 4294967295"; do
	# shellcheck disable=SC2086 # the words of the route
	add_and_delete route "${route% metric*}" $route
done
for address in fd00::1/64 fd00::1/128 2001:db8::1/127 fe80::1/64; do
	add_and_delete addr "inet6 $address" $address dev s0
done
for neighbour in 10.0.0.2 10.0.0.254 fd00::2; do
	add_and_delete neigh "$neighbour dev s0 lladdr 02:00:00:00:00:02 PERMANENT" \
		$neighbour lladdr 02:00:00:00:00:02 dev s0
done

in_a strata addr add fd00::1/64 dev s0
for route in "2001:db8::/32 via fd00::2 dev s0" "2001:db8::9 dev s0" "default via fe80::2 dev s0"; do
	read -ra words <<<"$route"
	in_a strata route add "${words[@]}"
	in_a strata -6 route show | grep -qF -- "$route" || fail "$route: not shown: $(in_a strata -6 route)"
	in_a strata route show | grep -qF -- "$route" && fail "$route: shown among IPv4's"
	refused "" in_a strata route add "${words[@]}"
	in_a strata route del "${words[@]}"
	in_a strata -6 route show | grep -qF -- "$route" && fail "$route: still shown after del"
	true
done

# Routes that differ in nothing but the metric are two.
in_a strata route add 10.1.0.0/16 via 10.0.0.2 metric 1
in_a strata route add 10.1.0.0/16 via 10.0.0.3 metric 2
expect "10.1.0.1 via 10.0.0.2 dev s0 src 10.0.0.1 metric 1" "$(in_a strata route get 10.1.0.1)" "the lower metric"
in_a strata route del 10.1.0.0/16 metric 1
expect "10.1.0.1 via 10.0.0.3 dev s0 src 10.0.0.1 metric 2" "$(in_a strata route get 10.1.0.1)" "the one left"

# Addresses take their routes along, links take everything.
in_a strata addr add 10.7.0.1/24 dev s0
in_a strata route add 10.8.0.0/16 via 10.0.0.2 src 10.7.0.1
in_a strata addr del 10.7.0.1/24 dev s0
in_a strata route | grep -qE '10\.[78]\.' && fail "routes outlive their address"
in_a strata neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev s0
in_a strata link detach s0
expect "" "$(in_a strata route; in_a strata -6 route)" "routes after detach"
expect "" "$(in_a strata neigh)" "neighbours after detach"
in_a strata link attach s0
until_ok settled_a
expect "$before" "$(in_a strata -j addr; in_a strata -j route; in_a strata -j neigh)" "state after attach"
pass
