#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A flipped bit in every hundredth packet: checksums catch it, nothing is altered.
# shellcheck source=tools/testing/lib.sh
. "$(dirname "$0")/../lib.sh"

topology
# Checksums must be in the packets for a flipped bit to show.
ip netns exec "$A" ethtool -K s0 tx off >/dev/null
ip netns exec "$B" ethtool -K k0 tx off >/dev/null
impair corrupt 1%
both_ways 524288 2
[ "$(counter "$A" drop l4_checksum)" -gt 0 ] || fail "no packet was dropped for its checksum"
pass
