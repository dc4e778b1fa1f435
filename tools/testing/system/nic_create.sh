#!/bin/bash
# Cables are made as asked, and wrong requests are refused with a reason.
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/cable.sh
. "${0%/*}/../cable.sh"

ip netns add "$A"
ip netns add "$B"
ip -n "$A" link add s0 address 02:00:00:00:00:01 mtu 1400 type strata_nic \
	peer name s1 address 02:00:00:00:00:02 mtu 2000 netns "$B"
ip -n "$A" link show s0 | grep -q "mtu 1400" || fail "MTU of s0"
ip -n "$A" link show s0 | grep -q "02:00:00:00:00:01" || fail "address of s0"
ip -n "$B" link show s1 | grep -q "mtu 2000" || fail "MTU of s1"
ip -n "$B" link show s1 | grep -q "02:00:00:00:00:02" || fail "address of s1"
ip -n "$A" -d link show s0 | grep -q strata_nic || fail "kind of s0"

# Without a peer both are named by the kernel or by us, with an address each.
ip -n "$A" link add x0 type strata_nic
peer=$(ip -n "$A" -o link show x0 | sed 's/.*x0@\([^:]*\):.*/\1/')
ip -n "$A" link show "$peer" >/dev/null || fail "no peer $peer of x0"
ip -n "$A" link del "$peer"
ip -n "$A" link show x0 >/dev/null 2>&1 && fail "x0 outlived its peer"

refused 'expected "peer"' ip -n "$A" link add y0 type strata_nic colour green
refused 'same type' ip -n "$A" link add y0 type strata_nic peer name y1 type veth
refused 'File exists' ip -n "$A" link add y0 type strata_nic peer name s0
refused 'File exists' ip -n "$A" link add s0 type strata_nic peer name y1
refused '' ip -n "$A" link add y0 address 01:00:00:00:00:01 type strata_nic peer name y1
refused '' ip -n "$A" link add y0 type strata_nic peer name y1 address 01:00:00:00:00:01
ip -n "$A" -o link show | grep -q 'y[01]' && fail "a refused request left a device"

[ "$(in_a ethtool -i s0 | sed -n 's/^driver: //p')" = strata_nic ] || fail "ethtool -i"
in_a ethtool -k s0 | grep -q '^tcp-segmentation-offload: on' || fail "TSO is not on"
in_a ethtool s0 | grep -q 'Speed: 10000Mb/s' || fail "link settings"
in_a ethtool -l s0 | grep -q '^Combined:' || fail "ethtool -l"
ip -n "$A" link set s0 address 02:00:00:00:00:05
pass
