#!/bin/bash
# A hundred thousand stations: learned to the limit, counted beyond it, shown each
# once, flushed; and a monitor hears of each change.
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086,SC2317 # addresses need no quotes; functions are called by name
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/lan.sh
. "${0%/*}/../lan.sh"

STATIONS=100000 EXTRA=500
KIND=strata_bridge
lan 2 fdb_max_learned $STATIONS ageing_time 100000
stations() {
	ask ip -j -d link show br0
	[[ $SAID =~ fdb_n_learned\":([0-9]*) ]]
	echo "${BASH_REMATCH[1]}"
}
before=$(stations)

# Frames from one station after another.
crowd() { # crowd FIRST LAST
	in_h 1 /usr/bin/python3 -c '
import socket, sys
sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
sock.bind(("e0", 0))
for n in range(int(sys.argv[1]), int(sys.argv[2])):
    sock.send(bytes.fromhex("0200000000020255") + n.to_bytes(4, "big") + b"\x88\xb5" + bytes(46))
' "$1" "$2"
}
# Nobody waits for room in the cable: what was lost comes again.
full() {
	[ "$(stations)" -eq $STATIONS ] || { crowd 0 $((STATIONS - before)) && false; }
}
# A hundred thousand frames and more: that they all came takes a while, beside other machines.
PATIENCE=180 until_ok full
refusals=$(counter "$A" bridge fdb_full)
counted() {
	crowd $STATIONS $((STATIONS + EXTRA))
	[ "$(counter "$A" bridge fdb_full)" -ge $((refusals + EXTRA)) ]
}
until_ok counted
expect $STATIONS "$(stations)" "stations at the limit"

in_a bridge fdb show | awk '/^02:55:00:/ { shown++; different += !seen[$1]++ }
	END { print shown, different }' >"$WORK/shown"
read -r shown different <"$WORK/shown"
expect $((STATIONS - before)) "$shown" "stations shown"
expect "$shown" "$different" "different stations shown"

(exec netns_exec "$A" bridge monitor fdb) >"$WORK/monitor" 2>&1 &
listens() { in_a cat /proc/net/netlink | awk '$2 == 0 && $4 != "00000000"' | grep -q .; }
until_ok listens
in_lan ip link set br0 type strata_bridge fdb_flush
expect 0 "$(stations)" "stations after a flush"
heard() { grep -q "Deleted 02:55" "$WORK/monitor"; }
until_ok heard
crowd 7 8
heard() { grep -q "^02:55:00:00:00:07 dev p1" "$WORK/monitor"; }
until_ok heard

# Entries by hand: refused when they make no sense, and found.
M=02:66:00:00:00:01
in_lan bridge fdb add $M dev br0 self via p2 static
denied "exists" bridge fdb add $M dev br0 self via p2 static
in_a bridge fdb get $M dev br0 self | grep -q "$M.*static" || fail "get does not find it"
denied "no port of this bridge" bridge fdb add $M dev br0 self via lo static
denied "unicast" bridge fdb add 01:66:00:00:00:01 dev br0 self via p2 static
denied "member" bridge fdb add $M dev br0 self via p2 vlan 77 static
in_lan bridge fdb del $M dev br0 self via p2
denied "No such file" bridge fdb del $M dev br0 self via p2
raze
pass
