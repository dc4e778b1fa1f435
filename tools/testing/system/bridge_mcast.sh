#!/bin/bash
# Hosts of the kernel's join and leave groups, by IGMPv2, IGMPv3, MLDv1 and MLDv2: who hears a
# group is the same on the kernel's bridge and on Strata's, when each asks for listeners.
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions are called by name
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/lan.sh
. "${0%/*}/../lan.sh"

# Seconds instead of minutes; last members are asked for twice within one. (A host that hears
# an older query between joining and leaving says nothing when it leaves.)
ASKS="mcast_querier 1 mcast_query_response_interval 50 mcast_startup_query_interval 100
	mcast_query_interval 100 mcast_last_member_interval 25
	mcast_membership_interval 400"

# heard GROUP WHO [from=ADDRESS]: what host 1 says to the group comes to be heard by them.
heard() {
	is_heard() {
		ask say 1 "$1" "${@:3}"
		[ "$SAID" = "$2"$'\n' ]
	}
	until_ok is_heard "$@" "on=$KIND" >&2
	echo "$*"
}

with_ipv6() {
	local i
	netns_exec "$A" sysctl -qw net.ipv6.conf.br0.disable_ipv6=0
	for ((i = 1; i <= HOSTS; i++)); do
		in_h "$i" sysctl -qw net.ipv6.conf.e0.disable_ipv6=0 net.ipv6.conf.e0.accept_dad=0
	done
}

# group GROUP: the same for both families.
group() {
	local all=224.0.0.251
	[[ $1 != *:* ]] || all=ff02::1
	heard "$1" nobody
	ask join 2 "$1"
	heard "$1" 2
	ask join 3 "$1"
	ask join 0 "$1"
	heard "$1" "0 2 3"
	heard "$all" "0 2 3 4"
	ask leave 2 "$1"
	heard "$1" "0 3"
	ask leave 0 "$1"
	ask leave 3 "$1"
	heard "$1" nobody
}

# Somebody who leaves without being asked about, and one whom a router speaks for.
ports() {
	in_lan bridge link set dev p2 fastleave on
	ask join 2 "$1"
	heard "$1" 2
	ask leave 2 "$1"
	heard "$1" nobody
	in_lan bridge link set dev p4 mcast_router 2
	heard "$1" 4
	in_lan bridge link set dev p4 mcast_router 1
	heard "$1" nobody
	in_lan bridge link set dev p2 fastleave off
}

# sources GROUP WANTED OTHER
sources() {
	ask join 2 "$1" "$2"
	heard "$1" 2 "from=$2"
	heard "$1" nobody "from=$3"
	ask join 3 "$1"
	heard "$1" 3 "from=$3"
	heard "$1" "2 3" "from=$2"
	ask leave 2 "$1" "$2"
	heard "$1" 3 "from=$2"
	ask leave 3 "$1"
	heard "$1" nobody "from=$2"
}

listeners() {
	ask modest
	with_ipv6
	in_lan ip link set br0 type "$KIND" mcast_igmp_version 3 mcast_mld_version 2
	# shellcheck disable=SC2086 # words
	in_lan ip link set br0 type "$KIND" $ASKS
	sources 239.1.1.3 10.0.0.11 10.0.0.12
	sources ff15::3 fd00::11 fd00::12
	# Hosts that hear the older query speak the older version from then on.
	in_lan ip link set br0 type "$KIND" mcast_igmp_version 2 mcast_mld_version 1
	group 239.1.1.1
	group ff15::1
	ports 239.1.1.2
	# Nobody asks: everybody hears.
	ask join 2 239.1.1.4
	heard 239.1.1.4 2
	in_lan ip link set br0 type "$KIND" mcast_querier 0
	heard 239.1.1.4 "0 2 3 4"
	in_lan ip link set br0 type "$KIND" mcast_querier 1
	heard 239.1.1.4 2
	in_lan ip link set br0 type "$KIND" mcast_snooping 0
	heard 239.1.1.4 "0 2 3 4"
}
on_both_bridges listeners 4

# The groups of a VLAN are its own.
vlans() {
	local port
	ask modest
	# shellcheck disable=SC2086 # words
	in_lan ip link set br0 type "$KIND" vlan_filtering 1 $ASKS
	for port in "p1 10" "p2 10" "p3 20" "p4 20"; do
		in_lan bridge vlan add dev "${port% *}" vid "${port#* }" pvid untagged
		in_lan bridge vlan del dev "${port% *}" vid 1
	done
	in_lan bridge vlan add dev br0 vid 10 self
	in_lan bridge vlan add dev br0 vid 20 self
	heard 239.1.1.1 nobody
	ask join 2 239.1.1.1
	ask join 3 239.1.1.1
	heard 239.1.1.1 2
	ask leave 2 239.1.1.1
	heard 239.1.1.1 nobody
	say 4 239.1.1.1
}
on_both_bridges vlans 4
pass
