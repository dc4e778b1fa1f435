#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# BIND: dig asks for names, for the other's address, by UDP and TCP; an answer too long for UDP, and a zone of 2000 names transferred.
# Packages: bind9 bind9-dnsutils
# shellcheck source=tools/testing/programs/lib.sh
USES="tcp udp"
. "$(dirname "$0")/lib.sh"

prepare() {
	{
		printf '%s\n' "\$TTL 60" '@ SOA ns root 1 60 60 60 60' '@ NS ns' 'ns A 10.0.0.1' 'mail AAAA fd00::1'
		seq -f 'n%g A 10.1.2.3' 2000
		printf 'long TXT "%0200d"\n' {1..20}
	} >"$WORK/zone"
	# It listens on each of the host's addresses by itself.
	in_a sysctl -qw net.strata.rtnetlink=1
}

server() {
	cat >named.conf <<-CONF
		options {
			directory "$PWD";
			pid-file none;
			session-keyfile none;
			listen-on port $PORT { any; };
			listen-on-v6 port $PORT { any; };
			recursion no;
			dnssec-validation no;
			allow-query { any; };
			allow-transfer { any; };
		};
		controls { };
		zone "strata.test" { type master; file "$WORK/zone"; };
	CONF
	exec named -g -n 1 -c "$PWD/named.conf"
}

client() {
	local ask=(dig +time=10 +tries=1 "@$HOST" -p "$PORT" +short)
	answers "${ask[@]}" ns.strata.test A
	want answer 10.0.0.1
	"${ask[@]}" +tcp mail.strata.test AAAA >got1
	want got1 fd00::1
	"${ask[@]}" +bufsize=1200 long.strata.test TXT >got2
	[ "$(wc -l <got2)" -eq 20 ]
	"${ask[@]}" +ignore +bufsize=4096 +notcp n7.strata.test n8.strata.test >got3
	[ "$(grep -c '^10\.1\.2\.3$' got3)" -eq 2 ]
	dig +time=10 "@$HOST" -p "$PORT" +noall +answer strata.test AXFR >got4
	[ "$(grep -c '10\.1\.2\.3$' got4)" -eq 2000 ]
}

everywhere
