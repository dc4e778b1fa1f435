#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Programs over Strata learn that a host does not answer, that there is no route, and what a kernel router reports, by the kernel's errno values.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

# A behind the kernel's router B, which has no route to 10.2.0.0/16, prohibits
# 10.3.0.0/16 and has a link of MTU 1000 towards 10.1.0.0/24 behind it.
topology
EXTRA_NAMESPACES=c-$$
ip netns add "$EXTRA_NAMESPACES"
ip -n "$B" link add v0 mtu 1000 type veth peer name v1 mtu 1000 netns "$EXTRA_NAMESPACES"
ip -n "$B" link set v0 up
ip -n "$EXTRA_NAMESPACES" link set v1 up
ip -n "$B" addr add 10.1.0.1/24 dev v0
ip -n "$EXTRA_NAMESPACES" addr add 10.1.0.2/24 dev v1
ip -n "$EXTRA_NAMESPACES" route add default via 10.1.0.1
in_b sysctl -qw net.ipv4.ip_forward=1
ip -n "$B" route add unreachable 10.2.0.0/16
ip -n "$B" route add prohibit 10.3.0.0/16
ip -n "$B" route add blackhole 10.4.0.0/16

cat >"$WORK/ask.py" <<'PY'
import errno, socket, sys, time

kind, name, address = sys.argv[1:]
s = socket.socket(socket.AF_INET, getattr(socket, "SOCK_" + kind))
s.settimeout(60)
got = 0
end = time.monotonic() + 60
try:
    s.connect((address, 9))
    # The error of one send is reported by a later call.
    while time.monotonic() < end:
        s.send(b"x")
        time.sleep(0.1)
except socket.timeout:
    sys.exit("%s: no error" % address)
except OSError as e:
    got = e.errno
if got != getattr(errno, name):
    sys.exit("%s: wanted %s, got %s" % (address, name,
                                        errno.errorcode.get(got, got)))
PY
ask() {
	run_a /usr/bin/python3 "$WORK/ask.py" "$@"
}

for kind in STREAM DGRAM; do
	ask $kind ENETUNREACH 10.1.0.2
done
in_a strata route add default via $B_ADDR
# A hard error (RFC 1122 4.2.3.9) reaches both, a soft one only who connects.
for kind in STREAM DGRAM; do
	ask $kind ECONNREFUSED 10.1.0.2
	ask $kind EHOSTUNREACH 10.3.0.1
done
before=$(counter "$A" icmp errors)
ask STREAM EHOSTUNREACH 10.2.0.1
ask STREAM EHOSTUNREACH 10.0.0.99
after=$(counter "$A" icmp errors)
[ "$after" -ge $((before + 2)) ] || fail "only $((after - before)) ICMP errors came"

# The other way: a host behind the router reaches Strata.
netns_exec "$EXTRA_NAMESPACES" ping -q -c 1 -W 5 $A_ADDR >/dev/null ||
	fail "no answer through the router"
pass
