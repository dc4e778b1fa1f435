#!/bin/bash
# The firewall at the bridge: every stage, devices, policy, order, limit, log, a whole rule set
# at once, and what is refused.
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086 # addresses need no quotes
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/lan.sh
. "${0%/*}/../lan.sh"

ALL=ff:ff:ff:ff:ff:ff X=02:aa:00:00:00:01 Y=02:aa:00:00:00:02
KIND=strata_bridge
lan 3

fw() { in_a strata firewall "$@"; }
field() { # field TABLE STAGE NUMBER NAME, of a rule
	in_a strata -j firewall show "$1" "$2" |
		/usr/bin/python3 -c 'import json, sys
print(json.load(sys.stdin)[0]["rules"][int(sys.argv[1]) - 1][sys.argv[2]])' "$3" "$4"
}
# who_hears WANTED FROM DST [OPTION…]
who_hears() {
	local wanted=$1 said
	shift
	said=$(say "$@")
	expect "$wanted" "${said#*: }" "$*"
}

# Who listens at br0 begins with its first frame.
say 0 $ALL >/dev/null
who_hears "0 2 3" 1 $ALL

nothing=$(fw save)
expect 10 "$(grep -c '^policy .* accept$' <<<"$nothing")" "policies at first"

# Each stage stops what comes by it, and nothing else.
fw add bridge prerouting "ether src $X" drop
who_hears nobody 1 $ALL src=$X
who_hears "0 2 3" 1 $ALL
fw flush
fw add bridge input "ether src $X" drop
who_hears "2 3" 1 $ALL src=$X
fw flush bridge input
fw add bridge forward out p2 "ether src $X" drop comment 'not to the second'
who_hears "0 3" 1 $ALL src=$X
fw flush bridge
fw add bridge output out p3 drop
who_hears "1 2" 0 $ALL
who_hears "0 2 3" 1 $ALL
fw flush
fw add bridge postrouting in p1 out 'p*' drop
who_hears 0 1 $ALL
who_hears "0 1 3" 2 $ALL
fw flush
fw add bridge forward on other0 drop
who_hears "0 2 3" 1 $ALL
fw add bridge forward on 'br*' drop
who_hears 0 1 $ALL
fw flush

# Nothing teaches the bridge past the rules, and no tag hides a frame from them.
fw add bridge prerouting in p1 "ether src $Y" drop
say 1 01:80:c2:00:00:0e src=$Y >/dev/null
expect "" "$(fdb_of $Y)" "where a station is that may not speak"
who_hears nobody 1 $ALL src=$Y vlan=0
who_hears nobody 1 $ALL ad=0 vlan=0
fw flush
who_hears "0 2 3" 1 $ALL

# Order, and the policy for what no rule decided about.
fw policy bridge forward drop
fw add bridge forward "ether src $X" accept
who_hears "0 2 3" 1 $ALL src=$X
who_hears 0 1 $ALL
fw add bridge forward at 1 out p2 "ether src $X" drop
who_hears "0 3" 1 $ALL src=$X
expect drop "$(field bridge forward 1 action)" "the first rule"
expect 1 "$(field bridge forward 1 packets)" "what it counted"
# What stays keeps its counter, what goes is gone.
expect 3 "$(field bridge forward 2 packets)" "what the other counted"
fw delete handle "$(field bridge forward 1 handle)"
expect 3 "$(field bridge forward 1 packets)" "what it counted before"
who_hears "0 2 3" 1 $ALL src=$X
fw flush
fw policy bridge forward accept

# A VLAN-aware bridge shows the VLAN of frames that were never tagged.
in_a ip link set br0 type $KIND vlan_filtering 1
fw add bridge forward 'vlan 1' drop
who_hears 0 1 $ALL
fw flush
fw add bridge forward 'vlan 2 or ether src 02:00:00:00:00:03' drop
who_hears "0 2 3" 1 $ALL
fw flush
fw add bridge prerouting 'vlan' drop
who_hears "0 2 3" 1 $ALL
fw flush
in_a ip link set br0 type $KIND vlan_filtering 0

