#!/bin/bash
# Cables and namespaces are deleted, and ends go down, under full traffic both ways.
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/cable.sh
. "${0%/*}/../cable.sh"

need iperf3
# Floods both ways, of small frames and large ones, and TCP.
traffic() {
	local before
	in_a ping -q -f -s 1400 $B_ADDR >/dev/null 2>&1 &
	in_b ping -q -f -s 1 $A_ADDR >/dev/null 2>&1 &
	iperf_server
	in_a iperf3 -c $B_ADDR -t 60 >/dev/null 2>&1 &
	before=$(nic_stat "$B" s1 rx_packets)
	# shellcheck disable=SC2317 # by until_ok
	flows() { [ "$(nic_stat "$B" s1 rx_packets)" -gt $((before + 200)) ]; }
	until_ok flows
	# A namespace that has lost its name does not tell its processes.
	senders=$(ip netns pids "$A" && ip netns pids "$B")
}

silence() {
	# shellcheck disable=SC2086 # a list
	kill -KILL $senders 2>/dev/null || true
	wait 2>/dev/null || true
}

# shellcheck disable=SC2317 # by until_ok
gone() {
	! ip -n "$A" link show s0
}

for turn in 1 2 3; do
	cable
	traffic
	for _ in 1 2 3; do
		ip -n "$B" link set s1 down
		ip -n "$B" link set s1 up
		ip -n "$A" link set s0 down
		ip -n "$A" link set s0 up
	done
	case $turn in
	1) ip -n "$A" link del s0 ;;
	2) ip -n "$B" link del s1 ;;
	3) ip netns del "$B" ;;
	esac
	silence
	until_ok gone
done
pass
