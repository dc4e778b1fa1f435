#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A connection with TCP_STRATA_RST_GUARD survives resets that something on the way
# injects with the right sequence number; one without does not; and the true
# peer's reset ends both.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
cat >"$WORK/server.py" <<'EOF'
# Answers "ping"; at "inject" sends a reset as a middlebox would, from 31 hops
# nearer; at "reset" resets the connection itself.
import os, socket, struct, sys
sys.path.insert(0, os.environ["STRATA_TESTING"])
from ip_frames import checksum

US, THEM, PORT = sys.argv[1], sys.argv[2], 7000
wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
wire.bind(("k0", 0x0800))
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
listener = socket.create_server((US, PORT))

def last_ack(peer_port, text):
    """The acknowledgment number next to the peer's @text: where a reset belongs."""
    while True:
        packet = wire.recv(4096)
        header = (packet[0] & 15) * 4
        ports = struct.unpack_from("!HH", packet, header)
        if packet[9] == 6 and ports == (peer_port, PORT) and text in packet:
            return struct.unpack_from("!I", packet, header + 8)[0]

def inject(peer_port, seq):
    us, them = socket.inet_aton(US), socket.inet_aton(THEM)
    tcp = struct.pack("!HHIIBBHHH", PORT, peer_port, seq, 0, 0x50, 4, 0, 0, 0)
    pseudo = us + them + struct.pack("!HH", 6, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    raw.sendto(struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 1, 0, 33, 6, 0, us, them)
               + tcp, (THEM, 0))

while True:
    sock, (_, peer_port) = listener.accept()
    try:
        while line := sock.recv(100):
            if line == b"inject\n":
                inject(peer_port, last_ack(peer_port, line))
            if line == b"reset\n":
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                break
            sock.sendall(b"pong\n")
    except ConnectionError:
        pass
    sock.close()
EOF
cat >"$WORK/client.py" <<'EOF'
import socket, sys

TCP_STRATA_RST_GUARD = 0x5200

def ask(sock, line):
    try:
        sock.sendall(line)
        answer = sock.recv(100)
        return answer
    except ConnectionError:
        return "reset"

def connect(guard):
    sock = socket.create_connection((sys.argv[1], 7000))
    sock.setsockopt(socket.IPPROTO_TCP, TCP_STRATA_RST_GUARD, guard)
    assert sock.getsockopt(socket.IPPROTO_TCP, TCP_STRATA_RST_GUARD) == guard
    assert ask(sock, b"ping\n") == b"pong\n"
    return sock

sock = connect(0)
first = ask(sock, b"inject\n")
assert first == "reset" or ask(sock, b"ping\n") == "reset", "the injected reset was not obeyed"

sock = connect(1)
for i in range(3):
    assert ask(sock, b"inject\n") == b"pong\n", i
    assert ask(sock, b"ping\n") == b"pong\n", i
assert ask(sock, b"reset\n") == "reset", "the peer's reset was not obeyed"
EOF
export STRATA_TESTING
in_b /usr/bin/python3 "$WORK/server.py" $B_ADDR $A_ADDR &
until_ok listening_b 7000
run_a /usr/bin/python3 "$WORK/client.py" $B_ADDR
[ "$(counter "$A" tcp resets_doubted)" -ge 3 ] || fail "no reset was doubted"
pass
