#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Routes that refuse: the same commands in a namespace of the kernel and one of Strata, the same errors for programs and for `route get`; a batch stops where it fails; tables move between algorithms.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
in_a strata addr add 2001:db8::1/64 dev s0
ip -n "$B" addr add 2001:db8::2/64 dev k0 nodad

# What a datagram to each address meets: the name of the errno, or "sent".
cat >"$WORK/send.py" <<'PY'
import errno, socket, sys
for address in sys.argv[1:]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    s = socket.socket(family, socket.SOCK_DGRAM)
    try:
        s.sendto(b"x", (address, 9999))
        print(address, "sent")
    except OSError as e:
        print(address, errno.errorcode[e.errno])
PY

cat >"$WORK/routes" <<-ROUTES
	route add default via 10.0.0.GATEWAY
	route add blackhole 10.1.0.0/16
	route add unreachable 10.2.0.0/16
	route add prohibit 10.3.0.0/16
	route add 10.1.7.0/24 via 10.0.0.GATEWAY
	route add prohibit 10.4.0.0/16 metric 7
	route add 10.4.0.0/16 via 10.0.0.GATEWAY metric 5
	route add blackhole 2001:db8:1::/48
	route add unreachable 2001:db8:2::/48
	route add prohibit 2001:db8:3::/48
	route add 2001:db8:1:7::/64 via 2001:db8::GATEWAY
ROUTES
until_ok settled_a
sed 's/GATEWAY/2/' "$WORK/routes" | in_a strata -batch -
sed 's/GATEWAY/1/' "$WORK/routes" | ip -n "$B" -batch -

addresses=(10.1.0.1 10.1.7.1 10.2.0.1 10.3.0.1 10.4.0.1 10.9.0.1
	2001:db8:1::1 2001:db8:1:7::1 2001:db8:2::1 2001:db8:3::1 2001:db8:9::1)
run_a /usr/bin/python3 "$WORK/send.py" "${addresses[@]}" >"$WORK/strata"
in_b /usr/bin/python3 "$WORK/send.py" "${addresses[@]}" >"$WORK/kernel"
diff "$WORK/kernel" "$WORK/strata" || fail "programs meet other errors than with the kernel"
grep -q EHOSTUNREACH "$WORK/strata" || fail "nothing was refused"

# What `route get` says: refused or by which gateway.
gets() { # gets COMMAND…
	local address
	for address in "${addresses[@]}"; do
		"$@" route get "$address" 2>/dev/null | sed -n 's/.* via \([^ ]*\).*/\1/p;q' |
			grep . || echo refused
	done | sed 's/[12]$//'
}
gets in_a strata >"$WORK/strata"
gets ip -n "$B" >"$WORK/kernel"
diff "$WORK/kernel" "$WORK/strata" || fail "route get says something else than the kernel's"

in_a strata route show | grep -q '^blackhole 10.1.0.0/16 proto static' || fail "not shown"
refused "No such route" in_a strata route del prohibit 10.1.0.0/16
in_a strata route del blackhole 10.1.0.0/16
refused "only its prefix" in_a strata route add prohibit 10.5.0.0/16 via 10.0.0.2

# The routes of a batch go together: what is refused has its line, and ends it.
{
	seq 1 300 | sed 's,.*,route add 20.0.0.0/8 metric & via 10.0.0.2,'
	echo "route add 20.0.0.0/8 metric 7 via 10.0.0.2"
	echo "route add 21.0.0.0/8 via 10.0.0.2"
} >"$WORK/many"
status=0
in_a strata -batch "$WORK/many" 2>"$WORK/err" || status=$?
expect 2 $status "status of a batch that fails"
grep -q 'many:301: this command failed' "$WORK/err" || fail "the wrong line failed: $(cat "$WORK/err")"
expect 300 "$(in_a strata route show 20.0.0.0/8 | wc -l)" "routes before the one that failed"
in_a strata route show 21.0.0.0/8 | grep . && fail "a batch went on after a failure"
in_a strata -force -batch "$WORK/many" 2>"$WORK/err" && fail "failures were forgotten"
expect 301 "$(grep -c 'this command failed' "$WORK/err")" "failures"
in_a strata route show 21.0.0.0/8 | grep -q . || fail "-force did not go on"

# Another algorithm has the same routes.
in_a strata route show >"$WORK/before"
expect multibit "$(in_a sysctl -n net.strata.fib_algo)" "algorithm"
in_a sysctl -qw net.strata.fib_algo=trie
expect trie "$(in_a sysctl -n net.strata.fib_algo)" "algorithm"
in_a strata route show | diff "$WORK/before" - || fail "routes were lost"
in_a sysctl -qw net.strata.fib_algo=none 2>/dev/null && fail "an algorithm that is not there was taken"
pass
