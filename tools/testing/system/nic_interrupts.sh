#!/bin/bash
# Interrupts: moderated by time, by frames and by dim; polled by softirq, by a thread and by the reader itself.
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/cable.sh
. "${0%/*}/../cable.sh"

need ethtool iperf3
cable
# Ping's own answers must not wait for another moderated end: only s1 is.
in_a ethtool -L s0 combined 1
in_b ethtool -L s1 combined 1
# the shortest of three, in whole milliseconds
shortest_ping() {
	in_a ping -q -c 3 -i 0.2 -W 5 $B_ADDR | sed -n 's|^rtt [^=]*= \([0-9]*\)\..*|\1|p'
}
coalesce() {
	in_b ethtool -c s1 | awk -v want="$1:" '$1 == want { print $2 }'
}
# How many interrupts 64 datagrams cost that come at once.
interrupts_of_64() {
	local before frames
	before=$(nic_stat "$B" s1 rx_interrupts)
	frames=$(nic_stat "$B" s1 rx_packets)
	in_a ping -q -b -c 64 -l 64 -W 1 10.0.0.255 >/dev/null 2>&1 || true
	# shellcheck disable=SC2317 # by until_ok
	arrived() { [ "$(nic_stat "$B" s1 rx_packets)" -ge $((frames + 64)) ]; }
	until_ok arrived
	echo $(($(nic_stat "$B" s1 rx_interrupts) - before))
}

# By default there is no moderation.
expect 0 "$(coalesce rx-usecs)" "default"
[ "$(shortest_ping)" -lt 50 ] || fail "without moderation: $(shortest_ping) ms"
plain=$(interrupts_of_64)

# By time: a single frame waits.
in_b ethtool -C s1 rx-usecs 80000
expect 80000 "$(coalesce rx-usecs)" "as set"
# A frame of somebody else's may have started the timer before.
# shellcheck disable=SC2317 # by until_ok
waits() { [ "$(shortest_ping)" -ge 79 ]; }
until_ok waits

# By frames: enough of them do not; together they cost fewer interrupts.
in_b ethtool -C s1 rx-frames 16
moderated=$(interrupts_of_64)
[ "$moderated" -lt "$plain" ] || fail "64 frames: $plain interrupts without moderation, $moderated with"
in_b ethtool -C s1 rx-frames 1
[ "$(shortest_ping)" -lt 79 ] || fail "rx-frames 1: answered after $(shortest_ping) ms"
in_b ethtool -C s1 rx-frames 0

# A reader that polls itself does not wait for the interrupt.
before=$(in_b nstat -asz TcpExtBusyPollRxPackets | awk '/Busy/ { print $2 }')
slow=$(/usr/bin/python3 "$STRATA_TESTING/busy_poll.py" $B_ADDR "$B" $A_ADDR "$A" 0)
fast=$(/usr/bin/python3 "$STRATA_TESTING/busy_poll.py" $B_ADDR "$B" $A_ADDR "$A" 50000)
[ "$slow" -ge 79 ] || fail "asleep: received after $slow ms"
[ "$fast" -lt 79 ] || fail "busy polling: received after $fast ms"
after=$(in_b nstat -asz TcpExtBusyPollRxPackets | awk '/Busy/ { print $2 }')
[ "$after" -gt "$before" ] || fail "no frame was busy polled"

# Wrong settings change nothing.
for words in "rx-usecs 100001" "rx-frames 8193" "tx-usecs 1"; do
	# shellcheck disable=SC2086 # words
	in_b ethtool -C s1 $words 2>/dev/null && fail "ethtool -C s1 $words was not refused"
done
expect 80000 "$(coalesce rx-usecs)" "after requests that were refused"

# In a thread.
in_b ethtool -C s1 rx-usecs 20 rx-frames 32
in_b bash -c 'echo 1 >/sys/class/net/s1/threaded'
thread=$(pgrep 'napi/s1-') || fail "no thread"
switches() {
	awk '/voluntary_ctxt/ { sum += $2 } END { print sum }' "/proc/$thread/status"
}
before=$(switches)
iperf_server
in_a iperf3 -c $B_ADDR -t 1 --bidir >/dev/null || fail "traffic in a thread"
[ "$(switches)" -gt "$before" ] || fail "the thread slept"
in_b bash -c 'echo 0 >/sys/class/net/s1/threaded'

# Adaptive, under traffic and while everything about it changes.
if in_b ethtool -C s1 adaptive-rx on 2>/dev/null; then
	in_b ethtool -c s1 | grep -q 'Adaptive RX: on' || fail "adaptive is not shown"
	in_a iperf3 -c $B_ADDR -t 2 -u -b 0 -l 100 >"$WORK/iperf" 2>&1 &
	client=$!
	while kill -0 $client 2>/dev/null; do
		in_b ethtool -C s1 adaptive-rx off rx-usecs 10
		in_b ethtool -C s1 adaptive-rx on
	done
	wait $client || fail "adaptive: $(tail -3 "$WORK/iperf")"
else
	in_b grep -q net_dim /proc/kallsyms && fail "dim is there and was refused"
fi

# Cut while a timer runs.
in_b ethtool -C s1 rx-usecs 100000 rx-frames 0
in_a ping -q -c 3 -i 0.05 -W 1 $B_ADDR >/dev/null || true
ip -n "$B" link set s1 down
ip -n "$B" link set s1 up
until_ok in_a ping -q -c 1 -W 1 $B_ADDR
pass
