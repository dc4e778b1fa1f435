#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A program's SO_MAX_PACING_RATE is kept, by a timer and by fq; BBR fills a bottleneck and its queue stays short; DCTCP and the kernel's
# DCTCP understand each other's marks; both are modules that come and go, and that a sysctl chooses.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

# A new namespace takes the first one's; only there may DCTCP be the default. Without it the kernel's peer echoes as RFC 3168 has it.
modprobe -q tcp_dctcp 2>/dev/null || true
before=$(sysctl -n net.ipv4.tcp_congestion_control)
sysctl -qw net.ipv4.tcp_congestion_control=dctcp 2>/dev/null || true
topology
sysctl -qw net.ipv4.tcp_congestion_control="$before"
serve_b 7000

# in_rate HOW: what takes a second and a half at the rate asked for. On a busy machine it may take longer.
in_rate() {
	run_a /usr/bin/python3 - "$B_ADDR" "$1" <<'PY'
import hashlib, socket, sys, time
address, how = sys.argv[1:]
rate, size = 200000, 300000
data = bytes(size)
with socket.create_connection((address, 7000)) as s:
    s.setsockopt(socket.SOL_SOCKET, 47, rate)
    start = time.monotonic()
    s.sendall(b"put 1 %d\n" % size + data)
    s.shutdown(socket.SHUT_WR)
    assert s.recv(64, socket.MSG_WAITALL).decode() == hashlib.sha256(data).hexdigest()
    took = time.monotonic() - start
    assert 1.2 < took < 8, f"{how}: {size} octets at {rate} a second took {took:.2f} s"
PY
}
in_rate "by a timer"
if in_a tc qdisc replace dev s0 root fq 2>/dev/null; then
	in_rate "by fq"
	in_a tc qdisc del dev s0 root
fi

# Chosen by name: not there, then there.
# shellcheck disable=SC2034 # for cleanup()
EXTRA_MODULES="strata_bbr strata_dctcp"
refused 'No such file' in_a sysctl -w net.strata.tcp_congestion_control=bbr
expect "cubic reno" "$(in_a sysctl -n net.strata.tcp_available_congestion_control)" "congestion controls"
insmod "$STRATA_MODULES/strata_bbr.ko"
insmod "$STRATA_MODULES/strata_dctcp.ko"
expect "cubic reno bbr dctcp" "$(in_a sysctl -n net.strata.tcp_available_congestion_control)" "congestion controls"
in_a sysctl -qw net.strata.tcp_congestion_control=bbr
expect bbr "$(in_a sysctl -n net.strata.tcp_congestion_control)" "the default"
refused 'in use' rmmod strata_bbr

# BBR over 8 Mbit/s and 20 ms, 1% of it lost: it does not take losses for congestion.
in_a tc qdisc replace dev s0 root netem rate 8mbit delay 20ms loss 1% limit 1000 || skip "this kernel has no netem"
run_a /usr/bin/python3 - "$B_ADDR" <<'PY'
import hashlib, socket, struct, sys
data = bytes(1500000)
with socket.create_connection((sys.argv[1], 7000)) as s:
    assert s.getsockopt(6, socket.TCP_CONGESTION, 16).rstrip(b"\0") == b"bbr"
    s.sendall(b"put 1 %d\n" % len(data) + data)
    s.shutdown(socket.SHUT_WR)
    got = s.recv(64, socket.MSG_WAITALL).decode()
    assert got == hashlib.sha256(data).hexdigest(), got
    low, high, min_rtt = struct.unpack("III", s.getsockopt(6, 26, 12))
    assert 400000 < low < 1150000 and not high, f"the bottleneck has 1000000 octets a second, BBR says {low}"
    assert 19000 < min_rtt < 40000, f"a round trip takes 20 ms, BBR says {min_rtt} us"
PY

# DCTCP both ways, against the kernel's, behind a queue that marks. A buffer is marked whole, and a megabyte is some thirty of them.
in_b tc qdisc replace dev k0 root netem loss 2% ecn limit 10000
in_a tc qdisc replace dev s0 root netem loss 50% ecn limit 10000
in_a sysctl -qw net.strata.tcp_congestion_control=dctcp
in_b sysctl -qw net.ipv4.tcp_ecn=1
serve_a 7001
peer_a put 7000 1048576
in_a tc qdisc replace dev s0 root netem loss 2% ecn limit 10000
peer_b put 7001 1048576
[ "$(counter "$A" tcp ecn_reduced)" -gt 0 ] || fail "no mark has reduced the window"
expect 0 "$(counter "$A" tcp rto)" "timeouts where packets are marked instead of dropped"
run_a /usr/bin/python3 - "$B_ADDR" <<'PY'
import socket, struct, sys
with socket.create_connection((sys.argv[1], 7000)) as s:
    enabled, ce, alpha, ab_ecn, ab_tot = struct.unpack("HHIII", s.getsockopt(6, 26, 64))
    assert enabled == 1 and alpha == 1024, (enabled, alpha)
PY
in_a sysctl -qw net.strata.tcp_congestion_control=cubic
# Some go with those that were killed before.
for pid in $(ip netns pids "$A"); do kill "$pid" 2>/dev/null || true; done
until_ok rmmod strata_bbr
until_ok rmmod strata_dctcp
pass