# A limit: of a burst as many as it says, the rest is dropped and counted.
fw add bridge prerouting "ether src $X" limit 1/hour burst 3
for i in 1 2 3 4 5; do
	say 1 $ALL src=$X
done >"$WORK/limit"
expect "3 2" "$(grep -c '0 2 3$' "$WORK/limit") $(grep -c 'nobody$' "$WORK/limit")" "of five"
expect "1/hour" "$(field bridge prerouting 1 rate)" "the rate"
fw flush

# A log: whoever listens gets the frame with its VLAN tag, which tcpdump reads.
fw add bridge prerouting 'ether proto 0x88b5' log comment 'it came'
(exec netns_exec "$A" strata firewall monitor write "$WORK/log.pcap") &
writer=$!
(exec netns_exec "$A" strata firewall monitor >"$WORK/log") &
teller=$!
logged() { say 1 $ALL src=$X vlan=5 && [ -s "$WORK/log" ] && [ "$(stat -c %s "$WORK/log.pcap")" -gt 24 ]; }
until_ok logged
kill $writer $teller
wait $writer $teller || true
grep -q "^bridge prerouting handle [0-9]* in p1 on br0 ether $X > $ALL vlan 5 type 0x88b5 length 60 comment 'it came'" "$WORK/log" ||
	fail "the log says $(head -1 "$WORK/log")"
tcpdump -r "$WORK/log.pcap" -c 1 "vlan 5 and ether src $X" 2>/dev/null | grep -q . ||
	fail "no such frame in the capture"
fw flush

# A whole rule set: what save prints, replace takes; a wrong line changes nothing.
fw policy bridge forward drop
fw add bridge forward in p1 out 'p*' on br0 "ether host $X and not vlan" accept comment 'a b'
fw add bridge forward 'tcp dst port 80 or arp' limit 6000/minute burst 20
fw add bridge input limit 8mbit
fw add ip input 'icmp' log
fw save >"$WORK/rules"
fw flush
fw policy bridge forward accept
expect "$nothing" "$(fw save)" "an empty rule set"
refused "no rule and no policy" fw replace /dev/null
fw replace "$WORK/rules"
expect "$(<"$WORK/rules")" "$(fw save)" "the rule set, after a round trip"
echo "add bridge forward 'ether hos' drop" >>"$WORK/rules"
refused "syntax error" fw replace "$WORK/rules"
expect "$(head -n -1 "$WORK/rules")" "$(fw save)" "the rule set, after a wrong line"
fw flush
fw policy bridge forward accept

# Many rules at once, and more than there may be.
seq 4096 | awk '{ printf "add bridge forward '"'ether src 02:bb:00:00:%02x:%02x'"' drop\n",
	$1 / 256, $1 % 256 }' >"$WORK/many"
fw replace "$WORK/many"
expect 4096 "$(fw save | grep -c ^add)" "how many rules"
who_hears 0 1 $ALL src=02:bb:00:00:10:00
who_hears "0 2 3" 1 $ALL src=$X
refused "at most 4096 rules" fw add bridge input drop
fw flush

# What is wrong is named.
refused "syntax error" fw add bridge forward 'ether hos' drop
refused "action is missing" fw add bridge forward arp
refused "stage is missing" fw add bridge sideways drop
refused "came in nowhere" fw add bridge output in p1 drop
refused "nobody knows yet" fw add bridge input out p1 drop
refused "bridges are known" fw add ip input on br0 drop
refused "is no rate" fw add bridge input limit fast
refused "no rule with this handle" fw delete 77777
expect "$nothing" "$(fw save)" "the rule set, after what was refused"

# The namespace's end takes what is left.
fw add bridge forward arp limit 10/second
fw policy bridge output drop
pass
