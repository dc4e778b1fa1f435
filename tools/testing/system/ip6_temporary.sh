#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Temporary addresses (RFC 8981): a kernel host and Strata hear the same router, and have the same then: one stable and one temporary address with the same lifetimes, another before the first is deprecated; connections and datagrams leave from the temporary one, or do not, as the namespace or the program wants it (IPV6_ADDR_PREFERENCES).
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

#	$A: s0 Strata ── k0 :$B, the router: v0 ── v1 :$C, a host on the kernel's stack
topology
C=c-$$
EXTRA_NAMESPACES=$C
ip netns add "$C"
ip -n "$B" link add v0 type veth peer name v1 netns "$C"
in_b sysctl -qw net.ipv6.conf.all.forwarding=1
# Without DAD it can answer as soon as the other end is up.
in_b sysctl -qw net.ipv6.conf.v0.accept_dad=0
ip -n "$B" link set v0 up
ip -n "$B" addr add 2001:db8:1::1/64 dev k0 nodad
ip -n "$B" addr add 2001:db8:2::1/128 dev lo
until_ok link_local_b

# The same settings on both; without a random part, so that lifetimes can be compared.
settings() {
	"in_$1" sysctl -qw "$2.temp_valid_lft=600" "$2.temp_prefered_lft=30" "$2.max_desync_factor=0" "$2.use_tempaddr=2"
}
settings a net.strata
settings c net.ipv6.conf.v1

# From ip's JSON or Strata's: "stable|temporary deprecated|- VALID PREFERRED ADDRESS" for each in the prefix.
cat >"$WORK/addresses.py" <<'PY'
import json, sys
for link in json.load(sys.stdin):
    for a in link.get("addr_info", []):
        if a.get("local", "").startswith("2001:db8:1:") and not a.get("tentative"):
            print("temporary" if a.get("temporary") else "stable",
                  "deprecated" if a.get("deprecated") else "-",
                  a["valid_life_time"], a["preferred_life_time"], a["local"])
PY
addresses() {
	case $1 in
	a) in_a strata -j addr show dev s0 ;;
	c) ip -n "$C" -j -6 addr show dev v1 ;;
	esac | /usr/bin/python3 "$WORK/addresses.py"
}
# has SIDE KIND STATE N: so many of that kind
has() {
	[ "$(addresses "$1" | grep -c "^$2 $3 ")" -eq "$4" ]
}

# Both links come up, and their hosts ask the router at that moment.
ip -n "$C" link set v1 down
ip -n "$A" link set s0 down
in_b /usr/bin/python3 "$STRATA_TESTING/router.py" k0 v0 >"$WORK/router" &
until_ok grep -q ready "$WORK/router"
ip -n "$A" link set s0 up
ip -n "$C" link set v1 up
for side in a c; do
	until_ok has $side stable - 1
	until_ok has $side temporary - 1
done

# lifetimes SIDE KIND: "VALID PREFERRED"
lifetimes() {
	addresses "$1" | sed -n "s/^$2 - \([0-9]*\) \([0-9]*\) .*/\1 \2/p"
}
# within SECONDS KIND
within() {
	local theirs ours
	ours=$(lifetimes a "$2")
	theirs=$(lifetimes c "$2")
	# shellcheck disable=SC2086 # four numbers
	set -- "$1" "$2" $ours $theirs
	[ $# -eq 6 ] && [ $(($3 - $5)) -le "$1" ] && [ $(($5 - $3)) -le "$1" ] &&
		[ $(($4 - $6)) -le "$1" ] && [ $(($6 - $4)) -le "$1" ] && return
	fail "$2: Strata has '$ours', the kernel '$theirs'"
}
# Commands take their time where processors are emulated.
within 10 stable
within 10 temporary
first=$(addresses a | sed -n 's/^temporary .* //p')
in_a strata addr show dev s0 | grep -q "$first/64 temporary dynamic valid_lft" || fail "not shown as temporary: $(in_a strata addr show dev s0)"

# RFC 6724 rule 7, as the other side sees it.
cat >"$WORK/from.py" <<'PY'
# from.py connected|sent: the source with the preferences PUBTMP_DEFAULT, TMP and PUBLIC
import socket, sys
for preference in 0x100, 1, 2:
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    s.setsockopt(socket.IPPROTO_IPV6, 72, preference)
    s.settimeout(10)
    if sys.argv[1] == "connected":
        s.connect(("2001:db8:2::1", 7))
        print(s.getsockname()[0])
    else:
        s.sendto(b"whence?", ("2001:db8:2::1", 7))
        print(s.recv(100).decode())
PY
cat >"$WORK/whence.py" <<'PY'
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.bind(("2001:db8:2::1", 7))
while True:
    peer = s.recvfrom(100)[1]
    s.sendto(peer[0].encode(), peer)
PY
in_b /usr/bin/python3 "$WORK/whence.py" &
whence_listens() { [ "$(in_b ss -Hlun 'sport = :7' | wc -l)" -eq 1 ]; }
until_ok whence_listens
# from a|c connected|sent: the kinds of the three sources
from() {
	local run=run_a
	[ "$1" = a ] || run=in_c
	$run /usr/bin/python3 "$WORK/from.py" "$2" >"$WORK/sources"
	addresses "$1" >"$WORK/kinds"
	awk 'NR == FNR { kind[$5] = $1; next } { printf "%s%s", sep, kind[$1]; sep = " " }' "$WORK/kinds" "$WORK/sources"
}
expect "temporary temporary stable" "$(from c connected)" "the kernel's sources with use_tempaddr 2"
expect "temporary temporary stable" "$(from a connected)" "sources with use_tempaddr 2"
in_a sysctl -qw net.strata.use_tempaddr=1
in_c sysctl -qw net.ipv6.conf.v1.use_tempaddr=1
expect "stable temporary stable" "$(from c connected)" "the kernel's sources with use_tempaddr 1"
expect "stable temporary stable" "$(from a connected)" "sources with use_tempaddr 1"
expect "stable temporary stable" "$(from a sent)" "sources of datagrams with use_tempaddr 1"

# Another before the first one's time is over, which stays, deprecated.
followed() {
	[ "$(addresses "$1" | grep -c "^temporary ")" -ge 2 ]
}
deprecated() {
	addresses "$1" | grep "^temporary deprecated .* ${2:-}" >"$WORK/deprecated"
}
for side in a c; do
	until_ok followed $side
done
until_ok deprecated a "$first$"
until_ok deprecated c
for side in a c; do
	has $side stable - 1 || fail "$side: $(addresses $side)"
done
pass
