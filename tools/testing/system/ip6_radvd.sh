#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# radvd tells Strata and a host on the kernel's stack on the same wire the same, and they make the same of it: addresses, their lifetimes, routes, MTU, hop limit; what is to be ignored; what ends, at once and in time.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

need radvd
# The router is $B, its wire a bridge of the kernel's:
#
#	$A: s0 ── k0 :$B: br0 :$B: k1 ── h0 :$C
C=c-$$
EXTRA_NAMESPACES=$C
ip -batch - <<-EOF
	netns add $A
	netns add $B
	netns add $C
EOF
in_b sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv6.conf.default.disable_ipv6=1
ip -n "$A" link add s0 type strata_nic peer name k0 netns "$B"
ip -n "$B" -batch - <<-EOF
	link set lo up
	link add br0 type bridge mcast_snooping 0
	link add k1 type veth peer name h0 netns $C
	link set k0 master br0
	link set k1 master br0
	link set k0 up
	link set k1 up
EOF
in_b sysctl -qw net.ipv6.conf.br0.disable_ipv6=0
ip -n "$B" link set br0 mtu 9000 up
ip -n "$C" link set h0 up
in_a strata link attach s0
ROUTER=
router() {
	ROUTER=$(ip -n "$B" -6 addr show dev br0 scope link -tentative | sed -n 's/.* \(fe80:[^/]*\)\/64.*/\1/p')
	[ -n "$ROUTER" ]
}
until_ok router

# advertise: what is on standard input, in the interface's section
advertise() {
	{
		echo 'interface br0 { AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; MinDelayBetweenRAs 3;'
		cat
		echo '};'
	} >"$WORK/radvd.conf"
	if [ -n "${radvd_pid:-}" ]; then
		kill -HUP "$radvd_pid"
	fi
}

radvd_starts() {
	(exec netns_exec "$B" radvd -n -m stderr -d 1 -C "$WORK/radvd.conf" -p "$WORK/radvd.pid" 2>"$WORK/radvd.log") &
	radvd_pid=$!
}

# What a host has: a line for each address by advertisement, each route, and the link.
cat >"$WORK/host.py" <<'PY'
"""host.py strata|kernel DEVICE: what advertisements have told a host, a fact a line. Lifetimes
are in tens of seconds, as they run meanwhile."""
import ipaddress, json, socket, subprocess, sys

stack, device = sys.argv[1:]

def ask(*words):
    out = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return json.loads(out or "[]")

def prefix(address):
    return ipaddress.ip_interface(f"{address}/64").network

