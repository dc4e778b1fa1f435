#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A neighbour set by hand is neither asked for nor forgotten, and new MACs of our own are used at once.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

need tcpdump
topology
there=$(in_b cat /sys/class/net/k0/address)
in_a strata neigh flush dev s0
in_a strata neigh add $B_ADDR lladdr "$there" dev s0
refused "replace" netns_exec "$A" strata neigh add $B_ADDR lladdr 02:00:00:00:00:01 dev s0
refused "group" netns_exec "$A" strata neigh add 10.0.0.7 lladdr ff:ff:ff:ff:ff:ff dev s0
in_a strata neigh flush dev s0
in_a strata neigh show | grep -q "$B_ADDR.*$there.*PERMANENT" ||
	fail "flushed: $(in_a strata neigh show)"

in_b tcpdump -Z root -U --immediate-mode -n -e -i k0 -w "$WORK/k0.pcap" 2>"$WORK/tcpdump.log" &
listener=$!
until_ok grep -q 'listening on' "$WORK/tcpdump.log"

# Our own address changes: the header made long ago has to change with it.
ip -n "$A" link set s0 address 02:00:00:00:0a:01
ip -n "$B" neigh replace $A_ADDR lladdr 02:00:00:00:0a:01 dev k0 nud permanent
until_ok in_b ping -c 1 -W 1 $A_ADDR
kill $listener
wait $listener || true
sent=$(tcpdump -n -e -r "$WORK/k0.pcap" icmp and src $A_ADDR 2>/dev/null)
[[ $sent == *"02:00:00:00:0a:01 > $there"* ]] || fail "not from the new address: $sent"
! tcpdump -n -r "$WORK/k0.pcap" arp 2>/dev/null | grep "who-has $B_ADDR tell $A_ADDR" ||
	fail "asked for what was set by hand"

in_a strata neigh del $B_ADDR dev s0
refused "no such neighbour" netns_exec "$A" strata neigh del $B_ADDR dev s0
pass
