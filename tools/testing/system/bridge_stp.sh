#!/bin/bash
# A ring of two Strata bridges and one of the kernel's: one spanning tree, no loop, and
# another tree when a cable is cut, whichever it is. Guards keep strangers out.
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086,SC2317 # addresses need no quotes; functions are called by name
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/lan.sh
. "${0%/*}/../lan.sh"
#
#	      br1 (Strata) ── h1
#	     a2 /      \ a1
#	      a1'       \
#	    br2 ──────── br3        h2 and h3 are at br2 (Strata) and br3 (the kernel's)
#
# Cable i joins l$i, a port of bridge i, to r$i, a port of the next.

TIMES="hello_time 100 max_age 600 forward_delay 200"

ring() { # ring STP_STATE-of-Strata's
	local i kind state
	silent_hosts 3
	for i in 1 2 3; do
		kind=strata_bridge state=$1
		[ $i -lt 3 ] || kind=bridge state=1
		echo "link add br$i address 02:00:00:00:01:0$i type $kind" \
			"stp_state $state priority $((i * 4096)) $TIMES"
		echo "link add p$i type strata_nic peer name e0" \
			"address 02:00:00:00:00:0$i netns h$i-$$"
		echo "link add l$i type strata_nic peer name r$i"
	done >"$WORK/ring"
	for i in 1 2 3; do
		echo "link set p$i up master br$i"
		echo "link set br$i up"
		echo "link set l$i up master br$i"
		echo "link set r$i up master br$((i % 3 + 1))"
	done >>"$WORK/ring"
	ip -n "$A" -batch "$WORK/ring"
	for i in 1 2 3; do
		ip -n "h$i-$$" link set e0 up
	done
	ask lan
}

# follows BRIDGE ROOT: as its ports say; ip(8) 6.1 shows a bridge's own identifier as its
# root's.
follows() {
	ask ip -d link show "p$1"
	[[ $SAID =~ designated_root\ [^\ ]*2:0:0:0:1:$2\  ]]
}

# converged BLOCKED ROOT: nothing is on its way, so many ports block, br$ROOT is the root.
converged() {
	local blocked
	ask bridge link show
	[[ ! $SAID =~ state\ (listening|learning) ]] || return
	blocked=${SAID//state blocking/}
	[ $(((${#SAID} - ${#blocked}) / 14)) = "$1" ] || return
	follows 1 "$2" && follows 2 "$2" && follows 3 "$2"
}

settles() { # settles BLOCKED ROOT
	local end=$((SECONDS + PATIENCE)) looks=0
	until converged "$@"; do
		[ $SECONDS -lt $end ] || fail "not converged to $*: $(in_lan bridge link show)"
		nap $((looks++))
	done
}

all_reach_all() {
	local end=$((SECONDS + PATIENCE))
	until ask reach; do
		# There is a loop.
		[[ $SAID != *twice* ]] || fail "frames arrive twice: $SAID"
		[ $SECONDS -lt $end ] || fail "not everybody reaches everybody: $SAID"
	done
}

for version in 1 2; do
	ring $version
	settles 1 1
	all_reach_all
	# A cable is mended when the next one is cut: timers that run at once are waited for once.
	cut=
	for i in 1 2 3; do
		in_lan ip link set l$i down
		[ -z "$cut" ] || in_lan ip link set l$cut up
		cut=$i
		settles 0 1
		all_reach_all
		[ $version = 2 ] || break
	done
	in_lan ip link set l$cut up
	settles 1 1
	all_reach_all
	# Another root by priority.
	in_lan ip link set br2 type strata_bridge priority 0
	settles 1 2
	all_reach_all
	[ $version = 2 ] || raze
done

# The BPDU guard takes the port of who speaks BPDUs where hosts are to be; down and up
# gives it back.
in_lan ip link set l2 down
in_lan bridge link set dev l1 guard on
until_ok port_state l1 disabled
[ "$(counter "$A" bridge bpdu_guard)" -ge 1 ] || fail "the guard's counter is 0"
in_lan bridge link set dev l1 guard off
in_lan ip link set l1 down
in_lan ip link set l1 up
until_ok port_state l1 forwarding
# The root guard keeps the better bridge behind it from becoming the root.
in_lan bridge link set dev r1 root_block on
in_lan ip link set br1 type strata_bridge priority 0
in_lan ip link set br2 type strata_bridge priority 4096
until_ok port_state r1 blocking
follows 2 2 || fail "br2 follows br1"
denied "10 s" ip link set br1 type strata_bridge hello_time 2000
raze
pass
