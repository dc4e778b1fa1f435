#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ncat: files both ways, by TLS, a broker between two, a proxy, and datagrams.
# Packages: ncat openssl
# shellcheck source=tools/testing/programs/lib.sh
USES="tcp udp"
. "$(dirname "$0")/lib.sh"

prepare() {
	certificate
	random_file "$WORK/data" 300
}

server() {
	ncat -l -k -u "$PORT" -e /bin/cat &
	ncat -l -k "$((PORT + 1))" --ssl --ssl-cert "$WORK/cert.pem" --ssl-key "$WORK/key.pem" -c "cat '$WORK/data'" &
	ncat -l -k "$((PORT + 2))" --broker &
	ncat -l -k "$((PORT + 3))" --proxy-type http &
	exec ncat -l -k -v "$PORT" -c 'head -c 307200 | sha256sum'
}

client() {
	local sum one
	rm -f over
	sum=$(sha256sum <"$WORK/data")
	ncat --no-shutdown "$HOST" "$PORT" <"$WORK/data" >got1
	want got1 "$sum"
	ncat --ssl --recv-only "$HOST" $((PORT + 1)) >got2
	cmp got2 "$WORK/data"
	ncat --no-shutdown --proxy "$AT:$((PORT + 3))" --proxy-type http "$HOST" "$PORT" <"$WORK/data" >got3
	want got3 "$sum"
	ncat --recv-only "$HOST" $((PORT + 2)) >got4 &
	one=$!
	# The other joins when it does.
	said() { echo hello | ncat --send-only "$HOST" $((PORT + 2)) && [ -s got4 ]; }
	answers said
	kill "$one"
	want got4 hello
	(echo hello; until [ -e over ]; do sleep 0.1; done) | ncat -u "$HOST" "$PORT" >got5 &
	answers grep -x hello got5
	touch over
	wait
}

everywhere
