#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Address conflicts (RFC 5227) with the kernel and arping as the other host: Strata asks first where told to, leaves what the kernel has, answers arping's probes, defends what it has, and gives up where told to.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

need arping
topology

# state ADDRESS: the words after its broadcast address
state() {
	in_a strata addr show dev s0 | sed -n "s/.* $1\/24 brd [^ ]* *//p"
}

# is ADDRESS WORD: WORD '-' for none
is() {
	local words
	words=$(state "$1")
	[ "${words:--}" = "$2" ]
}

# From the kernel's side, RFC 5227's own question: 0 nobody has it, 1 somebody has.
duplicate() {
	local status=0
	in_b arping -q -D -c 1 -w 2 -I k0 "$1" || status=$?
	echo $status
}

# Without being told to, nobody asks: it is there at once.
in_a strata addr add 10.0.0.3/24 dev s0
is 10.0.0.3 - || fail "10.0.0.3 is $(state 10.0.0.3) without arp_probe"
expect 1 "$(duplicate 10.0.0.3)" "arping -D of Strata's address"

# RFC 5227 2.1: not used, and not answered for, while it is asked for.
in_a sysctl -qw net.strata.arp_probe=1
in_b tcpdump -Unni k0 -w "$WORK/arp.pcap" arp 2>"$WORK/tcpdump.log" &
until_ok grep -q listening "$WORK/tcpdump.log"
in_a strata addr add 10.0.0.4/24 dev s0
in_a strata addr add $B_ADDR/24 dev s0
is 10.0.0.4 tentative || fail "10.0.0.4 is $(state 10.0.0.4), not tentative"
refused "" run_a ping -c 1 -W 1 -I 10.0.0.4 $B_ADDR
# The kernel has this one: it answers the first question.
until_ok is $B_ADDR dadfailed
until_ok is 10.0.0.4 -
expect 1 "$(duplicate 10.0.0.4)" "arping -D of the address that nobody else had"
in_b ping -q -c 1 -W 5 10.0.0.4 >/dev/null || fail "10.0.0.4 does not answer"
in_b ping -q -c 1 -W 5 -I $B_ADDR $A_ADDR >/dev/null || fail "the kernel lost its address"
expect 1 "$(counter "$A" arp lost)" "arp lost"
in_a strata addr del $B_ADDR/24 dev s0
# Questions of the wire, as somebody else's program reads them: three from nobody, at least
# a second apart, then the address itself, twice, two seconds apart.
said() {
	tcpdump -nn -r "$WORK/arp.pcap" "arp[24:4] = 0x0a000004 and arp[14:4] = $1" 2>/dev/null | wc -l
}
announced() {
	[ "$(said 0x0a000004)" -ge "$1" ]
}
until_ok announced 2
tcpdump -tt -nn -r "$WORK/arp.pcap" 'arp[24:4] = 0x0a000004 and ether src '"$(in_a cat /sys/class/net/s0/address)" 2>"$WORK/tcpdump.err" |
	/usr/bin/python3 -c '
import sys
lines = [line.split() for line in sys.stdin]
# "Request who-has 10.0.0.4 tell 0.0.0.0, length 28"
tell = [l[l.index("tell") + 1] if "tell" in l else "" for l in lines]
kinds = [{"0.0.0.0,": "probe", "10.0.0.4,": "announce"}.get(t, "other") for t in tell]
times = [float(l[0]) for l in lines]
assert kinds[:5] == ["probe"] * 3 + ["announce"] * 2, (kinds, lines)
gaps = [b - a for a, b in zip(times, times[1:])]
assert all(0.8 < gap < 5 for gap in gaps[:2]) and all(1.7 < gap < 5 for gap in gaps[2:4]), gaps'

# Asked for by an address that is given without the question.
in_a strata addr add 10.0.0.5/24 dev s0 nodad
is 10.0.0.5 - || fail "nodad: $(state 10.0.0.5)"
in_a sysctl -qw net.strata.arp_probe=0

# 2.4 (c): the kernel takes 10.0.0.3 without a question and says so; Strata keeps it, says
# that it is its own, and shows what happens.
take() {
	in_b arping -q -U -c "$2" -I k0 -s "$1" "$1" >/dev/null || true
}
ip -n "$B" addr add 10.0.0.3/32 dev k0
began=$SECONDS
take 10.0.0.3 1
until_ok is 10.0.0.3 conflict
[ "$(counter "$A" arp conflict)" -ge 1 ] || fail "no conflict counted"
[ "$(counter "$A" arp defended)" -ge 1 ] || fail "not defended"
take 10.0.0.3 2
defended=$(counter "$A" arp defended)
[ "$defended" -le $((1 + (SECONDS - began) / 10)) ] || fail "defended $defended times, more than once in ten seconds"
ip -n "$B" addr del 10.0.0.3/32 dev k0
in_b ping -q -c 1 -W 5 10.0.0.3 >/dev/null || fail "Strata lost 10.0.0.3"

# 2.4 (b): the second time it is the other's.
in_a sysctl -qw net.strata.arp_defend=2
ip -n "$B" addr add 10.0.0.5/32 dev k0
take 10.0.0.5 3
until_ok is 10.0.0.5 "dadfailed conflict"
ip -n "$B" addr del 10.0.0.5/32 dev k0
expect 0 "$(duplicate 10.0.0.5)" "arping -D of an address given up"
in_a strata -j addr show dev s0 | /usr/bin/python3 -c '
import json, sys
addrs = {a["local"]: a for a in json.load(sys.stdin)[0]["addr_info"]}
assert addrs["10.0.0.5"].get("dadfailed") is True, addrs
assert addrs["10.0.0.3"].get("conflict") is True, addrs'
pass
