#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ICMP errors end no established connection (RFC 1122 4.2.3.9, RFC 5927 5): it goes on
# when the route is back, and names the error only once it has given up by itself.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology_router
in_b sysctl -qw net.ipv4.icmp_ratelimit=0

cat >"$WORK/echo.py" <<'PY'
import socket, threading

def echo(conn):
    try:
        while data := conn.recv(4096):
            conn.sendall(data)
    except OSError:
        pass

server = socket.create_server(("10.1.0.2", 7000))
while True:
    threading.Thread(target=echo, args=server.accept()[:1], daemon=True).start()
PY
in_c /usr/bin/python3 "$WORK/echo.py" &
# shellcheck disable=SC2317 # by until_ok
echo_listens() { in_c ss -Hltn "sport = :7000" | grep -q LISTEN; }
until_ok echo_listens

cat >"$WORK/client.py" <<'PY'
import errno, socket, sys

conn = socket.create_connection(("10.1.0.2", 7000), 60)
conn.settimeout(100)
if sys.argv[1:]:
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(sys.argv[1]))


def told(word):
    print("ready", flush=True)
    assert sys.stdin.readline().strip() == word


conn.sendall(b"one")
assert conn.recv(3, socket.MSG_WAITALL) == b"one"
told("broken")
conn.sendall(b"two")
try:
    print("received", conn.recv(3, socket.MSG_WAITALL), flush=True)
    conn.sendall(b"six")
    print("received", conn.recv(3, socket.MSG_WAITALL), flush=True)
except OSError as e:
    print("failed", errno.errorcode[e.errno], flush=True)
PY
# client [USER-TIMEOUT-MS]: has talked, and waits for a word.
client() {
	rm -f "$WORK/go"
	mkfifo "$WORK/go"
	run_a /usr/bin/python3 "$WORK/client.py" "$@" <"$WORK/go" >"$WORK/said" 2>&1 &
	pid=$!
	exec 7>"$WORK/go"
	until_ok grep -q ready "$WORK/said"
}

# break_route KIND, mend_route: what the router does with A's segments.
break_route() {
	ip -n "$B" route add "$1" 10.1.0.2/32
	errors=$(counter "$A" icmp errors)
	echo broken >&7
}
# shellcheck disable=SC2317 # by until_ok
errors_came() { [ "$(counter "$A" icmp errors)" -ge $((errors + 2)) ]; }
mend_route() {
	ip -n "$B" route del 10.1.0.2/32
}

# Host unreachable, a soft error, and prohibited, a hard one.
for kind in unreachable prohibit; do
	client
	break_route $kind
	until_ok errors_came
	kill -0 $pid || fail "$kind ended it: $(cat "$WORK/said")"
	mend_route
	exec 7>&-
	wait $pid || fail "$kind: $(cat "$WORK/said")"
	expect "received b'two' received b'six'" "$(tail -n 2 "$WORK/said" | xargs -d '\n')" "after $kind"
done

# It gives up by itself, and then says why nothing came.
client 3000
break_route unreachable
wait $pid || fail "no route for good: $(cat "$WORK/said")"
expect "failed EHOSTUNREACH" "$(tail -n 1 "$WORK/said")" "its own timeout"
mend_route
pass
