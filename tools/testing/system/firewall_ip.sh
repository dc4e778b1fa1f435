#!/bin/bash
# The firewall at IP against the kernel's programs: how senders of rejected packets are told, and
# named sets of prefixes and ports, changed one by one and all at once.
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086 # addresses need no quotes
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
need python3

A6=fd00::1 B6=fd00::2 B2=10.0.0.66 B62=fd00::66
topology
in_a strata addr add $A6/64 dev s0
ip -n "$B" addr add $B6/64 dev k0 nodad
ip -n "$B" addr add $B2/24 dev k0
ip -n "$B" addr add $B62/64 dev k0 nodad
until_ok in_b ping -c 1 -W 1 $A6

fw() { in_a strata firewall "$@"; }
# One program for all questions: what does the kernel's socket say?
cat >"$WORK/say.py" <<'PY'
import errno, socket, sys
for line in sys.stdin:
    kind, addr, port, source = line.split()
    six = ":" in addr
    s = socket.socket(socket.AF_INET6 if six else socket.AF_INET,
                      socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
    s.settimeout(0.7)
    if source != "-":
        s.bind((source, 0))
    # IP_RECVERR, IPV6_RECVERR: errors that are no final ones for a datagram too.
    s.setsockopt(41 if six else 0, 25 if six else 11, 1)
    try:
        s.connect((addr, int(port)))
        if kind == "udp":
            s.send(b"x")
            s.recv(1)
        print("ok", flush=True)
    except OSError as e:
        print("timeout" if e.errno is None else errno.errorcode[e.errno], flush=True)
PY
coproc SAY { exec netns_exec "$B" /usr/bin/python3 "$WORK/say.py"; }
# says WANTED KIND ADDRESS PORT [SOURCE]
says() {
	local got
	echo "$2 $3 $4 ${5:--}" >&"${SAY[1]}"
	read -r got <&"${SAY[0]}"
	expect "$1" "$got" "$2 to $3 port $4 from ${5:-anywhere}"
}

# A RST, or an error; as the kernel's nftables has them. What is dropped says nothing.
for addr in $A_ADDR $A6; do
	fw add ip input 'dst port 5000' drop
	says timeout tcp $addr 5000
	fw flush
	fw add ip input 'dst port 5000' reject
	says ECONNREFUSED tcp $addr 5000
	says ECONNREFUSED udp $addr 5000
	fw flush
	fw add ip input 'dst port 5000' reject with port
	says ECONNREFUSED udp $addr 5000
	fw flush
	fw add ip input 'dst port 5000' reject with host
	says EHOSTUNREACH tcp $addr 5000
	fw flush
	fw add ip input 'dst port 5000' reject with net
	says ENETUNREACH tcp $addr 5000
	fw flush
	fw add ip input 'dst port 5000' reject with tcp-reset
	says timeout udp $addr 5000
	fw flush
done
fw add ip input 'dst port 5000' reject with admin
says EHOSTUNREACH tcp $A_ADDR 5000
says EACCES tcp $A6 5000
# The answer passes a strict output, also where nobody knows the connection.
fw policy ip output drop
fw add ip output state established,related accept
fw add ip output state untracked accept
fw add ip input at 1 'dst port 5001' reject
says ECONNREFUSED tcp $A_ADDR 5001
says ECONNREFUSED udp $A6 5001
fw flush
fw policy ip output accept
refused "reject is for" in_a strata firewall add ip postrouting reject
refused "reject is for" in_a strata firewall add bridge input reject
refused "with what?" in_a strata firewall add ip input reject with love

# Named sets. A closed port of Strata's answers with a RST, what is dropped does not.
set_() { fw set "$@"; }
refused "no set with this name" in_a strata firewall add ip input src @bad drop
set_ create bad type prefix
set_ create ports type port
set_ create pairs type prefix_port
refused "there is a set" in_a strata firewall set create bad type port
refused "no prefixes" in_a strata firewall add ip input src @ports drop
refused "no ports alone" in_a strata firewall add ip input dport @bad drop
fw add ip input src @bad drop
fw add ip input dport @ports 'tcp' drop
fw add ip input dst @pairs drop
expect "$(printf 'add ip input src @bad %s drop\nadd ip input dport @ports %s drop\nadd ip input dst @pairs %s drop' "''" "'tcp'" "''")" \
	"$(fw save | grep ^add)" "saved"
fw save >"$WORK/saved"
fw replace "$WORK/saved"
for family in 4 6; do
	[ $family = 4 ] && to=$A_ADDR from=$B_ADDR other=$B2 || to=$A6 from=$B6 other=$B62
	says ECONNREFUSED tcp $to 7000 $other
	set_ add bad $other 192.0.2.0/24 2001:db8::/32
	says timeout tcp $to 7000 $other
	says ECONNREFUSED tcp $to 7000 $from
	set_ delete bad $other
	says ECONNREFUSED tcp $to 7000 $other
	set_ add ports 6999-7001 7001
	says timeout tcp $to 7001
	says ECONNREFUSED udp $to 7001
	set_ delete ports 6999-7001
	says timeout tcp $to 7001
	says ECONNREFUSED tcp $to 7000
	set_ flush ports
	set_ add pairs $to,8000
	says timeout tcp $to 8000
	says ECONNREFUSED tcp $to 8001
	set_ flush pairs
done
# A thousand in one request, all at once, in the place of all others.
{ for i in {0..999}; do echo "172.$((16 + i / 250)).$((i % 250)).0/24"; done; echo $B2; } >"$WORK/many"
set_ replace bad "$WORK/many"
expect "bad type prefix elements 1001 rules 1" "$(set_ show | grep ^bad)" "a set of many"
expect 1001 "$(set_ show bad | sort -u | wc -l)" "elements shown"
says timeout tcp $A_ADDR 7000 $B2
grep -v $B2 "$WORK/many" | set_ replace bad -
says ECONNREFUSED tcp $A_ADDR 7000 $B2
fw flush
fw add ip input src not @bad 'tcp' drop
says timeout tcp $A_ADDR 7000
set_ add bad 10.0.0.0/8
says ECONNREFUSED tcp $A_ADDR 7000

# What is refused.
refused "a rule asks" in_a strata firewall set destroy bad
refused "not in the set" in_a strata firewall set delete bad 1.2.3.4
refused "not of the set's type" in_a strata firewall set add bad 22
refused "no port" in_a strata firewall set add ports 9-8
refused "no port" in_a strata firewall set add ports 70000
refused "no name" in_a strata firewall set create 'a b' type port
fw flush
set_ destroy bad
set_ destroy ports
set_ destroy pairs
expect "" "$(set_ show)" "sets at the end"
pass
