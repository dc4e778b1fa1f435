#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The MTU of a link behind a kernel router shrinks under a connection: "fragmentation
# needed" (RFC 1191) makes the segments smaller, nothing is lost; a forged one that
# quotes no segment in flight (RFC 5927 4.1) changes nothing.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology_router

# Sends in parts, each when it is told to, and says what it knows of the path.
cat >"$WORK/sender.py" <<'PY'
import hashlib, random, socket, struct, sys

PART = 1 << 19
PMTU_OFFSET = 60    # tcpi_pmtu in struct tcp_info
source = random.Random(7)
everything = hashlib.sha256()
conn = socket.create_connection(("10.1.0.2", 7000), 60)
conn.settimeout(60)
print("ports", conn.getsockname()[1], flush=True)
for line in sys.stdin:
    part = source.randbytes(PART)
    everything.update(part)
    conn.sendall(part)
    # It has arrived: the peer says so.
    if conn.recv(2) != b"ok":
        sys.exit("no answer")
    info = conn.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 232)
    print("pmtu", struct.unpack_from("I", info, PMTU_OFFSET)[0], flush=True)
conn.shutdown(socket.SHUT_WR)
if conn.makefile("r").read() != everything.hexdigest():
    sys.exit("altered or lost")
print("same", flush=True)
PY
cat >"$WORK/receiver.py" <<'PY'
import hashlib, socket

PART = 1 << 19
conn = socket.create_server(("10.1.0.2", 7000)).accept()[0]
everything, got = hashlib.sha256(), 0
while chunk := conn.recv(1 << 16):
    everything.update(chunk)
    got += len(chunk)
    if got % PART == 0:
        conn.sendall(b"ok")
conn.sendall(everything.hexdigest().encode())
PY
in_c /usr/bin/python3 "$WORK/receiver.py" &
receiver=$!
# shellcheck disable=SC2317 # by until_ok
receiver_listens() { in_c ss -Hltn "sport = :7000" | grep -q LISTEN; }
until_ok receiver_listens
mkfifo "$WORK/go"
run_a /usr/bin/python3 "$WORK/sender.py" <"$WORK/go" >"$WORK/said" 2>&1 &
sender=$!
exec 7>"$WORK/go"

# part N PMTU: send the N-th part, at the end of which the path's MTU is known so.
part() {
	local lines=$(($1 + 1))
	echo >&7
	# shellcheck disable=SC2317 # by until_ok
	said() { [ "$(wc -l <"$WORK/said")" -ge "$lines" ] || ! kill -0 "$sender"; }
	until_ok said
	expect "pmtu $2" "$(sed -n ${lines}p "$WORK/said")" "part $1"
}
part 1 1500
# The router's end shrinks; the far end takes what comes.
ip -n "$B" link set v0 mtu 1000
part 2 1000
ip -n "$B" link set v0 mtu 600
part 3 600

# Forged: about an octet that was acknowledged long ago, or never sent.
port=$(sed -n 's/^ports //p' "$WORK/said")
cat >"$WORK/forge.py" <<'PY'
import os, sys
sys.path.insert(0, os.environ["STRATA_TESTING"])
from ip_frames import *

wire, port = Wire("k0", sys.argv[1], sys.argv[2]), int(sys.argv[3])
received = ("icmp", "errors")
before = wire.counters()[received]
for seq in range(0, 1 << 32, 1 << 24):
    quoted = datagram(src=THEIRS, dst="10.1.0.2", proto=6, frag=0x4000, ident=seq >> 24,
                      payload=struct.pack("!HHIIBBHHH", port, 7000, seq, 0, 0x50, 0x10, 8000, 0, 0))
    wire.send(datagram(proto=1, payload=icmp(3, 4, struct.pack("!HH", 0, 552), quoted)))
end = time.monotonic() + PATIENCE_S
while (came := wire.counters()[received] - before) < 256:
    if time.monotonic() > end:
        raise SystemExit("FAIL: %d of 256 errors came" % came)
PY
export STRATA_TESTING
in_b /usr/bin/python3 "$WORK/forge.py" "$A" "$(in_a cat /sys/class/net/s0/address)" "$port"
part 4 600
exec 7>&-
wait $sender || fail "the sender: $(cat "$WORK/said")"
expect same "$(tail -n 1 "$WORK/said")" "what arrived"
wait $receiver
# It was the router that said so, and it never had to cut anything.
in_b nstat -az IpFragFails IpFragCreates >"$WORK/router"
awk '$1 == "IpFragFails" && $2 < 2 || $1 == "IpFragCreates" && $2 > 0 { exit 1 }' "$WORK/router" ||
	fail "the router: $(cat "$WORK/router")"
pass
