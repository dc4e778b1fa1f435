#!/bin/bash
# Queue pairs come and go under traffic, RSS spreads flows as key, table and fields say, wrong settings are refused.
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/cable.sh
. "${0%/*}/../cable.sh"

need iperf3 ethtool
cable
ip -n "$A" addr add fd00::1/64 dev s0 nodad
ip -n "$B" addr add fd00::2/64 dev s1 nodad
key=6d:5a:56:da:25:5b:0e:c2:41:67:25:3d:43:a3:8f:b0:d0:ca:2b:cb:ae:7b:30:b4:77:cb:2d:a3:80:30:f2:0c:6a:42:b7:3b:be:ac:01:fa
queues() {
	netns_exec "$1" ethtool -l "$2" | awk '/^Current/ { now = 1 } now && $1 == "Combined:" { print $2 }'
}

# flows COUNT SOURCE DEST: each flow's frame is counted; sets `wanted` and, for each queue, `got`
flows() {
	local before after queue
	read -ra before < <(queue_stat "$B" s1 rx_packets)
	read -ra wanted < <(in_a /usr/bin/python3 "$STRATA_TESTING/toeplitz.py" "$2" "$3" "$1" "$(queues "$B" s1)" $key)
	until_ok arrived "$1" "${before[@]}"
	read -ra after < <(queue_stat "$B" s1 rx_packets)
	got=()
	for queue in "${!before[@]}"; do
		got+=($((after[queue] - before[queue])))
	done
}
# shellcheck disable=SC2317 # by until_ok
arrived() {
	local count=$1 sum=0 n
	for n in $(queue_stat "$B" s1 rx_packets); do sum=$((sum + n)); done
	shift
	for n; do sum=$((sum - n)); done
	[ "$sum" -ge "$count" ]
}
# spread QUEUE LEAST: as many flows at least came by that queue
spread() {
	[ "${got[$1]}" -ge "$2" ] || fail "queue $1: ${got[*]}, wanted at least $2 there"
}

# The first answers to neighbour solicitations are out of the way.
until_ok in_a ping -q -c 1 -W 1 fd00::2
in_b sysctl -qw net.ipv4.icmp_ratelimit=0
in_a ethtool -L s0 combined 4
in_b ethtool -L s1 combined 3
expect 4 "$(queues "$A" s0)" "queues of one end"
expect 3 "$(queues "$B" s1)" "queues of the other"
in_b ethtool -X s1 hkey $key
in_b ethtool -x s1 | grep -q "$key" || fail "the key is not shown"

# The hash is Toeplitz: each flow comes by the queue that the definition says.
for pair in "$A_ADDR $B_ADDR" "fd00::1 fd00::2"; do
	# shellcheck disable=SC2086 # two words
	flows 45 $pair
	for queue in 0 1 2; do
		spread $queue "${wanted[queue]}"
		[ "${wanted[queue]}" -gt 2 ] || fail "flows are not spread: ${wanted[*]}"
	done
done

# The table decides, the fields decide.
in_b ethtool -X s1 weight 0 1 0
flows 20 $A_ADDR $B_ADDR
spread 1 20
in_b ethtool -X s1 default
in_b ethtool -N s1 rx-flow-hash udp4 sd
in_b ethtool -n s1 rx-flow-hash udp4 | grep -q 'L4 bytes' && fail "ports are hashed still"
flows 20 $A_ADDR $B_ADDR
[ "$(printf '%s\n' "${got[@]}" | sort -n | tail -1)" -ge 20 ] || fail "addresses alone, but several queues: ${got[*]}"
in_b ethtool -N s1 rx-flow-hash udp4 sdfn

# Without hashing a frame stays in its pair: this program sends by one queue.
in_b ethtool -K s1 rxhash off
if [ -e /sys/class/net/lo/queues/tx-0/xps_cpus ]; then
	[ "$(in_a cat /sys/class/net/s0/queues/tx-0/xps_cpus | tr -d '0,')" != "" ] || fail "no processor sends by queue 0"
	all=$(printf %x $(((1 << $(nproc)) - 1)))
	for queue in 0 1 2 3; do
		in_a bash -c "echo $([ $queue -eq 2 ] && echo "$all" || echo 0) >/sys/class/net/s0/queues/tx-$queue/xps_cpus"
	done
	flows 20 $A_ADDR $B_ADDR
	spread 2 20
fi
in_b ethtool -K s1 rxhash on

# Wrong settings.
for words in "combined 0" "combined 17" "rx 2" "tx 2"; do
	# shellcheck disable=SC2086 # words
	in_b ethtool -L s1 $words 2>/dev/null && fail "ethtool -L s1 $words was not refused"
done
in_b ethtool -X s1 equal 4 2>/dev/null && fail "a table with a queue that is not there"
in_b ethtool -X s1 hfunc xor 2>/dev/null && fail "another hash function"
in_b ethtool -N s1 rx-flow-hash tcp4 s 2>&1 | grep -q 'Cannot change' || fail "half of the addresses"
in_b ethtool -X s1 equal 3
in_b ethtool -L s1 combined 2 2>/dev/null && fail "the table names the third queue"
in_b ethtool -X s1 default
expect 3 "$(queues "$B" s1)" "after requests that were refused"

# Under traffic, with many flows and a discipline at one end.
iperf_server
in_a tc qdisc replace dev s0 root pfifo limit 10000
(exec netns_exec "$A" iperf3 -c $B_ADDR -t 200 -P 4 --bidir >"$WORK/iperf" 2>&1) &
client=$!
counts=(7 16 1 3 2)
for turn in 0 1 2 3; do
	seen=$(nic_stat "$B" s1 rx_packets)
	in_a ethtool -L s0 combined "${counts[turn]}"
	in_b ethtool -L s1 combined "${counts[turn + 1]}"
	in_b ethtool -K s1 rxhash "$([ "$turn" = 1 ] && echo off || echo on)"
	in_b ethtool -X s1 hkey "$key" default
	# shellcheck disable=SC2317 # by until_ok
	flows_on() { [ "$(nic_stat "$B" s1 rx_packets)" -gt "$seen" ]; }
	until_ok flows_on
done
kill $client || fail "traffic broke: $(tail -3 "$WORK/iperf")"
wait $client || true
until_ok in_a ping -q -c 1 -W 1 $B_ADDR

# The number outlives a cut, and is bounded at creation.
in_a ethtool -L s0 combined 6
ip -n "$A" link set s0 down
ip -n "$A" link set s0 up
expect 6 "$(queues "$A" s0)" "queues after down and up"
ip -n "$A" link add few numtxqueues 2 numrxqueues 2 type strata_nic peer name many
bound() {
	in_a ethtool -l "$1" | awk '/Combined/ { print $2; exit }'
}
expect "2 16" "$(bound few) $(bound many)" "bounds"
ip -n "$A" link del few
pass
