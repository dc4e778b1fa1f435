# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What TCP's tests with lwIP share: the peer is lwip_peer on t0 of topology_tap, with
# LWIP4 and LWIP6; $MINE is Strata's address of the family, $HIS the peer's.
LWIP4=10.0.0.9 LWIP6=fd00::9

# lwip [OPTION…] COMMAND…: what it says on standard error goes to lwip.log.
lwip() {
	netns_exec "$B" lwip_peer -a $LWIP4 -a $LWIP6 "$@" t0 "${COMMAND[@]}" 2>>"$WORK/lwip.log"
}

# serve_next: the next one in the background will, and has not said so yet.
serve_next() {
	COMMAND=(serve 7000)
	: >"$WORK/lwip.log"
}

# stream_a ARGUMENTS…: stream.py over Strata; standard error goes to strata.log.
stream_a() {
	run_a /usr/bin/python3 "$STRATA_TESTING/stream.py" "$@" 2>"$WORK/strata.log"
}

# lwip_serves [OPTION…], lwip_connects: what it sends is in down, what comes goes to got.up;
# strata_connects [OPTION…], strata_serves: up and got.down.
lwip_serves() {
	serve_next
	lwip "$@" <"$WORK/down" >"$WORK/got.up" &
	lwip_pid=$!
	until_ok grep -q ready "$WORK/lwip.log"
}

lwip_connects() {
	COMMAND=(cat "$MINE" 7000)
	lwip "$@" <"$WORK/down" >"$WORK/got.up"
}

strata_connects() {
	stream_a cat "$HIS" 7000 "$@" <"$WORK/up" >"$WORK/got.down"
}

strata_serves() {
	stream_a serve "$MINE" 7000 "$@" <"$WORK/up" >"$WORK/got.down" &
	strata_pid=$!
	until_ok listening_a 7000
}

# bulk [OPTION…]: one connection each way; the options are lwIP's.
bulk() {
	lwip_serves "$@"
	strata_connects --mss
	ends_with 0 wait "$lwip_pid"
	same_both
	strata_serves --mss
	lwip_connects "$@"
	ends_with 0 wait "$strata_pid"
	same_both
}

# state_a STATE: of Strata's end
state_a() {
	in_a strata socket -t -n -a | grep -q "^$1 "
}

# later FILE: it, or - for standard input, once there is $WORK/go
later() {
	until_ok test -e "$WORK/go"
	cat "$1"
}

# One direction is over before the other begins.
half_close() {
	serve_next
	later "$WORK/down" | lwip >"$WORK/got.up" &
	lwip_pid=$!
	until_ok grep -q ready "$WORK/lwip.log"
	strata_connects &
	strata_pid=$!
	until_ok state_a FIN-WAIT-2
	same_files "$WORK/up" "$WORK/got.up"
	touch "$WORK/go"
	ends_with 0 wait "$strata_pid"
	ends_with 0 wait "$lwip_pid"
	same_both
	rm "$WORK/go"

	later "$WORK/up" | stream_a serve "$MINE" 7000 >"$WORK/got.down" &
	strata_pid=$!
	until_ok listening_a 7000
	lwip_connects &
	lwip_pid=$!
	until_ok state_a CLOSE-WAIT
	same_files "$WORK/down" "$WORK/got.down"
	touch "$WORK/go"
	ends_with 0 wait "$lwip_pid"
	ends_with 0 wait "$strata_pid"
	same_both
	rm "$WORK/go"
}

# Where nobody listens, and where the other side has had enough: it says nothing before, so
# that the reset is all that there is to receive.
refused_and_reset() {
	COMMAND=(cat "$MINE" 7001)
	ends_with 3 lwip </dev/null
	serve_next
	lwip -r 100000 <>"$WORK/silence" >"$WORK/got.up" &
	lwip_pid=$!
	until_ok grep -q ready "$WORK/lwip.log"
	ends_with 3 stream_a cat "$HIS" 7001 </dev/null
	ends_with 4 strata_connects
	ends_with 0 wait "$lwip_pid"
	stream_a serve "$MINE" 7000 --reset-after 100000 <>"$WORK/silence" >"$WORK/got.down" &
	strata_pid=$!
	until_ok listening_a 7000
	ends_with 4 lwip_connects
	ends_with 0 wait "$strata_pid"
}

# Nobody reads what comes until the sender has met a window of nothing, and asked.
closed_window() {
	local before
	before=$(counter "$A" tcp zero_window_probes)
	serve_next
	lwip <"$WORK/down" | later - >"$WORK/got.up" &
	lwip_pid=$!
	until_ok grep -q ready "$WORK/lwip.log"
	strata_connects &
	strata_pid=$!
	probed() {
		[ "$(counter "$A" tcp zero_window_probes)" -ge $((before + 2)) ]
	}
	until_ok probed
	touch "$WORK/go"
	ends_with 0 wait "$lwip_pid"
	ends_with 0 wait "$strata_pid"
	same_both
	rm "$WORK/go"

	# Strata's own window, as the wire has it: lwIP's data, or its probes, meet it closed.
	in_b tcpdump -Unni k0 -c 2 "$1" >"$WORK/closed" 2>"$WORK/tcpdump.log" &
	dump_pid=$!
	until_ok grep -q listening "$WORK/tcpdump.log"
	strata_serves --wait-for "$WORK/go" --receive-buffer 8192
	lwip_connects &
	lwip_pid=$!
	wait $dump_pid
	touch "$WORK/go"
	ends_with 0 wait "$lwip_pid"
	ends_with 0 wait "$strata_pid"
	same_both
	rm "$WORK/go"
}

# A process of lwIP that is there no more, and one that knows nothing of its connections.
started_anew() {
	serve_next
	(exec netns_exec "$B" lwip_peer -a $LWIP4 -a $LWIP6 t0 serve 7000 </dev/null >"$WORK/got.up" 2>>"$WORK/lwip.log") &
	lwip_pid=$!
	until_ok grep -q ready "$WORK/lwip.log"
	later "$WORK/up" | stream_a cat "$HIS" 7000 >"$WORK/got.down" &
	strata_pid=$!
	until_ok state_a CLOSE-WAIT
	kill -KILL "$lwip_pid"
	wait "$lwip_pid" || true
	lwip_serves
	touch "$WORK/go"
	ends_with 4 wait "$strata_pid"
	rm "$WORK/go"
	# The new one serves.
	strata_connects
	ends_with 0 wait "$lwip_pid"
	same_both
}

# mss: what Strata's end of the last connection said
mss() {
	sed -n 's/^mss //p' "$WORK/strata.log"
}

# lwip_tcp CLOSED SMALL SEGMENT: all of it, with one family. CLOSED is how tcpdump says that
# Strata's window is closed, SEGMENT the largest at an MTU of SMALL.
lwip_tcp() {
	topology_tap
	mkfifo "$WORK/silence"
	random_file "$WORK/up" 400
	random_file "$WORK/down" 200
	bulk
	half_close
	refused_and_reset
	closed_window "$1"
	started_anew
	bulk -m "$2"
	expect "$3" "$(mss)" "the largest segment to lwIP with an MTU of $2"
	# lwIP has neither SACK nor time stamps. Each frame is lost for itself.
	ip netns exec "$A" ethtool -K s0 tso off gso off
	random_file "$WORK/up" 100
	random_file "$WORK/down" 100
	impair delay 5ms loss 6% reorder 10% 30%
	bulk
	[ "$(counter "$A" tcp retrans)" -gt 0 ] || fail "nothing was lost"
}
