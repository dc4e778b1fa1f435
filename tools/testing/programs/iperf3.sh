#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# iperf3: streams there, back and both ways at once, several, and datagrams of which none is lost.
# Packages: iperf3
# shellcheck source=tools/testing/programs/lib.sh
. "$(dirname "$0")/lib.sh"

server() {
	# The server asks for the datagrams' port only when a client wants to send some.
	exec iperf3 -s -p "$PORT"
}

client() {
	local mode
	for mode in '-n 1M -P 3' '-n 1M -R' '-n 500K --bidir' '-n 500K -Z -M 1000'; do
		# shellcheck disable=SC2086 # several words
		answers iperf3 -c "$HOST" -p "$PORT" $mode
	done
	answers iperf3 -c "$HOST" -p "$PORT" -u -b 1M -l 1000 -n 200K
	want answer '(0%)'
}

everywhere
