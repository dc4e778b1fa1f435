#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# While a device is attached the host sends not one frame on it and answers nothing, whatever happens to the device.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

need tcpdump

# Strata has no address here: every frame that leaves s0 is the host's.
#
#	$A: s0 ── cable ── k0 10.0.0.2/24, fd00::2/64 :$B
ip netns add "$A"
ip netns add "$B"
in_a sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv6.conf.default.forwarding=1
in_a sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.arp_notify=1
ip -n "$A" link add s0 type strata_nic peer name k0 netns "$B"
ip -n "$A" link set lo up
ip -n "$B" link set k0 up
ip -n "$B" addr add 10.0.0.2/24 dev k0
ip -n "$B" -6 addr add fd00::2/64 dev k0 nodad

# The device is up before it is attached, so that IPv6 has settled on it.
ip -n "$A" link set s0 up
has_linklocal() {
	ip -n "$A" -6 addr show dev s0 scope link | grep -q 'inet6 fe80'
}
settled() {
	has_linklocal && ! ip -n "$A" -6 addr show dev s0 tentative | grep -q inet6
}
until_ok settled
linklocal=$(ip -n "$A" -6 addr show dev s0 scope link | awk '/inet6/ { sub("/.*", "", $2); print $2 }')
until_ok in_b ping -c 1 -W 1 "$linklocal%k0"

station=$(in_a cat /sys/class/net/s0/address)
in_b tcpdump -Z root -l -v -n -i k0 "ether src $station and dst ff02::16" >"$WORK/reports" 2>"$WORK/reports.log" &
listener=$!
until_ok grep -q 'listening on' "$WORK/reports.log"
in_a strata link attach s0
has_linklocal && fail "the host kept its link-local address"
in_a strata addr del "$(in_a strata addr show dev s0 | sed -n 's/.* \(fe80:[^ ]*\).*/\1/p')" dev s0

# The last word of Strata's own: that it left the address's group, said twice (RFC 3810 9.1).
left_twice() { [ "$(grep -c 'to_in' "$WORK/reports")" -eq 2 ]; }
until_ok left_twice
kill $listener
wait $listener || true

# Everything that comes from the station's address, as the other end sees it.
in_b tcpdump -Z root -U --immediate-mode -n -i k0 -w "$WORK/host.pcap" ether src "$station" 2>"$WORK/tcpdump.log" &
listener=$!
until_ok grep -q 'listening on' "$WORK/tcpdump.log"

# 1. Questions and requests from outside.
in_b ping -c 2 -W 1 10.0.0.1 >/dev/null && fail "the host answered ping"
in_b ping -c 2 -W 1 "$linklocal%k0" >/dev/null && fail "the host answered IPv6 ping"
in_b ping -c 1 -W 1 -b 10.0.0.255 >/dev/null 2>&1 && fail "the host answered broadcast ping"
in_b ping -c 1 -W 1 ff02::1%k0 2>/dev/null | grep -q "$linklocal" && fail "the host answered multicast ping"

# 2. Whatever an administrator does to the device.
ip -n "$A" link set s0 down
ip -n "$A" link set s0 up
ip -n "$A" link set s0 mtu 1000
ip -n "$A" link set s0 mtu 1500
in_a sysctl -qw net.ipv6.conf.all.disable_ipv6=1
in_a sysctl -qw net.ipv6.conf.all.disable_ipv6=0
ip -n "$B" link set k0 down
ip -n "$B" link set k0 up
refused "attached to Strata" ip -n "$A" addr add 10.0.0.1/24 dev s0
ip -n "$A" -6 addr add fd00::1/64 dev s0 2>/dev/null && fail "the host took an IPv6 address"

# 3. The host's programs that ask for the device by name.
in_a ping -c 1 -W 1 -I s0 10.0.0.2 >/dev/null 2>&1 && fail "the host reached out"

# Longer than the longest delay of a first router solicitation or report.
sleep 5

kill $listener
wait $listener || true
frames=$(tcpdump -n -e -r "$WORK/host.pcap" 2>/dev/null)
[ -z "$frames" ] || fail "the host sent:"$'\n'"$frames"

# Given back, the host configures itself as if a cable had been plugged in.
in_a strata link detach s0
until_ok has_linklocal
until_ok in_b ping -c 1 -W 1 "$linklocal%k0"
pass
