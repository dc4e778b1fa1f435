# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# For the tests of the NIC alone: the kernel's own stack at both ends of one
# cable, so that whatever fails is the cable's. Sourced after lib.sh.
#
#	┌── namespace $A ──┐           ┌── namespace $B ──┐
#	│ s0 10.0.0.1/24 ──┼── cable ──┼── s1 10.0.0.2/24 │
#	└──────────────────┘           └──────────────────┘

# cable: the picture above. Anew after one end was deleted.
cable() {
	ip netns add "$A" 2>/dev/null || true
	ip netns add "$B" 2>/dev/null || true
	ip -n "$A" link add s0 type strata_nic peer name s1 netns "$B"
	ip -n "$A" addr add "$A_ADDR/24" dev s0
	ip -n "$B" addr add "$B_ADDR/24" dev s1
	ip -n "$A" link set s0 up
	ip -n "$B" link set s1 up
	until_ok in_a ping -c 1 -W 1 "$B_ADDR"
}

# nic_stat NAMESPACE DEVICE COUNTER: from ethtool -S, the sum of the queues: tx_packets is
# that of tx_queue_0_packets and the others
nic_stat() {
	netns_exec "$1" ethtool -S "$2" |
		awk -v want="^${3/_/_queue_[0-9]+_}:\$" '$1 ~ want { sum += $2 } END { print sum + 0 }'
}

# queue_stat NAMESPACE DEVICE COUNTER: from ethtool -S, of each queue in turn
queue_stat() {
	netns_exec "$1" ethtool -S "$2" |
		awk -v want="^${3/_/_queue_[0-9]+_}:\$" '$1 ~ want { printf "%s ", $2 } END { print "" }'
}

# link_stat NAMESPACE DEVICE COUNTER: from the device's sum
link_stat() {
	ip netns exec "$1" cat "/sys/class/net/$2/statistics/$3"
}

# carrier NAMESPACE DEVICE, no_carrier NAMESPACE DEVICE: of a device that is up
carrier() {
	ip -n "$1" link show "$2" | grep -q LOWER_UP
}

no_carrier() {
	ip -n "$1" link show "$2" | grep -q NO-CARRIER
}

iperf_server() {
	in_b iperf3 -s >"$WORK/iperf-server.log" 2>&1 &
	until_ok listening_b 5201
}
