#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# PostgreSQL: psql by TLS, tables copied in and out, a query cancelled; pgbench with several connections.
# Packages: postgresql postgresql-client openssl
# shellcheck source=tools/testing/programs/lib.sh
AS=postgres
BIN=(/usr/lib/postgresql/*/bin)
. "$(dirname "$0")/lib.sh"

prepare() {
	certificate
	setpriv "--reuid=$AS" "--regid=$AS" --clear-groups \
		"${BIN[-1]}/initdb" -D "$WORK/data" --no-sync --no-locale -E UTF8 -A trust >"$WORK/initdb.log"
	printf 'host all all %s trust\n' 0.0.0.0/0 ::/0 >>"$WORK/data/pg_hba.conf"
	cat >"$WORK/bench.sql" <<-'SQL'
		\set n random(1, 1000)
		INSERT INTO bench VALUES (:n, repeat('x', :n));
		SELECT sum(length(t)) FROM bench WHERE i = :n;
	SQL
	seq 20000 | awk '{ print $1 "\t" $1 * 7919 % 10007 }' >"$WORK/table"
}

server() {
	cp -r "$WORK/data" data
	chmod 700 data
	install -m 600 "$WORK/key.pem" key.pem
	exec "${BIN[-1]}/postgres" -D data -p "$PORT" -k '' -h '*' -F -c shared_buffers=8MB \
		-c dynamic_shared_memory_type=mmap -c ssl=on -c ssl_cert_file="$WORK/cert.pem" -c ssl_key_file="$PWD/key.pem"
}

client() {
	local -x HOME=$PWD PGHOST=$HOST PGPORT=$PORT PGUSER=postgres PGDATABASE=postgres PGSSLROOTCERT=$WORK/cert.pem PGSSLMODE=verify-full
	answers psql -c 'SELECT 1'
	psql -qAt -v ON_ERROR_STOP=1 >out <<-SQL
		DROP TABLE IF EXISTS copy, bench;
		CREATE TABLE copy (i int, j int);
		CREATE TABLE bench (i int, t text);
		\copy copy FROM '$WORK/table'
		\copy (SELECT * FROM copy ORDER BY i) TO 'table'
		SELECT 'sum', sum(i) FROM copy;
		SELECT 'at', host(inet_server_addr()), inet_server_port();
	SQL
	cmp table "$WORK/table"
	want out 'sum|200010000' "at|$HOST|$PORT"
	timeout -s INT 2 psql -c 'SELECT pg_sleep(600)' 2>cancelled || true
	want cancelled 'canceling statement'
	PGSSLMODE=disable "${BIN[-1]}/pgbench" -n -f "$WORK/bench.sql" -c 5 -j 2 -t 20 >bench
	want bench 'actually processed: 100/100'
}

everywhere
