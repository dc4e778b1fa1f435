#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The commands of README's tour, the examples of strata(8) and the program of AF_STRATA(7) do what is said there.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

need curl tcpdump
top=$STRATA_TESTING/../..
EXTRA_NAMESPACES="left right peer"
# The distribution's programs, as a newcomer has them.
PATH=$(dirname "$(command -v strata)"):/usr/sbin:/usr/bin:/sbin:/bin
cat >"$WORK/examples.py" <<'PY'
"""examples.py PAGE N: the N-th example of a manual page, as it is printed.
examples.py README: the commands of the tour that are for the machine's shell."""
import sys

path, *number = sys.argv[1:]
text = open(path, encoding="utf-8").read()
if number:
    text = text[text.index("\n.SH EXAMPLES"):]
    blocks = [block.split("\n.EE")[0] for block in text.split("\n.EX\n")[1:]]
    print(blocks[int(number[0])].replace("\\-", "-").replace("\\e", "\\"))
else:
    tour = text[text.index("make vm\n") + len("make vm\n"):]
    for line in tour[:tour.index("socket()")].splitlines():
        if line.startswith("    "):
            print(line.strip())
PY
example() {
	/usr/bin/python3 "$WORK/examples.py" "$@"
}

# serves NAMESPACE PORT: wait for the server, or say why there is none.
serves() {
	# shellcheck disable=SC2317 # by until_ok
	listens() { netns_exec "$1" ss -Hltn "sport = :$2" | grep -q LISTEN; }
	(until_ok listens "$@") || fail "$(cat "$WORK/server")"
}

# The tour. Two of its commands run until they are stopped.
example "$top/README.md" >"$WORK/tour"
[ "$(grep -c strata "$WORK/tour")" -ge 7 ] || fail "where is the tour? $(cat "$WORK/tour")"
cd "$WORK"
while read -r line; do
	case $line in
	*'http.server &')
		bash -c "exec ${line% &}" >"$WORK/server" 2>&1 &
		serves right 8000
		;;
	*tcpdump*)
		bash -c "exec $line" >"$WORK/tcpdump" 2>&1 &
		until_ok grep -q 'listening on s0' "$WORK/tcpdump"
		;;
	*)
		bash -c "$line" >"$WORK/said" 2>&1 </dev/null || fail "$line: $(cat "$WORK/said")"
		case $line in
		*curl*) grep -q 'href="tour"' "$WORK/said" || fail "$line: $(cat "$WORK/said")" ;;
		*socket*) head -n 1 "$WORK/said" | grep -q State || fail "$line: $(cat "$WORK/said")" ;;
		*neigh*) grep -q '^10.0.0.2 dev s0 lladdr' "$WORK/said" || fail "$line: $(cat "$WORK/said")" ;;
		*stat) grep -q tcp "$WORK/said" || fail "$line: $(cat "$WORK/said")" ;;
		esac
		;;
	esac
done <"$WORK/tour"

# strata(8): three examples, one after the other, in the machine's own namespace.
example "$top/Documentation/strata.8" 0 >"$WORK/first"
bash -e "$WORK/first" || fail "strata(8): $(cat "$WORK/first")"
netns_exec peer /usr/bin/python3 -m http.server 80 >"$WORK/server" 2>&1 &
serves peer 80
example "$top/Documentation/strata.8" 1 >"$WORK/second"
bash -e "$WORK/second" >"$WORK/said" || fail "strata(8): $(cat "$WORK/said")"
grep -q 'href="first"' "$WORK/said" || fail "strata run -- curl: $(cat "$WORK/said")"
example "$top/Documentation/strata.8" 2 >"$WORK/third"
before=$(strata route show | wc -l)
bash -e "$WORK/third" || fail "strata(8): $(cat "$WORK/third")"
expect $((before + 200)) "$(strata route show | wc -l)" "routes"

# strata-bridge(8), strata-nic(8), strata-firewall(8), strata-conntrack(8): each page's examples in turn, on devices of
# the names that they have there.
ip netns add lan
EXTRA_NAMESPACES+=" lan one two"
ip netns add one
ip netns add two
page_example() { # page_example PAGE N
	example "$top/Documentation/$1.8" "$2" >"$WORK/commands"
	netns_exec lan bash -e "$WORK/commands" >"$WORK/said" 2>&1 || fail "$1(8), example $2: $(cat "$WORK/said")"
}
for n in 0 1 2; do
	page_example strata-bridge $n
done
netns_exec lan bridge vlan show dev p2 | grep -qw 15 || fail "strata-bridge(8): no trunk"
expect 2 "$(netns_exec lan strata firewall save | grep -c 'limit 1000/second burst 100')" "limits"
ip -n lan link add s0 type strata_nic
page_example strata-nic 0
grep -Eq "^ *120:.*3$" "$WORK/said" || fail "strata-nic(8): $(cat "$WORK/said")"
page_example strata-nic 1
netns_exec lan ethtool -c s0 | grep -q '^rx-usecs:[[:space:]]*50$' || fail "strata-nic(8): no moderation"
netns_exec lan strata firewall flush
page_example strata-firewall 0
expect "policy bridge forward drop" "$(netns_exec lan strata firewall save | grep drop)" "the policy"
page_example strata-firewall 1
grep -q "'ether broadcast' limit 100/second burst 5 packets 0" "$WORK/said" || fail "strata-firewall(8): $(cat "$WORK/said")"
page_example strata-firewall 2
page_example strata-firewall 3
expect 2 "$(netns_exec lan strata firewall save | grep -c 'masquerade$\|dnat to 10.0.0.5 port 8080$')" "translations"
page_example strata-conntrack 0
grep -q ' of 262144$' "$WORK/said" || fail "strata-conntrack(8): $(cat "$WORK/said")"

# AF_STRATA(7): a program that fetches a page.
if command -v cc >/dev/null; then
	example "$top/Documentation/AF_STRATA.7" 0 >"$WORK/page.c"
	cc -Wall -Wextra -Werror -I"$top/include/uapi" -o "$WORK/page" "$WORK/page.c"
	"$WORK/page" 10.0.0.2 80 >"$WORK/said"
	grep -q '^HTTP/1.0 200 OK' "$WORK/said" || fail "AF_STRATA(7): $(cat "$WORK/said")"
	grep -q 'href="page.c"' "$WORK/said" || fail "AF_STRATA(7): $(cat "$WORK/said")"
	# It is Strata that it speaks through.
	expect 0 "$(ss -Htan | wc -l)" "connections of the host's stack"
fi
pass
