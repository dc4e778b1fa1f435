#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# TCP Fast Open (RFC 7413) between Strata and the kernel, either as the server, IPv4 and IPv6: the kernel counts the data that came in a SYN, and where SYNs with data are lost on the way connections come about nevertheless.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology6
cat >"$WORK/server.py" <<'PY'
import socket, sys

with socket.create_server((sys.argv[1], 7000), family=socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET) as listener:
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 16)
    print("listens", flush=True)
    while True:
        conn = listener.accept()[0]
        with conn, conn.makefile("rb") as lines:
            conn.sendall(lines.readline().upper())
PY
# Prints 1 for each connection whose SYN had data that was taken, and 0 for another.
cat >"$WORK/client.py" <<'PY'
import socket, sys

SYN_DATA = 32   # TCPI_OPT_SYN_DATA
for _ in range(int(sys.argv[2])):
    with socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET) as s:
        s.sendto(b"hello" * 20 + b"\n", socket.MSG_FASTOPEN, (sys.argv[1], 7000))
        answer = s.recv(1000)
        if answer != b"HELLO" * 20 + b"\n":
            sys.exit(f"got {answer}")
        info = s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
        print(1 if info[5] & SYN_DATA else 0, end=" ")
PY
# fast NAME: TcpExtTCPFastOpenNAME of the kernel
fast() {
	in_b nstat -asz "TcpExtTCPFastOpen$1" | awk 'NR > 1 { print $2 }'
}
# ask SIDE ADDRESS COUNT: what its connections say
ask() {
	"$1" /usr/bin/python3 "$WORK/client.py" "$2" "$3" || fail "$1 asks $2"
}
in_a sysctl -qw net.strata.tcp_fastopen=3
in_b sysctl -qw net.ipv4.tcp_fastopen=3

# The first connection gets the cookie, the others have data in their SYN.
# try CLIENT SERVER ADDRESS: three connections
try() {
	"$2" /usr/bin/python3 "$WORK/server.py" "$3" >"$WORK/$3" &
	until_ok test -s "$WORK/$3"
	expect "0 1 1 " "$(ask "$1" "$3" 3)" "connections of $1 to $3 with data in their SYN"
}
try run_a in_b 10.0.0.2
try run_a in_b fd00::2
expect 4 "$(fast Passive)" "SYNs with data that the kernel took"
expect 2 "$(fast CookieReqd)" "cookies that Strata asked for"
expect 4 "$(counter "$A" tcp fastopen_active)" "SYNs with data that Strata sent"
try in_b run_a 10.0.0.1
try in_b run_a fd00::1
expect 4 "$(fast Active)" "SYNs with data that the kernel sent"
expect 4 "$(counter "$A" tcp fastopen_passive)" "SYNs with data that Strata took"
expect 2 "$(counter "$A" tcp fastopen_requested)" "cookies that the kernel asked for"
expect "0 0" "$(fast PassiveFail) $(fast ActiveFail)" "failures"

# The kernel has a cookie by Strata's key. With a new key it is good as long as the old one is the second.
old=$(in_a sysctl -n net.strata.tcp_fastopen_key)
key=01234567-89abcdef-02468ace-13579bdf
in_a sysctl -qw net.strata.tcp_fastopen_key=$key
expect "0 1 " "$(ask in_b 10.0.0.1 2)" "connections with a cookie by a key that is gone, and by the new one"
expect 1 "$(counter "$A" tcp fastopen_passive_fail)" "cookies that Strata refused"
in_a sysctl -qw net.strata.tcp_fastopen_key="$old,$key"
expect "1 1 " "$(ask in_b 10.0.0.1 2)" "connections with a cookie by the key before, and by the new one"

# Where SYNs with data are lost, the one that is repeated has none.
# swallow NAMESPACE DEVICE: IPv4 SYNs of 128 octets and more
swallow() {
	netns_exec "$1" tc qdisc add dev "$2" root handle 1: prio bands 2 priomap 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
	netns_exec "$1" tc qdisc add dev "$2" parent 1:1 netem loss 100% || skip "this kernel has no netem"
	netns_exec "$1" tc filter add dev "$2" parent 1: protocol ip u32 match u8 0x80 0x80 at 3 match u8 2 2 at 33 flowid 1:1
}
swallow "$A" s0
swallow "$B" k0
expect "0 " "$(ask run_a 10.0.0.2 1)" "Strata's SYN with data, which is lost"
expect "0 " "$(ask in_b 10.0.0.1 1)" "the kernel's SYN with data, which is lost"
expect 1 "$(counter "$A" tcp fastopen_active_fail)" "data that Strata sent again"
expect 2 "$(fast ActiveFail)" "data that the kernel sent again"

# The key is written and read as the kernel's; a bad one changes nothing.
in_a sysctl -qw "net.strata.tcp_fastopen_key=$key,$old"
! in_a sysctl -qw net.strata.tcp_fastopen_key=0123 2>"$WORK/bad" || fail "took a short key"
expect "$key,$old" "$(in_a sysctl -n net.strata.tcp_fastopen_key)" "Strata's keys"
pass
