#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Buffers of the default size grow as a long path needs it: as fast as the kernel's, in
# both directions. And memory is bounded, for a namespace and for all of them, while
# another connection goes on.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

# 100 ms and 20 Mbit/s: a quarter of a megabyte on its way, four times what buffers of
# the initial size let out.
BYTES=3000000
SLOWEST=2	# times as long as from kernel to kernel

topology_router
LONG="delay 50ms rate 20mbit limit 10000"
run_a /usr/bin/python3 "$STRATA_TESTING/goodput.py" serve $A_ADDR 7000 &
in_b /usr/bin/python3 "$STRATA_TESTING/goodput.py" serve $B_ADDR 7000 &
in_c /usr/bin/python3 "$STRATA_TESTING/goodput.py" serve 10.1.0.2 7000 &
until_ok listening_a 7000
until_ok listening_b 7000
until_ok sh -c "netns_exec $C ss -Hltn sport = :7000 | grep -q LISTEN"
impair delay 50ms rate 20mbit
# shellcheck disable=SC2086 # words
in_b tc qdisc replace dev v0 root netem $LONG
# shellcheck disable=SC2086
in_c tc qdisc replace dev v1 root netem $LONG

in_b /usr/bin/python3 "$STRATA_TESTING/goodput.py" send 10.1.0.2 7000 $BYTES >"$WORK/kernel"
run_a /usr/bin/python3 "$STRATA_TESTING/goodput.py" send $B_ADDR 7000 $BYTES >"$WORK/out"
in_b /usr/bin/python3 "$STRATA_TESTING/goodput.py" send $A_ADDR 7000 $BYTES >"$WORK/in"
echo "seconds: Strata to kernel $(<"$WORK/out"), kernel to Strata $(<"$WORK/in")," \
	"kernel to kernel $(<"$WORK/kernel")"
for way in out in; do
	awk -v s="$(<"$WORK/$way")" -v k="$(<"$WORK/kernel")" \
		"BEGIN { exit !(s <= $SLOWEST * k) }" || fail "$way: too slow"
done
in_a tc qdisc del dev s0 root
in_b tc qdisc del dev k0 root

# The kernel sends on many connections what no program reads, until the file $WORK/enough is there.
hoard() {
	in_b timeout 60 /usr/bin/python3 - "$A_ADDR" "$WORK/enough" <<-'PY'
		import os, socket, sys, time

		socks = [socket.create_connection((sys.argv[1], 7001)) for _ in range(40)]
		chunk = bytes(1 << 16)
		# Not faster than the accounts of all namespaces are added up.
		for sock in socks:
		    sock.setblocking(False)
		    try:
		        while sock.send(chunk):
		            pass
		    except BlockingIOError:
		        pass
		    time.sleep(0.06)
		print("sent", flush=True)
		while not os.path.exists(sys.argv[2]):
		    time.sleep(0.02)
	PY
}
accept_and_ignore() {
	run_a timeout 60 /usr/bin/python3 - "$A_ADDR" "$WORK/enough" <<-'PY'
		import os, socket, sys, time

		listener = socket.create_server((sys.argv[1], 7001), backlog=100)
		socks = [listener.accept() for _ in range(40)]
		while not os.path.exists(sys.argv[2]):
		    time.sleep(0.02)
	PY
}
# The kernel's file about protocols has the sum of all namespaces, in pages.
pages() { awk '$1 == "STRATA-TCP" { print $4 }' /proc/net/protocols; }
# shellcheck disable=SC2317 # by until_ok
calm() { grep -q "^STRATA-TCP.* no " /proc/net/protocols; }
# A CPU may have taken a MiB more than it uses.
RESERVE=$((256 * $(nproc)))
# shellcheck disable=SC2317 # by until_ok
freed() { [ "$(pages)" -lt $((64 + RESERVE)) ]; }
# shellcheck disable=SC2317 # by until_ok
full() { [ "$(counter "$A" tcp memory)" -gt "$1" ] && grep -q sent "$WORK/hoard"; }
# bounded WHAT: while forty connections are sent all that their buffers hold.
bounded() {
	local before
	rm -f "$WORK/enough"
	accept_and_ignore &
	until_ok listening_a 7001
	before=$(counter "$A" tcp memory)
	hoard >"$WORK/hoard" &
	until_ok full "$before"
	# And a segment for each connection. Without a limit it is 32 pages for each, 1280.
	[ "$(pages)" -le $((192 + 256 + RESERVE)) ] || fail "$1: $(pages) pages"
	in_b /usr/bin/python3 "$STRATA_TESTING/goodput.py" send $A_ADDR 7000 20000 \
		>"$WORK/other" || fail "others do not go on"
	touch "$WORK/enough"
	until_ok freed
}

plenty=$(in_a sysctl -n net.strata.tcp_mem)
# Other tests want the initial namespace's limit, which is that of all, as it was.
# shellcheck disable=SC2317 # by the trap
restore() {
	local status=$?
	set +e
	sysctl -qw net.strata.tcp_mem="$plenty"
	(exit "$status")
	cleanup
}
trap restore EXIT
sysctl -qw net.strata.tcp_mem="96 128 192"
bounded "all namespaces"
sysctl -qw net.strata.tcp_mem="$plenty"
until_ok calm
in_a sysctl -qw net.strata.tcp_mem="96 128 192"
bounded "a namespace"
echo "refused $(counter "$A" tcp memory), pruned $(counter "$A" tcp pruned)"
pass
