#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Through libslirp, QEMU's user network, as a machine behind it: its router advertisements configure Strata, which reaches servers of the world by both families and is reached by forwarded ports; pings, UDP and fragments, DNS, TFTP, refused, closed windows, loss.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

# The world is $B: what comes out of slirp's sockets goes to the kernel's stack there.
WORLD4=192.0.2.1 WORLD6=2001:db8::1
topology_tap
C=$B
# What little its sockets hold shows soon that a reader waits.
in_b sysctl -qw net.ipv4.ping_group_range='0 0' net.ipv4.tcp_wmem='4096 16384 65536'
ip -n "$B" -batch - <<-EOF
	addr add $WORLD4/32 dev lo
	addr add $WORLD6/128 dev lo
EOF
printf 'nameserver %s\n' $WORLD4 $WORLD6 >"$WORK/resolv.conf"

# slirp_starts [FORWARD…]: its DNS proxy asks whom resolv.conf names.
slirp_starts() {
	: >"$WORK/slirp.log"
	# shellcheck disable=SC2016
	(exec netns_exec "$B" unshare -m bash -c 'mount --bind "$1/resolv.conf" /etc/resolv.conf && shift && exec "$@"' \
		- "$WORK" env SLIRP_TFTP="$WORK" slirp_peer t0 "$@" >/dev/null 2>"$WORK/slirp.log") &
	slirp_pid=$!
	until_ok grep -q ready "$WORK/slirp.log"
}

# Asked by a link that comes up, slirp tells of itself and of its prefix.
slirp_starts
ip -n "$A" link set s0 down
ip -n "$A" link set s0 up
address6() {
	in_a strata addr show dev s0 | sed -n 's/.* \(fd00:2::[^/]*\)\/64 dynamic.*/\1/p'
}
has_address6() {
	[ -n "$(address6)" ]
}
until_ok has_address6
ADDR6=$(address6)
in_a strata -6 route show | grep -q "^default via fe80::2 dev s0 proto ra" || fail "no default route"
in_a strata -6 route show | grep -q "^fd00:2::/64 dev s0 proto ra" || fail "the prefix is not on the link"
lifetimes=$(in_a strata addr show dev s0 | sed -n "s/.* $ADDR6\/64 dynamic valid_lft \([0-9]*\)sec preferred_lft \([0-9]*\)sec.*/\1 \2/p")
read -r valid preferred <<<"$lifetimes"
((valid <= 86400 && valid > 86000 && preferred <= 14400 && preferred > 14000)) ||
	fail "lifetimes: $lifetimes"
in_a strata -batch - <<-EOF
	addr add 10.0.2.15/24 dev s0
	route add default via 10.0.2.2
EOF

# The router itself, its name server, and by its ping sockets the world.
for host in 10.0.2.2 10.0.2.3 fd00:2::2 fe80::2%s0 $WORLD4; do
	run_a ping -q -c 3 -i 0.2 -W 5 "$host" >"$WORK/ping" || fail "ping $host: $(cat "$WORK/ping")"
done
run_a ping -q -c 2 -i 0.2 -W 5 -s 3000 10.0.2.2 >"$WORK/ping" || fail "a ping in fragments: $(cat "$WORK/ping")"

random_file "$WORK/up" 400
random_file "$WORK/down" 600

# world ARGUMENTS…, inside ARGUMENTS…: stream.py on the kernel's stack, and over Strata.
world() {
	in_b /usr/bin/python3 "$STRATA_TESTING/stream.py" "$@" <"$WORK/down" >"$WORK/got.up" 2>"$WORK/world.log"
}

# Slirp forgets data that it has acknowledged but not passed on, when it gets a FIN from inside and has sent
# its own: seen in a capture. So what is inside ends when all of it has arrived.
inside() {
	run_a /usr/bin/python3 "$STRATA_TESTING/stream.py" "$@" --end-after "$WORK/got.up" <"$WORK/up" >"$WORK/got.down" 2>"$WORK/strata.log"
}

world_serves() {
	world serve "$@" &
	world_pid=$!
	until_ok listening_b "$2"
}

