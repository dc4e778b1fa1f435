#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Floods of both families, of first fragments, of echo requests and of datagrams to closed ports: TCP transfers and pings go on meanwhile, what waits for
# reassembly keeps its bound, and errors keep their rate.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology6
in_a strata -batch - <<-EOF
	route add default via 10.0.0.2
	route add default via fd00::2
EOF
# The addresses are nobody's: nothing comes back from there.
ip -n "$B" route add blackhole 198.18.0.0/15
ip -n "$B" -6 route add blackhole fd99::/64
lladdr=$(in_a cat /sys/class/net/s0/address)
serve_a 7000

# flood KIND SOURCES LAYER NAME: until good traffic is through; the counter tells that
# there is a flood before it and after it. Sets $seconds and $sent.
flood() {
	local before began=$SECONDS flooder text
	before=$(counter "$A" "$3" "$4")
	# With exec: $! is the program itself.
	(PYTHONDONTWRITEBYTECODE=1 exec netns_exec "$B" /usr/bin/python3 "$STRATA_TESTING/flood.py" "$1" "$2" "$WORK/sent" "$lladdr") &
	flooder=$!
	# shellcheck disable=SC2317 # by until_ok
	more() { [ "$(counter "$A" "$1" "$2")" -gt $((before + 2000)) ]; }
	until_ok more "$3" "$4"
	peer_b put 7000 200000 || fail "$1: a transfer to Strata"
	peer_b get 7000 200000 || fail "$1: a transfer from Strata"
	text=$(in_b ping -q -c 10 -i 0.05 -W 5 -s 4000 10.0.0.1) || fail "$1: $text"
	text=$text$(in_b ping -q -c 10 -i 0.05 -W 5 -s 4000 fd00::1) || fail "$1: $text"
	echo "$1: $(grep -o '[0-9.]*% packet loss' <<<"$text" | xargs)"
	before=$(counter "$A" "$3" "$4")
	until_ok more "$3" "$4"
	kill $flooder || fail "$1: the flood ended by itself"
	wait $flooder || fail "$1: the flooder: $?"
	seconds=$((SECONDS - began + 1)) sent=$(<"$WORK/sent")
	echo "$1 from $2: $sent frames in $seconds s"
}

# Reassembly: 8 MiB a family, so what waits is less than this many fragments of 1400 bytes.
most=$((2 * 8 * 1024 * 1024 / 1400))
flood fragments 8000 drop frag_no_room
ended=$SECONDS fragments=$sent expired=$(counter "$A" drop frag_timeout)

# Echoes are answered as long as there is a processor.
# echoes: answered, of both families
echoes() {
	echo $(($(counter "$A" icmp echo) + $(counter "$A" icmpv6 echo)))
}
before=$(echoes)
flood echo 8000 icmp echo
answered=$(($(echoes) - before))
[ $answered -gt $((sent / 2)) ] || fail "$answered answers to $sent echo requests"

# What was left of the fragments goes when its time is over, 60 seconds for IPv6.
# shellcheck disable=SC2317 # by until_ok
settled() {
	local last=$now
	now=$(counter "$A" drop frag_timeout)
	[ "$now" -gt "$expired" ] && [ "$now" = "$last" ] && [ "$SECONDS" -gt $((ended + 62)) ]
}
now=0
PATIENCE=90 until_ok settled
waited=$((now - expired))
echo "$waited of $fragments fragments waited, $most at most"
[ $waited -le $most ] || fail "$waited fragments waited, wanted $most at most"
[ $waited -ge $((most / 4)) ] || fail "no flood: $waited fragments waited"

# errors: sent, of both families; with a few solicitations of neighbours
errors() {
	echo $(($(counter "$A" icmp tx) + $(counter "$A" icmpv6 tx) - $(echoes)))
}
held() {
	echo $(($(counter "$A" icmp ratelimited) + $(counter "$A" icmpv6 ratelimited)))
}
# Each destination gets 6 at once and 1 a second, of each family; the rest is held back.
sources=10 sent_before=$(errors) held_before=$(held) closed=$(counter "$A" udp no_port)
flood udp $sources udp no_port
closed=$(($(counter "$A" udp no_port) - closed))
errors=$(($(errors) - sent_before)) held=$(($(held) - held_before)) bound=$((2 * sources * (6 + seconds)))
echo "$closed datagrams, $errors errors of at most $bound, $held held back"
[ $errors -le $((bound + 20)) ] || fail "$errors errors, wanted $bound at most"
[ $errors -ge 50 ] || fail "only $errors errors"
[ $((errors + held)) -ge $closed ] || fail "$closed datagrams for nobody, $errors errors and $held held back"
in_b ping -q -c 1 -W 5 -s 20000 10.0.0.1 >/dev/null || fail "Strata no longer reassembles"
pass
