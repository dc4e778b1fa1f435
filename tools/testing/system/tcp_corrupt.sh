#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A flipped bit in every twentieth packet: checksums catch it, nothing is altered.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
# Checksums must be in the packets for a flipped bit to show.
netns_exec "$A" ethtool -K s0 tx off >/dev/null
netns_exec "$B" ethtool -K k0 tx off >/dev/null
# netem sees a sender's large segments whole, cuts them and harms one part, and
# there only the linear bytes: a flipped bit lands within the checksum's reach
# in few of a hundred packets on the wire.
impair corrupt 5%
both_ways 524288 2
dropped=$(counter "$A" drop l4_checksum)
echo "dropped for their checksum: $dropped"
[ "$dropped" -gt 0 ] || fail "no packet was dropped for its checksum"
pass
