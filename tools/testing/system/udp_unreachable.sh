#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A UDP port without a socket: ICMP port unreachable, ECONNREFUSED, on either side.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
cat >"$WORK/ask.py" <<'PY'
import socket, sys

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(20)
s.connect((sys.argv[1], 9))
s.send(b"anybody?")
try:
    s.recv(1)
    sys.exit("an answer from nobody")
except ConnectionRefusedError:
    pass
PY
run_a /usr/bin/python3 "$WORK/ask.py" $B_ADDR
before=$(counter "$A" udp no_port)
in_b /usr/bin/python3 "$WORK/ask.py" $A_ADDR
expect $((before + 1)) "$(counter "$A" udp no_port)" "udp no_port"
pass
