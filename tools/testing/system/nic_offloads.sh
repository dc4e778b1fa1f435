#!/bin/bash
# Checksum, TSO and VLAN offloads in each combination: TCP plain, by 802.1Q and by 802.1ad devices of the kernel arrives whole, and frames are as promised.
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/cable.sh
. "${0%/*}/../cable.sh"

need ethtool
cable
for tag in "802.1Q 10" "802.1ad 20"; do
	id=${tag#* }
	ip -n "$A" link add link s0 name "s0.$id" type vlan proto "${tag% *}" id "$id" ||
		skip "this kernel has no VLAN devices"
	ip -n "$B" link add link s1 name "s1.$id" type vlan proto "${tag% *}" id "$id"
	ip -n "$A" addr add "10.0.$id.1/24" dev "s0.$id"
	ip -n "$B" addr add "10.0.$id.2/24" dev "s1.$id"
	ip -n "$A" link set "s0.$id" up
	ip -n "$B" link set "s1.$id" up
done
expect 8 "$(/usr/bin/python3 "$STRATA_TESTING/nic_offloads.py" "$A" "$B" $B_ADDR 10.0.10.2 10.0.20.2)" "combinations"
in_a ethtool -T s0 | grep -q 'software-transmit' || fail "no software timestamps"
pass
