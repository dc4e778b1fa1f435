#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Raw sockets of both families: ping, traceroute, tracepath and mtr over Strata, what ICMP
# errors tell a raw socket (the same from Strata as from the kernel's stack behind the same router),
# who may have one, and what the receive buffer holds.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

# $C asks the same questions on the kernel's stack.
topology_router
in_b sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_msgs_per_sec=10000
# What a route refuses is limited by itself, for all namespaces.
sysctl -qw net.ipv4.route.error_cost=0
in_b sysctl -qw net.ipv6.icmp.ratelimit=0 net.ipv6.conf.all.forwarding=1
in_a strata addr add fd00::1/64 dev s0
in_a strata route add default via fd00::2
ip -n "$B" addr add fd00::2/64 dev k0 nodad
ip -n "$B" addr add fd01::1/64 dev v0 nodad
ip -n "$C" addr add fd01::2/64 dev v1 nodad
ip -n "$C" -6 route add default via fd01::1
for prefix in "unreachable 10.2.0.0/16" "unreachable fd02::/64" "prohibit 10.3.0.0/16"; do
	# shellcheck disable=SC2086 # two words
	ip -n "$B" route add $prefix
done
ip -n "$B" link add thin mtu 1280 type dummy
ip -n "$B" link set thin up
ip -n "$B" route add 10.4.0.0/16 dev thin
ip -n "$B" -6 route add fd04::/64 dev thin
until_ok settled_a

# said WORDS COMMAND…: it succeeds over Strata and says so.
said() {
	local words=$1 text
	shift
	text=$(run_a "$@" 2>&1) || fail "$*: status $?: $text"
	grep -q "$words" <<<"$text" || fail "$*: '$words' is not in: $text"
}

for size in 0 56 4000 65000; do
	said " 0% packet loss" ping -q -c 2 -i 0.1 -W 5 -s $size $B_ADDR
	said " 0% packet loss" ping -6 -q -c 2 -i 0.1 -W 5 -s $size fd00::2
done
[ "$(counter "$A" raw tx)" -ge 16 ] || fail "ping had no raw socket"
for target in 10.1.0.2 fd01::2; do
	gateway=$B_ADDR
	[ $target = 10.1.0.2 ] || gateway=fd00::2
	for method in -I -U "-P 254"; do
		# shellcheck disable=SC2086 # options
		said "1  $gateway .*" traceroute -n -q 1 -m 4 -w 2 $method $target
	done
	said "2  $target" traceroute -I -n -q 1 -m 4 -w 2 $target
	said "2.*$target .* 0.0%" mtr -n -r -c 2 -i 0.2 -G 1 $target
done
said "Resume: .*hops 2" tracepath -n -m 4 10.1.0.2

export PYTHONPATH=$STRATA_TESTING PYTHONDONTWRITEBYTECODE=1
cat >"$WORK/ask.py" <<'PY'
import socket, struct, sys
import errqueue
from errqueue import *

IP_HDRINCL, IPV6_CHECKSUM = 3, 7


def report(s):
    return errqueue.report(s, lambda data: data[:1])


def made(family, protocol, *options):
    return errqueue.made(family, socket.SOCK_RAW, protocol, *options)


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    total = (total >> 16) + (total & 0xffff)
    return 0xffff & ~(total + (total >> 16))


def echo4(data):
    head = struct.pack("!BBHHH", 8, 0, 0, 77, 1)
    return head[:2] + struct.pack("!H", checksum(head + data)) + head[4:] + data


def echo6(data):
    return struct.pack("!BBHHH", 128, 0, 0, 77, 1) + data


data = b"a" * 100
for host in "10.2.0.1", "10.3.0.1":
    s = made(V4, 1, (IP, IP_RECVERR, 1))
    s.sendto(echo4(data), (host, 0))
    print(host, "queue", report(s), "then", outcome(s.recv, 1))
    s = made(V4, 1)
    s.connect((host, 0))
    s.send(echo4(data))
    s.settimeout(0.3)
    print(host, "connected", outcome(s.recv, 1))
