#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# TCP_DEFER_ACCEPT: accept() sees a connection when its data is there, a silent one after a while, as on the kernel's stack.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
# Waits for a connection on a patient listener, then on an impatient one.
cat >"$WORK/server.py" <<'PY'
import socket, sys

listeners = []
for port, seconds in ((7000, 30), (7001, 1)):
    s = socket.create_server((sys.argv[1], port))
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, seconds)
    print("for", s.getsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT), flush=True)
    listeners.append(s)
for s in listeners:
    s.settimeout(60)
    conn = s.accept()[0]
    conn.setblocking(False)
    try:
        print("with", conn.recv(100), flush=True)
    except BlockingIOError:
        print("with nothing", flush=True)
PY
cat >"$WORK/client.py" <<'PY'
import socket, sys

first = socket.create_connection((sys.argv[1], 7000), 30)
print("connected", flush=True)
first.sendall(sys.stdin.readline().strip().encode())
second = socket.create_connection((sys.argv[1], 7001), 30)
sys.stdin.readline()
PY
# converse SIDE OTHER ADDRESS: a server on SIDE, a client on OTHER; what the server saw.
converse() {
	local server client
	mkfifo "$WORK/go.$1"
	"$1" /usr/bin/python3 "$WORK/server.py" "$3" >"$WORK/server.$1" 2>&1 &
	server=$!
	until_ok grep -q 'for 1' "$WORK/server.$1"
	"$2" /usr/bin/python3 "$WORK/client.py" "$3" <"$WORK/go.$1" >"$WORK/client.$1" 2>&1 &
	client=$!
	exec 7>"$WORK/go.$1"
	until_ok grep -q connected "$WORK/client.$1"
	before=$(counter "$A" tcp retrans)
	# Past the first repetition of a SYN+ACK that nobody answers.
	read -rt 1.5 <> <(:) || true
	! grep with "$WORK/server.$1" || fail "$1: accepted without data"
	# The handshake is complete: the client is not bothered again.
	expect "$before" "$(counter "$A" tcp retrans)" "segments that Strata repeated, server $1"
	echo "hello" >&7
	wait $server || fail "the server: $(cat "$WORK/server.$1")"
	exec 7>&-
	wait $client || fail "the client: $(cat "$WORK/client.$1")"
}
converse in_b run_a $B_ADDR
expect "for 31 for 1 with b'hello' with nothing" "$(xargs -d '\n' <"$WORK/server.in_b")" "the kernel's stack"
converse run_a in_b $A_ADDR
expect "$(cat "$WORK/server.in_b")" "$(cat "$WORK/server.run_a")" "Strata"
pass
