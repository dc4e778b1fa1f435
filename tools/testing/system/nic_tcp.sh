#!/bin/bash
# TCP crosses a cable unaltered both ways, with each offload on and off.
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/cable.sh
. "${0%/*}/../cable.sh"

need curl iperf3
# What goes to a group that the other end does not hear is sent and not received: IPv6
# would say such things, and the counters are compared at the end.
for namespace in "$A" "$B"; do
	ip netns add "$namespace"
	netns_exec "$namespace" sysctl -q net.ipv6.conf.default.disable_ipv6=1
done
cable
random_file "$WORK/data" 4096
serve_files in_b "$WORK" 8000
until_ok listening_b 8000
for offloads in "" "tso off" "gso off" "tx off" "sg off" "gro off" "rx off" "tso off gso off gro off"; do
	# shellcheck disable=SC2086 # words
	[ -z "$offloads" ] || { in_a ethtool -K s0 $offloads && in_b ethtool -K s1 $offloads; } >/dev/null
	in_a curl -sS -m "$PATIENCE" -o "$WORK/got" http://$B_ADDR:8000/data
	same_files "$WORK/data" "$WORK/got"
	in_a ethtool -K s0 tx on sg on tso on gso on gro on rx on >/dev/null
	in_b ethtool -K s1 tx on sg on tso on gso on gro on rx on >/dev/null
done

iperf_server
in_a iperf3 -c $B_ADDR -t 2 >/dev/null || fail "iperf3 to B"
in_a iperf3 -c $B_ADDR -t 2 -R >/dev/null || fail "iperf3 from B"
in_a iperf3 -c $B_ADDR -t 2 -u -b 50M -l 1400 >/dev/null || fail "iperf3, UDP"

# With TSO, frames larger than the MTU cross in one piece.
before=$(nic_stat "$A" s0 tx_packets)
in_a iperf3 -c $B_ADDR -n 8M >/dev/null
frames=$(($(nic_stat "$A" s0 tx_packets) - before))
[ $frames -lt $((8 * 1024 * 1024 / 1500 / 2)) ] || fail "8 MiB took $frames frames: segmented"

# Without it, GRO at the receiver joins what the sender made.
in_a ethtool -K s0 tso off gso off >/dev/null
before=$(nic_stat "$B" s1 rx_gro)
in_a iperf3 -c $B_ADDR -n 1M >/dev/null
[ "$(nic_stat "$B" s1 rx_gro)" -gt $((before + 100)) ] || fail "GRO saw no frames"

# GRO must not take apart what the sender still holds for retransmission.
if in_b tc qdisc replace dev s1 root netem loss 2% 2>/dev/null; then
	in_b ethtool -K s1 tso off gso off >/dev/null
	in_a curl -sS -m "$PATIENCE" -o "$WORK/got" http://$B_ADDR:8000/data
	same_files "$WORK/data" "$WORK/got"
	in_b tc qdisc del dev s1 root
fi

# Both hosts may have something to say between two readings: agreement, not a moment, counts.
agree() {
	[ "$(link_stat "$A" s0 "tx_$1")" = "$(link_stat "$B" s1 "rx_$1")" ]
}
until_ok agree packets
until_ok agree bytes
pass
