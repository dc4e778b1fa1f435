#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# HAProxy before nginx: HTTP by TLS, and TCP with the client's address passed on; curl asks, at once and in turn.
# Packages: haproxy nginx-light curl openssl
# shellcheck source=tools/testing/programs/lib.sh
. "$(dirname "$0")/lib.sh"

prepare() {
	prepare_nginx
	cat "$WORK/cert.pem" "$WORK/key.pem" >"$WORK/both.pem"
}

server() {
	cat >haproxy.conf <<-CONF
		defaults
			timeout connect 30s
			timeout client 60s
			timeout server 60s
			option splice-auto
		frontend web
			mode http
			bind :::$PORT v4v6
			bind :::$((PORT + 1)) v4v6 ssl crt $WORK/both.pem alpn h2,http/1.1
			default_backend nginx
		backend nginx
			mode http
			option httpchk GET /
			http-response set-header by haproxy
			server one localhost:$((PORT + 10)) check inter 500
		listen through
			mode tcp
			bind :::$((PORT + 2)) v4v6 tfo
			server one localhost:$((PORT + 10))
	CONF
	(serve_nginx $((PORT + 10))) &
	exec haproxy -db -f haproxy.conf
}

client() {
	local tls=https://$AT:$((PORT + 1))
	answers curl -sSf --max-time 60 "http://$AT:$PORT/"
	curl -sSf --max-time 60 -D headers -o 1 "http://$AT:$PORT/data" --next -sSf -o 2 "http://$AT:$PORT/data"
	want headers 'by: haproxy'
	cmp 1 "$WORK/www/data"
	cmp 2 "$WORK/www/data"
	curl -sSf --max-time 60 --http2 --parallel --cacert "$WORK/cert.pem" -o '3-#1' "$tls/data?[1-4]"
	for one in 3-?; do
		cmp "$one" "$WORK/www/data"
	done
	curl -sSf --max-time 60 -o 4 "http://$AT:$((PORT + 2))/data"
	cmp 4 "$WORK/www/data"
}

everywhere
