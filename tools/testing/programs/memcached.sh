#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# memcached: what libmemcached's tools store and fetch, the protocol by its tester, and a request by UDP.
# Packages: memcached libmemcached-tools python3
# shellcheck source=tools/testing/programs/lib.sh
USES="tcp udp"
. "$(dirname "$0")/lib.sh"

prepare() {
	random_file "$WORK/data" 500
}

server() {
	exec memcached -u root -p "$PORT" -U "$PORT" -t 2 -m 16
}

client() {
	cp "$WORK/data" data
	memccp "--servers=$AT:$PORT" data
	memccat "--servers=$AT:$PORT" --file=1 data
	cmp 1 data
	memccapable -h "$HOST" -p "$PORT" -t 60 >capable
	/usr/bin/python3 - "$HOST" "$PORT" <<-'PYTHON'
		import socket, sys
		sock = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
		sock.settimeout(60)
		sock.connect((sys.argv[1], int(sys.argv[2])))
		# The frame: a request's number, which of how many datagrams, nothing.
		sock.send(b"\0\7\0\0\0\1\0\0version\r\n")
		answer = sock.recv(2000)
		assert answer.startswith(b"\0\7\0\0\0\1\0\0VERSION "), answer
	PYTHON
}

everywhere
