#!/bin/bash
# Frames of every length up to the MTU cross a cable, at each MTU.
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/cable.sh
. "${0%/*}/../cable.sh"

cable
for mtu in 68 576 1500 9000 65535; do
	ip -n "$A" link set s0 mtu "$mtu"
	ip -n "$B" link set s1 mtu "$mtu"
	# IP and ICMP headers; ping itself sends at most 65507 bytes.
	most=$((mtu - 28))
	for size in 0 1 13 40 $((most / 2)) $((most - 1)) $most; do
		in_a ping -q -c 1 -W 5 -M "do" -s "$size" $B_ADDR >/dev/null ||
			fail "MTU $mtu: no answer to $size bytes"
	done
done
for mtu in 67 65536; do
	refused mtu ip -n "$A" link set s0 mtu "$mtu"
done

# A receiver with a smaller MTU refuses what is too long, and counts it.
ip -n "$A" link set s0 mtu 2000
ip -n "$B" link set s1 mtu 1000
before=$(link_stat "$B" s1 rx_over_errors)
in_a ping -q -c 1 -W 1 -M "do" -s 1500 $B_ADDR >/dev/null &&
	fail "1528 bytes arrived at a device with an MTU of 1000"
expect $((before + 1)) "$(link_stat "$B" s1 rx_over_errors)" "too long for the receiver"
expect 1 "$(nic_stat "$B" s1 rx_oversize)" "rx_queue_0_oversize"
pass
