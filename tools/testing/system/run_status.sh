#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A program under strata run keeps its exit status, signals, process id, descriptors and process group; nothing stays behind.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

ip netns add "$A"
ended() { # ended STATUS COMMAND…
	local want=$1 got=0
	shift
	timeout 60 netns_exec "$A" strata run -- "$@" >"$WORK/out" 2>"$WORK/err" || got=$?
	expect "$want" "$got" "status of $* ($(cat "$WORK/err"))"
}
ended 0 true
ended 1 false
ended 77 sh -c 'exit 77'
ended 143 sh -c 'kill -TERM $$'
ended 137 sh -c 'kill -KILL $$'
ended 134 sh -c 'kill -ABRT $$'
ended 127 no-such-program
grep -q 'no-such-program' "$WORK/err" || fail "127 without its name: $(cat "$WORK/err")"
ended 126 /etc/passwd
expect 1 "$(wc -l <"$WORK/err")" "lines of the error"
# Options that look like ours belong to the program.
ended 0 echo -h --help
expect "-h --help" "$(cat "$WORK/out")" "the program's own arguments"
# Within itself: refused in one line, nothing half done.
ended 2 strata run -- true
grep -q 'supervisor already' "$WORK/err" || fail "nested: $(cat "$WORK/err")"

# The program is the process that was started, in its group, with its stdin.
# shellcheck disable=SC2016 # for the program's shell
netns_exec "$A" strata run -- sh -c 'echo $$ $PPID; cat' <<<"input" >"$WORK/out" &
pid=$!
wait $pid
expect "$pid $$" "$(head -n 1 "$WORK/out")" "process id and parent"
expect "input" "$(tail -n 1 "$WORK/out")" "standard input"
# Only the three standard descriptors, and the one of ls itself.
ended 0 ls /proc/self/fd
expect "0 1 2 3" "$(tr '\n' ' ' <"$WORK/out" | sed 's/ $//')" "descriptors"
# The program has no child that it did not make.
# shellcheck disable=SC2016 # for the program's shell
ended 0 sh -c 'wait; read -r children </proc/$$/task/$$/children; test -z "$children"'

# A signal to it stops it, handlers run.
netns_exec "$A" strata run -- bash -c 'trap "exit 42" USR1; echo ready; while :; do read -rt 0.1 <> <(:); done' >"$WORK/out" &
pid=$!
until_ok grep -q ready "$WORK/out"
kill -USR1 $pid
status=0
wait $pid || status=$?
expect 42 $status "status after a handled signal"

# Sockets while signals rain: calls are restarted, none is lost or done twice.
in_a strata run -- /usr/bin/python3 -c '
import signal, socket
signal.signal(signal.SIGALRM, lambda *args: None)
signal.siginterrupt(signal.SIGALRM, False)
signal.setitimer(signal.ITIMER_REAL, 0.005, 0.005)
for i in range(200):
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
signal.setitimer(signal.ITIMER_REAL, 0)
'

# No supervisor outlives its program.
gone() {
	! grep -lqx strata-run /proc/[0-9]*/comm 2>/dev/null
}
until_ok gone
pass
