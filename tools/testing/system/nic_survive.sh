#!/bin/bash
# Rings, queues, MTU, moderation, offloads, programs and the carrier change under full traffic both ways, which goes on; then the cable goes, or a namespace.
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/cable.sh
. "${0%/*}/../cable.sh"

need iperf3 ethtool
mkdir "$WORK/bpf"
mount -t bpf bpf "$WORK/bpf"
xdp_program "$WORK/bpf/pass" pass
xdp_program "$WORK/bpf/tx-frags" tx

# Many streams both ways, and small frames as fast as they go.
traffic() {
	(exec netns_exec "$B" iperf3 -s >/dev/null 2>&1) &
	until_ok listening_b 5201
	(exec netns_exec "$A" iperf3 -c $B_ADDR -t 1000 -P 2 --bidir >/dev/null 2>&1) &
	(exec netns_exec "$A" ping -q -f -s 1400 $B_ADDR >/dev/null 2>&1) &
	(exec netns_exec "$B" ping -q -f -s 1 $A_ADDR >/dev/null 2>&1) &
	flows
	# A namespace that has lost its name does not tell its processes.
	senders=$(ip netns pids "$A" && ip netns pids "$B")
}

# flows: frames arrive at both ends from now on
flows() {
	local a b
	a=$(link_stat "$A" s0 rx_packets)
	b=$(link_stat "$B" s1 rx_packets)
	# shellcheck disable=SC2317 # by until_ok
	more() {
		[ "$(link_stat "$A" s0 rx_packets)" -gt $((a + 20)) ] &&
			[ "$(link_stat "$B" s1 rx_packets)" -gt $((b + 20)) ]
	}
	until_ok more
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

# change N: everything once
change() {
	local n=$1
	in_a ethtool -L s0 combined $((n * 3 % 5 + 1))
	in_a ethtool -G s0 tx $((8 << n)) rx $((512 >> n))
	in_b ethtool -C s1 rx-usecs $((n * 20)) rx-frames 16
	ip -n "$B" link set s1 xdpdrv pinned "$WORK/bpf/pass"
	in_b ethtool -L s1 combined $((n % 4 + 1))
	ip -n "$A" link set s0 mtu $((1280 + 100 * n))
	flows
	in_b ethtool -K s1 rxhash off
	ip -n "$B" -force link set s1 xdpdrv pinned "$WORK/bpf/tx-frags"
	ip -n "$A" link set s0 xdpdrv pinned "$WORK/bpf/pass"
	ip -n "$B" link set s1 mtu $((1500 + 500 * n))
	in_a ethtool -K s0 tx off rx off
	flows
	ip -n "$B" link set s1 xdpdrv off
	ip -n "$A" link set s0 xdpdrv off
	in_b ethtool -K s1 rxhash on
	ip -n "$A" link set s0 carrier off
	ip -n "$A" link set s0 carrier on
	in_a ethtool -K s0 tx on rx on
	in_a ethtool -X s0 equal 1
	in_a ethtool -X s0 default
	flows
}

for turn in 1 2; do
	cable
	in_a ethtool -L s0 combined 2
	in_b ethtool -L s1 combined 2
	traffic
	[ $turn = 2 ] || change $turn
	ip -n "$B" link set s1 xdpdrv pinned "$WORK/bpf/pass"
	case $turn in
	1) ip -n "$B" link del s1 ;;
	2) ip netns del "$B" ;;
	esac
	silence
	until_ok gone
done
umount "$WORK/bpf"
pass
