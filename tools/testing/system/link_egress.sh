#!/bin/bash
# What the host has put between Strata and a device is asked: taps, disciplines, filters, and offloads that the device lacks.
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

need tcpdump tc
topology
answers() { in_b ping -q -c 1 -W 1 $A_ADDR >/dev/null; }
answers || fail "no answer to begin with"

# A tap sees what leaves, from when it is there until it has gone.
in_a timeout "$PATIENCE" tcpdump -lni s0 -Q out -c 2 icmp >"$WORK/tap" 2>"$WORK/tap.err" &
tap=$!
until_ok grep -q listening "$WORK/tap.err"
until_ok sh -c "netns_exec $B ping -q -c 1 -W 1 $A_ADDR && [ \$(grep -c 'echo reply' '$WORK/tap') = 2 ]"
wait $tap || fail "tcpdump: $(cat "$WORK/tap.err")"

# A discipline keeps, counts and drops.
sent() { in_a tc -s qdisc show dev s0 root | sed -n 's/^ Sent [0-9]* bytes \([0-9]*\) pkt.*/\1/p'; }
in_a tc qdisc add dev s0 root netem loss 100%
! answers || fail "an answer through a discipline that loses everything"
in_a tc qdisc replace dev s0 root netem delay 1us
until_ok answers
[ "$(sent)" -gt 0 ] || fail "the discipline has sent nothing: $(in_a tc -s qdisc show dev s0)"
in_a tc qdisc del dev s0 root
answers || fail "no answer without the discipline"

# A filter of clsact.
in_a tc qdisc add dev s0 clsact
in_a tc filter add dev s0 egress matchall action drop
! answers || fail "an answer past clsact"
in_a tc qdisc del dev s0 clsact
until_ok answers
# netfilter's egress hook, where the kernel has one.
if command -v nft >/dev/null && in_a nft add table netdev t 2>"$WORK/nft" &&
	in_a nft "add chain netdev t out { type filter hook egress device s0 priority 0; policy drop; }" 2>"$WORK/nft"; then
	! answers || fail "an answer past netfilter's egress hook"
	in_a nft delete table netdev t
	until_ok answers
else
	echo "no egress hook of netfilter here: $(cat "$WORK/nft" 2>/dev/null)"
fi

# What the device cannot do is done before it: checksums, segments, scattered pages.
head -c 300000 /dev/urandom >"$WORK/file"
serve_files run_a "$WORK" 8000
until_ok listening_a 8000
# fetch WHAT: what Strata sends arrives as it is.
fetch() {
	in_b curl -sS -o "$WORK/got" "http://$A_ADDR:8000/file" || fail "curl, $1"
	cmp "$WORK/file" "$WORK/got" || fail "other bytes, $1"
}
for off in tx "tso off gso" sg; do
	# shellcheck disable=SC2086 # words
	in_a ethtool -K s0 $off off >/dev/null
	fetch "$off off"
done
# Two queues: the host chooses.
in_a ethtool -K s0 tx on sg on tso on gso on >/dev/null
in_a ethtool -L s0 combined 2
fetch "two queues"
# Taken down, it says no more.
ip -n "$A" link set s0 down
! answers || fail "an answer out of a device that is down"
ip -n "$A" link set s0 up
until_ok answers
pass
