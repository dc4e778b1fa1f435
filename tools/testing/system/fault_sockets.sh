#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Socket calls bear that any one allocation in them fails: each says so or succeeds, and nothing is lost.
# shellcheck source=tools/testing/fault.sh
. "${0%/*}/../fault.sh"

need fault
topology
in_a fault || fail "status $?"
# And the stack works as before, also with the other stack.
both_ways 300000
pass
