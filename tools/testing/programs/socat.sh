#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# socat: an echo with half-closed connections, by TLS, a relay to it, and datagrams.
# Packages: socat openssl
# shellcheck source=tools/testing/programs/lib.sh
USES="tcp udp"
. "$(dirname "$0")/lib.sh"

prepare() {
	certificate
	random_file "$WORK/data" 300
}

server() {
	socat "UDP6-LISTEN:$PORT,fork,ipv6only=0" EXEC:cat &
	socat "OPENSSL-LISTEN:$((PORT + 1)),pf=ip6,ipv6only=0,reuseaddr,fork,cert=$WORK/cert.pem,key=$WORK/key.pem,verify=0" EXEC:cat &
	socat "TCP6-LISTEN:$((PORT + 2)),ipv6only=0,reuseaddr,fork" "TCP:localhost:$PORT" &
	exec socat -d "TCP6-LISTEN:$PORT,ipv6only=0,reuseaddr,fork,nodelay,keepalive,keepidle=30" EXEC:cat
}

client() {
	local port
	rm -f over
	for port in "$PORT" $((PORT + 2)); do
		socat -t 60 - "TCP:$AT:$port,connect-timeout=30,rcvbuf=20000" <"$WORK/data" >back
		cmp back "$WORK/data"
	done
	socat -t 60 - "OPENSSL:$AT:$((PORT + 1)),cafile=$WORK/cert.pem" <"$WORK/data" >back
	cmp back "$WORK/data"
	(echo hello; until [ -e over ]; do sleep 0.1; done) | socat - "UDP:$AT:$PORT" >datagram &
	answers grep -x hello datagram
	touch over
	wait
}

everywhere
