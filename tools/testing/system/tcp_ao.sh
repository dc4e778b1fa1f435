#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# TCP-AO (RFC 5925) between two hosts of Strata's, IPv4 and IPv6, both algorithms: data passes under loss, keys change while connected, sequence numbers wrap, resets and TIME-WAIT's answers are believed; all that crossed the cable is verified by a program that knows the keys; a wrong key, an unknown one or none gets nowhere and is counted.
# shellcheck source=tools/testing/lib.sh
. "$(dirname "$0")/../lib.sh"

need tcpdump
peer=$STRATA_TESTING/tcp_ao.py
verifier=$STRATA_TESTING/tcp_ao_verify.py
export WORK

# Both ends are Strata's: no kernel of the lanes has the option switched on.
ip netns add "$A"
ip netns add "$B"
ip -n "$A" link add s0 type strata_nic peer name k0 netns "$B"
in_a strata link attach s0
in_b strata link attach k0
ip -n "$A" link set s0 up
ip -n "$B" link set k0 up
in_a strata addr add 10.0.0.1/24 dev s0
in_b strata addr add 10.0.0.2/24 dev k0
in_a strata addr add fd00::1/64 dev s0
in_b strata addr add fd00::2/64 dev k0
# shellcheck disable=SC2317 # by until_ok
settled() { ! in_a strata addr show | grep -q tentative && ! in_b strata addr show | grep -q tentative; }
until_ok settled

run_b() {
	ip netns exec "$B" strata run -- "$@"
}
talk() {
	run_a /usr/bin/python3 "$peer" a "$@" || fail "from the one end: $*"
}
talk_b() {
	run_b /usr/bin/python3 "$peer" b "$@" || fail "from the other end: $*"
}
# ao COUNTER: of either end
ao() {
	echo "$(counter "$A" tcp "ao_$1") $(counter "$B" tcp "ao_$1")"
}
# what_of WORD: the line that the verifier has for it
what_of() {
	sed -n "s/^$1 *//p" "$WORK/verdict"
}

(exec ip netns exec "$A" strata run -- /usr/bin/python3 "$peer" a serve) &
(exec ip netns exec "$B" strata run -- /usr/bin/python3 "$peer" b serve) &
# shellcheck disable=SC2317 # by until_ok
listens() { [ "$(ip netns exec "$1" strata socket -l -t -n | grep -cE ":700[01]( |\$)")" -ge 2 ]; }
until_ok listens "$A"
until_ok listens "$B"

in_a tcpdump -Z root -U --immediate-mode -s 2000 -B 16384 -n -i s0 -w "$WORK/pcap" tcp 2>"$WORK/tcpdump.log" &
tcpdump=$!
until_ok grep -q 'listening on' "$WORK/tcpdump.log"
talk exchange@v4 exchange@v6 rekey@v4 rekey@v6 reset@v4 reset@v6 wrap@v4
talk_b exchange@v4 rekey@v6 reset@v4
impair delay 1ms loss 3%
talk exchange@v4 rekey@v6
impair delay 0ms
talk wait@v4
# shellcheck disable=SC2317 # by until_ok
gone() { ! in_b strata socket -a -t -n | grep -qi last; }
until_ok gone
kill $tcpdump
wait $tcpdump || true
expect "0 0" "$(ao bad)" "segments with a wrong MAC"
expect "0 0" "$(ao required)" "segments without a MAC"
expect "0 0" "$(ao key_not_found)" "segments with an unknown key"

# What somebody else says of them.
/usr/bin/python3 "$verifier" check "$WORK/pcap" >"$WORK/verdict"
cat "$WORK/verdict"
expect 0 "$(what_of bad)" "segments that are wrongly signed"
expect "four one three two" "$(what_of keys)" "keys that were used"
expect "0 1" "$(what_of extensions)" "extensions of sequence numbers"
[ "$(what_of good)" -ge 1000 ] || fail "only $(what_of good) segments were seen"
# Is it one who would notice?
/usr/bin/python3 "$verifier" spoil "$WORK/pcap" "$WORK/spoilt"
/usr/bin/python3 "$verifier" check "$WORK/spoilt" >"$WORK/verdict"
expect 1 "$(what_of bad)" "segments that are wrong where one octet is"

# refuse COUNTER LINE: the other end does not answer, and counts it
refuse() {
	local before now
	# shellcheck disable=SC2317 # by until_ok
	counted() {
		now=$(counter "$B" tcp "ao_$1")
		[ "$now" -gt "$before" ]
	}
	before=$(counter "$B" tcp "ao_$1")
	(exec ip netns exec "$A" strata run -- /usr/bin/python3 "$peer" a "attempt@$2") &
	until_ok counted "$1"
	kill $! || fail "$1: the attempt has ended"
	wait $! || true
}
refuse bad wrong
refuse key_not_found unknown
refuse required none
# With all that, who has the key is let in.
talk exchange@v4
pass
