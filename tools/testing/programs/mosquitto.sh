#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Mosquitto: topics kept, and messages of each quality of service, one large; by TLS.
# Packages: mosquitto mosquitto-clients openssl
# shellcheck source=tools/testing/programs/lib.sh
. "$(dirname "$0")/lib.sh"

prepare() {
	certificate
	random_file "$WORK/data" 300
}

server() {
	printf '%s\n' 'user root' 'allow_anonymous true' "listener $PORT" "listener $((PORT + 1))" \
		"certfile $WORK/cert.pem" "keyfile $WORK/key.pem" >mosquitto.conf
	exec mosquitto -c "$PWD/mosquitto.conf"
}

client() {
	local at=(-h "$HOST" -p "$PORT") tls=(-h "$HOST" -p "$((PORT + 1))" --cafile "$WORK/cert.pem") quality
	mosquitto_pub "${at[@]}" -t kept -r -m before
	mosquitto_sub "${tls[@]}" -t kept -C 1 -W 60 >got1
	want got1 before
	for quality in 1 2; do
		# A session that outlives its connection is kept the message until it is back.
		local session=(mosquitto_sub "${at[@]}" -i "$$-$quality" -c -q "$quality" -t "large/$quality")
		"${session[@]}" -E
		mosquitto_pub "${tls[@]}" -q "$quality" -t "large/$quality" -f "$WORK/data"
		"${session[@]}" -C 1 -W 60 -N >got2
		cmp got2 "$WORK/data"
	done
}

everywhere
