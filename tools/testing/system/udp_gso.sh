#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Several datagrams in one call (UDP_SEGMENT, UDP_GRO) between Strata and the kernel, each way, and through a Strata router with and without translation: sizes, contents, MTU, identifications.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology_forward
gso=(/usr/bin/python3 "$STRATA_TESTING/udp_gso.py")
# The frames that s0 has sent.
sent() {
	ip -n "$A" -s -j link show s0 | /usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["stats64"]["tx"]["packets"])'
}

# cut on|off: the devices cut buffers up themselves, or are handed datagrams.
cut() {
	in_a ethtool -K s0 tx-udp-segmentation "$1"
	in_a ethtool -K s1 tx-udp-segmentation "$1"
	in_b ethtool -K k0 tx-udp-segmentation "$1"
}

in_b "${gso[@]}" serve &
in_c "${gso[@]}" serve &
run_a "${gso[@]}" serve &
# shellcheck disable=SC2317 # by until_ok
serves() { [ "$(in_b ss -Hlun | grep -c ':700[01] ')" -eq 4 ] && [ "$(in_c ss -Hlun | grep -c ':700[01] ')" -eq 4 ]; }
# shellcheck disable=SC2317 # by until_ok
serves_a() { [ "$(in_a strata socket -u -a -n | grep -c ':700[01] ')" -eq 4 ]; }
until_ok serves
until_ok serves_a

# A buffer crosses the cable as it is, unless the device is told that it cannot.
before=$(sent)
run_a "${gso[@]}" send whole 1500 10.0.0.2 fd00::2
whole=$(($(sent) - before))
in_b "${gso[@]}" send whole 1500 10.0.0.1 fd00::1
run_a "${gso[@]}" send whole 65536 10.0.0.1 fd00::1
cut off
before=$(sent)
run_a "${gso[@]}" send parts 1500 10.0.0.2 fd00::2
parts=$(($(sent) - before))
[ "$parts" -gt $((5 * whole)) ] || fail "$whole frames whole, $parts in parts"
in_b "${gso[@]}" send any 1500 10.0.0.1 fd00::1
# What the kernel's GRO merges on the way is for who asked, too, and taken apart for others.
in_a ethtool -K s0 rx-udp-gro-forwarding on
in_b "${gso[@]}" send any 1500 10.0.0.1 fd00::1
in_a ethtool -K s0 rx-udp-gro-forwarding off

# Where they may be fragmented, each has an identification of its own.
in_b "${gso[@]}" sniff k0 10 >"$WORK/idents" &
until_ok grep -q ready "$WORK/idents"
run_a "${gso[@]}" fragments 10.0.0.2
# shellcheck disable=SC2317 # by until_ok
sniffed() { [ "$(wc -l <"$WORK/idents")" -eq 11 ]; }
until_ok sniffed
expect 10 "$(grep -c '^0 ' "$WORK/idents")" "datagrams without DF: $(cat "$WORK/idents")"
expect 10 "$(sed 1d "$WORK/idents" | sort -u | wc -l)" "identifications: $(cat "$WORK/idents")"

# Through a router, in parts and whole, and translated.
in_b "${gso[@]}" send parts 1500 10.1.0.2=10.0.0.2 fd00:1::2=fd00::2
in_a strata firewall add ip postrouting out s1 masquerade
in_b "${gso[@]}" send parts 1500 10.1.0.2=10.1.0.1 fd00:1::2=fd00:1::1
cut on
in_b "${gso[@]}" send whole 1500 10.1.0.2=10.1.0.1 fd00:1::2=fd00:1::1
run_a "${gso[@]}" send whole 1500 10.1.0.2=10.1.0.1
in_a strata firewall flush
in_b "${gso[@]}" send whole 1500 10.1.0.2=10.0.0.2 fd00:1::2=fd00::2

# To a link that carries less: who forbids fragments is told, others' are fragmented.
ip -n "$A" link set s1 mtu 1300
ip -n "$C" link set c0 mtu 1300
in_b "${gso[@]}" fragments 10.1.0.2
in_b "${gso[@]}" refused 10.1.0.2 fd00:1::2
run_a "${gso[@]}" send whole 1300 10.1.0.2 fd00:1::2
pass
