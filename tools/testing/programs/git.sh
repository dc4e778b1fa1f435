#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# git: a repository cloned from git's daemon, and pushed to.
# Packages: git
# shellcheck source=tools/testing/programs/lib.sh
. "$(dirname "$0")/lib.sh"

ME=(-c user.name=me -c user.email=me@strata -c safe.directory='*')

prepare() {
	git init -q -b main "$WORK/tree"
	random_file "$WORK/tree/data" 500
	random_file "$WORK/more" 300
	cp -r "$STRATA_TESTING" "$WORK/tree"
	git -C "$WORK/tree" add .
	git -C "$WORK/tree" "${ME[@]}" commit -q -m first
}

server() {
	git clone -q --bare "$WORK/tree" repositories/tree
	exec git daemon --reuseaddr --export-all --enable=receive-pack --base-path="$PWD/repositories" --port="$PORT" --verbose
}

client() {
	rm -rf 1 2
	git clone -q "git://$AT:$PORT/tree" 1
	cmp 1/data "$WORK/tree/data"
	cp "$WORK/more" 1/more
	git -C 1 add more
	git -C 1 "${ME[@]}" commit -q -m second
	git -C 1 push -q origin "HEAD:refs/heads/new-$$"
	git clone -q -b "new-$$" "git://$AT:$PORT/tree" 2
	cmp 1/more 2/more
}

everywhere
