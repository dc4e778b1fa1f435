#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A router on the way drops large packets and tells nobody: net.strata.tcp_mtu_probing finds the largest that arrive.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology_router
# Packets of 1280 to 1535 octets are lost, each of them; segments must be seen one by one.
in_a ethtool -K s0 tso off gso off
in_b ethtool -K k0 gro off
in_b tc qdisc add dev v0 root handle 1: prio bands 2 priomap 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
in_b tc qdisc add dev v0 parent 1:2 netem loss 100% || skip "this kernel has no netem"
in_b tc filter add dev v0 parent 1: protocol ip u32 match u16 0x0500 0xff00 at 2 flowid 1:2
# shellcheck disable=SC2317 # by until_ok
listening_c() { in_c ss -Hltn "sport = :7000" | grep -q LISTEN; }
in_c /usr/bin/python3 "$STRATA_TESTING/peer.py" serve 10.1.0.2 7000 &
until_ok listening_c

# put PATIENCE: a megabyte, by a program that says at the end how large segments are.
cat >"$WORK/put.py" <<'PY'
import hashlib, random, socket, struct, sys

data = random.Random(1).randbytes(1000000)
s = socket.create_connection(("10.1.0.2", 7000))
s.settimeout(float(sys.argv[1]))
s.sendall(b"put 1 %d\n" % len(data))
s.sendall(data)
s.shutdown(socket.SHUT_WR)
assert s.recv(1000).decode() == hashlib.sha256(data).hexdigest()
# tcpi_snd_mss
print(struct.unpack_from("I", s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104), 16)[0])
PY
put() { run_a /usr/bin/python3 "$WORK/put.py" "$1"; }

# Without it nothing gets through.
if put 4 2>/dev/null; then
	fail "the path takes large packets: this proves nothing"
fi
for mode in 1 2; do
	in_a sysctl -qw net.strata.tcp_mtu_probing=$mode
	before=$(counter "$A" tcp mtu_probes_lost)
	mss=$(put "$PATIENCE")
	# 1279 less headers and timestamps; less than tcp_probe_threshold is not searched.
	if [ "$mss" -gt 1227 ] || [ "$mss" -lt 1219 ]; then
		fail "mode $mode: segments of $mss octets at the end"
	fi
	[ "$(counter "$A" tcp mtu_probes_lost)" -gt "$before" ] || fail "mode $mode: no probe was too large"
done
[ "$(counter "$A" tcp black_holes)" -ge 1 ] || fail "no black hole was noticed"
[ "$(counter "$A" tcp mtu_probes_arrived)" -ge 2 ] || fail "no probe arrived"
pass
