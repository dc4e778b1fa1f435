#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A detached device is the host's again: the host answers, Strata does not.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
in_a strata link detach s0
in_b ping -c 2 -W 1 $A_ADDR >/dev/null && fail "Strata still answers on a detached device"
[ -z "$(in_a strata addr show dev s0 2>/dev/null)" ] || fail "the address stayed"

ip -n "$A" addr add $A_ADDR/24 dev s0
until_ok in_b ping -c 1 -W 1 $A_ADDR
[ "$(in_a ip -s neigh show $B_ADDR | wc -l)" -gt 0 ] || fail "the host's neighbour cache is empty"

# And back to Strata.
ip -n "$A" addr flush dev s0
in_a strata link attach s0
in_a strata addr add $A_ADDR/24 dev s0
until_ok in_b ping -c 1 -W 1 $A_ADDR
pass
