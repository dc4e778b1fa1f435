#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# TFTP: a file fetched, and one sent and fetched back, in datagrams of an answering socket of its own.
# Packages: tftpd-hpa tftp-hpa
# shellcheck source=tools/testing/programs/lib.sh
USES="udp"
. "$(dirname "$0")/lib.sh"

prepare() {
	mkdir "$WORK/files"
	random_file "$WORK/files/data" 60
	chmod 644 "$WORK/files/data"
	# The client asks getaddrinfo(3) for addresses of families that the host has.
	in_a sysctl -qw net.strata.rtnetlink=1
}

server() {
	mkdir files
	chmod 777 files
	cp "$WORK/files/data" files/data
	exec in.tftpd --foreground --verbose --create --permissive --umask 0 --user root --address ":$PORT" --secure "$PWD/files"
}

client() {
	local family=(-4)
	[[ $HOST != *:* ]] || family=(-6)
	tftp "${family[@]}" "$HOST" "$PORT" -m binary -c get data 1
	cmp 1 "$WORK/files/data"
	tftp "${family[@]}" "$HOST" "$PORT" -m binary -c put "$WORK/files/data" "new-$$"
	tftp "${family[@]}" "$HOST" "$PORT" -m binary -c get "new-$$" 2
	cmp 2 "$WORK/files/data"
}

everywhere
