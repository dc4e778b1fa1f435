#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# nginx and curl, unmodified, each on Strata against the other on the kernel's stack.
# shellcheck source=tools/testing/lib.sh
. "$(dirname "$0")/../lib.sh"

need nginx curl
topology
mkdir "$WORK/www"
random_file "$WORK/www/file" 4096
nginx_conf() { # nginx_conf ADDRESS
	cat <<-CONF
		daemon off;
		user root;
		worker_processes 2;
		pid $WORK/nginx-$1.pid;
		error_log stderr;
		events {}
		http {
			access_log off;
			client_body_temp_path $WORK/body;
			proxy_temp_path $WORK/proxy;
			fastcgi_temp_path $WORK/fastcgi;
			uwsgi_temp_path $WORK/uwsgi;
			scgi_temp_path $WORK/scgi;
			server { listen $1:8000; root $WORK/www; }
		}
	CONF
}
nginx_conf $A_ADDR >"$WORK/a.conf"
nginx_conf $B_ADDR >"$WORK/b.conf"
in_b nginx -c "$WORK/b.conf" 2>"$WORK/b.log" &
run_a nginx -c "$WORK/a.conf" 2>"$WORK/a.log" &
until_ok listening_b 8000
until_ok listening_a 8000
run_a curl -sS --max-time 120 -o "$WORK/one" http://$B_ADDR:8000/file
same_files "$WORK/www/file" "$WORK/one"
in_b curl -sS --max-time 120 -o "$WORK/two" http://$A_ADDR:8000/file
same_files "$WORK/www/file" "$WORK/two"
# Parts, and a kept-alive connection.
run_a curl -sS --max-time 120 -r 100-199 -o "$WORK/three" http://$B_ADDR:8000/file \
	--next -sS -r 200-299 -o "$WORK/four" http://$B_ADDR:8000/file
cmp -n 100 -i 100:0 "$WORK/www/file" "$WORK/three"
cmp -n 100 -i 200:0 "$WORK/www/file" "$WORK/four"
pass
