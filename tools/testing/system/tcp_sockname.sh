#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# getsockname() and getpeername() at a connection's end answer as the kernel's do:
# the same program on either stack prints the same.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
serve_a 7000
serve_b 7000
cat >"$WORK/names.py" <<'EOF'
import errno, socket, sys, time

def peer_name(sock):
    try:
        return sock.getpeername()[1]
    except OSError as error:
        return errno.errorcode[error.errno]

def show(what, sock, port):
    name = sock.getsockname()
    print(what, name[0] == sys.argv[2] or name[0],
          "same port" if name[1] == port else "port 0" if not name[1] else "a port",
          peer_name(sock))

def gone(sock):
    end = time.monotonic() + 20
    while peer_name(sock) == 7000 and time.monotonic() < end:
        time.sleep(0.01)

# The peer closes first: LAST-ACK, then CLOSED.
sock = socket.create_connection((sys.argv[1], 7000))
port = sock.getsockname()[1]
sock.sendall(b"get 1 10\n")
while sock.recv(100):
    pass
show("half closed", sock, port)
sock.shutdown(socket.SHUT_WR)
gone(sock)
show("closed", sock, port)

# We close first: TIME-WAIT.
sock = socket.create_connection((sys.argv[1], 7000))
port = sock.getsockname()[1]
sock.sendall(b"put 1 0\n")
sock.shutdown(socket.SHUT_WR)
while sock.recv(100):
    pass
gone(sock)
show("waiting", sock, port)

sock = socket.socket()
show("new", sock, 0)
print(errno.errorcode[sock.connect_ex((sys.argv[1], 7001))])
show("refused", sock, 0)
EOF
run_a /usr/bin/python3 "$WORK/names.py" $B_ADDR $A_ADDR >"$WORK/strata"
in_b /usr/bin/python3 "$WORK/names.py" $A_ADDR $B_ADDR >"$WORK/kernel"
cat "$WORK/strata"
expect "$(cat "$WORK/kernel")" "$(cat "$WORK/strata")" "what getsockname() said"
pass
