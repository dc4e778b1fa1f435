#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Policy rules and tables: the same commands in a namespace of Strata and one of the kernel, and the same answers for the same packets, asked for, sent and forwarded.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

# Two routers of the same making, $A on Strata and $K on the kernel's stack, each with a
# host of the kernel's behind both of its cables:
#
#	$B: k0 10.0.0.2 ── s0 10.0.0.1 :$A: s1 10.0.1.1 ── k1 10.0.1.2 :$B
#	$M: k0 10.0.0.2 ── s0 10.0.0.1 :$K: s1 10.0.1.1 ── k1 10.0.1.2 :$M
K=k-$$ M=m-$$
EXTRA_NAMESPACES="$K $M"
ip netns add "$A"
ip netns add "$B"
ip netns add "$K"
ip netns add "$M"
for i in 0 1; do
	another_cable s$i k$i "$B"
	ip -n "$K" link add s$i type strata_nic peer name k$i netns "$M"
	ip -n "$K" link set s$i up
	ip -n "$M" link set k$i up
	for ns in "$B" "$M"; do
		ip -n "$ns" addr add 10.0.$i.2/24 dev k$i
		ip -n "$ns" addr add fd0$i::2/64 dev k$i nodad
	done
	in_a strata addr add 10.0.$i.1/24 dev s$i
	in_a strata addr add fd0$i::1/64 dev s$i
	ip -n "$K" addr add 10.0.$i.1/24 dev s$i
	ip -n "$K" addr add fd0$i::1/64 dev s$i nodad
	in_a strata link set s$i forwarding on
done
ip -n "$K" link set lo up
in_k() {
	in_netns "$K" "$@"
}
in_k sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
until_ok settled_a

# both FILE [OPTION]: commands for either stack
both() {
	in_a strata ${2:+"$2"} -batch "$1"
	ip -n "$K" ${2:+"$2"} -batch "$1"
}

# What either says of a rule, of a way.
shown() { # shown COMMAND…
	"$@" rule show | sed 's/ *$//'
	"$@" -6 rule show | sed 's/ *$//'
}
same_rules() { # same_rules WHEN
	shown in_a strata >"$WORK/strata"
	shown ip -n "$K" >"$WORK/kernel"
	diff "$WORK/kernel" "$WORK/strata" || fail "$1: the rules are not the kernel's"
}
ways() { # ways COMMAND…
	sed 's/^/route get /' "$WORK/probes" | { stdbuf -oL "$@" -force -batch - 2>&1 || true; } |
		sed -nE 's/.*ommand failed.*/refused/p;t;s/.* via ([^ ]*).*/\1/p;t;s/.* dev ([^ ]*).*/\1/p' |
		paste -d ' ' "$WORK/probes" -
}
same_ways() { # same_ways WHEN
	ways netns_exec "$A" strata >"$WORK/strata"
	ways ip -n "$K" >"$WORK/kernel"
	diff "$WORK/kernel" "$WORK/strata" || fail "$1: other ways than the kernel's"
}
cat >"$WORK/probes" <<-'PROBES'
	20.0.0.1
	20.1.0.1
	20.2.0.1
	20.3.0.1
	20.4.0.1
	20.0.0.1 mark 7
	20.1.0.1 mark 7
	20.0.0.1 mark 0x17
	20.0.0.1 mark 0x107
	20.0.0.1 from 10.0.0.1
	20.0.0.1 from 10.0.1.1
	20.0.0.1 from 10.0.0.2 iif s0
	20.0.0.1 from 10.0.1.2 iif s1
	20.1.0.1 from 10.0.1.2 iif s1
	20.2.0.1 from 10.0.0.2 iif s0
	20.2.0.1 from 10.0.0.77 iif s0
	20.9.0.1 from 10.0.0.2 iif s0
	20.9.0.1
	10.0.1.9
	10.0.1.9 mark 9
	2001:db8::1
	2001:db8::1 mark 7
	2001:db8:1::1
	2001:db8:1::1 mark 8
	2001:db8::1 from fd00::1
	2001:db8::1 from fd01::1
	2001:db8::1 from fd00::2 iif s0
	2001:db8:9::1
PROBES

# The rules that a namespace begins with, and tables that nothing leads to yet.
same_rules "at the beginning"
cat >"$WORK/tables" <<-'TABLES'
	route add default via 10.0.0.2
	route add 20.0.0.0/8 via 10.0.1.2 table 100
	route add 20.1.0.0/16 via 10.0.0.2 table 200
	route add prohibit 20.2.0.0/16 table 200
	route add 20.3.0.0/16 via 10.0.1.2 table 4000000000
	route add 20.9.0.0/16 via 10.0.1.2 table default
	route add 2001:db8::/32 via fd00::2
	route add 2001:db8::/32 via fd01::2 table 100
	route add blackhole 2001:db8:1::/48 table 200
TABLES
both "$WORK/tables"
same_ways "without a rule"
in_a strata route show | grep 20.0.0.0 && fail "a route of another table is shown with the main one's"
expect "20.0.0.0/8 via 10.0.1.2 dev s1 proto static" "$(in_a strata route show table 100 | sed 's/ table.*//')" "table 100"
expect 5 "$(in_a strata route show table all | grep -c table)" "routes of other tables"
in_a strata -j route show table 4000000000 | grep -q '"table":"4000000000"' || fail "no number in JSON"
refused "No such route" in_a strata route del 20.0.0.0/8 table 200

