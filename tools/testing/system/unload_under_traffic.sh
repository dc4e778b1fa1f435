#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Namespaces and devices vanish, and the module leaves, while a transfer runs.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
serve_b 7000
for round in 1 2 3; do
	peer_a get 7000 1000000000 >"$WORK/get.log" 2>&1 &
	client=$!
	until_ok sh -c "netns_exec $A strata socket -t -n | grep -q ESTAB"
	case $round in
	1) in_a strata link detach s0 ;;
	2) ip -n "$A" link set s0 down ;;
	3) ip -n "$A" link del s0 ;;
	esac
	kill -KILL $client
	wait $client 2>/dev/null || true
	case $round in
	1)
		in_a strata link attach s0
		in_a strata addr add $A_ADDR/24 dev s0
		;;
	2) ip -n "$A" link set s0 up ;;
	esac
	[ $round = 3 ] || until_ok in_b ping -c 1 -W 1 $A_ADDR
done
# Some end by themselves meanwhile.
ip netns pids "$A" | xargs -r kill -KILL 2>/dev/null || true
ip netns del "$A"
until_ok rmmod strata
insmod "$STRATA_MODULES/strata.ko"
pass
