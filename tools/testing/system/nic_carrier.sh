#!/bin/bash
# The carrier of each end follows the other, and a cut cable carries nothing.
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/cable.sh
. "${0%/*}/../cable.sh"

cable
until_ok carrier "$A" s0
until_ok carrier "$B" s1

for turn in 1 2 3; do
	ip -n "$B" link set s1 down
	until_ok no_carrier "$A" s0
	in_a ping -q -c 1 -W 1 $B_ADDR >/dev/null 2>&1 && fail "turn $turn: answered through a cut cable"
	ip -n "$B" link set s1 up
	until_ok carrier "$A" s0
	until_ok in_a ping -q -c 1 -W 1 $B_ADDR
	ip -n "$A" link set s0 down
	until_ok no_carrier "$B" s1
	ip -n "$A" link set s0 up
	until_ok carrier "$B" s1
	until_ok in_a ping -q -c 1 -W 1 $B_ADDR
done

# One end moves to another namespace and back.
EXTRA_NAMESPACES=c-$$
ip netns add c-$$
ip -n "$B" link set s1 netns c-$$
until_ok no_carrier "$A" s0
ip -n c-$$ addr add $B_ADDR/24 dev s1
ip -n c-$$ link set s1 up
until_ok in_a ping -q -c 1 -W 1 $B_ADDR

# Both ends in one namespace: a plain pair, carrier up.
ip -n c-$$ link set s1 netns "$A"
ip -n "$A" link set s1 up
until_ok carrier "$A" s0
until_ok carrier "$A" s1

# Namespace deletion takes both ends.
ip -n "$A" link set s1 netns c-$$
ip netns del c-$$
# shellcheck disable=SC2317 # by until_ok
gone() { ! ip -n "$A" link show s0; }
until_ok gone
pass
