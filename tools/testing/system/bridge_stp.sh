#!/bin/bash
# A ring of two Strata bridges and one of the kernel's: one spanning tree, no loop, and
# another tree when a cable is cut, whichever it is. Guards keep strangers out.
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086,SC2317 # addresses need no quotes; functions are called by name
# shellcheck source=tools/testing/lib.sh
. "$(dirname "$0")/../lib.sh"
#
#	      br1 (Strata) ── h1
#	     a2 /      \ a1
#	      a1'       \
#	    br2 ──────── br3        h2 and h3 are at br2 (Strata) and br3 (the kernel's)
#
# Cable i joins l$i, a port of bridge i, to r$i, a port of the next.

TIMES="hello_time 100 max_age 600 forward_delay 200"

# shellcheck disable=SC2086 # TIMES is words
ring() { # ring STP_STATE-of-Strata's
	local i next kind state
	ip netns add "$A"
	in_a sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	for i in 1 2 3; do
		kind=strata_bridge state=$1
		[ $i -lt 3 ] || kind=bridge state=1
		ip -n "$A" link add br$i address 02:00:00:00:01:0$i type $kind \
			stp_state "$state" priority $((i * 4096)) $TIMES
		EXTRA_NAMESPACES="${EXTRA_NAMESPACES:-} h$i-$$"
		ip netns add "h$i-$$"
		ip -n "$A" link add p$i type strata_nic peer name e0 netns "h$i-$$"
		ip -n "h$i-$$" addr add 10.0.0.$i/24 dev e0
		ip -n "h$i-$$" link set e0 up
		ip -n "$A" link set p$i up master br$i
		ip -n "$A" link set br$i up
	done
	for i in 1 2 3; do
		next=$((i % 3 + 1))
		ip -n "$A" link add l$i type strata_nic peer name r$i
		ip -n "$A" link set l$i up master br$i
		ip -n "$A" link set r$i up master br$next
	done
}

states() {
	in_a bridge link show | grep -o ' [lrp][123]@\?[^:]*:.* state [a-z]*' | sed 's/ \([lrp].\).* state/\1/'
}

# follows BRIDGE ROOT: as its ports say; ip(8) 6.1 shows a bridge's own identifier as its
# root's.
follows() {
	in_a ip -d link show "p$1" | grep -q "designated_root [^ ]*2:0:0:0:1:$2"
}

# converged BLOCKED ROOT: nothing is on its way, so many ports block, br$ROOT is the root.
converged() {
	local now
	now=$(states)
	! grep -qE 'listening|learning' <<<"$now" || return
	[ "$(grep -c blocking <<<"$now")" = "$1" ] || return
	follows 1 "$2" && follows 2 "$2" && follows 3 "$2"
}

settles() { # settles BLOCKED ROOT
	local end=$((SECONDS + PATIENCE))
	until converged "$@"; do
		[ $SECONDS -lt $end ] || fail "not converged to $*: $(states)"
		read -rt 0.1 <> <(:) || true
	done
}

all_reach_all() {
	local said
	for to in 2 3; do
		until_ok ip netns exec "h1-$$" ping -c 1 -W 1 10.0.0.$to
	done
	until_ok ip netns exec "h2-$$" ping -c 1 -W 1 10.0.0.3
	# In a loop there would be two.
	said=$(ip netns exec "h2-$$" ping -c 2 -i 0.2 10.0.0.3)
	[[ $said != *DUP* ]] || fail "frames arrive twice: $said"
}

raze() {
	local i
	for i in 1 2 3; do
		ip netns del "h$i-$$"
	done
	ip netns del "$A"
}

for version in 1 2; do
	ring $version
	settles 1 1
	all_reach_all
	for i in 1 2 3; do
		ip -n "$A" link set l$i down
		settles 0 1
		all_reach_all
		ip -n "$A" link set l$i up
		settles 1 1
		[ $version = 2 ] || [ $i = 3 ] || break
	done
	all_reach_all
	# Another root by priority.
	ip -n "$A" link set br2 type strata_bridge priority 0
	settles 1 2
	all_reach_all
	[ $version = 2 ] || raze
done

# The BPDU guard takes the port of who speaks BPDUs where hosts are to be; down and up
# gives it back.
ip -n "$A" link set l2 down
in_a bridge link set dev l1 guard on
is() { in_a bridge link show dev "$1" | grep -q "state $2"; }
until_ok is l1 disabled
[ "$(counter "$A" bridge bpdu_guard)" -ge 1 ] || fail "the guard's counter is 0"
in_a bridge link set dev l1 guard off
ip -n "$A" link set l1 down
ip -n "$A" link set l1 up
until_ok is l1 forwarding
# The root guard keeps the better bridge behind it from becoming the root.
in_a bridge link set dev r1 root_block on
ip -n "$A" link set br1 type strata_bridge priority 0
ip -n "$A" link set br2 type strata_bridge priority 4096
until_ok is r1 blocking
follows 2 2 || fail "br2 follows br1"
refused "10 s" ip -n "$A" link set br1 type strata_bridge hello_time 2000
raze
pass
