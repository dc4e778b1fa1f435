#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# MD5 signatures (RFC 2385) between Strata and the kernel, either as the server, IPv4, IPv6 and IPv4 on IPv6 sockets: data passes under loss, keys change while connected, resets are believed, and tcpdump finds each signature right; a wrong key, none, or one too many gets nowhere, and both count it alike.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

need tcpdump
topology6
# Is there a kernel to talk with?
in_b nstat -asz TcpExtTCPMD5NotFound | grep -q MD5 || skip "this kernel counts no signatures"
peer=$STRATA_TESTING/md5.py
in_b /usr/bin/python3 - <<'PY' || skip "this kernel signs nothing"
import socket, struct
name = struct.pack("=HH4s", socket.AF_INET, 0, bytes([10, 0, 0, 1]))
socket.socket().setsockopt(socket.IPPROTO_TCP, 14, struct.pack("=128sBBHi80s", name, 0, 0, 1, 0, b"k"))
PY
in_a sysctl -qw net.strata.tcp_fastopen=3
in_b sysctl -qw net.ipv4.tcp_fastopen=3

# talk KEY CONVERSATION@LINE…: from either side
talk() {
	run_a /usr/bin/python3 "$peer" a "$@" || fail "Strata to the kernel: $*"
	in_b /usr/bin/python3 "$peer" b "$@" || fail "the kernel to Strata: $*"
}
# md5 COUNTER: that of Strata and that of the kernel
md5() {
	local ours=$1
	case $1 in
	NotFound) ours=not_found ;;
	Unexpected) ours=unexpected ;;
	Failure) ours=failure ;;
	esac
	echo "$(counter "$A" tcp "md5_$ours") $(in_b nstat -asz "TcpExtTCPMD5$1" | awk 'NR > 1 { print $2 }')"
}

(exec netns_exec "$A" strata run -- /usr/bin/python3 "$peer" a serve) &
(exec netns_exec "$B" /usr/bin/python3 "$peer" b serve) &
for port in 7000 7001 7002 7003; do
	until_ok listening_a $port
	until_ok listening_b $port
done

in_b tcpdump -Z root -U --immediate-mode -n -i k0 -w "$WORK/pcap" tcp 2>"$WORK/tcpdump.log" &
tcpdump=$!
until_ok grep -q 'listening on' "$WORK/tcpdump.log"
talk secret exchange@v4 exchange@v6 exchange@mapped-server exchange@mapped-client reset@v4 reset@v6 fast@v4
impair delay 1ms loss 3%
talk secret exchange@v4 exchange@v6
impair delay 0ms
kill $tcpdump
wait $tcpdump || true
for kind in NotFound Unexpected Failure; do
	expect "0 0" "$(md5 $kind)" "refused by Strata, by the kernel: $kind"
done
# What somebody else says of the signatures.
tcpdump -n -v -M secret -r "$WORK/pcap" >"$WORK/text" 2>/dev/null
grep -o 'md5 [a-z]*' "$WORK/text" | sort | uniq -c >"$WORK/verdicts"
expect "$(grep -c 'Flags \[' "$WORK/text")" "$(awk '$3 == "valid" { print $1 }' "$WORK/verdicts")" "segments that tcpdump finds rightly signed"

# Cookies of the kernel's, in the place of a request.
in_b sysctl -qw net.ipv4.tcp_syncookies=2
talk secret exchange@v4 rekey@v4 rekey@v6
in_b sysctl -qw net.ipv4.tcp_syncookies=1

# refuse KIND LINE KEY: neither side lets the other in, and each counts it
refuse() {
	local before_a before_b a b
	# shellcheck disable=SC2317 # by until_ok
	counted() {
		local now
		read -ra now <<<"$(md5 "$1")"
		[ "${now[0]}" -gt "$before_a" ] && [ "${now[1]}" -gt "$before_b" ]
	}
	read -r before_a before_b <<<"$(md5 "$1")"
	(exec netns_exec "$A" strata run -- /usr/bin/python3 "$peer" a "$3" "attempt@$2") &
	a=$!
	(exec netns_exec "$B" /usr/bin/python3 "$peer" b "$3" "attempt@$2") &
	b=$!
	until_ok counted "$1"
	kill $a $b || fail "$1: an attempt has ended"
	wait $a $b || true
}
refuse Failure v4 Secret
refuse NotFound v4 -
refuse Unexpected open secret
# With all that, who has the key is let in, and who needs none.
talk secret exchange@v4
talk - exchange@open
pass
