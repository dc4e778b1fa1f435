#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What ICMP errors tell a UDP program, as errors and through IP_RECVERR: the same from
# Strata as from the kernel's stack behind the same router.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

# $C asks the same questions on the kernel's stack.
topology_router
in_b sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_msgs_per_sec=10000
ip -n "$B" route add unreachable 10.2.0.0/16
ip -n "$B" route add prohibit 10.3.0.0/16
# A thin link to nowhere.
ip -n "$B" link add thin mtu 1000 type dummy
ip -n "$B" link set thin up
ip -n "$B" route add 10.4.0.0/16 dev thin

cat >"$WORK/ask.py" <<'PY'
import errno, select, socket, struct, sys

IP_MTU_DISCOVER, IP_PMTUDISC_DO, IP_MTU, IP_RECVERR, IP_TTL = 10, 2, 14, 11, 2
MSG_ERRQUEUE = 0x2000
router = sys.argv[1]


def made(*options):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for option, value in options:
        s.setsockopt(socket.IPPROTO_IP, option, value)
    s.settimeout(20)
    return s


def outcome(call, *args):
    try:
        return "%r" % call(*args)
    except OSError as e:
        return errno.errorcode.get(e.errno, str(e))


def report(s):
    """What the error queue says, without addresses that are the asker's own."""
    poll = select.poll()
    poll.register(s, 0)
    if not poll.poll(20000):
        return "nothing"
    data, control, flags, where = s.recvmsg(2000, 500, MSG_ERRQUEUE)
    said = []
    for level, kind, value in control:
        if (level, kind) == (socket.IPPROTO_IP, IP_RECVERR):
            code, origin, icmp_type, icmp_code, _, info, _ = struct.unpack_from("IBBBBII", value)
            family, _, offender = struct.unpack_from("HH4s", value, 16)
            said.append((errno.errorcode[code], origin, icmp_type, icmp_code, info, family,
                         "the router" if socket.inet_ntoa(offender) == router
                         else socket.inet_ntoa(offender)))
    return (len(data), where, bool(flags & MSG_ERRQUEUE), said)


HOSTS = ("10.2.0.1", "10.3.0.1", sys.argv[1])
for host in HOSTS:
    # Connected: hard errors arrive, soft ones do not.
    s = made()
    s.connect((host, 9))
    s.send(b"x")
    if host != "10.2.0.1":
        print(host, "connected", outcome(s.recv, 1))
    # Not connected: only who asks for errors gets them.
    s = made((IP_RECVERR, 1))
    s.sendto(b"abc", (host, 9))
    queued = report(s)
    s.setblocking(False)
    print(host, "queue", queued, "then", outcome(s.recv, 1))

# Time exceeded on the way.
s = made((IP_RECVERR, 1), (IP_TTL, 1))
s.sendto(b"abc", ("10.4.0.1", 9))
print("ttl", report(s))

# Too big for the path: the program that asked not to be cut learns the size.
s = made((IP_RECVERR, 1), (IP_MTU_DISCOVER, IP_PMTUDISC_DO))
s.connect(("10.4.0.1", 9))
print("mtu", s.getsockopt(socket.IPPROTO_IP, IP_MTU))
s.send(b"x" * 1300)
print("too big", report(s))
print("of the cable", outcome(s.send, b"x" * 1473))
PY
in_c /usr/bin/python3 "$WORK/ask.py" 10.1.0.1 >"$WORK/kernel" 2>&1 || fail "the kernel: $(cat "$WORK/kernel")"
run_a /usr/bin/python3 "$WORK/ask.py" $B_ADDR >"$WORK/strata" 2>&1 || fail "Strata: $(cat "$WORK/strata")"
sed -i "s/10\.1\.0\.1/ROUTER/g" "$WORK/kernel"
sed -i "s/10\.0\.0\.2/ROUTER/g" "$WORK/strata"
diff "$WORK/kernel" "$WORK/strata" || fail "not what the kernel's stack says"
grep -q "queue (3, .*ECONNREFUSED" "$WORK/strata" || fail "no error seen: $(cat "$WORK/strata")"
pass
