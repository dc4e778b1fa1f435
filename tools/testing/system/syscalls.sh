#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every system call answers on an AF_STRATA socket what it answers on an AF_INET socket.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

need syscalls
ip netns add "$A"
ip -n "$A" link set lo up
in_a sysctl -qw "net.ipv4.ping_group_range=0 0" "net.strata.ping_group_range=0 0"
in_a syscalls
# The same where there are fragments.
ip -n "$A" link set lo mtu 1500
ip -n "$A" link set slo mtu 1500
in_a syscalls control_
ip -n "$A" link set lo mtu 65536
ip -n "$A" link set slo mtu 65536

# What the manual says is there, is there; and no more.
documented() {
	sed -nE 's/^([A-Z0-9_]+) +(works|differs|refused)( .*)?$/\1 \2/p' "$STRATA_TESTING/../../Documentation/sockets.rst"
}
diff <(in_a syscalls --options) <(documented) || fail "Documentation/sockets.rst has it otherwise"
