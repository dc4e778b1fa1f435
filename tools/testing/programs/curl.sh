#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# curl from nginx: HTTP/1.1, kept connections and ranges; HTTP/2 and TLS, several files over one connection.
# Packages: curl nginx-light openssl
# shellcheck source=tools/testing/programs/lib.sh
. "$(dirname "$0")/lib.sh"

prepare() {
	prepare_nginx
}

server() {
	serve_nginx
}

client() {
	local tls=https://$AT:$((PORT + 1))
	curl -sSf --max-time 60 --http1.1 -o 1 "http://$AT:$PORT/data" --next -sSf -r 100-199 -o 2 "http://$AT:$PORT/data"
	cmp 1 "$WORK/www/data"
	cmp -n 100 -i 0:100 2 "$WORK/www/data"
	curl -sSf --max-time 60 --http1.1 --cacert "$WORK/cert.pem" -o 3 "$tls/data"
	cmp 3 "$WORK/www/data"
	curl -sSf --max-time 60 --http2 --parallel --cacert "$WORK/cert.pem" -w '%{http_version}\n' -o '4-#1' "$tls/data?[1-4]" >versions
	for one in 4-?; do
		cmp "$one" "$WORK/www/data"
	done
	[ "$(grep -c '^2$' versions)" -eq 4 ]
}

everywhere
