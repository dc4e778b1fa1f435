#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# rdate and ntpdig ask for the time, a datagram each way.
# Packages: rdate ntpsec-ntpdig python3
# shellcheck source=tools/testing/programs/lib.sh
USES="udp" PORT=123
. "$(dirname "$0")/lib.sh"

server() {
	exec /usr/bin/python3 -c '
import socket, struct, sys, time
SINCE_1900 = 2208988800
sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
sock.bind(("::", int(sys.argv[1])))
while True:
    request, peer = sock.recvfrom(1000)
    now = int((time.time() + SINCE_1900) * 2**32)
    # Version 4, a server, of stratum 1; the times of reference, of the question, of its arrival, of the answer.
    sock.sendto(struct.pack("!BBbbII4sQ8sQQ", 0o44, 1, 4, -20, 0, 0, b"LOCL", now, request[40:48], now, now), peer)
' "$PORT"
}

client() {
	rdate -n -p -o "$PORT" "$HOST"
	ntpdig -t 10 "$HOST"
}

everywhere
