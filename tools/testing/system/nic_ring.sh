#!/bin/bash
# Rings are resized under traffic, which goes on; wrong sizes are refused.
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/cable.sh
. "${0%/*}/../cable.sh"

need iperf3
cable
ring() {
	netns_exec "$1" ethtool -g "$2" | awk -v want="$3:" '/^Current/ { now = 1 } now && $1 == want { print $2 }'
}
expect 1024 "$(ring "$A" s0 TX)" "default size"
in_a ethtool -G s0 tx 100 rx 16
expect 128 "$(ring "$A" s0 TX)" "rounded up"
expect 16 "$(ring "$A" s0 RX)" "receive ring"
expect 128 "$(ring "$B" s1 RX)" "seen from the other end"
expect 16 "$(ring "$B" s1 TX)" "seen from the other end"
for words in "tx 8193" "rx 8193" "tx 0" "rx 0" "rx-mini 8"; do
	# shellcheck disable=SC2086 # words
	in_a ethtool -G s0 $words 2>/dev/null && fail "ethtool -G s0 $words was not refused"
done
expect 128 "$(ring "$A" s0 TX)" "after requests that were refused"

iperf_server
in_a iperf3 -c $B_ADDR -t 6 --bidir >"$WORK/iperf" 2>&1 &
client=$!
sizes=(8 4096 64 8192 16 256 8 1024)
turns=0
while kill -0 $client 2>/dev/null; do
	in_a ethtool -G s0 tx "${sizes[turns % 8]}" rx "${sizes[(turns + 3) % 8]}" ||
		fail "resize $turns"
	turns=$((turns + 1))
done
wait $client || fail "traffic broke: $(tail -3 "$WORK/iperf")"
[ $turns -ge 3 ] || fail "only $turns resizes in 6 seconds"
in_a ping -q -c 3 -i 0.1 -W 5 $B_ADDR >/dev/null || fail "no ping after $turns resizes"

# The size outlives a cut.
in_a ethtool -G s0 tx 32
ip -n "$A" link set s0 down
ip -n "$A" link set s0 up
expect 32 "$(ring "$A" s0 TX)" "size after down and up"
pass
