#!/bin/bash
# A port brings no more broadcasts than its limit; what is for one station or for a group, and other ports, are not held back.
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/lan.sh
. "${0%/*}/../lan.sh"

# shellcheck disable=SC2034 # for lan()
KIND=strata_bridge
lan 3 mcast_snooping 0
storm() { # storm HOST DEST: 200 frames
	in_h "$1" /usr/bin/python3 -c '
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
s.bind(("e0", 0))
frame = bytes.fromhex(sys.argv[1].replace(":", "")) + bytes.fromhex("020000000001") + bytes.fromhex("88b5") + bytes(50)
for i in range(200):
    s.send(frame)' "$2"
}
heard() {
	in_h 3 cat /sys/class/net/e0/statistics/rx_packets
}
held() {
	counter "$A" drop bridge_storm
}
# adds FRAMES HOST DEST: so many of a storm's frames are heard, and none is held back
adds() {
	local before held_before
	before=$(heard)
	held_before=$(held)
	storm "${@:2}"
	expect "$1" $(($(heard) - before)) "of 200 frames to $3 from host $2 were heard"
	expect "$held_before" "$(held)" "frames to $3 from host $2 that were held back"
}
all=ff:ff:ff:ff:ff:ff
adds 200 1 $all
in_a strata bridge port set p1 bcast_limit 1
expect "dev br0 port p1 bcast_limit 1" "$(in_a strata bridge port show | head -1)" "the limit"

start=$SECONDS before=$(heard)
storm 1 $all
passed=$(($(heard) - before)) took=$((SECONDS - start))
[ $passed -ge 1 ] || fail "a limit of one a second lets none pass"
[ $passed -le $((2 + took)) ] || fail "$passed broadcasts in $took s passed a limit of one a second"
expect 200 $((passed + $(held))) "broadcasts that passed and that were held back"
adds 200 1 01:00:5e:01:02:03
adds 200 1 02:00:00:00:00:03
adds 200 2 $all
in_a strata bridge port set p1 bcast_limit 0
adds 200 1 $all

refused 'no port of a strata_bridge' in_a strata bridge port set br0 bcast_limit 1
refused 'no such device' in_a strata bridge port set none bcast_limit 1
refused 'from 0 to 1000000000' in_a strata bridge port set p1 bcast_limit 1000000001
raze
pass
