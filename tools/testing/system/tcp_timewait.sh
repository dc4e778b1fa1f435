#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A four-tuple in TIME-WAIT, on either side, is taken for a new connection at once (RFC 6191), and carries only what is the new one's.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
# Serves one connection after the other; the client says who closes first.
cat >"$WORK/server.py" <<'PY'
import socket, sys

listener = socket.create_server((sys.argv[1], 7000))
while True:
    conn = listener.accept()[0]
    word = conn.recv(12, socket.MSG_WAITALL)
    conn.sendall(word)
    if word.startswith(b"client"):
        assert conn.recv(1) == b""
    conn.close()
PY
cat >"$WORK/client.py" <<'PY'
import errno, socket, sys, time

own, peer, first = sys.argv[1:4]


# The four-tuple is free once the other side has acknowledged our FIN: that takes
# a moment, TIME-WAIT would take a minute.
def connect(end):
    while True:
        conn = socket.socket()
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        conn.settimeout(30)
        conn.bind((own, 7777))
        try:
            conn.connect((peer, 7000))
            return conn
        except OSError as e:
            if e.errno != errno.EADDRNOTAVAIL or time.monotonic() > end:
                raise
        conn.close()
        time.sleep(0.01)


for number in range(int(sys.argv[4])):
    conn = connect(time.monotonic() + 20)
    word = b"%s%06d" % (first.encode(), number)
    conn.sendall(word)
    got = conn.recv(12, socket.MSG_WAITALL)
    assert got == word, (got, word)
    if first == "server":
        assert conn.recv(1) == b""
    conn.close()
PY
# timewait_a, timewait_b: is the connection kept there, and there only?
timewait_a() {
	in_a strata socket -a -t -n | grep -E 'TIME-WAIT' | grep -qE ':(7000|7777)'
}
timewait_b() {
	in_b ss -Htan state time-wait | grep -qE ':(7000|7777)'
}

run_a /usr/bin/python3 "$WORK/server.py" $A_ADDR &
until_ok listening_a 7000
in_b /usr/bin/python3 "$WORK/server.py" $B_ADDR &
until_ok listening_b 7000
reused=$(in_b nstat -asz TcpExtTWRecycled | awk '/TWRecycled/ { print $2 }')

# rounds CLIENT OWN PEER FIRST KEEPER: ten connections from one port, each closed
# first by FIRST, so that KEEPER has each in TIME-WAIT when the next one begins.
rounds() {
	"$1" /usr/bin/python3 "$WORK/client.py" "$2" "$3" "$4" 1 || fail "$1, $4 closes first: the first"
	until_ok "timewait_$5"
	"$1" /usr/bin/python3 "$WORK/client.py" "$2" "$3" "$4" 10 || fail "$1, $4 closes first: again"
	until_ok "timewait_$5"
}
rounds in_b $B_ADDR $A_ADDR server a
rounds in_b $B_ADDR $A_ADDR client b
rounds run_a $A_ADDR $B_ADDR server b
rounds run_a $A_ADDR $B_ADDR client a
echo "the kernel recycled since $reused: $(in_b nstat -asz TcpExtTWRecycled | awk '/TWRecycled/ { print $2 }')"

# Without a program asking for it the port is not free.
run_a /usr/bin/python3 - $A_ADDR <<'PY' || fail "bound beside a TIME-WAIT"
import errno, socket, sys

conn = socket.socket()
try:
    conn.bind((sys.argv[1], 7777))
    sys.exit("taken")
except OSError as e:
    assert e.errno == errno.EADDRINUSE, e
PY
pass
