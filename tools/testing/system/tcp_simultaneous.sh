#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Strata and the kernel connect to each other at the same time: their SYNs cross, and one connection comes of it (RFC 9293 3.5, figure 7).
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

need tcpdump
topology
# Long enough that both are on their way before one arrives, shorter than the
# first retransmission.
impair delay 400ms
cat >"$WORK/connect.py" <<'PY'
import os, socket, sys, time

own, peer, go, name = sys.argv[1:]
conn = socket.socket()
conn.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
conn.bind((own, 7000))
conn.settimeout(60)
open(name, "w").close()
while not os.path.exists(go):
    time.sleep(0.005)
conn.connect((peer, 7000))
assert conn.getpeername() == (peer, 7000), conn.getpeername()
text = (own * 5000).encode()
conn.sendall(text)
conn.shutdown(socket.SHUT_WR)
want = (peer * 5000).encode()
got = conn.makefile("rb").read()
assert got == want, len(got)
PY
in_b tcpdump -Z root -U --immediate-mode -n -i k0 -w "$WORK/pcap" tcp 2>"$WORK/tcpdump.log" &
tcpdump=$!
until_ok grep -q 'listening on' "$WORK/tcpdump.log"

run_a /usr/bin/python3 "$WORK/connect.py" $A_ADDR $B_ADDR "$WORK/go" "$WORK/a" &
a=$!
in_b /usr/bin/python3 "$WORK/connect.py" $B_ADDR $A_ADDR "$WORK/go" "$WORK/b" &
b=$!
until_ok test -e "$WORK/a" -a -e "$WORK/b"
touch "$WORK/go"
wait $a || fail "Strata's side"
wait $b || fail "the kernel's side"
kill $tcpdump
wait $tcpdump || true

# Simultaneous indeed: each side sent a bare SYN and answered the other's.
# segments FROM FLAGS: how many were there
segments() {
	tcpdump -n -r "$WORK/pcap" "src host $1 and tcp[tcpflags] & (tcp-syn|tcp-ack) == $2" 2>/dev/null | wc -l
}
for side in $A_ADDR $B_ADDR; do
	[ "$(segments "$side" tcp-syn)" -ge 1 ] || fail "$side sent no SYN"
	[ "$(segments "$side" '(tcp-syn|tcp-ack)')" -ge 1 ] || fail "$side answered no SYN: they did not cross"
done
expect 0 "$(tcpdump -n -r "$WORK/pcap" 'tcp[tcpflags] & tcp-rst != 0' 2>/dev/null | wc -l)" "resets"
pass
