#!/bin/bash
# A bridge learns, forwards, floods, moves and forgets stations as the kernel's does;
# its own device is one of the hosts.
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086,SC2317 # addresses need no quotes; functions are called by name
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/lan.sh
. "${0%/*}/../lan.sh"

BROADCAST=ff:ff:ff:ff:ff:ff
X=02:aa:00:00:00:01 Y=02:aa:00:00:00:02

learning() {
	say 1 $X
	say 1 $BROADCAST src=$Y
	fdb_of $Y
	say 2 $Y
	say 3 $Y
	say 1 $Y src=$X
	say 0 $Y
	say 0 $BROADCAST
	say 0 $X
	# Y goes to another port.
	say 3 $X src=$Y
	fdb_of $Y
	say 1 $Y
	# A source that cannot be, pause, and groups.
	say 1 $Y src=01:00:00:00:00:01
	say 1 $Y src=00:00:00:00:00:00
	say 1 01:80:c2:00:00:01
	say 1 01:80:c2:00:00:00
	say 1 01:80:c2:00:00:0e
	say 1 01:00:5e:01:02:03
	# The addresses of the bridge and its ports.
	say 1 02:00:00:00:01:00
	say 1 02:00:00:00:02:02
	# Who claims one of them is not believed.
	say 1 $X src=02:00:00:00:02:02
	say 2 02:00:00:00:02:02
	# A tag means nothing to a bridge that is not VLAN-aware.
	say 1 $Y vlan=7
	say 1 $BROADCAST vlan=7
	say 1 $BROADCAST ad=5 vlan=7
}
on_both_bridges learning 3

by_hand() {
	fdb_set add $X p1 static
	fdb_set add $Y p2 sticky static
	say 2 $X
	say 3 $X src=$X
	fdb_of $X
	say 3 $X src=$Y
	fdb_of $Y
	say 1 $Y
	fdb_set del $Y p2
	say 1 $Y
	in_lan ip link set br0 type "$KIND" fdb_flush
	fdb_of $X
	say 1 $BROADCAST src=$Y
	in_lan ip link set p1 type "${KIND}_slave" fdb_flush
	fdb_of $Y
	# A cable that is out: forgotten too.
	say 1 $BROADCAST src=$Y
	in_lan ip link set p1 down
	fdb_of $Y
	say 2 $BROADCAST
	in_lan ip link set p3 nomaster
	say 2 $BROADCAST
	in_lan ip link set br0 down
	say 2 $BROADCAST
}
on_both_bridges by_hand 3

ageing() {
	forgotten() { [ -z "$(fdb_of $Y)" ]; }
	in_lan ip link set br0 type "$KIND" ageing_time 100
	fdb_set add $X p1 static
	say 1 $BROADCAST src=$Y
	until_ok forgotten
	fdb_of $X
	in_lan ip link set br0 type "$KIND" ageing_time 0
	say 1 $BROADCAST src=$Y
	say 2 $Y
}
on_both_bridges ageing 2

# Real programs: ping from everybody to everybody, and TCP.
need iperf3
KIND=strata_bridge
lan 3
ip -n "$A" addr add 10.0.0.100/24 dev br0
for host in 2 3 100; do
	until_ok in_h 1 ping -c 1 -W 1 "10.0.0.$host"
done
in_h 2 iperf3 -s -1 >"$WORK/server.log" 2>&1 &
until_ok in_h 2 ss -Hltn 'sport = :5201'
iperf_to() { in_h 1 iperf3 -c "$1" -n 8M >"$WORK/client.log" 2>&1; }
until_ok iperf_to 10.0.0.2
expect 0 "$(in_h 3 cat /sys/class/net/e0/statistics/rx_errors)" "errors at a bystander"
[ "$(in_h 3 cat /sys/class/net/e0/statistics/rx_bytes)" -lt 1000000 ] ||
	fail "a bystander heard what was for another"

# The same device given to Strata: its stack answers in place of the host's.
ip -n "$A" addr del 10.0.0.100/24 dev br0
in_a strata link attach br0
in_a strata addr add 10.0.0.100/24 dev br0
until_ok in_h 3 ping -c 1 -W 1 10.0.0.100
run_a curl -s --max-time 5 http://10.0.0.2:9/ && fail "nobody listens there"
until_ok in_h 2 ping -c 1 -W 1 10.0.0.100
raze
pass
