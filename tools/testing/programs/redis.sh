#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Redis: commands by redis-cli, load by redis-benchmark with many connections and with pipelining.
# Packages: redis-server redis-tools
# shellcheck source=tools/testing/programs/lib.sh
. "$(dirname "$0")/lib.sh"

server() {
	exec redis-server --port "$PORT" --bind '*' '-::*' --protected-mode no --save '' --appendonly no
}

client() {
	redis-cli -h "$HOST" -p "$PORT" set key value
	redis-cli -h "$HOST" -p "$PORT" get key >value
	want value value
	redis-benchmark -h "$HOST" -p "$PORT" -q -n 300 -c 20 -t set,get,lpush
	redis-benchmark -h "$HOST" -p "$PORT" -q -n 1000 -c 5 -P 20 -d 2000 -t set,get
}

everywhere
