#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Each network namespace has a configuration of its own; reading is for everybody, changing is not.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

ip netns add "$A"
ip netns add "$B"
ip -n "$A" link add s0 type strata_nic peer name s0 netns "$B"
for side in in_a in_b; do
	$side strata link attach s0
	$side ip link set s0 up
done
in_a strata addr add 10.0.0.1/24 dev s0
in_b strata addr add 10.0.0.2/24 dev s0
in_a strata route add 10.1.0.0/16 via 10.0.0.2
expect 2 "$(in_a strata route | wc -l)" "routes of A"
expect 1 "$(in_b strata route | wc -l)" "routes of B"
in_b strata addr | grep -q 10.0.0.1/24 && fail "A's address shows in B"
# The same address is nobody's business in another namespace.
EXTRA_NAMESPACES=c-$$
ip netns add c-$$
ip -n c-$$ link add s0 type strata_nic peer name s1
netns_exec c-$$ strata link attach s0
netns_exec c-$$ strata addr add 10.0.0.1/24 dev s0

# Without privilege: everything shows, nothing changes.
need setpriv
unprivileged() {
	in_a setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$@"
}
for object in link addr route neigh socket stat; do
	unprivileged strata $object show >/dev/null || fail "$object show needs privilege"
done
unprivileged strata route get 10.1.2.3 >/dev/null
refused "CAP_NET_ADMIN" unprivileged strata link detach s0
refused "CAP_NET_ADMIN" unprivileged strata addr add 10.0.5.1/24 dev s0
refused "CAP_NET_ADMIN" unprivileged strata addr del 10.0.0.1/24 dev s0
refused "CAP_NET_ADMIN" unprivileged strata route del 10.1.0.0/16
refused "CAP_NET_ADMIN" unprivileged strata neigh flush
refused "CAP_NET_RAW" unprivileged strata run -- true

# Where the administrator allows it, sockets are for everybody.
in_a sysctl -qw net.strata.unprivileged=1
unprivileged strata run -- /usr/bin/python3 -c '
import socket
sock = socket.socket()
sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_DOMAIN) == socket.AF_INET
assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT) == 1
'
pass
