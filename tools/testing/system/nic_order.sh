#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A cable keeps the order: what a connection has acknowledged never goes back, whether by data or without, as seen by who is behind the receiving end.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

need tcpdump
topology
# The longer an interrupt waits, the more is polled together.
in_b ethtool -C k0 adaptive-rx off rx-usecs 2000
# Segments that come one by one are acknowledged two by two.
in_b ethtool -K k0 tso off gso off
in_a ethtool -K s0 gro off
# Turns of many segments one way, and a short answer that follows their acknowledgments at once.
cat >"$WORK/turns.py" <<'P'
import socket
import sys

TURNS, LENGTH = 120, 60000
role, host = sys.argv[1:]
if role == "serve":
    peer = socket.create_server((host, 7000)).accept()[0]
    stream = peer.makefile("rb")
    while len(stream.read(LENGTH)) == LENGTH:
        peer.sendall(b"ok\n")
else:
    peer = socket.create_connection((host, 7000))
    stream = peer.makefile("rb")
    for _ in range(TURNS):
        peer.sendall(bytes(LENGTH))
        assert stream.readline() == b"ok\n"
P
in_b tcpdump -Z root -U --immediate-mode -S -s 100 -n -i k0 -w "$WORK/pcap" "tcp and src host $A_ADDR" 2>"$WORK/tcpdump.log" &
capture=$!
until_ok grep -q 'listening on' "$WORK/tcpdump.log"
run_a /usr/bin/python3 "$WORK/turns.py" serve $A_ADDR &
until_ok listening_a 7000
in_b /usr/bin/python3 "$WORK/turns.py" connect $A_ADDR || fail "the turns were not ended"
wait $!
kill $capture
wait $capture || true

tcpdump -S -n -r "$WORK/pcap" 2>/dev/null | sed -n 's/.* ack \([0-9]*\),.*/\1/p' >"$WORK/acks"
[ "$(wc -l <"$WORK/acks")" -ge 200 ] || fail "only $(wc -l <"$WORK/acks") segments were seen"
# In the sequence space: less than half of it ahead is later.
awk 'NR > 1 && ($1 - last + 2^32) % 2^32 > 2^31 { print "line " NR ": " last ", then " $1 }
     { last = $1 }' "$WORK/acks" >"$WORK/back"
[ ! -s "$WORK/back" ] || fail "$(wc -l <"$WORK/back") times it went back: $(head -n 3 "$WORK/back")"
pass
