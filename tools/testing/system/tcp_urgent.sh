#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Urgent data as RFC 6093 has it, with the kernel as the other end, both ways: MSG_OOB, the
# mark, SO_OOBINLINE, SIGURG and POLLPRI.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
run_a /usr/bin/python3 "$STRATA_TESTING/urgent.py" serve $A_ADDR 7000 &
in_b /usr/bin/python3 "$STRATA_TESTING/urgent.py" serve $B_ADDR 7000 &
until_ok listening_a 7000
until_ok listening_b 7000
run_a timeout "$PATIENCE" /usr/bin/python3 "$STRATA_TESTING/urgent.py" call $B_ADDR 7000
in_b timeout "$PATIENCE" /usr/bin/python3 "$STRATA_TESTING/urgent.py" call $A_ADDR 7000
pass