def lifetime(seconds):
    if seconds == 0xffffffff:
        return "forever"
    return -(-seconds // 10) * 10

def address(a):
    state = "deprecated" if a.get("deprecated") else "preferred"
    return (f"address in {prefix(a['local'])} {state}, valid {lifetime(a['valid_life_time'])}, "
            f"preferred {lifetime(a['preferred_life_time'])}")

def addresses():
    tool = ("ip", "-6") if stack == "kernel" else ("strata",)
    for link in ask(tool[0], "-j", *tool[1:], "addr", "show", "dev", device):
        for a in link.get("addr_info", ()):
            if a.get("dynamic") and not a.get("tentative"):
                yield a

def routes():
    tool = "ip" if stack == "kernel" else "strata"
    for r in ask(tool, "-j", "-6", "route", "show", "dev", device):
        # The kernel writes "kernel" on what a prefix gives.
        if r.get("protocol") == "ra" or (stack == "kernel" and "expires" in r):
            yield f"route {r['dst']} via {r.get('gateway', 'the link')}"

def link():
    IPV6_MTU = 24
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    try:
        s.connect(("2001:db8:ffff::1", 9))
    except OSError as e:
        return e.strerror
    return f"MTU {s.getsockopt(socket.IPPROTO_IPV6, IPV6_MTU)} from {prefix(s.getsockname()[0])}"

print(*sorted([*map(address, addresses()), *routes()]), link(), sep="\n")
PY

# both_say: what is on standard input, of Strata and of the kernel
said() {
	"$1" /usr/bin/python3 "$WORK/host.py" "$2" "$3" >"$WORK/said.$2" && diff "$WORK/expected" "$WORK/said.$2" >"$WORK/diff.$2"
}
both_say() {
	local end=$((SECONDS + PATIENCE))
	cat >"$WORK/expected"
	until said run_a strata s0 && said in_c kernel h0; do
		[ $SECONDS -lt $end ] || fail "strata, kernel: $(cat "$WORK"/diff.*)"
		nap 9
	done
}

advertise <<-EOF
	AdvDefaultLifetime 1800; AdvLinkMTU 1400; AdvCurHopLimit 61;
	prefix 2001:db8:1::/64 { AdvValidLifetime 7200; AdvPreferredLifetime 3600; };
	RDNSS 2001:db8::53 { };
	DNSSL example.org { };
EOF
radvd_starts
ip -n "$A" link set s0 up
both_say <<-EOF
	address in 2001:db8:1::/64 preferred, valid 7200, preferred 3600
	route 2001:db8:1::/64 via the link
	route default via $ROUTER
	MTU 1400 from 2001:db8:1::/64
EOF
# The hop limit, as the router sees it in the answers.
hops() {
	in_b ping -c 1 -W 5 "$1%br0" | sed -n 's/.* ttl=\([0-9]*\) .*/\1/p'
}
expect 61 "$(hops "$(in_a strata addr show dev s0 | sed -n 's/.* \(fe80:[^/]*\)\/64.*/\1/p')")" "hop limit of Strata"
expect 61 "$(hops "$(ip -n "$C" -6 addr show dev h0 scope link | sed -n 's/.* \(fe80:[^/]*\)\/64.*/\1/p')")" "hop limit of the kernel"

# On the link or not, for addresses or not; an MTU that the device cannot is none (RFC 4861
# 6.3.4), 1400 stays. And one is preferred no more: another is the source.
advertise <<-EOF
	AdvDefaultLifetime 1800; AdvLinkMTU 9000;
	prefix 2001:db8:1::/64 { AdvValidLifetime 7200; AdvPreferredLifetime 0; };
	prefix 2001:db8:3::/64 { AdvOnLink off; AdvValidLifetime infinity; AdvPreferredLifetime 80000; };
	prefix 2001:db8:4::/64 { AdvAutonomous off; AdvValidLifetime 600; AdvPreferredLifetime 600; };
EOF
both_say <<-EOF
	address in 2001:db8:1::/64 deprecated, valid 7200, preferred 0
	address in 2001:db8:3::/64 preferred, valid forever, preferred 80000
	route 2001:db8:1::/64 via the link
	route 2001:db8:4::/64 via the link
	route default via $ROUTER
	MTU 1400 from 2001:db8:3::/64
EOF

# What ends at once: a prefix on the link, and the router. What comes for a moment.
advertise <<-EOF
	AdvDefaultLifetime 0;
	prefix 2001:db8:1::/64 { AdvValidLifetime 7200; AdvPreferredLifetime 3600; };
	prefix 2001:db8:3::/64 { AdvOnLink off; AdvValidLifetime infinity; AdvPreferredLifetime 80000; };
	prefix 2001:db8:4::/64 { AdvAutonomous off; AdvValidLifetime 0; AdvPreferredLifetime 0; };
	prefix 2001:db8:6::/64 { AdvValidLifetime 10; AdvPreferredLifetime 10; };
EOF
both_say <<-EOF
	address in 2001:db8:1::/64 preferred, valid 7200, preferred 3600
	address in 2001:db8:3::/64 preferred, valid forever, preferred 80000
	address in 2001:db8:6::/64 preferred, valid 10, preferred 10
	route 2001:db8:1::/64 via the link
	route 2001:db8:6::/64 via the link
	Network is unreachable
EOF

# What ends in time; and the router again, until it says goodbye (RFC 4861 6.2.5).
advertise <<-EOF
	AdvDefaultLifetime 1800;
	prefix 2001:db8:1::/64 { AdvValidLifetime 7200; AdvPreferredLifetime 3600; };
	prefix 2001:db8:3::/64 { AdvOnLink off; AdvValidLifetime infinity; AdvPreferredLifetime 0; };
EOF
both_say <<-EOF
	address in 2001:db8:1::/64 preferred, valid 7200, preferred 3600
	address in 2001:db8:3::/64 deprecated, valid forever, preferred 0
	route 2001:db8:1::/64 via the link
	route default via $ROUTER
	MTU 1400 from 2001:db8:1::/64
EOF
kill "$radvd_pid"
wait "$radvd_pid" || true
unreachable() {
	"$1" /usr/bin/python3 "$WORK/host.py" "$2" "$3" | grep -qx "Network is unreachable"
}
until_ok unreachable run_a strata s0
until_ok unreachable in_c kernel h0
pass
