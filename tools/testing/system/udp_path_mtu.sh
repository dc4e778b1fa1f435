#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The path's MTU is learned from a kernel router in both families: datagrams of any socket get through it, one that wants no fragments is told, and long echo replies arrive.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

# As lib.sh draws it, with fd00::/64 and fd01::/64 beside 10.0.0.0/24 and 10.1.0.0/24.
topology_router
in_b sysctl -qw net.ipv6.conf.all.forwarding=1
in_a strata addr add fd00::1/64 dev s0 nodad
ip -n "$B" addr add fd00::2/64 dev k0 nodad
ip -n "$B" addr add fd01::1/64 dev v0 nodad
ip -n "$C" addr add fd01::2/64 dev v1 nodad
ip -n "$C" addr add fd01::3/64 dev v1 nodad
ip -n "$C" route add fd00::/64 via fd01::1 mtu 1280
in_a strata route add default via fd00::2
until_ok in_c ping -c 1 -W 1 fd00::1
ip -n "$B" link set v0 mtu 1300

far_end digest 10.1.0.2 fd01::2
cat >"$WORK/near.py" <<'PY'
import errno, hashlib, socket, sys

MTU_DISCOVER = {socket.AF_INET: (socket.IPPROTO_IP, 10), socket.AF_INET6: (socket.IPPROTO_IPV6, 23)}
MTU = {socket.AF_INET: (socket.IPPROTO_IP, 14), socket.AF_INET6: (socket.IPPROTO_IPV6, 24)}
DO, PROBE = 2, 3

def arrives(s, data, tries):
    """How often it was sent until it arrived."""
    for n in range(tries):
        s.settimeout(1)
        try:
            s.send(data)
            if s.recv(100) == hashlib.sha256(data).digest():
                return n + 1
        except TimeoutError:
            pass
        except OSError as e:
            # A connected socket hears of it once, as the kernel's does.
            assert e.errno == errno.EMSGSIZE and n == 0, (e, n)
    sys.exit("FAIL: %s: %d bytes do not arrive in %d" % (s.family.name, len(data), tries))

def connected(family, host):
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.connect((host, 7000))
    return s

def mtu(s):
    return s.getsockopt(*MTU[s.family])

for family, host, headers in (socket.AF_INET, "10.1.0.2", 28), (socket.AF_INET6, "fd01::2", 48):
    fits, data = bytes(1300 - headers), bytes(range(256)) * 5 + bytes(100)
    first = connected(family, host)
    assert mtu(first) == 1500
    # One is lost for the router to speak; the next leaves in fragments.
    tries = arrives(first, data, 20)
    assert tries > 1, tries
    assert mtu(first) == 1300, mtu(first)
    # Nobody else has to lose one.
    second = connected(family, host)
    assert mtu(second) == 1300
    arrives(second, data, 1)
    arrives(second, bytes(5000), 1)
    # Who wants no fragments is told,
    second.setsockopt(*MTU_DISCOVER[family], DO)
    arrives(second, fits, 1)
    try:
        second.send(data)
        sys.exit("FAIL: %s: no EMSGSIZE" % family.name)
    except OSError as e:
        assert e.errno == errno.EMSGSIZE, e
    # and who finds out for himself is left alone (RFC 4821).
    second.setsockopt(*MTU_DISCOVER[family], PROBE)
    assert mtu(second) == 1500
    second.send(data)
print("ok")
PY
run_a /usr/bin/python3 "$WORK/near.py"
in_a strata route get 10.1.0.2 | grep -q "mtu 1300" || fail "not shown: $(in_a strata route get 10.1.0.2)"
in_a strata route get fd01::2 | grep -q "mtu 1300" || fail "not shown: $(in_a strata route get fd01::2)"
# To another host behind that router nothing is known yet: the first reply is lost, not all.
until_ok in_c ping -q -c 1 -W 1 -s 3000 -I fd01::3 fd00::1
in_a strata route get fd01::3 | grep -q "mtu 1300" || fail "an echo reply taught nothing"
pass