s = made(V4, 1, (IP, IP_RECVERR, 1), (IP, IP_TTL, 1))
s.sendto(echo4(data), ("10.4.0.1", 0))
print("ttl", report(s))
s = made(V4, 17, (IP, IP_RECVERR, 1), (IP, IP_HDRINCL, 1))
udp = struct.pack("!HHHH", 7, 9, 12, 0) + b"abcd"
s.sendto(struct.pack("!BBHHHBBH4s4s", 0x45, 0, 0, 0, 0, 9, 17, 0, bytes(4), bytes((10, 2, 0, 1))) + udp,
         ("10.2.0.1", 0))
print("with its header", report(s))
s = made(V4, 1, (IP, IP_RECVERR, 1), (IP, IP_MTU_DISCOVER, 2))
s.sendto(echo4(b"x" * 1400), ("10.4.0.1", 0))
print("too big", report(s))
s = made(V4, 255, (IP, IP_RECVERR, 1))
print("larger than the cable", outcome(s.sendto, bytes((0x45,)) + bytes(1600), ("10.4.0.1", 0)), report(s))
s = made(V6, 58, (IP6, IPV6_RECVERR, 1))
s.sendto(echo6(data), ("fd02::1", 0))
print("v6 queue", report(s), "then", outcome(s.recv, 1))
s.sendto(echo6(b"x" * 1400), ("fd04::1", 0))
print("v6 too big", report(s))
s = made(V6, 17, (IP6, IPV6_RECVERR, 1), (IP6, IPV6_CHECKSUM, 6))
s.sendto(struct.pack("!HHHH", 7, 9, 12, 0) + b"abcd", (sys.argv[2], 0))
print("v6 UDP", report(s))
# What a program does not read costs it datagrams, not memory.
s = made(V4, 1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
for n in range(200):
    s.sendto(echo4(b"y" * 1000), (sys.argv[1], 0))
s.settimeout(1)
got = 0
try:
    while True:
        s.recv(2000)
        got += 1
except OSError:
    pass
print("a full buffer", 0 < got < 100)
PY
in_c /usr/bin/python3 "$WORK/ask.py" 10.1.0.1 fd01::1 >"$WORK/kernel" 2>&1 || fail "the kernel: $(cat "$WORK/kernel")"
run_a /usr/bin/python3 "$WORK/ask.py" $B_ADDR fd00::2 >"$WORK/strata" 2>&1 || fail "Strata: $(cat "$WORK/strata")"
sed -i "s/fd01::1'/ROUTER/" "$WORK/kernel"
sed -i "s/fd00::2'/ROUTER/" "$WORK/strata"
diff "$WORK/kernel" "$WORK/strata" || fail "not what the kernel's stack says"
grep -q "10.3.0.1 queue (108, .*EHOSTUNREACH" "$WORK/strata" || fail "no error seen: $(cat "$WORK/strata")"
[ "$(counter "$A" drop socket_rcvbuf)" -gt 0 ] || fail "what the buffer refused is not counted"

# Opening the family to everybody opens no raw sockets.
in_a sysctl -qw net.strata.unprivileged=1
in_a setpriv --bounding-set=-all --inh-caps=-all --reuid=65534 --clear-groups /usr/bin/python3 -c '
import errno, socket
socket.socket(18, socket.SOCK_DGRAM)
try:
    socket.socket(18, socket.SOCK_RAW, 1)
except OSError as e:
    assert e.errno == errno.EPERM, e
else:
    raise SystemExit("anybody has a raw socket")' || fail "unprivileged"
# Nor does one that has given its privileges up get one, though root started strata run.
run_a setpriv --bounding-set=-all --inh-caps=-all --reuid=65534 --clear-groups /usr/bin/python3 -c '
import errno, socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
try:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)
except OSError as e:
    assert e.errno == errno.EPERM, e
else:
    raise SystemExit("anybody has a raw socket by strata run")' || fail "without privileges"
# They are shown, and gone when their program is.
(exec netns_exec "$A" strata run -- /usr/bin/python3 -c '
import signal, socket
a = socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)
b = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58)
signal.pause()') &
holder=$!
# shellcheck disable=SC2317 # by until_ok
shown() { [ "$(in_a strata socket -Hawn | awk '{print $1, $2, $5}' | sort | paste -sd,)" = "$1" ]; }
until_ok shown "raw UNCONN 0.0.0.0:1,raw UNCONN [::]:58"
kill "$holder"
until_ok shown ""
pass
