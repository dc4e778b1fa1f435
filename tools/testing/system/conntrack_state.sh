#!/bin/bash
# Rules that ask for a packet's state, against clients and servers of the kernel: what was asked
# for comes in and nothing else, in both families, with TCP, UDP, echo, errors and fragments.
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086 # addresses need no quotes
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
need curl python3

A6=fd00::1 B6=fd00::2
topology
in_a strata addr add $A6/64 dev s0
ip -n "$B" addr add $B6/64 dev k0 nodad
until_ok in_b ping -c 1 -W 1 $A6

fw() { in_a strata firewall "$@"; }
ct() { in_a strata conntrack "$@"; }
# connections FILTER…: how many
connections() { ct show "$@" | wc -l; }

# Without such a rule nothing is tracked.
in_b ping -c 1 -W 1 $A_ADDR >/dev/null
expect "0 of 262144" "$(ct count)" "connections without rules"

fw policy ip input drop
fw add ip input state untracked accept comment 'neighbour discovery'
fw add ip input state established,related accept
fw add ip input state new 'tcp dst port 80' accept
fw add ip input state new 'ip and udp dst port 7 and udp[8] = 0x79' accept
fw add ip input state new 'ip6 and udp dst port 7 and ip6[48] = 0x79' accept
# What is saved can be read again.
fw save >"$WORK/saved"
fw replace "$WORK/saved"
expect "$(fw save)" "$(cat "$WORK/saved")" "saved, read and saved again"

# A page to whoever asks. http.server would ask for its own name first, and the rules hold that back.
cat >"$WORK/web.py" <<'PY'
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind((sys.argv[1], int(sys.argv[2])))
s.listen()
while True:
    c, _ = s.accept()
    c.recv(4096)
    c.sendall(b"HTTP/1.0 200 OK\r\n\r\npage\n")
    c.shutdown(socket.SHUT_WR)
    while c.recv(4096):
        pass
    c.close()
PY
web_a() { # ADDRESS PORT
	(exec netns_exec "$A" strata run -- /usr/bin/python3 "$WORK/web.py" "$1" "$2" >/dev/null 2>&1) &
}
web_b() {
	(exec netns_exec "$B" /usr/bin/python3 "$WORK/web.py" "$1" "$2" >/dev/null 2>&1) &
}

# In: port 80 alone. The kernel's client waits for its SYN's answer in vain elsewhere.
web_a $A6 80
until_ok in_b curl -sf -m 5 "http://[$A6]:80/page"
expect page "$(in_b curl -sf -m 5 "http://[$A6]/page")" "a page over IPv6"
[ "$(connections proto tcp dst $A6 dport 80)" -ge 1 ] || fail "no connection to port 80: $(ct show)"
! in_b curl -sf -m 1 "http://[$A6]:81/page" || fail "port 81 answers"
expect 0 "$(connections dport 81)" "connections of what a rule dropped"
! in_b ping -c 1 -W 1 $A_ADDR >/dev/null || fail "echo was answered"

# Out: everything, and the answers come in.
web_b $B_ADDR 8000
until_ok run_a curl -sf -m 5 "http://$B_ADDR:8000/page"
ct show proto tcp dst $B_ADDR dport 8000 | grep -q 'src 10.0.0.1 dst 10.0.0.2 .*dport 8000 reply src 10.0.0.2 dst 10.0.0.1 sport 8000' ||
	fail "not shown: $(ct show)"
ct -j show proto tcp dport 8000 | /usr/bin/python3 -c '
import json, sys
c = json.load(sys.stdin)[0]
assert c["original"]["dport"] == 8000 and c["replied"], c'

# A closed port's error is about a packet of ours; one about none of ours is not.
cat >"$WORK/refused.py" <<'PY'
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(10)
s.connect((sys.argv[1], 9))
s.send(b"x")
try:
    s.recv(1)
except ConnectionRefusedError:
    sys.exit(0)
sys.exit("nobody told")
PY
run_a /usr/bin/python3 "$WORK/refused.py" $B_ADDR || fail "an error about our datagram did not come in"
run_a /usr/bin/python3 "$WORK/refused.py" $B6 || fail "an error about our datagram did not come in, IPv6"

# Datagrams in fragments, both ways: put together before the rules ask, and sent whole through
# them; the rule looks at what is only in the first one.
cat >"$WORK/echo.py" <<'PY'
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 7))
while True:
    data, peer = s.recvfrom(65535)
    s.sendto(data, peer)
PY
cat >"$WORK/ask.py" <<'PY'
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(1)
data = sys.argv[2].encode() * int(sys.argv[3])
s.sendto(data, (sys.argv[1], 7))
assert s.recv(65535) == data
PY
for addr in $A_ADDR $A6; do
	(exec netns_exec "$A" strata run -- /usr/bin/python3 "$WORK/echo.py" $addr) &
	until_ok in_b /usr/bin/python3 "$WORK/ask.py" $addr y 20000
	! in_b /usr/bin/python3 "$WORK/ask.py" $addr n 20000 2>/dev/null || fail "the wrong datagram passed"
done
[ "$(counter "$A" drop frag_timeout)" = 0 ] || fail "fragments were lost"

# Forgetting. Who was heard of some time ago may be forgotten already.
for addr in $A_ADDR $A6; do
	in_b /usr/bin/python3 "$WORK/ask.py" $addr y 1
done
[ "$(connections proto udp)" -ge 2 ] || fail "too few connections: $(ct show)"
ct delete proto udp
expect 0 "$(connections proto udp)" "connections of UDP after delete"
[ "$(connections)" -ge 1 ] || fail "delete took more than it should"
ct flush
expect 0 "$(connections)" "connections after flush"
refused "which?" in_a strata conntrack delete
refused "makes no sense" in_a strata conntrack show colour blue
refused "is no state" in_a strata firewall add ip input state old accept
refused "states are known" in_a strata firewall add bridge input state new accept

# With the last such rule all is forgotten.
in_b /usr/bin/python3 "$WORK/ask.py" $A_ADDR y 1
[ "$(connections)" -ge 1 ] || fail "not tracked"
fw flush
expect 0 "$(connections)" "connections without rules"
pass
