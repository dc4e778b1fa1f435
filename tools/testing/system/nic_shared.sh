#!/bin/bash
# A frame that its sender keeps and sends again arrives each time, and what a receiver does to it is not seen by the next.
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/cable.sh
. "${0%/*}/../cable.sh"

[ -e /proc/net/pktgen/pgctrl ] || modprobe pktgen 2>/dev/null || skip "this kernel has no packet generator"
cable
# The receiver routes, and each time writes a lower TTL into what it got: into a copy, else it is 0 after 32 times.
ip -n "$B" link add d0 type dummy
ip -n "$B" link set d0 up
in_b sysctl -qw net.ipv4.ip_forward=1
ip -n "$B" route add 10.9.0.0/24 dev d0
ip -n "$B" neigh add 10.9.0.1 lladdr 02:00:00:00:00:99 dev d0
dest=$(in_b cat /sys/class/net/s1/address)
snmp() { # snmp LAYER COUNTER, of the receiver
	in_b awk -v layer="$1:" -v name="$2" '
		$1 == layer && !column { for (i = 2; i <= NF; i++) if ($i == name) column = i; next }
		$1 == layer { print $column }' /proc/net/snmp
}
# shellcheck disable=SC2016 # expanded inside
send() { # send BURST
	in_a bash -c '
		say() { echo "$2" >"/proc/net/pktgen/$1" || exit 1; }
		say kpktgend_0 rem_device_all
		say kpktgend_0 "add_device s0"
		# Whole bursts: the last one is not cut.
		for command in "count 1600" "clone_skb 300" "pkt_size 200" "dst 10.9.0.1" "src_min 10.0.0.1" \
			"src_max 10.0.0.1" "dst_mac $1" "burst $2" "flag UDPCSUM"; do
			say s0 "$command"
		done
		say pgctrl start
		grep -q "^Result: OK" /proc/net/pktgen/s0' send "$dest" "$1" || fail "the generator refused bursts of $1"
}
sent=0
for burst in 1 16; do
	send $burst
	sent=$((sent + 1600))
	# On a busy machine the generator may overtake the poll, and then the ring drops.
	# shellcheck disable=SC2317 # by until_ok
	all_forwarded() {
		[ $(($(snmp Ip ForwDatagrams) + $(nic_stat "$A" s0 tx_overruns))) = "$sent" ]
	}
	until_ok all_forwarded
	expect 0 "$(snmp Ip InHdrErrors)" "frames whose TTL had run out"
done
[ "$(snmp Ip ForwDatagrams)" -gt 600 ] || fail "hardly any frame was sent more often than its TTL allows"
# A full ring leaves the frame with its sender, who tries again or drops it.
in_a ethtool -G s0 tx 8
send 16
until_ok in_a ping -c 1 -W 1 "$B_ADDR"
pass
