#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Router advertisements: Strata asks for them, takes address, route and MTU from what the kernel's side says, and reaches a host behind that router; an address that the kernel has is not taken.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
# The kernel is the router, and a host of its own is behind it.
in_b sysctl -qw net.ipv6.conf.all.forwarding=1
ip -n "$B" addr add 2001:db8:1::1/64 dev k0 nodad
ip -n "$B" addr add 2001:db8:2::1/128 dev lo
until_ok link_local_b
in_b /usr/bin/python3 "$STRATA_TESTING/router.py" k0 >"$WORK/router" &
until_ok grep -q ready "$WORK/router"
ip -n "$A" link set s0 down
ip -n "$A" link set s0 up
address() {
	in_a strata addr show dev s0 | sed -n 's/.* \(2001:db8:1:[^/]*\)\/64 dynamic.*/\1/p'
}
has_address() {
	[ -n "$(address)" ]
}
until_ok has_address
grep -q "asked by fe80:" "$WORK/router" || fail "nobody asked for routers"
in_a strata -6 route show | grep -q "^default via fe80:.* dev s0 proto ra" || fail "no default route"
in_a strata -6 route show | grep -q "^2001:db8:1::/64 dev s0 proto ra" || fail "the prefix is not on the link"
until_ok in_b ping -c 1 -W 1 "$(address)"
# Through the router, from the address, in what its MTU lets pass.
random_file "$WORK/data" 256
in_b /usr/bin/python3 -m http.server --bind :: --directory "$WORK" 8002 >"$WORK/b.log" 2>&1 &
until_ok listening_b 8002
run_a curl -6 -sS --max-time 60 -o "$WORK/one" "http://[2001:db8:2::1]:8002/data"
same_files "$WORK/data" "$WORK/one"
grep -q "^$(address) " "$WORK/b.log" || fail "from another address: $(cat "$WORK/b.log")"
run_a /usr/bin/python3 - <<'PY'
import errno, socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.connect(("2001:db8:2::1", 9))
assert s.getsockopt(socket.IPPROTO_IPV6, 24) == 1400    # IPV6_MTU
PY

# RFC 4862 5.4: the kernel has it, so Strata may not.
in_a strata addr add 2001:db8:1::1/64 dev s0
failed() {
	in_a strata addr show dev s0 | grep -q "2001:db8:1::1/64 dadfailed"
}
until_ok failed
in_b ping -c 1 -W 5 2001:db8:1::1 >/dev/null || fail "the kernel lost its address"
in_a strata addr del 2001:db8:1::1/64 dev s0
# And the other way round.
in_a strata addr add 2001:db8:1::5/64 dev s0 nodad
ip -n "$B" addr add 2001:db8:1::5/64 dev k0
kernel_failed() {
	ip -n "$B" -6 addr show dev k0 dadfailed | grep -q 2001:db8:1::5
}
until_ok kernel_failed
pass