# Each kind of rule, in the order of their priorities and that they came in.
cat >"$WORK/rules" <<-'RULES'
	rule add fwmark 7 table 100
	rule add fwmark 0x10/0xf0 prohibit priority 300
	rule add from 10.0.1.0/24 to 20.0.0.0/9 table 100 priority 200
	rule add from 10.0.1.1 table 200 priority 200
	rule add iif s1 table 200 priority 150
	rule add to 20.2.0.0/16 iif s0 table 200 priority 160
	rule add from 10.0.0.77 unreachable priority 140
	rule add iif lo to 20.3.0.0/16 table 4000000000
	rule add iif nosuch0 blackhole priority 1
	rule add to 20.4.0.0/16 blackhole priority 0
	rule add fwmark 9 to 10.0.1.0/24 table 77 priority 10
RULES
cat >"$WORK/rules6" <<-'RULES'
	rule add fwmark 7 table 100
	rule add fwmark 8 table 200
	rule add from fd01::/64 table 100 priority 100
	rule add from fd00::2 unreachable priority 101
RULES
both "$WORK/rules"
both "$WORK/rules6" -6
same_rules "added"
same_ways "by rules"
grep -q refused "$WORK/strata" || fail "rules refused nothing"
grep -q '10.0.1.2$' "$WORK/strata" || fail "rules led nowhere"
in_a sysctl -qw net.strata.fib_algo=trie
same_ways "by rules, with another algorithm"

# What can be no rule, and which go.
refused "exists" in_a strata rule add iif s1 table 200 priority 150
refused "host bits" in_a strata rule add from 10.0.1.1/24 table 200
refused "mask" in_a strata rule add fwmark 0x1f/0xf table 200
refused "come first" in_a strata rule add table local priority 5
refused "No such rule" in_a strata rule del priority 151
refused "No such rule" in_a strata rule del table local
cat >"$WORK/less" <<-'RULES'
	rule del priority 200
	rule del fwmark 7
	rule del iif s1 table 200
	rule del table 4000000000
RULES
both "$WORK/less"
echo "rule del priority 32766" >"$WORK/less6"
both "$WORK/less6" -6
same_rules "deleted"
same_ways "by fewer rules"
echo "rule add table main priority 32766" >"$WORK/more6"
both "$WORK/more6" -6
cat >"$WORK/more" <<-'RULES'
	rule add iif s0 to 20.2.0.0/16 table 100 priority 2
	rule add from 10.0.1.2 table 200 priority 3
	rule add from all fwmark 7 table 100 priority 4
RULES
both "$WORK/more"

# What is sent and what is forwarded goes the same ways: by which of its cables the host
# behind gets each datagram.
cat >"$WORK/send.py" <<'PY'
import socket, sys
# MARK SOURCE PORT DESTINATION…
mark, source, port = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
s = socket.socket(socket.AF_INET6 if ":" in source else socket.AF_INET, socket.SOCK_DGRAM)
if mark:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, mark)
s.bind((source, port))
for daddr in sys.argv[4:]:
    try:
        s.sendto(b"x", (daddr, 7000))
    except OSError:
        pass
PY
far=(20.0.0.1 20.1.0.1 20.2.0.1 20.4.0.1 20.9.0.1)
probe() { # probe RUN-IN-ROUTER HOST
	"$1" /usr/bin/python3 "$WORK/send.py" 0 0.0.0.0 4000 "${far[@]}"
	"$1" /usr/bin/python3 "$WORK/send.py" 7 0.0.0.0 4001 "${far[@]}"
	"$1" /usr/bin/python3 "$WORK/send.py" 0 10.0.1.1 4002 "${far[@]}"
	# By either cable into the router, which sends on.
	ip -n "$2" route add 20.0.0.0/8 via 10.0.0.1
	netns_exec "$2" /usr/bin/python3 "$WORK/send.py" 0 10.0.0.2 4003 "${far[@]}"
	ip -n "$2" route replace 20.0.0.0/8 via 10.0.1.1
	netns_exec "$2" /usr/bin/python3 "$WORK/send.py" 0 10.0.1.2 4004 "${far[@]}"
	netns_exec "$2" /usr/bin/python3 "$WORK/send.py" 0 10.0.0.2 4005 "${far[@]}"
}
for ns in "$B" "$M"; do
	(exec netns_exec "$ns" /usr/bin/python3 "$STRATA_TESTING/flows.py" k0 k1 >"$WORK/flows-$ns") &
	until_ok grep -q ready "$WORK/flows-$ns"
done
probe run_a "$B"
probe in_k "$M"
arrived() {
	[ "$(wc -l <"$WORK/flows-$M")" -eq 23 ] &&
		diff <(sort "$WORK/flows-$M") <(sort "$WORK/flows-$B")
}
(until_ok arrived) >/dev/null || true
expect 23 "$(wc -l <"$WORK/flows-$M")" "lines about what came through the kernel"
diff <(sort "$WORK/flows-$M") <(sort "$WORK/flows-$B") || fail "other ways than through the kernel"
pass
