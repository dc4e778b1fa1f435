#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A neighbour that moves announces itself and is believed at once; in doubt Strata asks it by unicast after 5 s (RFC 4861 7.3.3).
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

need tcpdump
topology
state() {
	in_a strata neigh show | grep "^$B_ADDR "
}
entry_is() {
	state | grep -q "$1"
}

# The kernel's end asks nothing itself: what Strata knows, it knows by asking.
station=$(in_a cat /sys/class/net/s0/address)
move_to() {
	ip -n "$B" link set k0 address "$1"
	ip -n "$B" neigh replace $A_ADDR lladdr "$station" dev k0 nud permanent
}
move_to 02:00:00:00:0b:00
until_ok in_b ping -c 1 -W 1 $A_ADDR

in_b tcpdump -Z root -U --immediate-mode -n -e -i k0 -w "$WORK/k0.pcap" 2>"$WORK/tcpdump.log" &
listener=$!
until_ok grep -q 'listening on' "$WORK/tcpdump.log"

# Another card with the same address: a gratuitous ARP tells (RFC 5944 4.6).
in_b sysctl -qw net.ipv4.conf.k0.arp_notify=1
move_to 02:00:00:00:0b:01
until_ok entry_is '02:00:00:00:0b:01.*STALE'
in_b ping -c 1 -W 2 $A_ADDR >/dev/null || fail "no answer at the new address"
entry_is '02:00:00:00:0b:01.*\(DELAY\|PROBE\|REACHABLE\)' || fail "not in doubt: $(state)"

# Five seconds later the question, to the new address only, and the answer.
until_ok entry_is REACHABLE
kill $listener
wait $listener || true
questions=$(tcpdump -n -e -r "$WORK/k0.pcap" arp 2>/dev/null |
	grep "^[^ ]* $station > .*who-has $B_ADDR " || true)
expect 1 "$(grep -c . <<<"$questions")" "questions, which were: $questions"
[[ $questions == *"> 02:00:00:00:0b:01,"* ]] || fail "not asked by unicast: $questions"

# Nobody answers any more: three questions by unicast, then the entry fails.
in_b sysctl -qw net.ipv4.conf.k0.arp_notify=0
move_to 02:00:00:00:0b:02
in_b ping -c 1 -W 1 $A_ADDR >/dev/null && fail "answered at an address it cannot know"
# Announced by hand, so that the entry is in doubt and points to nobody.
export STRATA_TESTING
in_b /usr/bin/python3 - "$station" <<'PY'
import os, sys
sys.path.insert(0, os.environ["STRATA_TESTING"])
from ip_frames import *

wire = Wire("k0", "", sys.argv[1])
ghost = mac("02:00:00:00:0b:99")
wire.send(arp(1, ghost, "10.0.0.2", "10.0.0.2"), ETH_P_ARP, dst_ll=BROADCAST_LL, src_ll=ghost)
PY
until_ok entry_is '02:00:00:00:0b:99.*STALE'
in_b ping -c 1 -W 1 $A_ADDR >/dev/null && fail "answered at the ghost's address"
until_ok entry_is FAILED
# And finds the real one again when it has something to say.
until_ok in_b ping -c 1 -W 2 $A_ADDR
entry_is '02:00:00:00:0b:02' || fail "did not find it again: $(state)"
pass
