#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Nobody has the address: three questions a second apart (RFC 4861 7.2.2), then EHOSTUNREACH, and a new try later.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

need tcpdump
topology
in_b tcpdump -Z root -U --immediate-mode -n -tt -i k0 -w "$WORK/arp.pcap" arp and ether broadcast 2>"$WORK/tcpdump.log" &
listener=$!
until_ok grep -q 'listening on' "$WORK/tcpdump.log"

run_a /usr/bin/python3 - <<'PY' || fail "wrong errno"
import errno, socket, sys, time
begin = time.time()
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.settimeout(30)
err = s.connect_ex(("10.0.0.99", 80))
took = time.time() - begin
if err != errno.EHOSTUNREACH:
    sys.exit("connect: errno %s, wanted EHOSTUNREACH" % errno.errorcode.get(err, err))
if not 2 < took < 20:
    sys.exit("connect took %.1f s, wanted about 3" % took)
PY
in_a strata neigh show | grep -q '10.0.0.99.*FAILED' ||
	fail "not FAILED: $(in_a strata neigh show)"

kill $listener
wait $listener || true
# The times of the questions for the address.
mapfile -t times < <(tcpdump -n -tt -r "$WORK/arp.pcap" 2>/dev/null |
	awk '/who-has 10.0.0.99 / { print $1 }')
expect 3 "${#times[@]}" "questions"
for i in 1 2; do
	awk -v a="${times[i - 1]}" -v b="${times[i]}" 'BEGIN { exit !(b - a > 0.8 && b - a < 3) }' ||
		fail "questions at ${times[*]}, wanted a second between them"
done

# The station comes to life: the next packet asks again, and gets through.
ip -n "$B" addr add 10.0.0.99/24 dev k0
reached() {
	run_a /usr/bin/python3 -c '
import errno, socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.settimeout(5)
sys.exit(s.connect_ex(("10.0.0.99", 80)) != errno.ECONNREFUSED)'
}
until_ok reached
pass
