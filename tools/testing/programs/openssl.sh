#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# OpenSSL: s_server and s_client by TLS 1.3 and 1.2, a session taken up again, a file; the same by DTLS.
# Packages: openssl
# shellcheck source=tools/testing/programs/lib.sh
USES="tcp udp"
. "$(dirname "$0")/lib.sh"

prepare() {
	certificate
	random_file "$WORK/data" 300
}

# echo_back FAMILY: a DTLS server that sends back what it gets.
echo_back() {
	mkfifo "back$1"
	# shellcheck disable=SC2094 # a pipe
	openssl s_server "$1" -accept "$PORT" "${credentials[@]}" -dtls -quiet <"back$1" | sed -u 's/hello/olleh/' >"back$1"
}

server() {
	local credentials=(-cert "$WORK/cert.pem" -key "$WORK/key.pem")
	cp "$WORK/data" data
	echo_back -4 &
	echo_back -6 &
	openssl s_server -4 -accept "$PORT" "${credentials[@]}" -WWW &
	exec openssl s_server -6 -accept "$PORT" "${credentials[@]}" -WWW
}

client() {
	local common=(openssl s_client -connect "$AT:$PORT" -CAfile "$WORK/cert.pem" -verify_return_error)
	rm -f over
	# fetch OPTION…: the server ends the connection.
	fetch() {
		printf 'GET /data HTTP/1.0\r\n\r\n' | timeout 60 "${common[@]}" -quiet "$@" >got
		tail -c "$(stat -c %s "$WORK/data")" got | cmp - "$WORK/data"
	}
	fetch -tls1_3 -sess_out session
	fetch -tls1_3 -sess_in session
	fetch -tls1_2
	(echo hello; until [ -e over ]; do sleep 0.1; done) | timeout 60 "${common[@]}" -dtls1_2 -quiet -no_ign_eof >dtls 2>&1 &
	answers grep -x olleh dtls
	touch over
	wait
}

everywhere
