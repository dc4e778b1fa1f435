#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# TCP carries 8 MiB each way, Strata as client and as server, sha256 equal.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
both_ways 8388608
pass
