#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Reordering of a quarter of the packets loses and alters nothing.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
impair delay 5ms reorder 75% 50%
both_ways 1048576 2
pass
