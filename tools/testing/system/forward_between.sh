#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two Strata hosts with a router on the kernel's stack between them: iperf3 and curl in both families, also over a link behind the router that carries less.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

#	$A: s0 10.0.0.1 ── k0 10.0.0.2 :$B: k1 10.1.0.1 ── c0 10.1.0.2 :$C
need iperf3 curl
topology6
C=c-$$
EXTRA_NAMESPACES=$C
ip netns add $C
ip -n $C link add c0 mtu 1300 type strata_nic peer name k1 netns "$B"
ip -n $C link set c0 mtu 1300
in_c strata link attach c0
ip -n $C link set c0 up
ip -n "$B" link set k1 mtu 1300 up
ip -n "$B" addr add 10.1.0.1/24 dev k1
ip -n "$B" addr add fd00:1::1/64 dev k1 nodad
in_c strata addr add 10.1.0.2/24 dev c0
in_c strata addr add fd00:1::2/64 dev c0
in_b sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
in_a strata route add default via 10.0.0.2
in_a strata route add default via fd00::2
in_c strata route add default via 10.1.0.1
in_c strata route add default via fd00:1::1
settled_c() { ! in_c strata addr show | grep -q tentative; }
until_ok settled_c

run_c() { netns_exec $C strata run -- "$@"; }
listening_c() { in_c strata socket -l -t -n | grep -qE ":$1( |\$)"; }
random_file "$WORK/data" 512
run_c iperf3 -s --logfile "$WORK/iperf3.log" &
run_c /usr/bin/python3 -m http.server --bind :: --directory "$WORK" 8000 >"$WORK/http.log" 2>&1 &
until_ok listening_c 5201
until_ok listening_c 8000
for to in 10.1.0.2 fd00:1::2; do
	run_a iperf3 -J -n 2M -c $to >"$WORK/tcp.json" || fail "iperf3 to $to: $(cat "$WORK/tcp.json")"
	run_a iperf3 -J -n 2M -R -c $to >"$WORK/tcp.json" || fail "iperf3 from $to: $(cat "$WORK/tcp.json")"
	run_a iperf3 -J -u -b 4M -t 1 -l 1200 -c $to >"$WORK/udp.json" || fail "iperf3 by UDP to $to"
done
run_a curl -sS --max-time 60 -o "$WORK/one" http://10.1.0.2:8000/data
run_a curl -gsS --max-time 60 -o "$WORK/two" "http://[fd00:1::2]:8000/data"
same_files "$WORK/data" "$WORK/one"
same_files "$WORK/data" "$WORK/two"
pass
