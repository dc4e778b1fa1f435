#!/bin/bash
# Address translation by a Strata router between two hosts of the kernel's: masquerade, source,
# destination and redirect, ports that two want, ICMP errors about translated packets, large
# transfers and fragments, in both families.
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086 # addresses need no quotes
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
need python3 traceroute
topology_forward

fw() { in_a strata firewall "$@"; }
# The outside says to everybody whom it sees, by TCP and UDP at port 7000 of every address.
cat >"$WORK/mirror.py" <<'PY'
import socket, threading
def tcp():
    s = socket.create_server(("::", 7000), family=socket.AF_INET6, dualstack_ipv6=True, backlog=64)
    while True:
        c, peer = s.accept()
        n = int(c.makefile().readline())
        c.sendall(("%s %d\n" % (peer[0].removeprefix("::ffff:"), peer[1])).encode() + b"x" * n)
        c.close()
def udp():
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    s.setsockopt(41, 26, 0)
    s.bind(("::", 7000))
    while True:
        data, peer = s.recvfrom(65535)
        s.sendto(("%s %d\n" % (peer[0].removeprefix("::ffff:"), peer[1])).encode() + data, peer)
threading.Thread(target=tcp).start()
udp()
PY
# Questions, a line each: kind, address, port, own port, bytes. The answer: who was seen.
cat >"$WORK/ask.py" <<'PY'
import errno, socket, sys
for line in sys.stdin:
    kind, addr, port, own, size = line.split()
    six = ":" in addr
    s = socket.socket(socket.AF_INET6 if six else socket.AF_INET,
                      socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
    s.settimeout(5)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(41 if six else 0, 25 if six else 11, 1)
    try:
        if own != "0":
            s.bind(("", int(own)))
        s.connect((addr, int(port)))
        if kind == "tcp":
            s.sendall((size + "\n").encode())
            f = s.makefile("rb")
            who = f.readline().decode().strip()
            got = len(f.read())
        else:
            s.send(b"y" * int(size))
            who, data = s.recv(65535).split(b"\n", 1)
            who, got = who.decode(), len(data)
        print(who if got == int(size) else "%d bytes" % got, flush=True)
    except OSError as e:
        print("timeout" if e.errno is None else errno.errorcode[e.errno], flush=True)
PY
(exec netns_exec "$C" /usr/bin/python3 "$WORK/mirror.py") &
coproc ASK { exec netns_exec "$B" /usr/bin/python3 "$WORK/ask.py"; }
# shellcheck disable=SC2317 # by until_ok
listening() { [ "$(in_c ss -Hln 'sport = :7000' | wc -l)" -ge 2 ]; }
until_ok listening
# seen WANTED KIND ADDRESS [PORT [OWN [BYTES]]]
seen() {
	local got
	echo "$2 $3 ${4:-7000} ${5:-0} ${6:-0}" >&"${ASK[1]}"
	read -r got <&"${ASK[0]}"
	# shellcheck disable=SC2053 # a pattern
	[[ $got == $1 ]] || fail "$2 to $3 ${4:-7000} from port ${5:-0}: wanted '$1', got '$got'"
}

# Without a rule all is as it is; with one the outside sees the router, the port kept.
seen "10.0.0.2 5555" tcp 10.1.0.2 7000 5555
fw add ip postrouting out s1 masquerade
expect "add ip postrouting out s1 '' masquerade" "$(fw save | grep ^add)" "saved"
seen "10.1.0.1 5556" tcp 10.1.0.2 7000 5556
seen "fd00:1::1 5557" tcp fd00:1::2 7000 5557
seen "10.1.0.1 5558" udp 10.1.0.2 7000 5558 10
seen "fd00:1::1 5559" udp fd00:1::2 7000 5559 10
# Segments that travel as one, and datagrams in fragments.
seen "10.1.0.1 *" tcp 10.1.0.2 7000 0 2000000
seen "fd00:1::1 *" tcp fd00:1::2 7000 0 2000000
seen "10.1.0.1 *" udp 10.1.0.2 7000 0 20000
in_b ping -c 2 -W 5 10.1.0.2 >/dev/null || fail "echo is not translated"
in_b ping -c 2 -W 5 fd00:1::2 >/dev/null || fail "echo is not translated, IPv6"
in_a strata conntrack show proto icmp | grep -q 'src 10.0.0.2 dst 10.1.0.2 id .* reply src 10.1.0.2 dst 10.1.0.1 id' ||
	fail "not shown: $(in_a strata conntrack show proto icmp)"
# Errors about translated packets reach who sent them, and they know what was sent.
seen ECONNREFUSED udp 10.1.0.2 9
seen ECONNREFUSED udp fd00:1::2 9
seen ECONNREFUSED tcp 10.1.0.2 9
expect "10.0.0.1 10.1.0.2 " "$(in_b traceroute -n -q 1 -w 5 -U 10.1.0.2 |
	sed -n 's/^ *[0-9]* *\([0-9a-f.:]*\) .*/\1/p' | tr '\n' ' ')" "traceroute"

