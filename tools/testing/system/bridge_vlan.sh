#!/bin/bash
# A VLAN-aware bridge keeps VLANs apart, tags and untags, as the kernel's does: PVID,
# ranges, priority tags, 802.1ad, learning by VLAN, statistics.
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086,SC2317 # addresses need no quotes; functions are called by name
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/lan.sh
. "${0%/*}/../lan.sh"

BROADCAST=ff:ff:ff:ff:ff:ff
X=02:aa:00:00:00:01 Y=02:aa:00:00:00:02

vlans() {
	in_lan bridge -compressvlans vlan show
}

membership() {
	vlans
	# 1 and 2 are access ports of VLAN 10, 3 a trunk, 4 stays in VLAN 1.
	in_lan bridge vlan del dev p1 vid 1
	in_lan bridge vlan add dev p1 vid 10 pvid untagged
	in_lan bridge vlan add dev p2 vid 10 pvid untagged
	in_lan bridge vlan del dev p2 vid 1
	in_lan bridge vlan add dev p3 vid 10-20
	in_lan bridge vlan add dev p3 vid 30
	vlans
	say 1 $BROADCAST
	say 4 $BROADCAST
	say 3 $BROADCAST vlan=10
	say 3 $BROADCAST vlan=11
	say 3 $BROADCAST vlan=99
	say 3 $BROADCAST vlan=0
	say 1 $BROADCAST vlan=10
	say 1 $BROADCAST vlan=20
	say 1 $BROADCAST vlan=0
	# The tag of the other kind is payload.
	say 1 $BROADCAST ad=10
	say 1 $BROADCAST ad=10 vlan=20
	say 3 $BROADCAST vlan=10 ad=7
	# The bridge's own device.
	say 0 $BROADCAST
	say 0 $BROADCAST vlan=10
	in_lan bridge vlan add dev br0 vid 10 self
	say 0 $BROADCAST vlan=10
	say 1 $BROADCAST
	# Stations are known by VLAN.
	say 3 $BROADCAST src=$X vlan=10
	say 4 $BROADCAST src=$X
	fdb_of $X
	say 1 $X
	say 0 $X
	say 2 $X src=$Y
	fdb_of $Y
	in_lan bridge vlan del dev p3 vid 10
	fdb_of $X
	say 1 $X
	vlans
	# Without a PVID untagged frames are in no VLAN.
	in_lan bridge vlan add dev p4 vid 1 untagged
	say 4 $BROADCAST
	say 0 $BROADCAST
	vlans
	# The default moves with those who are in it by default.
	in_lan ip link set br0 type "$KIND" vlan_default_pvid 5
	vlans
	in_lan ip link set br0 type "$KIND" vlan_default_pvid 0
	vlans
	# No VLANs again.
	in_lan ip link set br0 type "$KIND" vlan_filtering 0
	say 1 $BROADCAST
	say 3 $BROADCAST vlan=99
}
on_both_bridges membership 4 vlan_filtering 1

provider() {
	in_lan bridge vlan add dev p1 vid 10 pvid untagged
	in_lan bridge vlan add dev p2 vid 10
	say 1 $BROADCAST
	say 1 $BROADCAST vlan=10
	say 1 $BROADCAST vlan=77
	say 1 $BROADCAST ad=10
	say 2 $BROADCAST ad=10
	say 2 $BROADCAST ad=10 vlan=5
	say 2 $BROADCAST vlan=10
}
on_both_bridges provider 3 vlan_filtering 1 vlan_protocol 802.1ad

statistics() {
	counted() {
		in_lan bridge -j -s vlan show | /usr/bin/python3 -c '
import json, sys
for e in sorted(json.load(sys.stdin), key=lambda e: e["ifname"]):
    for v in e.get("vlans", []):
        if e["ifname"].startswith("p") and v.get("vid", v.get("vlan")) == 10:
            print(e["ifname"], *(v[k] for k in sorted(v) if k[:2] in ("rx", "tx")))'
	}
	in_lan bridge vlan add dev p1 vid 10 pvid untagged
	in_lan bridge vlan add dev p2 vid 10
	for _ in 1 2 3; do
		say 1 $BROADCAST
	done
	say 2 $X vlan=10
	counted
}
# The kernel's wants to be told to count by port while it has none yet.
KERNEL_OPTIONS="vlan_stats_per_port 1"
on_both_bridges statistics 3 vlan_filtering 1 vlan_stats_enabled 1

# Nonsense is refused with a reason, and changes nothing.
KIND=strata_bridge
lan 1 vlan_filtering 1
before=$(vlans)
denied "" bridge vlan add dev p1 vid 0
denied "" bridge vlan add dev p1 vid 4095
denied "802.1" ip link set br0 type strata_bridge vlan_protocol 0x88b5
expect "$before" "$(vlans)" "the VLANs after what was refused"

# Kernel VLAN devices as the neighbours: a router's trunk.
in_lan bridge vlan add dev p1 vid 10
in_lan bridge vlan add dev br0 vid 10 self
ip -n "$A" link add link br0 name br0.10 type vlan id 10
ip -n "$A" addr add 10.1.0.100/24 dev br0.10
in_lan ip link set br0.10 up
ip -n "$(h 1)" link add link e0 name e0.10 type vlan id 10
ip -n "$(h 1)" addr add 10.1.0.1/24 dev e0.10
ip -n "$(h 1)" link set e0.10 up
until_ok in_h 1 ping -c 1 -W 1 10.1.0.100
raze

# A provider's bridge: a customer's VLAN 10 travels in VLAN 100 of the provider, which the kernel of
# the far end takes off, tag by tag. TCP with segments of all sizes goes both ways.
need iperf3
lan 2 vlan_filtering 1 vlan_protocol 802.1ad
in_lan bridge vlan add dev p1 vid 100 pvid untagged
in_lan bridge vlan add dev p2 vid 100
ip -n "$(h 1)" link add link e0 name e0.10 type vlan id 10
ip -n "$(h 2)" link add link e0 name s100 type vlan id 100 protocol 802.1ad
ip -n "$(h 2)" link add link s100 name s100.10 type vlan id 10
ip -n "$(h 2)" link set s100 up
ip -n "$(h 1)" addr add 10.2.0.1/24 dev e0.10
ip -n "$(h 2)" addr add 10.2.0.2/24 dev s100.10
ip -n "$(h 1)" link set e0.10 up
ip -n "$(h 2)" link set s100.10 up
until_ok in_h 1 ping -c 1 -W 1 10.2.0.2
in_h 2 iperf3 -s -1 >"$WORK/server.log" 2>&1 &
until_ok in_h 2 ss -Hltn 'sport = :5201'
in_h 1 iperf3 -c 10.2.0.2 -n 4M --bidir >"$WORK/client.log" 2>&1 || fail "iperf3: $(tail -3 "$WORK/client.log")"
raze
pass