# outbound: both ways at once; a port that nobody has; and
# a closed window. A reset of the world's slirp does not pass on: it ends the connection with
# a FIN, or keeps it while it has data for the socket that is gone.
outbound() {
	local world=$1 before
	world_serves "$world" 7000
	inside cat "$world" 7000
	ends_with 0 wait "$world_pid"
	same_both
	ends_with 3 inside cat "$world" 7001
	# A reader that waits: slirp's window closes after the world's.
	before=$(counter "$A" tcp zero_window_probes)
	probed() {
		[ "$(counter "$A" tcp zero_window_probes)" -gt "$before" ]
	}
	world_serves "$world" 7003 --wait-for "$WORK/go" --receive-buffer 4096
	inside cat "$world" 7003 &
	inside_pid=$!
	until_ok probed
	touch "$WORK/go"
	ends_with 0 wait "$inside_pid"
	ends_with 0 wait "$world_pid"
	same_both
	rm "$WORK/go"
}

outbound $WORLD4
outbound $WORLD6
# Its own address is the world's loopback.
world_serves 127.0.0.1 7000
inside cat 10.0.2.2 7000
ends_with 0 wait "$world_pid"
same_both

# Datagrams, one of them in fragments, and to nobody.
far_end echo $WORLD4 $WORLD6
cat >"$WORK/datagrams.py" <<'PY'
import os, socket, sys

for host, sizes in (sys.argv[1], (0, 1, 512, 1472, 1473, 4000)), (sys.argv[2], (0, 1, 512, 1452)):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.settimeout(20)
    for size in sizes:
        data = os.urandom(size)
        s.sendto(data, (host, 7000))
        got, peer = s.recvfrom(65536)
        assert got == data, (host, size, len(got))
        assert peer[:2] == (host, 7000), peer
PY
run_a /usr/bin/python3 "$WORK/datagrams.py" $WORLD4 $WORLD6

# Its name server passes on to the world's, and back.
cat >"$WORK/dns.py" <<'PY'
"""dns.py serve ADDRESS… | ask ADDRESS…: each question is answered with 192.0.2.53."""
import os, socket, sys, threading

def family(host):
    return socket.AF_INET6 if ":" in host else socket.AF_INET

def serve(s):
    while True:
        question, peer = s.recvfrom(512)
        s.sendto(question[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + question[12:] +
                 b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\x35", peer)

for host in sys.argv[2:]:
    s = socket.socket(family(host), socket.SOCK_DGRAM)
    if sys.argv[1] == "serve":
        s.bind((host, 53))
        threading.Thread(target=serve, args=(s,)).start()
        continue
    s.settimeout(20)
    asked = os.urandom(2) + b"\1\0\0\1\0\0\0\0\0\0\6strata\7example\0\0\1\0\1"
    s.sendto(asked, (host, 53))
    answer, peer = s.recvfrom(512)
    assert peer[:2] == (host, 53), peer
    assert answer[:2] == asked[:2] and answer.endswith(b"\xc0\0\2\x35"), answer
PY
in_b /usr/bin/python3 "$WORK/dns.py" serve $WORLD4 $WORLD6 &
names_served() { [ "$(in_b ss -Hlun 'sport = :53' | wc -l)" -eq 2 ]; }
until_ok names_served
run_a /usr/bin/python3 "$WORK/dns.py" ask 10.0.2.3 fd00:2::3

# What slirp serves by itself: each block acknowledged before the next.
run_a curl -sS --max-time 60 -o "$WORK/tftp" tftp://10.0.2.2/up
same_files "$WORK/up" "$WORK/tftp"

# Forwarded ports: the world connects. Started anew, slirp knows nothing of Strata, and
# Strata's address is the same.
kill -KILL "$slirp_pid"
wait "$slirp_pid" 2>/dev/null || true
slirp_starts 7074:10.0.2.15:7000 "7076:[$ADDR6]:7000"
inbound() {
	local at=$1 from=$2 port=$3
	inside serve "$at" 7000 &
	inside_pid=$!
	until_ok listening_a 7000
	world cat "$from" "$port"
	ends_with 0 wait "$inside_pid"
	same_both
}
inbound 10.0.2.15 $WORLD4 7074
inbound "$ADDR6" $WORLD6 7076

# A stack without SACK and time stamps, over a wire that loses and swaps frames, each for itself.
random_file "$WORK/up" 200
random_file "$WORK/down" 200
ip netns exec "$A" ethtool -K s0 tso off gso off
impair delay 5ms loss 6% reorder 10% 30%
for world in $WORLD4 $WORLD6; do
	world_serves "$world" 7000
	inside cat "$world" 7000
	ends_with 0 wait "$world_pid"
	same_both
done
[ "$(counter "$A" tcp retrans)" -gt 0 ] || fail "nothing was lost"
if grep -q 'guest error' "$WORK/slirp.log"; then
	fail "slirp complained: $(cat "$WORK/slirp.log")"
fi
pass