# Another one with the same port to the same place gets another port.
ip -n "$B" addr add 10.0.0.3/24 dev k0
ip -n "$B" route add 10.1.0.2/32 via 10.0.0.1 src 10.0.0.3
seen "10.1.0.1 !(5558)" udp 10.1.0.2 7000 5558 10
ip -n "$B" route del 10.1.0.2/32
seen "10.1.0.1 5558" udp 10.1.0.2 7000 5558 10
fw flush

# A given address and ports.
fw add ip postrouting out s1 'tcp' snat to 10.1.0.1 port 4000-4001
seen "10.1.0.1 400[01]" tcp 10.1.0.2
seen "10.1.0.1 400[01]" tcp 10.1.0.2
seen "10.0.0.2 *" udp 10.1.0.2
seen "fd00::2 *" tcp fd00:1::2
fw flush

# Destinations: the router's own address stands for a server behind it, at another port.
fw add ip prerouting in s0 'tcp dst port 80' dnat to 10.1.0.2 port 7000
fw add ip prerouting in s0 'udp dst port 53' dnat to fd00:1::2 port 7000
seen "10.0.0.2 *" tcp 10.0.0.1 80 0 100000
seen "fd00::2 *" udp fd00::1 53 0 10
in_a strata conntrack show dport 80 | grep -q 'dst 10.0.0.1 sport .* dport 80 reply src 10.1.0.2 dst 10.0.0.2 sport 7000' ||
	fail "not shown: $(in_a strata conntrack show)"
seen ECONNREFUSED tcp 10.0.0.1 81
# Both ends at once: who asks from beside the server comes back through the router.
fw add ip postrouting out s1 masquerade
seen "10.1.0.1 *" tcp 10.0.0.1 80 0 1000
fw flush

# Back to the router itself.
(exec netns_exec "$A" strata run -- /usr/bin/python3 -m http.server -d "$WORK" -b 10.0.0.1 8080 >/dev/null 2>&1) &
echo page >"$WORK/page"
fw add ip prerouting in s0 'tcp dst port 80' redirect port 8080
until_ok in_b curl -sf -m 5 http://10.1.0.99/page
expect page "$(in_b curl -sf -m 5 http://10.1.0.99/page)" "redirected"

# What is refused; and nothing is left.
refused "for ip postrouting" in_a strata firewall add ip prerouting snat to 10.0.0.1
refused "for ip prerouting" in_a strata firewall add ip forward dnat to 10.0.0.1
refused "an address is missing" in_a strata firewall add ip prerouting dnat port 80
refused "find the address themselves" in_a strata firewall add ip postrouting masquerade to 10.0.0.1
expect 0 "$(counter "$A" conntrack nat_failed)" "translations that failed"
fw flush
expect "0 of 262144" "$(in_a strata conntrack count)" "connections without rules"
pass
