#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# strata monitor: each change of links, addresses, routes, next hops and rules on a line, in order, for everybody; who misses some is told so.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
need setpriv

topology
ip -n "$A" link add s8 type strata_nic peer name s9
until_ok settled_a
(exec netns_exec "$A" strata monitor >"$WORK/text" 2>"$WORK/complaints") &
teller=$!
(exec netns_exec "$A" setpriv --reuid 65534 --clear-groups --inh-caps -all --bounding-set -all \
	strata -j monitor >"$WORK/json") &
(exec netns_exec "$A" strata monitor addr >"$WORK/addr") &
(exec netns_exec "$A" strata -6 monitor route >"$WORK/route6") &
(exec netns_exec "$A" strata -4 monitor nexthop rule >"$WORK/rules4") &
# All listen once all have heard of one address, and of one route of IPv6.
all_hear() {
	in_a strata addr add 10.0.7.7/32 dev s0
	in_a strata addr del 10.0.7.7/32 dev s0
	in_a strata route add blackhole fd07::/16
	in_a strata route del blackhole fd07::/16
	in_a strata rule add priority 6 table 6
	in_a strata rule del priority 6
	[ -s "$WORK/rules4" ] && [ -s "$WORK/text" ] && [ -s "$WORK/json" ] && [ -s "$WORK/addr" ] && [ -s "$WORK/route6" ]
}
until_ok all_hear

in_a strata addr add 10.9.9.1/32 dev s0		# from here
in_a strata addr add 10.1.0.1/24 dev s0
in_a strata addr add 10.1.0.2/24 dev s0
in_a strata route add 10.2.0.0/16 via 10.1.0.9 src 10.1.0.2
in_a strata route add 10.3.0.0/16 via 10.0.0.2 metric 3
in_a strata route replace 10.3.0.0/16 via 10.0.0.3 metric 3
in_a strata route add blackhole fd00:9::/32
refused "exists" in_a strata route add blackhole fd00:9::/32
in_a strata addr del 10.1.0.1/24 dev s0
in_a strata addr del 10.1.0.2/24 dev s0
in_a strata route del 10.3.0.0/16
in_a strata link set s0 rp_filter strict
in_a strata link attach s8
in_a strata addr add fd08::1/64 dev s8 nodad
in_a strata addr add 10.8.0.1/24 dev s8
in_a strata route add 10.4.0.0/16 via 10.8.0.9
in_a strata nexthop add id 1 via 10.8.0.7
in_a strata nexthop add id 2 via 10.0.0.7
in_a strata nexthop add id 3 group 1/2,5
in_a strata route add 10.5.0.0/16 nhid 3
in_a strata nexthop replace id 2 via 10.0.0.8
refused "exists" in_a strata nexthop add id 2 via 10.0.0.9
in_a strata rule add from 10.1.0.0/16 iif s8 priority 7 blackhole
in_a strata -6 rule add to fd00:1::/32 fwmark 0x5 priority 8 table 9
refused "exists" in_a strata -6 rule add to fd00:1::/32 fwmark 0x5 priority 8 table 9
in_a strata link detach s8
in_a strata rule del priority 7
in_a strata -6 rule del priority 8
in_a strata nexthop del id 2
in_a strata route del blackhole fd00:9::/32
in_a strata addr del 10.9.9.1/32 dev s0		# to here
for file in text json addr; do
	until_ok grep -qE '^(Deleted .* inet 10.9.9.1/32|.*"deleted":true.*"10.9.9.1")' "$WORK/$file"
done
until_ok grep -q "Deleted blackhole fd00:9::/32" "$WORK/route6"

# What is not the same each time: indexes and addresses made of them.
events() {
	sed -n '/10\.9\.9\.1/,$p' "$WORK/$1" | sed -E 's/^(Deleted )?[0-9]+: /\1N: /; s/fe80::[^/]*/fe80::X/; s,(link/ether ).*,\1X,'
}
expect 'N: s0    inet 10.9.9.1/32
10.1.0.0/24 dev s0 proto kernel src 10.1.0.1
N: s0    inet 10.1.0.1/24 brd 10.1.0.255
N: s0    inet 10.1.0.2/24 brd 10.1.0.255
10.2.0.0/16 via 10.1.0.9 dev s0 proto static src 10.1.0.2
10.3.0.0/16 via 10.0.0.2 dev s0 proto static metric 3
10.3.0.0/16 via 10.0.0.3 dev s0 proto static metric 3
blackhole fd00:9::/32 proto static
10.1.0.0/24 dev s0 proto kernel src 10.1.0.2
Deleted N: s0    inet 10.1.0.1/24 brd 10.1.0.255
Deleted 10.1.0.0/24 dev s0 proto kernel src 10.1.0.2
Deleted 10.2.0.0/16 via 10.1.0.9 dev s0 proto static src 10.1.0.2
Deleted N: s0    inet 10.1.0.2/24 brd 10.1.0.255
Deleted 10.3.0.0/16 via 10.0.0.3 dev s0 proto static metric 3
N: s0: <UP,LOWER_UP> mtu 1500
    link/ether X
    ipv4 forwarding off rp_filter strict redirects on
    ipv6 forwarding off rp_filter strict redirects on
N: s8: <> mtu 1500
    link/ether X
