#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# SO_REUSEPORT: connections and datagrams spread over all who share the port, a peer's datagrams stay with one, and who leaves gives its share to the others.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
# Says who it is to whoever connects or asks.
cat >"$WORK/server.py" <<'PY'
import os, select, socket, sys

address, name = sys.argv[1], sys.argv[2].encode()
kinds = {}
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    s = socket.socket(socket.AF_INET, kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    s.bind((address, 7000))
    kinds[s] = kind
    if kind == socket.SOCK_STREAM:
        s.listen(64)
print("ready", os.getpid(), flush=True)
while True:
    for s in select.select(list(kinds), [], [])[0]:
        if kinds[s] == socket.SOCK_STREAM:
            conn = s.accept()[0]
            conn.sendall(name)
            conn.close()
        else:
            s.sendto(name, s.recvfrom(10)[1])
PY
# Prints how often each of them answered.
cat >"$WORK/client.py" <<'PY'
import collections, socket, sys

address, count = sys.argv[1], int(sys.argv[2])
TIMEOUT_S = 30


def connection():
    with socket.create_connection((address, 7000), TIMEOUT_S) as conn:
        return conn.recv(10)


def question(repeat=3):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(TIMEOUT_S)
        s.connect((address, 7000))
        answers = set()
        for i in range(repeat):
            s.send(b"who?")
            answers.add(s.recv(10))
        assert len(answers) == 1, "one peer's datagrams went to %s" % answers
        return answers.pop()


for ask in connection, question:
    answers = collections.Counter(ask().decode() for i in range(count))
    print(*sorted(answers.items()))
PY
declare -A pid job
# leave NAME…
leave() {
	local name
	for name; do
		kill "${pid[$name]}"
		wait "${job[$name]}" || true
	done
}
for where in "run_a in_b $A_ADDR" "in_b run_a $B_ADDR"; do
	read -r side other address <<<"$where"
	for name in w x y z; do
		"$side" /usr/bin/python3 "$WORK/server.py" "$address" $name >"$WORK/$side.$name" 2>&1 &
		job[$name]=$!
		until_ok grep -q ready "$WORK/$side.$name"
		pid[$name]=$(sed -n 's/^ready //p' "$WORK/$side.$name")
	done
	"$other" /usr/bin/python3 "$WORK/client.py" "$address" 100 >"$WORK/answers"
	/usr/bin/python3 - "$WORK/answers" <<'PY' || fail "$side, four: $(cat "$WORK/answers")"
import ast, sys
for line in open(sys.argv[1]):
    counts = dict(ast.literal_eval("[" + line.strip().replace(") (", "), (") + "]"))
    # 25 of 100 each; fewer than 8 has a chance of one in 100000.
    assert sorted(counts) == list("wxyz") and min(counts.values()) >= 8, counts
PY
	# Those who are left have it all: nothing is refused or lost.
	leave w x
	"$other" /usr/bin/python3 "$WORK/client.py" "$address" 40 >"$WORK/answers"
	expect "2 2" "$(grep -o "'[wxyz]'" "$WORK/answers" | sort | uniq -c | awk '{ print $1 }' | xargs)" \
		"$side, two: $(cat "$WORK/answers")"
	leave y z
done

# Only who asked for it, and only on both sides.
refuse() {
	run_a /usr/bin/python3 - "$A_ADDR" "$@" <<'PY'
import errno, socket, sys

address, first, second = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    a, b = socket.socket(socket.AF_INET, kind), socket.socket(socket.AF_INET, kind)
    a.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, first)
    b.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, second)
    a.bind((address, 7001))
    try:
        b.bind((address, 7001))
        sys.exit("%s shared" % kind)
    except OSError as e:
        assert e.errno == errno.EADDRINUSE, e
PY
}
refuse 0 1
refuse 1 0
pass
