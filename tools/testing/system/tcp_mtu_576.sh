#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# TCP over an MTU of 576 bytes, and no frame is larger than that allows.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology 576
netns_exec "$B" ethtool -K k0 gro off lro off >/dev/null 2>&1 || true
both_ways 1048576
pass
