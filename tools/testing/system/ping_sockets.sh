#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Ping sockets of both families: who may have one (net.strata.ping_group_range), Debian's ping
# without any privilege, several at once, what ICMP errors tell them (the same from Strata as from
# the kernel's stack behind the same router), and `strata socket`.
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
ip -n "$B" route add prohibit 10.3.0.0/16
ip -n "$B" -6 route add prohibit fd03::/64
ip -n "$B" link add thin mtu 1280 type dummy
ip -n "$B" link set thin up
ip -n "$B" route add 10.4.0.0/16 dev thin
until_ok settled_a

# Nobody, until the administrator says who; then its members, with no other privilege.
# Sockets of both families as root, and then as nobody who is of GID:GROUP,…
cat >"$WORK/make.py" <<'PY'
import errno, os, socket, sys


def attempt():
    said = []
    for family, protocol in (2, socket.IPPROTO_ICMP), (10, socket.IPPROTO_ICMPV6):
        try:
            socket.socket(18, socket.SOCK_DGRAM, protocol | family << 16)
            said.append("made")
        except OSError as e:
            said.append(errno.errorcode[e.errno])
    return " ".join(said)


if len(sys.argv) == 1:
    print(attempt())
for who in sys.argv[1:]:
    gid, _, groups = who.partition(":")
    child = os.fork()
    if not child:
        os.setgroups([int(group) for group in groups.split(",")])
        os.setresgid(int(gid), int(gid), int(gid))
        os.setresuid(65534, 65534, 65534)
        print(who, attempt(), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
PY
make_as() {
	in_a /usr/bin/python3 "$WORK/make.py" "$@"
}
expect "1	0" "$(in_a sysctl -n net.strata.ping_group_range)" "the range at first"
expect "EACCES EACCES" "$(make_as)" "root, of no group"
in_a sysctl -qw "net.strata.ping_group_range=100 200"
expect "99:99 EACCES EACCES
100:99 made made
99:99,200 made made
201:201 EACCES EACCES" "$(make_as 99:99 100:99 99:99,200 201:201)" "groups at both ends of the range"
! in_a sysctl -qw "net.strata.ping_group_range=0 99999999999" 2>/dev/null || fail "an impossible group"
expect "100	200" "$(in_a sysctl -n net.strata.ping_group_range)" "the range after that"
in_a sysctl -qw "net.strata.ping_group_range=9 3"
expect "1	0" "$(in_a sysctl -n net.strata.ping_group_range)" "a range of nobody"
in_a sysctl -qw "net.strata.ping_group_range=0 0"
in_c sysctl -qw "net.ipv4.ping_group_range=0 0"

# Debian's ping takes one if it may.
before=$(counter "$A" ping rx)
for size in 56 4000; do
	run_a ping -q -c 2 -i 0.1 -W 5 -s $size $B_ADDR 2>&1 | grep -q ' 0% packet loss' ||
		fail "no answer to $size bytes"
	run_a ping -6 -q -c 2 -i 0.1 -W 5 -s $size fd00::2 2>&1 | grep -q ' 0% packet loss' ||
		fail "no answer to $size bytes over IPv6"
done
expect $((before + 8)) "$(counter "$A" ping rx)" "replies to ping sockets"
expect 0 "$(($(counter "$A" raw tx)))" "requests of raw sockets"
local_b=$(link_local_b)
run_a ping -q -c 2 -i 0.1 -W 5 "$local_b%s0" | grep -q ' 0% packet loss' ||
	fail "no answer from the link-local address"
# Each gets its own.
for n in 1 2 3; do
	for host in $B_ADDR fd01::2; do
		run_a ping -q -c 10 -i 0.01 -W 5 "$host" >"$WORK/many-$n-$host" 2>&1 &
	done
done
wait
for file in "$WORK"/many-*; do
	grep -q '10 received, 0% packet loss' "$file" || fail "several at once: $(cat "$file")"
done

export PYTHONPATH=$STRATA_TESTING PYTHONDONTWRITEBYTECODE=1
cat >"$WORK/ask.py" <<'PY'
import socket, struct
import errqueue
from errqueue import *


def report(s):
    return errqueue.report(s, lambda data: (data[:2], data[6:8]))


def made(family, *options):
    return errqueue.made(family, socket.SOCK_DGRAM, 1 if family == V4 else 58, *options)


echo4 = struct.pack("!BBHHH", 8, 0, 0, 0, 1)
echo6 = struct.pack("!BBHHH", 128, 0, 0, 0, 1)
bystander = made(V4, (IP, IP_RECVERR, 1))
bystander.bind(("", 0))
s = made(V4, (IP, IP_RECVERR, 1))
s.sendto(echo4 + b"abc", ("10.3.0.1", 0))
print("queue", report(s), "then", outcome(s.recv, 1))
s = made(V4)
s.connect(("10.3.0.1", 0))
s.send(echo4)
print("connected", outcome(s.recv, 1))
s = made(V4)
s.sendto(echo4, ("10.3.0.1", 0))
s.settimeout(0.5)
print("neither", outcome(s.recv, 1))
s = made(V4, (IP, IP_RECVERR, 1), (IP, IP_TTL, 1))
s.sendto(echo4, ("10.4.0.1", 0))
print("ttl", report(s))
s = made(V4, (IP, IP_RECVERR, 1), (IP, IP_MTU_DISCOVER, 2))
s.sendto(echo4 + bytes(1400), ("10.4.0.1", 0))
print("too big", report(s))
s = made(V6, (IP6, IPV6_RECVERR, 1))
s.sendto(echo6 + b"abc", ("fd03::1", 0))
print("v6 queue", report(s), "then", outcome(s.recv, 1))
bystander.setblocking(False)
print("a bystander", outcome(bystander.recv, 1), outcome(bystander.recv, 1, MSG_ERRQUEUE))
PY
in_c /usr/bin/python3 "$WORK/ask.py" >"$WORK/kernel" 2>&1 || fail "the kernel: $(cat "$WORK/kernel")"
run_a /usr/bin/python3 "$WORK/ask.py" >"$WORK/strata" 2>&1 || fail "Strata: $(cat "$WORK/strata")"
diff "$WORK/kernel" "$WORK/strata" || fail "not what the kernel's stack says"
grep -q "queue (11, .*EHOSTUNREACH" "$WORK/strata" || fail "no error seen: $(cat "$WORK/strata")"

(exec netns_exec "$A" strata run -- /usr/bin/python3 -c '
import signal, socket
a = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 1)
a.bind(("127.0.0.1", 7))
b = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM, 58)
b.bind(("::1", 8))
signal.pause()') &
holder=$!
# shellcheck disable=SC2317 # by until_ok
shown() { [ "$(in_a strata socket -Hawn | awk '{print $1, $2, $5}' | sort | paste -sd,)" = "$1" ]; }
until_ok shown "icmp UNCONN 127.0.0.1:7,icmp UNCONN [::1]:8"
kill "$holder"
until_ok shown ""
pass
