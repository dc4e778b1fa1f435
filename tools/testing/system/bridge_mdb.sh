#!/bin/bash
# `strata bridge mdb` shows who listens, adds and deletes, and refuses nonsense; so does
# `bridge mdb` where the kernel passes it on; `bridge monitor mdb` tells of changes; the
# bounds hold.
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions are called by name
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/lan.sh
. "${0%/*}/../lan.sh"

KIND=strata_bridge
lan 2 mcast_port_max 3 mcast_querier 1 mcast_query_response_interval 10
ask modest

mdb() { in_a strata bridge mdb "$@"; }
# has WORDS: a line of the list
has() { mdb | grep -qF -- "$*"; }
heard() { # heard GROUP WHO [from=ADDRESS]
	is_heard() {
		ask say 1 "$1" "${@:3}"
		[ "$SAID" = "$2"$'\n' ]
	}
	until_ok is_heard "$@"
}

(exec netns_exec "$A" stdbuf -oL bridge monitor mdb) >"$WORK/monitor" 2>&1 &
monitor=$!
heard 239.1.1.1 nobody
mdb add dev br0 port p2 grp 239.1.1.1 permanent
heard 239.1.1.1 2
has "dev br0 port p2 grp 239.1.1.1 permanent filter_mode exclude" || fail "it is not shown: $(mdb)"
told() { # once the monitor listens
	mdb add port p1 grp 239.1.1.8
	mdb del port p1 grp 239.1.1.8
	grep -q "Deleted.*239.1.1.8" "$WORK/monitor"
}
until_ok told
kill "$monitor"
wait "$monitor" 2>/dev/null || true
mdb add port p2 grp ff15::1 src fd00::9 temp
has "grp ff15::1 temp filter_mode include source_list fd00::9" || fail "no source is shown: $(mdb)"
mdb add dev br0 port br0 grp 239.1.1.1
heard 239.1.1.1 "0 2"
mdb add dev br0 port p2 grp 01:00:5e:01:02:03 permanent
ask say 1 01:00:5e:01:02:03
expect "2"$'\n' "$SAID" "who hears a group by its L2 address"
refused "no room" mdb add dev br0 port p2 grp 239.1.1.9
[ "$(counter "$A" bridge mdb_full)" -gt 0 ] || fail "nobody counted that"
refused "already" mdb add dev br0 port p2 grp 239.1.1.1 permanent
refused "everybody hears" mdb add dev br0 port p2 grp 224.0.0.5
refused "everybody hears" mdb add dev br0 port p2 grp 10.0.0.1
refused "different families" mdb add dev br0 port p2 grp 239.1.1.2 src fd00::1
refused "not a port" mdb add dev br0 port lo grp 239.1.1.2
refused "no such device" mdb add dev br0 port nowhere grp 239.1.1.2
refused "does not listen" mdb del dev br0 port p1 grp 239.1.1.1
refused "(port PORT) is missing" mdb add dev br0 grp 239.1.1.2
in_a strata -j bridge mdb show dev br0 | /usr/bin/python3 -c '
import json, sys
groups = {(entry["port"], entry["grp"]) for entry in json.load(sys.stdin)}
wanted = {("p2", "239.1.1.1"), ("p2", "ff15::1"), ("br0", "239.1.1.1"), ("p2", "01:00:5e:01:02:03")}
assert groups == wanted, groups'
mdb del dev br0 port p2 grp 239.1.1.1
heard 239.1.1.1 0
in_a bridge link set dev p1 mcast_router 2
has "dev br0 port p1 router permanent" || fail "the router is not shown: $(mdb)"

# Who listens is forgotten with the port.
ip -n "$A" link set p2 nomaster
! has "port p2" || fail "a port that is none is shown: $(mdb)"
ip -n "$A" link set p2 master br0

# From 6.5 on the kernel passes `bridge mdb` on to any device.
if [[ $(uname -r) != 6.1.* ]]; then
	in_a bridge mdb add dev br0 port p2 grp 239.1.1.7 permanent
	has "port p2 grp 239.1.1.7 permanent" || fail "bridge mdb add added nothing: $(mdb)"
	in_a bridge mdb show dev br0 | grep -q "port p2 grp 239.1.1.7 permanent" ||
		fail "bridge mdb show shows nothing: $(in_a bridge mdb show dev br0)"
	in_a bridge mdb del dev br0 port p2 grp 239.1.1.7
	! has 239.1.1.7 || fail "bridge mdb del deleted nothing: $(mdb)"
fi
raze
pass
