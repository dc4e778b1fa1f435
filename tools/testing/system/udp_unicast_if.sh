#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# IP_UNICAST_IF and IPV6_UNICAST_IF: a datagram leaves by the device that the socket names, not by the best route's, sent and connected, and comes back on either; a stream is not moved.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

#	$A: s0 10.0.0.1, s1 10.1.0.1 ══ k0 10.0.0.2, k1 10.1.0.2 :$B: lo 192.0.2.1
topology
another_cable s1 k1 "$B"
in_a strata addr add 10.1.0.1/24 dev s1
ip -n "$B" addr add 10.1.0.2/24 dev k1
ip -n "$B" addr add 192.0.2.1/32 dev lo
ip -n "$B" addr add 2001:db8::1/128 dev lo
in_a strata addr add fd00::1/64 dev s0
in_a strata addr add fd00:1::1/64 dev s1
ip -n "$B" addr add fd00::2/64 dev k0 nodad
ip -n "$B" addr add fd00:1::2/64 dev k1 nodad
for i in 0 1; do
	in_a strata route add 192.0.2.0/24 via 10.$i.0.2 metric $((10 + i))
done
in_a strata route add 2001:db8::/32 via fd00::2 metric 10
in_a strata route add 2001:db8::/32 via fd00:1::2 metric 11
until_ok in_b ping -c 1 -W 1 10.1.0.1
until_ok in_b ping -c 1 -W 1 fd00::1
until_ok in_b ping -c 1 -W 1 fd00:1::1

cat >"$WORK/way.py" <<'PY'
# way.py FAMILY TYPE DEVICE|- ADDRESS: from which address it is connected, and sends
import socket, sys
family = getattr(socket, sys.argv[1])
kind = getattr(socket, sys.argv[2])
level, option = (0, 50) if family == socket.AF_INET else (41, 76)
def make():
    s = socket.socket(family, kind)
    if sys.argv[3] != "-":
        s.setsockopt(level, option, socket.htonl(socket.if_nametoindex(sys.argv[3])).to_bytes(4, sys.byteorder))
    s.settimeout(5)
    return s
s = make()
s.connect((sys.argv[4], 7000))
answers = [s.getsockname()[0]]
if kind == socket.SOCK_DGRAM:
    s = make()
    s.sendto(b"x", (sys.argv[4], 7000))
    answers.append(s.recv(100).decode())
print(*answers)
PY
# Tells each sender its address, and takes connections.
cat >"$WORK/server.py" <<'PY'
import selectors, socket
selector = selectors.DefaultSelector()
listener = socket.create_server(("::", 7000), family=socket.AF_INET6, dualstack_ipv6=True)
udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
udp.bind(("::", 7000))
selector.register(udp, selectors.EVENT_READ)
while selector.select():
    data, peer = udp.recvfrom(100)
    udp.sendto(peer[0].replace("::ffff:", "").encode(), peer)
PY
in_b /usr/bin/python3 "$WORK/server.py" &
until_ok in_b sh -c 'ss -lun | grep -q :7000'

# leaves_from EXPECTED FAMILY TYPE DEVICE ADDRESS
leaves_from() {
	local got
	got=$(in_a strata run -- /usr/bin/python3 "$WORK/way.py" "${@:2}")
	[ "$got" = "$1" ] || fail "${*:2}: left from $got, not $1"
}
leaves_from "10.0.0.1 10.0.0.1" AF_INET SOCK_DGRAM - 192.0.2.1
leaves_from "10.1.0.1 10.1.0.1" AF_INET SOCK_DGRAM s1 192.0.2.1
leaves_from "10.0.0.1 10.0.0.1" AF_INET SOCK_DGRAM s0 192.0.2.1
leaves_from "fd00::1 fd00::1" AF_INET6 SOCK_DGRAM - 2001:db8::1
leaves_from "fd00:1::1 fd00:1::1" AF_INET6 SOCK_DGRAM s1 2001:db8::1
leaves_from "10.0.0.1" AF_INET SOCK_STREAM s1 192.0.2.1
