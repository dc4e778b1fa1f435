#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A reset (SO_LINGER 0) reaches the other side as ECONNRESET, in both directions.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
cat >"$WORK/reset.py" <<'PY'
import socket, struct, sys

role, address = sys.argv[1:]
TIMEOUT_S = 60
if role == "server":
    conn = socket.create_server((address, 7002)).accept()[0]
    conn.settimeout(TIMEOUT_S)
    conn.sendall(b"ready")
    try:
        conn.recv(1)
        sys.exit("no error after a reset")
    except ConnectionResetError:
        pass
else:
    conn = socket.create_connection((address, 7002), TIMEOUT_S)
    assert conn.recv(5, socket.MSG_WAITALL) == b"ready"
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    conn.close()
PY
in_b /usr/bin/python3 "$WORK/reset.py" server $B_ADDR &
server=$!
until_ok listening_b 7002
run_a /usr/bin/python3 "$WORK/reset.py" client $B_ADDR
wait $server
run_a /usr/bin/python3 "$WORK/reset.py" server $A_ADDR &
server=$!
until_ok listening_a 7002
in_b /usr/bin/python3 "$WORK/reset.py" client $A_ADDR
wait $server
pass
