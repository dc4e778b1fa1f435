# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the programs' tests share. A test is one file of a few lines:
#
#	# Packages: redis-server redis-tools
#	. "$(dirname "$0")/lib.sh"
#	prepare() { … }		what both sides need, in $WORK; may be left out
#	server() { exec … }	listens on $PORT of every address, and stays
#	client() { … }		asks it at $HOST, and says by its status how it went
#	everywhere
#
# Each side is a shell of its own that runs where it belongs, in a directory of its own:
#
#	server				client
#	the kernel's stack, 10.0.0.2	strata run
#	strata run, 10.0.0.1		the kernel's stack
#	the same			strata run, at 127.0.0.1
#	the same			strata run, at ::1
#
# Where Strata is, its counters must say that it was used; $USES is what by: tcp or udp.
# $AS is an ordinary user who calls strata run, and the programs on the kernel's stack.
# The kernel's stack has neither address nor loopback there.
set -euo pipefail

PORT=${PORT:-8000}
USES=${USES:-tcp}
AS=${AS:-}
# HOST as a URL has it.
AT=${HOST:-}
[[ $AT != *:* ]] || AT="[$HOST]"

# answers COMMAND…: wait until it succeeds; for servers that take a while after listen.
answers() {
	local tries
	for tries in {1..300}; do
		"$@" >answer 2>&1 && return
		sleep 0.1
	done
	cat answer
	echo "still not after $tries tries: $*"
	return 1
}

# want FILE TEXT…: each of them is in it.
want() {
	local file=$1 text
	shift
	for text; do
		grep -qF -- "$text" "$file" && continue
		echo "no '$text' in $file:"
		tail -n 20 "$file"
		return 1
	done
}

prepare() {
	:
}

# certificate: $WORK/cert.pem and $WORK/key.pem, for every address that a server has here.
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=strata \
		-addext "subjectAltName=IP:$A_ADDR,IP:$B_ADDR,IP:127.0.0.1,IP:::1" \
		-keyout "$WORK/key.pem" -out "$WORK/cert.pem" 2>/dev/null
	chmod 644 "$WORK/key.pem"
}

# serve_nginx [PORT]: $WORK/www, by HTTP there, and by TLS with HTTP/2 on the next.
serve_nginx() {
	local port=${1:-$PORT}
	cat >nginx.conf <<-CONF
		daemon off;
		user root;
		worker_processes 2;
		pid nginx.pid;
		error_log stderr;
		events {}
		http {
			access_log off;
			sendfile on;
			client_body_temp_path body;
			proxy_temp_path proxy;
			fastcgi_temp_path fastcgi;
			uwsgi_temp_path uwsgi;
			scgi_temp_path scgi;
			ssl_certificate $WORK/cert.pem;
			ssl_certificate_key $WORK/key.pem;
			server {
				listen $port;
				listen [::]:$port;
				listen $((port + 1)) ssl http2;
				listen [::]:$((port + 1)) ssl http2;
				root $WORK/www;
			}
		}
	CONF
	exec nginx -p "$PWD" -c "$PWD/nginx.conf"
}

# prepare_nginx: what that needs; $WORK/www/data is a file to fetch.
prepare_nginx() {
	certificate
	mkdir "$WORK/www"
	random_file "$WORK/www/data" 512
	echo hello >"$WORK/www/index.html"
}

# side server|client: this shell is one.
side() {
	# shellcheck disable=SC2153 # one_side says where
	cd "$HERE"
	"$1"
	exit
}

if [ -n "${SIDE:-}" ]; then
	everywhere() {
		side "$SIDE"
	}
	return 0
fi
# shellcheck source=tools/testing/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
export WORK PORT USES

# packages: skip without those that the file names.
packages() {
	local package installed
	local -a names
	read -ra names < <(sed -n 's/^# Packages: //p' "$0")
	installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${names[@]}" 2>/dev/null || true)
	for package in "${names[@]}"; do
		grep -qxF "installed $package" <<<"$installed" || skip "the package $package is not installed"
	done
}

# What makes a command one of $AS's.
become=()
[ -z "$AS" ] || become=(setpriv "--reuid=$AS" "--regid=$AS" --clear-groups)

# one_side a|b server|client HOST: under strata run, or on the kernel's stack.
one_side() {
	local here=$WORK/$2-$1
	local -a run=("${become[@]}")
	[ "$1" = b ] || run+=(strata run --)
	mkdir -p "$here"
	chmod 777 "$here"
	SIDE=$2 HERE=$here HOST=$3 "in_$1" "${run[@]}" "$0"
}

# listens a|b: somebody does on $PORT, by each protocol that is used.
listens() {
	local protocol
	for protocol in $USES; do
		case $1-$protocol in
		a-*) in_a strata socket "--$protocol" -lnH ;;
		b-*) in_b ss "--$protocol" -lnH ;;
		esac | grep -qE ":$PORT( |\$)" || return
	done
}

declare -A server_pid
start_server() { # start_server a|b
	one_side "$1" server '' >"$WORK/log-$1" 2>&1 &
	server_pid[$1]=$!
	started() { listens "$1" || ! kill -0 "${server_pid[$1]}"; }
	until_ok started "$1"
	kill -0 "${server_pid[$1]}" 2>/dev/null || server_failed "$1" "the server did not start"
}

server_failed() { # server_failed a|b WHY
	tail -n 40 "$WORK/log-$1"
	fail "$2"
}

# used: what Strata's sockets have done so far, a line for each protocol: its name, asked
# or sent, answered or received.
used() {
	in_a strata stat -a | awk '
		/^[a-z]/ { layer = $1 }
		layer == "tcp" && $1 == "active_opens" || layer == "udp" && $1 == "tx" { asked[layer] = $2 }
		layer == "tcp" && $1 == "passive_opens" || layer == "udp" && $1 == "rx" { answered[layer] = $2 }
		END { for (layer in asked) print layer, asked[layer], answered[layer] }' | sort
}

# more BEFORE PROTOCOL FIELD: has that field of `used` grown?
more() {
	[ "$(used | awk -v name="$2" -v field="$3" '$1 == name { print $field }')" -gt \
		"$(awk -v name="$2" -v field="$3" '$1 == name { print $field }' <<<"$1")" ]
}

# place NAME SERVER CLIENT HOST: the client, and whether Strata's sockets had part in it.
place() {
	local before protocol
	echo "$1"
	before=$(used)
	if ! one_side "$3" client "$4" >"$WORK/out" 2>&1; then
		tail -n 60 "$WORK/out"
		echo "the server:"
		server_failed "$2" "$1"
	fi
	[ -z "${STRATA_VERBOSE:-}" ] || cat "$WORK/out"
	for protocol in $USES; do
		[ "$3" = b ] || more "$before" "$protocol" 2 || fail "$1: no $protocol socket of Strata asked"
		[ "$2" = b ] || more "$before" "$protocol" 3 || fail "$1: no $protocol socket of Strata was asked"
	done
}

everywhere() {
	packages
	topology
	chmod 777 "$WORK"
	[ -z "$AS" ] || in_a sysctl -qw net.strata.unprivileged=1
	prepare
	start_server b
	start_server a
	place "strata run asks the kernel's stack" b a "$B_ADDR"
	place "the kernel's stack asks strata run" a b "$A_ADDR"
	place "strata run asks strata run at 127.0.0.1" a a 127.0.0.1
	place "strata run asks strata run at ::1" a a ::1
	pass
}
