#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Go: Caddy serves files by HTTP, and with HTTP/2 and TLS; hey asks with many connections.
# Packages: caddy hey curl openssl
# shellcheck source=tools/testing/programs/lib.sh
. "$(dirname "$0")/lib.sh"

prepare() {
	prepare_nginx
}

server() {
	cat >Caddyfile <<-CONF
		{
			admin off
			auto_https off
			storage file_system $PWD
			servers {
				protocols h1 h2
			}
		}
		http://:$PORT {
			root * $WORK/www
			file_server
		}
		https://:$((PORT + 1)) {
			tls $WORK/cert.pem $WORK/key.pem
			root * $WORK/www
			file_server
		}
	CONF
	export XDG_DATA_HOME=$PWD XDG_CONFIG_HOME=$PWD
	exec caddy run --config Caddyfile --adapter caddyfile
}

client() {
	curl -sSf --max-time 60 -r 100-199 -o 1 "http://$AT:$PORT/data"
	cmp -n 100 -i 0:100 1 "$WORK/www/data"
	curl -sSf --max-time 60 --http2 --cacert "$WORK/cert.pem" -w '%{http_version}\n' -o 2 "https://$AT:$((PORT + 1))/data" >version
	cmp 2 "$WORK/www/data"
	[ "$(cat version)" = 2 ]
	hey -n 100 -c 10 "http://$AT:$PORT/data" >load
	want load '[200]	100 responses'
	hey -n 50 -c 5 -disable-keepalive "http://$AT:$PORT/" >load
	want load '[200]	50 responses'
}

everywhere
