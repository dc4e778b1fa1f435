#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two hosts on the kernel's stack with a Strata router between them: ping of every size, traceroute, tracepath, iperf3 and curl in both families; nothing passes before forwarding is on, for each family by itself.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

need iperf3 curl traceroute tracepath
topology_forward
FAR=10.1.0.2 FAR6=fd00:1::2
until_ok in_b ping -c 1 -W 1 $FAR
until_ok in_b ping -c 1 -W 1 $FAR6

# each family has a switch, on the device that a packet comes in on
in_a strata -4 link set s0 forwarding off
before=$(counter "$A" drop ip_not_local)
in_b ping -c 1 -W 1 $FAR >/dev/null && fail "IPv4 passes with forwarding off"
in_b ping -c 1 -W 5 $FAR6 >/dev/null || fail "IPv6 does not pass with IPv4's forwarding off"
[ "$(counter "$A" drop ip_not_local)" -gt "$before" ] || fail "not dropped as ip_not_local"
in_a strata -4 link set s0 forwarding on
in_a strata -6 link set s0 forwarding off
in_b ping -c 1 -W 1 $FAR6 >/dev/null && fail "IPv6 passes with forwarding off"
in_b ping -c 1 -W 5 $FAR >/dev/null || fail "IPv4 does not pass with IPv6's forwarding off"
in_a strata link set s0 forwarding on

# one hop less, and whole; the largest there are too
for to in $FAR $FAR6; do
	for size in 16 1472 1473 65507; do
		said=$(in_b ping -c 1 -W 5 -s "$size" "$to") || fail "ping of $size to $to: $said"
		[[ $said == *ttl=63* ]] || fail "not one hop less: $said"
	done
done

# hops ARGUMENT…: addresses that traceroute met
hops() {
	in_b traceroute -n -q 1 -w 5 "$@" | sed -n 's/^ *[0-9]* *\([0-9a-f.:]*\) .*/\1/p' | tr '\n' ' '
}
expect "10.0.0.1 10.1.0.2 " "$(hops -U $FAR)" "traceroute by UDP"
expect "10.0.0.1 10.1.0.2 " "$(hops -I $FAR)" "traceroute by ICMP"
expect "fd00::1 fd00:1::2 " "$(hops -6 -U $FAR6)" "traceroute by UDP, IPv6"
expect "fd00::1 fd00:1::2 " "$(hops -6 -T -p 9 $FAR6)" "traceroute by TCP, IPv6"
for to in $FAR $FAR6; do
	said=$(in_b tracepath -n "$to")
	[[ $said == *"Resume: pmtu 1500 hops 2 back 2"* ]] || fail "tracepath: $said"
done

# bulk: what GRO merges leaves again, and the checksums are right
in_c iperf3 -s -D --logfile "$WORK/iperf3.log" --pidfile "$WORK/iperf3.pid"
serves() { in_c ss -Hltn "sport = :5201" | grep -q LISTEN; }
until_ok serves
for to in $FAR $FAR6; do
	in_b iperf3 -J -n 4M -c "$to" >"$WORK/tcp.json" || fail "iperf3 to $to: $(cat "$WORK/tcp.json")"
	in_b iperf3 -J -n 4M -R -c "$to" >"$WORK/tcp.json" || fail "iperf3 from $to: $(cat "$WORK/tcp.json")"
	in_b iperf3 -J -u -b 4M -t 1 -l 1200 -c "$to" >"$WORK/udp.json" || fail "iperf3 by UDP to $to"
done
random_file "$WORK/data" 1024
in_c /usr/bin/python3 -m http.server --bind :: --directory "$WORK" 8000 >"$WORK/http.log" 2>&1 &
serves_http() { in_c ss -Hltn "sport = :8000" | grep -q LISTEN; }
until_ok serves_http
in_b curl -sS --max-time 60 -o "$WORK/one" http://$FAR:8000/data
in_b curl -gsS --max-time 60 -o "$WORK/two" "http://[$FAR6]:8000/data"
same_files "$WORK/data" "$WORK/one"
same_files "$WORK/data" "$WORK/two"
[ "$(counter "$A" ipv4 forwarded)" -gt 100 ] || fail "few forwarded"
[ "$(counter "$A" ipv6 forwarded)" -gt 100 ] || fail "few forwarded, IPv6"
pass
