#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# UDP-Lite, a transport that is a module: it and the kernel's understand each other, in both directions and families, and take and drop the
# same; socket(2) loads it, its sockets hold it, it leaves under traffic, and the protocol is unreachable before and after.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

# shellcheck disable=SC2034 # for cleanup()
EXTRA_MODULES=strata_udplite
topology6
in_b sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_msgs_per_sec=10000 net.ipv6.icmp.ratelimit=0
module=$STRATA_MODULES/strata_udplite.ko
lite() {
	/usr/bin/python3 "$STRATA_TESTING/udplite.py" "$A" "$B" "$@"
}

# asks: a program that asks for a UDP-Lite socket; an errno or "ok".
asks() {
	run_a /usr/bin/python3 -c '
import errno, socket
try:
    socket.socket(socket.AF_INET6, socket.SOCK_DGRAM, socket.IPPROTO_UDPLITE)
    print("ok")
except OSError as e:
    print(errno.errorcode[e.errno])'
}

expect EPROTONOSUPPORT "$(asks)" "a socket without the module"
lite nothing_there

# Whoever asks for the socket has the module loaded, by its alias.
cat >"$WORK/modprobe" <<SH
#!/bin/sh
for alias; do :; done
/sbin/modinfo -F alias $module | grep -qx -- "\$alias" && exec /sbin/insmod $module
SH
chmod +x "$WORK/modprobe"
helper=$(sysctl -n kernel.modprobe)
sysctl -qw kernel.modprobe="$WORK/modprobe"
said=$(asks)
sysctl -qw kernel.modprobe="$helper"
expect ok "$said" "a socket with the module in reach"
grep -q '^strata_udplite ' /proc/modules || fail "socket(2) has not loaded it"
refused "in use" rmmod strata

lite all
for layer in rx tx no_port; do
	[ "$(counter "$A" udplite $layer)" -gt 0 ] || fail "udplite $layer is not counted"
done
[ "$(counter "$A" drop socket_coverage)" -gt 0 ] || fail "no drop for want of coverage"
expect 0 "$(counter "$A" udp rx)" "what UDP received"

# The system calls of UDP's tables, on loopback.
ip -n "$A" link set lo up
for cases in udp_ bind_ every_option_udp; do
	in_a syscalls --udplite $cases >"$WORK/calls" || fail "$(grep -A2 'not ok' "$WORK/calls")"
done

# A sender that never stops, and a socket that comes and goes; so does the module.
(exec netns_exec "$B" /usr/bin/python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_UDPLITE)
s.setsockopt(136, 10, 20)
while True:
    for _ in range(20):
        s.sendto(bytes(64), (sys.argv[1], 7136))
    time.sleep(0.001)' 10.0.0.1) &
flood=$!
mkfifo "$WORK/hold"
for round in 1 2 3; do
	[ $round = 1 ] || insmod "$module"
	run_a /usr/bin/python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_UDPLITE)
s.bind((sys.argv[1], 7136))
for _ in range(50):
    assert s.recv(100) == bytes(64)
print("open", flush=True)
sys.stdin.read()' 10.0.0.1 <"$WORK/hold" >"$WORK/out-$round" &
	holder=$!
	exec 7>"$WORK/hold"
	until_ok grep -q open "$WORK/out-$round"
	in_a strata socket -Han --udplite | grep -q '10.0.0.1:7136 ' || fail "strata socket does not show it"
	expect "" "$(in_a strata socket -Han --udp)" "UDP sockets"
	refused "in use" rmmod strata_udplite
	# Nobody closes it: its process dies while datagrams come in.
	kill -KILL $holder
	exec 7>&-
	wait $holder 2>/dev/null || true
	until_ok rmmod strata_udplite
done
expect EPROTONOSUPPORT "$(asks)" "a socket after the module has left"
# It has had more answers than anybody gets.
kill $flood
wait $flood 2>/dev/null || true
lite nothing_there
pass
