#!/bin/bash
# The address filter, the counters of what does not arrive, link settings and the carrier.
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/cable.sh
. "${0%/*}/../cable.sh"

need ethtool
cable
# to MAC: ten frames; received WANTED WHAT: how many of them came through
cat >"$WORK/send.py" <<'PY'
import socket, sys

s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("s0", 0))
for _ in range(10):
    s.send(bytes.fromhex(sys.argv[1].replace(":", "")) + b"\x02\x00\x00\x00\x00\x01\x88\xb5" + bytes(50))
PY
to() {
	filtered=$(nic_stat "$B" s1 rx_filtered)
	groups=$(link_stat "$B" s1 multicast)
	in_a /usr/bin/python3 "$WORK/send.py" "$1"
}
kept_out() {
	# shellcheck disable=SC2317 # by until_ok
	counted() { [ "$(nic_stat "$B" s1 rx_filtered)" -ge $((filtered + 10)) ]; }
	until_ok counted
}
let_in() {
	# A ping after the frames: they have been through.
	in_a ping -q -c 1 -W 5 $B_ADDR >/dev/null
	expect "$filtered" "$(nic_stat "$B" s1 rx_filtered)" "$1"
}
# No group comes and goes by itself.
in_b sysctl -qw net.ipv6.conf.s1.disable_ipv6=1
in_a sysctl -qw net.ipv6.conf.s0.disable_ipv6=1
station=02:00:00:00:00:77 group=01:00:5e:01:02:03

to $station
kept_out
ip -n "$B" link set s1 promisc on
to $station
let_in "promiscuous"
ip -n "$B" link set s1 promisc off
ip -n "$B" link add link s1 name m1 address $station type macvlan mode private
ip -n "$B" link set m1 up
to $station
let_in "a second address"
ip -n "$B" -d link show s1 | grep -q 'promiscuity 0' || fail "promiscuous for a second address"
ip -n "$B" link del m1

to $group
kept_out
ip -n "$B" maddr add $group dev s1
to $group
let_in "a group"
[ "$(link_stat "$B" s1 multicast)" -ge $((groups + 10)) ] || fail "groups are not counted"
ip -n "$B" maddr del $group dev s1
to $group
kept_out
ip -n "$B" link set s1 allmulticast on
to $group
let_in "all groups"
to ff:ff:ff:ff:ff:ff
let_in "a broadcast"

# Settings are the cable's, so both ends have them.
in_a ethtool -s s0 speed 1000 duplex half autoneg off
in_b ethtool s1 | grep -q 'Speed: 1000Mb/s' || fail "speed"
in_b ethtool s1 | grep -q 'Duplex: Half' || fail "duplex"

# The carrier is taken away and given back; the other end follows.
ip -n "$A" link set s0 carrier off
until_ok no_carrier "$B" s1
ip -n "$B" link set s1 down
ip -n "$B" link set s1 up
no_carrier "$A" s0 || fail "the other end brought the carrier back"
in_a ping -q -c 1 -W 1 $B_ADDR >/dev/null 2>&1 && fail "answered without a carrier"
ip -n "$A" link set s0 carrier on
until_ok carrier "$B" s1
until_ok in_a ping -q -c 1 -W 1 $B_ADDR
pass
