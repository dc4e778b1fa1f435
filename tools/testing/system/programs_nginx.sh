#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# nginx under strata run as a server under load: worker processes that share the port, many connections at once, a new configuration under traffic, an end that finishes what was begun.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

need nginx curl
topology
mkdir "$WORK/www"
random_file "$WORK/www/large" 4096
random_file "$WORK/www/small" 20
# conf WORKERS LISTEN-OPTIONS
conf() {
	cat >"$WORK/nginx.conf" <<-CONF
		daemon off;
		user root;
		worker_processes $1;
		pid $WORK/nginx.pid;
		error_log $WORK/error.log notice;
		events { accept_mutex off; }
		http {
			sendfile on;
			tcp_nopush on;
			client_body_temp_path $WORK/body;
			proxy_temp_path $WORK/proxy;
			fastcgi_temp_path $WORK/fastcgi;
			uwsgi_temp_path $WORK/uwsgi;
			scgi_temp_path $WORK/scgi;
			log_format who '\$pid';
			access_log $WORK/who who;
			server { listen $A_ADDR:8000 $2; root $WORK/www; }
		}
	CONF
}
# fetch FILE COUNT OPTIONS…: that often, all at once; each must be what it is.
fetch() {
	local file=$1 count=$2 one
	shift 2
	rm -rf "$WORK/got"
	mkdir "$WORK/got"
	in_b curl -sS --no-progress-meter --fail --max-time 120 --parallel --parallel-immediate --parallel-max 50 "$@" \
		-o "$WORK/got/#1" "http://$A_ADDR:8000/$file?[1-$count]" || fail "curl: $file"
	expect "$count" "$(find "$WORK/got" -type f | wc -l)" "files"
	for one in "$WORK/got"/*; do
		cmp -s "$one" "$WORK/www/$file" || fail "$one is not $file"
	done
}
workers() {
	sort -u "$WORK/who" | wc -l
}

conf 4 reuseport
run_a nginx -c "$WORK/nginx.conf" 2>"$WORK/log" &
server=$!
until_ok listening_a 8000
fetch small 100
expect 4 "$(workers)" "worker processes that answered"
fetch large 4

# A new configuration while a slow reader has half of its file.
in_b curl -sS --fail --max-time 120 --limit-rate 1M -o "$WORK/slow" "http://$A_ADDR:8000/large" &
slow=$!
until_ok test -s "$WORK/slow"
conf 2 ''
: >"$WORK/who"
kill -HUP "$(cat "$WORK/nginx.pid")"
until_ok grep -q 'gracefully shutting down' "$WORK/error.log"
until_ok listening_a 8000
fetch small 40
wait $slow || fail "the reader that was there before"
cmp "$WORK/slow" "$WORK/www/large"

# The end: nothing new, but what was begun is finished.
in_b curl -sS --fail --max-time 120 --limit-rate 1M -o "$WORK/slow2" "http://$A_ADDR:8000/large" &
slow=$!
until_ok test -s "$WORK/slow2"
kill -QUIT "$(cat "$WORK/nginx.pid")"
wait $slow || fail "the reader at the end"
cmp "$WORK/slow2" "$WORK/www/large"
wait $server || fail "nginx: $(tail -n 3 "$WORK/error.log")"
status=0
in_b curl -s -o "$WORK/after" --max-time 30 "http://$A_ADDR:8000/small" || status=$?
expect 7 $status "curl's word for a refused connection"
grep -E '\[(alert|crit|emerg)\]' "$WORK/error.log" && fail "nginx complained"
pass
