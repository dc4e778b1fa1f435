#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A port without a listener refuses, on either side.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
cat >"$WORK/refused.py" <<'PY'
import socket, sys

try:
    socket.create_connection((sys.argv[1], 9), 30)
    sys.exit("connected to nobody")
except ConnectionRefusedError:
    pass
PY
run_a /usr/bin/python3 "$WORK/refused.py" $B_ADDR
in_b /usr/bin/python3 "$WORK/refused.py" $A_ADDR
pass
