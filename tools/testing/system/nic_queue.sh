#!/bin/bash
# With a queueing discipline a full ring stops the queue and loses nothing; without one it drops and counts.
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/cable.sh
. "${0%/*}/../cable.sh"

need iperf3
cable
iperf_server
# The host segments what TCP sends and hands a long list of frames over at once:
# more than this ring holds.
in_a ethtool -K s0 tso off >/dev/null
in_a ethtool -G s0 tx 8

# Without a discipline: frames are lost, TCP repairs it, nothing hangs.
in_a iperf3 -c $B_ADDR -n 2M >/dev/null || fail "iperf3 without a discipline"
[ "$(nic_stat "$A" s0 tx_overruns)" -gt 0 ] || fail "64 KiB in segments fitted a ring of 8"
expect "$(nic_stat "$A" s0 tx_overruns)" "$(link_stat "$B" s1 rx_missed_errors)" "missed by the receiver"
expect 0 "$(nic_stat "$A" s0 tx_stops)" "stops without a discipline"

# With one: the queue stops and is woken, each frame arrives.
in_a tc qdisc replace dev s0 root pfifo limit 10000
lost=$(nic_stat "$A" s0 tx_dropped)
in_a iperf3 -c $B_ADDR -n 4M >/dev/null || fail "iperf3 with a discipline"
[ "$(nic_stat "$A" s0 tx_stops)" -gt 0 ] || fail "the queue never stopped"
[ "$(nic_stat "$B" s1 rx_wakes)" -gt 0 ] || fail "the queue was never woken"
expect "$lost" "$(nic_stat "$A" s0 tx_dropped)" "frames lost with a discipline"

# Byte queue limits account what is in the ring, and nothing stays behind.
limits=/sys/class/net/s0/queues/tx-0/byte_queue_limits
if in_a test -d $limits; then
	# shellcheck disable=SC2317 # by until_ok
	drained() { [ "$(in_a cat "$limits/inflight")" = 0 ]; }
	until_ok drained
	[ "$(in_a cat $limits/limit)" -gt 0 ] || fail "byte queue limits saw nothing"
fi

# The discipline comes and goes under traffic.
in_a iperf3 -c $B_ADDR -t 3 --bidir >"$WORK/iperf" 2>&1 &
client=$!
while kill -0 $client 2>/dev/null; do
	in_a tc qdisc replace dev s0 root pfifo limit 1000
	in_a tc qdisc del dev s0 root
done
wait $client || fail "traffic broke: $(tail -3 "$WORK/iperf")"
until_ok in_a ping -q -c 1 -W 1 $B_ADDR
pass
