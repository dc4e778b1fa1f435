#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# rsync: a daemon's module, fetched and sent to, with the differences only the second time.
# Packages: rsync
# shellcheck source=tools/testing/programs/lib.sh
. "$(dirname "$0")/lib.sh"

prepare() {
	mkdir "$WORK/tree"
	cp -r "$STRATA_TESTING" "$WORK/tree"
	random_file "$WORK/tree/data" 1024
}

server() {
	printf '%s\n' 'use chroot = no' 'reverse lookup = no' 'uid = root' 'gid = root' 'read only = no' \
		'[tree]' "path = $WORK/tree" '[new]' "path = $PWD/new" >rsyncd.conf
	mkdir new
	exec rsync --daemon --no-detach --config=rsyncd.conf --port="$PORT" --log-file=/dev/stderr
}

client() {
	rm -rf got
	rsync -a "rsync://$AT:$PORT/tree/" got
	diff -r "$WORK/tree" got
	dd if=/dev/urandom of=got/data bs=1k seek=50 count=10 conv=notrunc status=none
	rsync -az --no-whole-file --delete got/ "rsync://$AT:$PORT/new/"
	rsync -az --no-whole-file --stats "rsync://$AT:$PORT/tree/" got >stats
	diff -r "$WORK/tree" got
	grep 'Literal data' stats
}

everywhere
