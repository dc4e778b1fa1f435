#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module stays while sockets are open, and leaves cleanly when they are closed.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
mkfifo "$WORK/hold"
run_a /usr/bin/python3 -c '
import socket, sys
s = socket.create_server((sys.argv[1], 7004))
print("open", flush=True)
sys.stdin.read()' $A_ADDR <"$WORK/hold" >"$WORK/out" &
holder=$!
exec 7>"$WORK/hold"
until_ok grep -q open "$WORK/out"
refused "in use" rmmod strata
grep -q '^strata ' /proc/modules || fail "the module is gone"
exec 7>&-
wait $holder
until_ok rmmod strata
! grep -q '^strata ' /proc/modules || fail "the module is still there"
# The device belongs to the host again.
ip -n "$A" addr add 10.0.0.1/24 dev s0
until_ok in_b ping -c 1 -W 1 $A_ADDR
insmod "$STRATA_MODULES/strata.ko"
in_a strata link show >/dev/null
pass
