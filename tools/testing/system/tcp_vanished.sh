#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A peer that vanishes ends the connection with ETIMEDOUT (RFC 5482).
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
cat >"$WORK/vanished.py" <<'PY'
import errno, socket, sys

conn = socket.create_connection((sys.argv[1], 7000), 30)
conn.settimeout(None)
conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 3000)
conn.sendall(b"put 1 100\n")
print("connected", flush=True)
sys.stdin.readline()
conn.sendall(b"x" * 1000)
try:
    conn.recv(1)
    sys.exit("an answer from nobody")
except OSError as e:
    assert e.errno in (errno.ETIMEDOUT, errno.EHOSTUNREACH), e
    print("ended:", e)
PY
serve_b 7000
mkfifo "$WORK/go"
run_a /usr/bin/python3 "$WORK/vanished.py" $B_ADDR <"$WORK/go" >"$WORK/out" &
client=$!
exec 7>"$WORK/go"
until_ok grep -q connected "$WORK/out"
# Lost without a trace: the link stays up.
netns_exec "$B" tc qdisc add dev k0 root netem loss 100% || skip "this kernel has no netem"
netns_exec "$A" tc qdisc add dev s0 root netem loss 100%
echo go >&7
wait $client || fail "$(cat "$WORK/out")"
pass
