#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The stack's own loopback: 127.0.0.1 and its own addresses, seen by tcpdump on slo, not by the host.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

need tcpdump
topology
in_a tcpdump -i slo -c 4 -nn tcp >"$WORK/dump" 2>"$WORK/dump.err" &
until_ok grep -q listening "$WORK/dump.err"
cat >"$WORK/self.py" <<'PY'
import socket, sys, threading

for address in ("127.0.0.1", "127.3.4.5", sys.argv[1]):
    listener = socket.create_server((address, 7003))
    client = socket.create_connection((address, 7003), 30)
    server, peer = listener.accept()
    assert peer == client.getsockname(), peer
    sender = threading.Thread(target=lambda: (client.sendall(b"z" * 300000), client.close()))
    sender.start()
    assert server.makefile("rb").read() == b"z" * 300000
    sender.join()
    server.close()
    listener.close()
PY
run_a /usr/bin/python3 "$WORK/self.py" $A_ADDR
wait $!
grep -q 127.0.0.1 "$WORK/dump" || fail "tcpdump saw nothing on slo"
pass
