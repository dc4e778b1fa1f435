#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What a host on the kernel's stack learns of a Strata router: the MTU of a narrower link behind it, a shorter way on its own link; and what the reverse path filter lets pass.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

need curl tracepath
topology_forward
FAR=10.1.0.2 FAR6=fd00:1::2

# a link of 1300 bytes behind the router
ip -n "$A" link set s1 mtu 1300
ip -n "$C" link set c0 mtu 1300
for to in $FAR $FAR6; do
	until_ok in_b ping -c 1 -W 1 "$to"
	said=$(in_b tracepath -n "$to")
	[[ $said == *"Resume: pmtu 1300 hops 2 back 2"* ]] || fail "tracepath: $said"
done
in_b ip route flush cache
said=$(in_b ping -c 1 -W 5 -M 'do' -s 1400 $FAR) && fail "a long ping with DF passed"
[[ $said == *"From 10.0.0.1"*"(mtu = 1300)"* ]] || fail "ping with DF: $said"
in_b ping -q -c 1 -W 5 -M dont -s 5000 $FAR >/dev/null || fail "a long ping without DF"
in_b ping -q -c 1 -W 5 -s 5000 $FAR6 >/dev/null || fail "a long ping, IPv6"
in_b ip route flush cache
random_file "$WORK/data" 512
in_b /usr/bin/python3 -m http.server --bind :: --directory "$WORK" 8000 >"$WORK/http.log" 2>&1 &
until_ok listening_b 8000
in_c curl -sS --max-time 60 -o "$WORK/one" http://10.0.0.2:8000/data
in_c curl -gsS --max-time 60 -o "$WORK/two" "http://[fd00::2]:8000/data"
same_files "$WORK/data" "$WORK/one"
same_files "$WORK/data" "$WORK/two"

# a second router on the host's own link: the first one tells of it, and the host believes it
#	:$B: br0 10.0.0.2 ┬─ k0 ── s0 :$A:
#	                  └─ v0 ── v1 10.0.0.3 :$D:, which has 10.5.0.1 and fd00:5::1
D=d-$$
EXTRA_NAMESPACES="$C $D"
ip netns add $D
ip -n "$B" link add br0 type bridge
ip -n "$B" link add v0 type veth peer name v1 netns $D
ip -n "$B" addr flush dev k0
for port in k0 v0; do
	ip -n "$B" link set $port master br0 up
done
ip -n "$B" link set br0 up
ip -n "$B" addr add 10.0.0.2/24 dev br0
ip -n "$B" addr add fd00::2/64 dev br0 nodad
ip -n "$B" route replace default via 10.0.0.1
ip -n "$B" route replace default via fd00::1 dev br0
ip -n $D link set lo up
ip -n $D link set v1 up
ip -n $D addr add 10.0.0.3/24 dev v1
ip -n $D addr add 10.5.0.1/32 dev lo
ip -n $D addr add fd00:5::1/128 dev lo
ip -n $D addr add fe80::3/64 dev v1 nodad
ip -n $D addr add fd00::3/64 dev v1 nodad
in_a strata route add 10.5.0.0/16 via 10.0.0.3
in_a strata route add fd00:5::/64 via fe80::3 dev s0
in_a strata neigh flush
until_ok in_b ping -c 1 -W 1 10.0.0.1
until_ok in_b ping -c 1 -W 1 fd00::1
# The kernel believes an IPv6 redirect of the router it sent to, by its link-local address.
router=$(link_local_a)
ip -n "$B" -6 route replace default via "$router" dev br0
learned() { in_b ip route get "$1" | grep -q "via $2 "; }
told() { # told DESTINATION ROUTER
	in_b ping -c 1 -W 1 "$1" && learned "$1" "$2"
}
until_ok told 10.5.0.1 10.0.0.3
until_ok told fd00:5::1 fe80::3
[ "$(counter "$A" icmp redirects)" -ge 1 ] || fail "no redirect counted"
[ "$(counter "$A" nd redirects)" -ge 1 ] || fail "no redirect counted, IPv6"

# sources and the way back to them (RFC 3704)
ip -n "$B" addr add 10.66.0.1/32 dev lo
passes() { # passes WANTED: does a datagram from 10.66.0.1 get to the other host?
	local before dropped
	before=$(counter "$A" ipv4 forwarded) dropped=$(counter "$A" drop ip_reverse_path)
	in_b ping -c 1 -W 1 -I 10.66.0.1 $FAR >/dev/null || true
	case $1 in
	yes) [ "$(counter "$A" ipv4 forwarded)" -gt "$before" ] || fail "$2: not forwarded" ;;
	no) [ "$(counter "$A" drop ip_reverse_path)" -gt "$dropped" ] || fail "$2: not dropped" ;;
	esac
}
passes yes "no filter"
in_a strata -4 link set s0 rp_filter loose
passes no "loose, no route back"
in_a strata route add 10.66.0.0/16 via 10.1.0.2
passes yes "loose, a route back by another link"
in_a strata -4 link set s0 rp_filter strict
passes no "strict, a route back by another link"
in_a strata route del 10.66.0.0/16
in_a strata route add 10.66.0.0/16 via 10.0.0.2
passes yes "strict, the way back"
until_ok in_b ping -c 1 -W 1 -I 10.66.0.1 $FAR
refused "rp_filter is off, strict or loose" in_a strata link set s0 rp_filter on
refused "slo forwards nothing" in_a strata link set slo forwarding on
[[ $(in_a strata -4 link show s0) == *"ipv4 forwarding on rp_filter strict redirects on"* ]] || fail "link show: $(in_a strata link show s0)"

# what devices begin with that are attached later
in_a sysctl -qw net.strata.default_ipv6_forwarding=1
ip -n "$A" link add s2 type strata_nic peer name s3
in_a strata link attach s2
expect "off on" "$(in_a strata -j link show s2 | /usr/bin/python3 -c '
import json, sys
link = json.load(sys.stdin)[0]
print(link["ipv4"]["forwarding"], link["ipv6"]["forwarding"])')" "forwarding of a new link"
pass
