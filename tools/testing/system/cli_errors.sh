#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every wrong argument of strata ends with status 1 or 2 and one line that says what is wrong or what would be right.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

ip netns add "$A"
ip -n "$A" link add s0 type strata_nic peer name s1
in_a strata link attach s0
ip -n "$A" link set s0 up
in_a strata addr add 10.0.0.1/24 dev s0

# STATUS|WORDS OF THE ANSWER|ARGUMENTS
cases="
1|Use link, address, route|
1|no object|frobnicate
1|no object|Link
1|no option -x|-x
1|needs a value|-n
1|no network namespace|-n no-such-namespace link
1|cannot read|-b /nonexistent
1|remove|-b /dev/null link show
1|use show, attach, detach or set|link frobnicate
1|name is missing|link attach
1|expected one device|link attach s0 s1
1|no device name|link attach a-name-of-17-chars
1|no device name|link show dev a-name-of-17-chars
2|no such device|link attach nosuch
2|attached already|link attach s0
2|not attached|link detach s1
2|not attached|link show s1
2|no such device|link show nosuch
1|the address is missing|addr add
1|the device is missing|addr add 10.0.0.5/24
1|name is missing|addr add 10.0.0.5/24 dev
1|expected ADDRESS/LENGTH dev NAME|addr add 10.0.0.5/24 dev s0 more
1|not an IP address|addr add 10.0.0.256/24 dev s0
1|not an IP address|addr add 10.0.0.1.1/24 dev s0
1|not an IP address|addr add ten/24 dev s0
1|not an IP address|addr add /24 dev s0
1|from 0 to 32|addr add 10.0.0.5/33 dev s0
1|from 0 to 32|addr add 10.0.0.5/ dev s0
1|from 0 to 32|addr add 10.0.0.5/-1 dev s0
1|from 0 to 32|addr add 10.0.0.5/2x dev s0
1|from 0 to 128|addr add fd00::1/129 dev s0
2|in use|addr add 10.0.0.1/24 dev s0
2|multicast|addr add 224.0.0.1/24 dev s0
2|network|addr add 10.0.9.0/24 dev s0
2|broadcast|addr add 10.0.9.255/24 dev s0
2|not attached|addr add 10.0.0.5/24 dev s1
2|no such device|addr add 10.0.0.5/24 dev nosuch
2|no such address|addr del 10.0.0.9/24 dev s0
2|no such address|addr del 10.0.0.1/25 dev s0
2|no such device|addr show dev nosuch
1|destination is missing|route add
1|where to|route add 10.1.0.0/16
1|not an IP address|route add 10.1.0.0/16 via gateway
1|without a prefix length|route add default via 10.0.0.2/24
1|gateway is missing|route add default via
1|both be IPv4|route add 10.1.0.0/16 via fd00::1
1|both be IPv4|route add 10.1.0.0/16 dev s0 src fd00::1
1|metric|route add default via 10.0.0.2 metric many
1|metric|route add default via 10.0.0.2 metric -1
1|metric|route add default via 10.0.0.2 metric 4294967296
1|from 68 to 65535|route add default via 10.0.0.2 mtu 67
1|from 68 to 65535|route add default via 10.0.0.2 mtu 65536
1|makes no sense|route add default via 10.0.0.2 proto static
2|host bits|route add 10.1.0.1/16 via 10.0.0.2
2|not on a connected network|route add 10.1.0.0/16 via 192.0.2.1
2|not an address of ours|route add 10.1.0.0/16 via 10.0.0.2 src 192.0.2.1
2|no such device|route add 10.1.0.0/16 dev nosuch
2|no station|route add default via 0.0.0.0
2|No such route|route del 10.1.0.0/16
1|not by mtu|route del 10.1.0.0/16 mtu 1400
1|not by src|route del 10.1.0.0/16 src 10.0.0.1
2|no such device|route show dev nosuch
1|destination is missing|route get
1|without a prefix length|route get 10.0.0.0/24
1|expected from, iif, mark or dev|route get 10.0.0.2 via 10.0.0.3
2|no route leads there|route get 192.0.2.1
1|the address is missing|neigh add
1|the device is missing|neigh add 10.0.0.7 lladdr 02:00:00:00:00:07
1|link layer address is missing|neigh add 10.0.0.7 dev s0
1|no link layer address|neigh add 10.0.0.7 lladdr zz:00:00:00:00:07 dev s0
1|no link layer address|neigh add 10.0.0.7 lladdr 02:00:00:00:00: dev s0
1|no link layer address|neigh add 10.0.0.7 lladdr 0200.0000.0007 dev s0
2|another length|neigh add 10.0.0.7 lladdr 02:00:00:00:07 dev s0
2|no neighbours|neigh add 127.0.0.2 lladdr 02:00:00:00:00:07 dev slo
2|no such device|neigh flush dev nosuch
2||neigh del 10.0.0.99 dev s0
1|no option -z|socket -z
1|no option -tz|socket -tz
1|no option all|socket all
1|no layer|stat nosuch
1|neither -a nor|stat -x
1|which program|run
1|which program|run --
1|no option -x|run -x true
"
number=0
while IFS='|' read -r status words line; do
	[ -n "$status" ] || continue
	got=0
	# shellcheck disable=SC2086 # the words of the line
	strata -n "$A" $line >"$WORK/out" 2>"$WORK/err" || got=$?
	expect "$status" "$got" "status of strata $line ($(cat "$WORK/err"))"
	expect 1 "$(wc -l <"$WORK/err")" "lines that strata $line says"
	grep -qF -- "$words" "$WORK/err" ||
		fail "strata $line: said '$(cat "$WORK/err")', wanted '$words' in it"
	number=$((number + 1))
done <<<"$cases"
echo "$number wrong command lines refused"

# IPv6 has refusals of its own.
refused "multicast address" in_a strata addr add ff02::1/64 dev s0
refused "loopback address" in_a strata addr add ::1/128 dev s0
refused "both be IPv4 or both IPv6" in_a strata route add 2001:db8::/32 via 10.0.0.2
refused "link-local gateway needs a device" in_a strata route add 2001:db8::/32 via fe80::1
refused "1280 to 65535" in_a strata route add 2001:db8::/32 dev s0 mtu 1279
# Nothing of all that has left a trace.
expect "10.0.0.0/24 dev s0 proto kernel src 10.0.0.1" "$(in_a strata route show)" "routes afterwards"
expect "" "$(in_a strata neigh show)" "neighbours afterwards"
pass
