#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# iproute2's grammar: abbreviations, the order of words, defaults, help at every level, batches.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

ip netns add "$A"
ip -n "$A" link add s0 type strata_nic peer name s1
in_a strata l a dev s0
ip -n "$A" link set s0 up

# Abbreviations, other names, words in another order.
in_a strata a a 10.0.0.1/24 dev s0
in_a strata addr add dev s0 10.0.1.1/24
in_a strata address add local 10.0.2.1/24 dev s0
expect 3 "$(in_a strata addr list s0 | grep -c 'inet 10')" "addresses"
in_a strata a d 10.0.2.1/24 dev s0
in_a strata addr delete 10.0.1.1/24 dev s0
expect 1 "$(in_a strata a s dev s0 | grep -c 'inet 10')" "addresses left"
in_a strata r a default via 10.0.0.2
in_a strata route add to 10.1.0.0/16 metric 7 via 10.0.0.2 dev s0 mtu 1400 src 10.0.0.1
in_a strata route add 10.2/16 dev s0 priority 9
in_a strata route add 10.3.0.9 via 10.0.0.2
expect "default via 10.0.0.2 dev s0 proto static
10.0.0.0/24 dev s0 proto kernel src 10.0.0.1
10.1.0.0/16 via 10.0.0.2 dev s0 proto static src 10.0.0.1 metric 7 mtu 1400
10.2.0.0/16 dev s0 proto static metric 9
10.3.0.9 via 10.0.0.2 dev s0 proto static" "$(in_a strata r)" "route table"
in_a strata route replace default via 10.0.0.3
expect "default via 10.0.0.3 dev s0 proto static" "$(in_a strata route show default)" "replaced route"
expect "10.3.0.9 via 10.0.0.2 dev s0 proto static" "$(in_a strata route show 10.3.0.9)" "one route"
expect 2 "$(in_a strata route show via 10.0.0.2 | wc -l)" "routes over 10.0.0.2"
expect "10.3.0.9 via 10.0.0.2 dev s0 src 10.0.0.1" "$(in_a strata route get 10.3.0.9)" "look-up"
expect "10.9.9.9 via 10.0.0.3 dev s0 src 10.0.0.1" "$(in_a strata r g to 10.9.9.9)" "look-up by default"
expect "local 10.0.0.1 dev slo src 10.0.0.1" "$(in_a strata route get 10.0.0.1)" "own address"
expect "broadcast 10.0.0.255 dev s0 src 10.0.0.1" "$(in_a strata route get 10.0.0.255 dev s0)" "broadcast"
in_a strata neigh add 10.0.0.7 lladdr 2:0:0:0:0:7 dev s0
in_a strata neighbor replace to 10.0.0.7 dev s0 lladdr 02-00-00-00-00-08
expect "10.0.0.7 dev s0 lladdr 02:00:00:00:00:08 PERMANENT" "$(in_a strata n)" "neighbour"
in_a strata neigh flush
expect 1 "$(in_a strata n s dev s0 | wc -l)" "permanent neighbours after a flush"
in_a strata n d 10.0.0.7 dev s0
expect "" "$(in_a strata neighbour)" "neighbours after delete"

# Help, at every level, on stdout and with status 0.
for line in -h help -help --help "link help" "addr -h" "route --help" "neigh help" \
	"socket -h" "stat help" "run -h" "addr add -h" "route get help" "l a -h"; do
	# shellcheck disable=SC2086 # the words of the line
	in_a strata $line >"$WORK/help" 2>"$WORK/err" || fail "strata $line: status $?"
	grep -q '^Usage:' "$WORK/help" || fail "strata $line: no usage: $(cat "$WORK/help")"
	[ ! -s "$WORK/err" ] || fail "strata $line: said $(cat "$WORK/err") on stderr"
done
in_a strata -V | grep -q '^strata utility, strata-' || fail "no version"

# Another namespace, by name.
strata -n "$A" route show default | grep -q 10.0.0.3 || fail "-n does not enter the namespace"

# Batches: comments, quotes, where it stops, and that it goes on when forced.
cat >"$WORK/batch" <<-BATCH
	# a comment
	route add 10.10.0.0/16 via 10.0.0.2   # another

	route add "10.11.0.0/16" via '10.0.0.2'
	route add 10.10.0.0/16 via 10.0.0.2
	route add 10.12.0.0/16 via 10.0.0.2
BATCH
status=0
in_a strata -batch "$WORK/batch" 2>"$WORK/err" || status=$?
expect 2 $status "status of a batch that fails"
grep -q ':5:' "$WORK/err" || fail "the line is not named: $(cat "$WORK/err")"
expect 2 "$(in_a strata route | grep -cE '^10.1[0-2].0.0/16')" "routes before the failure"
in_a strata -force -b - <"$WORK/batch" 2>/dev/null && fail "a failed command was forgotten"
expect 3 "$(in_a strata route | grep -cE '^10.1[0-2].0.0/16')" "routes of the forced batch"

# A full disk is noticed.
in_a strata link show >/dev/full 2>/dev/null && fail "output was lost without an error"
pass
