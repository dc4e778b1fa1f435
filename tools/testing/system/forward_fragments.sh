#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A router that tracks connections sees datagrams whole, and sends on in fragments what came so: IPv4 and IPv6, none of IPv6 larger than it came.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

need tcpdump
topology_forward
in_a strata firewall add ip postrouting out s1 masquerade
far_end echo 10.1.0.2 fd00:1::2
cat >"$WORK/ask.py" <<'P'
import socket, sys, time

host, size, patience = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
asker = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
asker.settimeout(1)
sent = bytes(i * 7 % 251 for i in range(size))
end = time.monotonic() + patience
while time.monotonic() < end:
    try:
        asker.sendto(sent, (host, 7000))
        got = asker.recv(65536)
    except (TimeoutError, OSError):
        continue	# a path MTU was learnt
    assert got == sent, (len(got), len(sent))
    sys.exit(0)
sys.exit(f"{size} bytes to {host}: no answer")
P
echoed() { in_b /usr/bin/python3 "$WORK/ask.py" "$1" "$2" "$PATIENCE" || fail "$1, $2 bytes, ${3:-}"; }
for size in 1400 1500 20000 60000; do
	echoed 10.1.0.2 $size
	echoed fd00:1::2 $size
done

# The sender's link carries less than the one beyond: what leaves there is no larger than it came.
near_mtu() {
	ip -n "$B" link set k0 mtu "$1"
	ip -n "$A" link set s0 mtu "$1"
}
near_mtu 1300
in_c tcpdump -U --immediate-mode -ni c0 -w "$WORK/pcap" 'ip6[6] == 44' 2>"$WORK/tcpdump.log" &
capture=$!
until_ok grep -q 'listening on' "$WORK/tcpdump.log"
echoed fd00:1::2 5000 "small fragments"
kill $capture
wait $capture || true
lengths=$(tcpdump -nr "$WORK/pcap" 'dst host fd00:1::2 and ip6[6] == 44' 2>/dev/null |
	sed -n 's/.*frag (\([0-9]*\)|\([0-9]*\)).*/\1 \2/p')
[ "$(wc -l <<<"$lengths")" -ge 4 ] || fail "not in fragments: $(tcpdump -nr "$WORK/pcap" 2>&1)"
awk '$2 > 1300 - 48 { exit 1 }' <<<"$lengths" || fail "larger than they came: $lengths"
near_mtu 1500

# The way beyond is narrower than fragments are: their sender is told.
told=$(counter "$A" icmpv6 tx)
ip -n "$A" link set s1 mtu 1300
ip -n "$C" link set c0 mtu 1300
echoed fd00:1::2 5000 "a narrow way"
[ "$(counter "$A" icmpv6 tx)" -gt "$told" ] || fail "nobody was told of the narrow way"
echoed 10.1.0.2 5000 "a narrow way"
pass
