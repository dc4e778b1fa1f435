#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# iperf3, unmodified, as client and as server over Strata.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

need iperf3
topology
in_b iperf3 -s -1 -p 5201 >"$WORK/server.log" 2>&1 &
until_ok listening_b 5201
run_a iperf3 -c $B_ADDR -p 5201 -n 32M -P 2 | tail -n 4
run_a iperf3 -s -1 -p 5202 >"$WORK/server.log" 2>&1 &
until_ok listening_a 5202
in_b iperf3 -c $A_ADDR -p 5202 -n 32M -R | tail -n 4
pass