fe80::X/64 dev s8 proto kernel
N: s8    inet6 fe80::X/64 tentative
fd08::/64 dev s8 proto kernel
N: s8    inet6 fd08::1/64
10.8.0.0/24 dev s8 proto kernel src 10.8.0.1
N: s8    inet 10.8.0.1/24 brd 10.8.0.255
10.4.0.0/16 via 10.8.0.9 dev s8 proto static
id 1 via 10.8.0.7 dev s8
id 2 via 10.0.0.7 dev s0
id 3 group 1/2,5
10.5.0.0/16 nhid 3 proto static
	nexthop via 10.8.0.7 dev s8 weight 1
	nexthop via 10.0.0.7 dev s0 weight 5
id 2 via 10.0.0.8 dev s0
7:	from 10.1.0.0/16 iif s8 blackhole
8:	from all to fd00:1::/32 fwmark 0x5 lookup 9
Deleted fe80::X/64 dev s8 proto kernel
Deleted N: s8    inet6 fe80::X/64 tentative
Deleted fd08::/64 dev s8 proto kernel
Deleted N: s8    inet6 fd08::1/64
Deleted 10.8.0.0/24 dev s8 proto kernel src 10.8.0.1
Deleted N: s8    inet 10.8.0.1/24 brd 10.8.0.255
Deleted 10.4.0.0/16 via 10.8.0.9 dev s8 proto static
id 3 group 2,5
Deleted id 1 via 10.8.0.7 dev s8
7:	from 10.1.0.0/16 iif s8 [detached] blackhole
Deleted N: s8: <> mtu 1500
    link/ether X
Deleted 7:	from 10.1.0.0/16 iif s8 [detached] blackhole
Deleted 8:	from all to fd00:1::/32 fwmark 0x5 lookup 9
Deleted 10.5.0.0/16 nhid 3 via 10.0.0.8 dev s0 proto static
Deleted id 3 group 2,5
Deleted id 2 via 10.0.0.8 dev s0
Deleted blackhole fd00:9::/32 proto static
Deleted N: s0    inet 10.9.9.1/32' "$(events text)" "the text"
expect "$(events text | grep inet)" "$(events addr)" "the addresses"
expect "$(events text | grep -E '^(Deleted |blackhole )*f[de].*proto kernel|fd00:9')" \
	"$(sed -n '/fd00:9/,$p' "$WORK/route6" | sed -E 's/fe80::[^/]*/fe80::X/')" "routes of IPv6"
until_ok grep -q "Deleted id 2" "$WORK/rules4"
expect "$(events text | grep -E '^(Deleted )?(id|7:)')" "$(sed -nE '/^(Deleted )?(id|7:)/p' "$WORK/rules4")" "next hops and rules of IPv4"
# An object a line: the same ones, in the same order.
/usr/bin/python3 - "$WORK/json" >"$WORK/same" <<'PYTHON'
import json, sys

events = [json.loads(line) for line in open(sys.argv[1], encoding='utf-8')]
names = [(bool(e.get('deleted')), e.get('local') or ('rule' if 'priority' in e else e.get('dst')) or e.get('ifname') or 'nexthop') for e in events]
for deleted, name in names[names.index((False, '10.9.9.1')):]:
    print(('Deleted ' if deleted else '') + name)
changed = next(e for e in events if 'ifname' in e)
assert changed['ipv4']['rp_filter'] == 'strict', changed
PYTHON
expect "$(events text | sed -nE '/^[ \t]/d; s/N: s.  *inet6? ([^/]*).*/\1/; s/N: (s.): .*/\1/; s/^(Deleted )?(id) .*/\1nexthop/; s/^(Deleted )?[78]:.*/\1rule/; s/blackhole //; s/ (via|dev|proto|nhid) .*//; p')" "$(sed -E 's,fe80::[^/]*,fe80::X,' "$WORK/same")" "the JSON"

# What happens by itself: an address becomes ours, a device goes down.
ip -n "$A" link set s8 up
ip -n "$A" link set s9 up
in_a strata link attach s8
in_a strata addr add fd08::2/64 dev s8
until_ok grep -q ' inet6 fd08::2/64$' "$WORK/text"
grep -q ' inet6 fd08::2/64 tentative$' "$WORK/text" || fail "it was not tentative"
# That was no second address to the layers, and its group goes with it.
in_a strata group show dev s8 | grep -q 'ff02::1:ff00:2\b' || fail "no group: $(in_a strata group show dev s8)"
in_a strata addr del fd08::2/64 dev s8
! in_a strata group show dev s8 | grep -q 'ff02::1:ff00:2\b' || fail "the group of an address stays"
ip -n "$A" link set s8 down
went_down() { sed '1,/fd08::2\/64$/d' "$WORK/text" | grep -qE '^[0-9]+: s8: <(LOWER_UP)?> mtu'; }
until_ok went_down

# Whoever does not read misses something, is told so, and goes on.
kill -STOP $teller
for high in {0..15}; do
	for low in {0..255}; do
		echo "route add blackhole 20.0.$high.$low"
	done
done | in_a strata -b -
kill -CONT $teller
until_ok grep -q "messages were lost" "$WORK/complaints"
in_a strata addr add 10.9.9.2/32 dev s0
until_ok grep -q ' inet 10.9.9.2/32$' "$WORK/text"
refused "is not link" in_a strata monitor 10.0.0.1
pass
