#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# wrk loads nginx with several connections, with and without TLS: no error, and every answer whole.
# Packages: wrk nginx-light openssl
# shellcheck source=tools/testing/programs/lib.sh
. "$(dirname "$0")/lib.sh"

prepare() {
	prepare_nginx
	cat >"$WORK/check.lua" <<-'LUA'
		function response(status, headers, body)
			if status ~= 200 or body ~= "hello\n" then os.exit(3) end
		end
		function done(summary, latency, requests)
			local e = summary.errors
			if summary.requests < 5 or e.connect + e.read + e.write + e.status + e.timeout > 0 then os.exit(4) end
		end
	LUA
}

server() {
	serve_nginx
}

client() {
	wrk -t 1 -c 10 -d 2 --timeout 60 -s "$WORK/check.lua" "http://$AT:$PORT/"
	wrk -t 1 -c 5 -d 2 --timeout 60 -s "$WORK/check.lua" "https://$AT:$((PORT + 1))/"
}

everywhere
