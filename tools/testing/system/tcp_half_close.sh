#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# After shutdown(SHUT_WR) the other direction still carries data, on either side.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
cat >"$WORK/half.py" <<'PY'
import socket, sys

role, address = sys.argv[1:]
TIMEOUT_S = 60
if role == "server":
    listener = socket.create_server((address, 7001))
    conn = listener.accept()[0]
    conn.settimeout(TIMEOUT_S)
    question = conn.makefile("rb").read()       # until the client's half close
    conn.sendall(question[::-1] * 1000)
    conn.shutdown(socket.SHUT_WR)
    assert conn.recv(1) == b""
else:
    conn = socket.create_connection((address, 7001), TIMEOUT_S)
    conn.sendall(b"abc" * 100)
    conn.shutdown(socket.SHUT_WR)
    answer = conn.makefile("rb").read()
    assert answer == b"cba" * 100 * 1000, len(answer)
    try:
        conn.send(b"x")
        sys.exit("sent after SHUT_WR")
    except BrokenPipeError:
        pass
PY
in_b /usr/bin/python3 "$WORK/half.py" server $B_ADDR &
until_ok listening_b 7001
run_a /usr/bin/python3 "$WORK/half.py" client $B_ADDR
wait $!
run_a /usr/bin/python3 "$WORK/half.py" server $A_ADDR &
until_ok listening_a 7001
in_b /usr/bin/python3 "$WORK/half.py" client $A_ADDR
wait $!
pass
