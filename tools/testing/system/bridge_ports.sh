#!/bin/bash
# Port flags mean what they mean on the kernel's bridge: learning, the three kinds of
# flooding, hairpin, isolated, locked, group_fwd_mask, state.
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086,SC2317 # addresses need no quotes; functions are called by name
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/lan.sh
. "${0%/*}/../lan.sh"

BROADCAST=ff:ff:ff:ff:ff:ff GROUP=01:00:5e:01:02:03
X=02:aa:00:00:00:01 Y=02:aa:00:00:00:02

flags() {
	local flag
	in_lan bridge link set dev p1 learning off
	say 1 $BROADCAST src=$X
	fdb_of $X
	in_lan bridge link set dev p1 learning on
	for flag in flood mcast_flood bcast_flood; do
		in_lan bridge link set dev p2 $flag off
		say 1 $Y
		say 1 $GROUP
		say 1 $BROADCAST
		say 0 $Y
		say 0 $GROUP
		say 0 $BROADCAST
		in_lan bridge link set dev p2 $flag on
	done
	say 2 $BROADCAST src=$Y
	say 2 $Y
	in_lan bridge link set dev p2 hairpin on
	say 2 $Y
	say 2 $BROADCAST
	in_lan bridge link set dev p2 hairpin off
	in_lan bridge link set dev p1 isolated on
	in_lan bridge link set dev p2 isolated on
	say 1 $BROADCAST
	say 3 $BROADCAST
	say 1 $Y
	say 3 $Y
	say 0 $Y
	in_lan ip link set p1 type "${KIND}_slave" isolated off
	say 1 $Y
	say 1 01:80:c2:00:00:0e
	in_lan ip link set p1 type "${KIND}_slave" group_fwd_mask 0x4000
	say 1 01:80:c2:00:00:0e
	in_lan ip link set br0 type "$KIND" group_fwd_mask 8
	say 2 01:80:c2:00:00:03
	in_lan bridge link set dev p3 state 0
	say 1 $BROADCAST
	say 3 $BROADCAST
	in_lan bridge link set dev p3 state 2
	say 3 $BROADCAST src=$X
	fdb_of $X
	in_lan bridge link set dev p3 state 3
	say 3 $BROADCAST
}
on_both_bridges flags 3

locked() {
	in_lan bridge link set dev p1 learning off locked on
	say 1 $BROADCAST src=$X
	fdb_set add $X p1 static
	say 1 $BROADCAST src=$X
	say 1 $BROADCAST src=$Y
	say 2 $X
	fdb_set del $X p1
	fdb_set add $X p2 static
	say 1 $BROADCAST src=$X
	in_lan bridge link set dev p1 locked off
	say 1 $BROADCAST src=$Y
}
on_both_bridges locked 2

# What the port is told can be read back, and survives what is refused.
KIND=strata_bridge
lan 1
in_lan bridge link set dev p1 isolated on hairpin on mcast_flood off
options() { in_lan bridge -d link show dev p1; }
before=$(options)
for word in "isolated on" "hairpin on" "mcast_flood off" "bcast_flood on" "learning on" "flood on"; do
	[[ $before == *"$word"* ]] || fail "$word is not in $before"
done
denied "no such port option" bridge link set dev p1 neigh_suppress on isolated off
denied "" bridge link set dev p1 cost 70000
expect "$before" "$(options)" "the options after what was refused"
ip -n "$A" -d link show p1 | grep -q "strata_bridge_slave.*isolated on" ||
	fail "ip -d link show says nothing of the port"
denied "Ethernet" ip link set lo master br0
ip -n "$A" link add br1 type strata_bridge
denied "a bridge cannot" ip link set br1 master br0
ip -n "$A" link add p9 type strata_nic peer name x9
in_a strata link attach p9
denied "attached" ip link set p9 master br0
refused "master" in_a strata link attach p1
raze
pass
