#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Echo requests to broadcast and multicast addresses get no answer (RFC 1122 3.2.2.6) and are counted.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
before=$(counter "$A" drop icmp_ignored)
for address in 10.0.0.255 255.255.255.255 224.0.0.1; do
	if in_b ping -q -b -c 2 -i 0.2 -W 1 -I k0 $address >"$WORK/ping" 2>&1; then
		cat "$WORK/ping"
		fail "$address was answered"
	fi
	grep -q ' 100% packet loss' "$WORK/ping" ||
		fail "$address: $(cat "$WORK/ping")"
done
expect $((before + 6)) "$(counter "$A" drop icmp_ignored)" "icmp_ignored"
in_b ping -q -c 1 -W 5 $A_ADDR >/dev/null || fail "Strata no longer answers"
pass
