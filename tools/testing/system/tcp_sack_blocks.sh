#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The kernel's stack, as the sender over a path that loses and doubles packets,
# recovers by the SACK blocks that Strata sends, and hears of duplicates by D-SACK.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

heard() { # heard NAME: the kernel's count of it
	in_b cat /proc/net/netstat | /usr/bin/python3 -c '
import sys
lines = [line.split() for line in sys.stdin]
for names, values in zip(lines[::2], lines[1::2]):
    if names[0] == "TcpExt:" and sys.argv[1] in names:
        print(values[names.index(sys.argv[1])])' "$1"
}

topology
impair delay 5ms loss 2% duplicate 2%
# What netem loses is a buffer: of many small ones some are lost for certain.
ip -n "$B" link set k0 gso_max_segs 4
serve_a 7000
peer_b put 7000 4194304 2
[ "$(heard TCPSackRecovery)" -gt 0 ] || fail "no recovery by SACK"
expect 0 "$(heard TCPRenoRecovery)" "recoveries without SACK"
[ "$(heard TCPDSACKRecv)" -gt 0 ] || fail "no D-SACK heard"
# Of what the path doubled, and not the sender, the kernel does not believe D-SACKs.
[ "$(heard TCPSACKDiscard)" -le "$(heard TCPDSACKIgnoredDubious)" ] ||
	fail "the kernel found SACK blocks invalid"
pass
