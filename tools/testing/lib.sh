# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What system tests share. A test sources this file, builds a topology, and
# leaves with `pass`, `fail` or `skip`.
#
# The usual topology, made by `topology`:
#
#	┌── namespace $A ──────────┐          ┌── namespace $B ───────────┐
#	│ Strata                   │          │ the kernel's own stack    │
#	│   s0 10.0.0.1/24 ────────┼── cable ─┼── k0 10.0.0.2/24          │
#	└──────────────────────────┘          └───────────────────────────┘
#
# Commands run in them with `in_a COMMAND` and `in_b COMMAND`.
set -euo pipefail

# To start a program takes a tenth of a second in user-mode Linux, and that is what tests
# spend their time with: what is here does without where the shell can.
STRATA_TESTING=${BASH_SOURCE[0]%/*}
[[ $STRATA_TESTING == /* ]] || STRATA_TESTING=$PWD/$STRATA_TESTING
TEST=${0##*/}
TEST=${TEST%.sh}
A=a-$$
B=b-$$
# shellcheck disable=SC2034 # the addresses of the topology, for the tests
A_ADDR=10.0.0.1 B_ADDR=10.0.0.2
WORK=/tmp/$TEST.$$
mkdir "$WORK"
# Emulated lanes are slow; every wait ends at this many seconds.
PATIENCE=${STRATA_PATIENCE:-60}

# kill_in NAMESPACE: every program there
kill_in() {
	local dir
	for dir in /proc/[0-9]*; do
		[ ! "$dir/ns/net" -ef "/run/netns/$1" ] || kill -KILL "${dir#/proc/}" 2>/dev/null
	done
}

cleanup() {
	local status=$? pid ns module gone=''
	set +e
	trap - EXIT
	if [ -n "${!:-}" ]; then
		for pid in $(jobs -p); do
			kill "$pid" 2>/dev/null
		done
	fi
	for ns in "$A" "$B" ${EXTRA_NAMESPACES:-}; do
		[ -e "/run/netns/$ns" ] || continue
		kill_in "$ns"
		gone+="netns del $ns"$'\n'
	done
	[ -z "$gone" ] || ip -force -batch - <<<"$gone" 2>/dev/null
	# What a failed test leaves loaded would keep strata.ko from the tests that unload it.
	for module in ${EXTRA_MODULES:-}; do
		[ ! -e "/sys/module/$module" ] || (PATIENCE=5 until_ok rmmod "$module")
	done
	rm -rf "$WORK"
	exit $status
}
trap cleanup EXIT
trap 'echo "line $LINENO: $BASH_COMMAND: status $?"' ERR

pass() {
	exit 0
}

fail() {
	echo "FAIL: $*"
	exit 1
}

skip() {
	echo "$*"
	exit 4
}

# need PROGRAM…: skip without them.
need() {
	local program
	for program; do
		command -v "$program" >/dev/null || skip "$program is not installed"
	done
}

# in_netns NAMESPACE COMMAND…: its /sys is the namespace's where COMMAND names it; to make
# one takes twice as long.
in_netns() {
	local ns=$1
	shift
	case "$*" in
	*/sys/*) ip netns exec "$ns" "$@" ;;
	*) netns_exec "$ns" "$@" ;;
	esac
}

in_a() {
	in_netns "$A" "$@"
}

in_b() {
	in_netns "$B" "$@"
}

in_c() {
	in_netns "$C" "$@"
}

# An unmodified program over Strata.
run_a() {
	netns_exec "$A" strata run -- "$@"
}

# nap N: before the Nth look, 0.05 s to 0.4 s. To look is to start programs, which keeps the
# processor from what is waited for, and from the machine beside.
nap() {
	local moments=(0.05 0.1 0.2 0.4)
	[ -p "$WORK/.nap" ] || mkfifo "$WORK/.nap"
	read -rt "${moments[$1 < 4 ? $1 : 3]}" <>"$WORK/.nap" || true
}

# until_ok COMMAND…: poll until it succeeds, for at most $PATIENCE seconds. It starts no
# process in the background: $! stays the caller's.
until_ok() {
	local end=$((SECONDS + PATIENCE)) looks=0
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || fail "still not after $PATIENCE s: $*"
		nap $((looks++))
	done
}

# expect WANTED GOT WHAT
expect() {
	[ "$1" = "$2" ] || fail "$3: wanted '$1', got '$2'"
}

# refused WORDS COMMAND…: it must fail with status 1 or 2 and one line that has WORDS.
refused() {
	local words=$1 status=0 text
	shift
	text=$("$@" 2>&1) || status=$?
	case $status in
	1 | 2) ;;
	*) fail "$*: status $status, wanted 1 or 2: $text" ;;
	esac
	[[ $text == *"$words"* ]] || fail "$*: said '$text', wanted '$words' in it"
}

# counter NAMESPACE LAYER NAME: its value in `strata stat`.
counter() {
	local json
	json=$(netns_exec "$1" strata -j stat -a "$2")
	if ! [[ $json =~ \"name\":\"$3\",\"value\":([0-9]+) ]]; then
		echo "no counter $3 of $2" >&2
		return 1
	fi
	echo "${BASH_REMATCH[1]}"
}

# topology [MTU]: the picture above.
topology() {
	local mtu=${1:-1500}
	ip -batch - <<-EOF
		netns add $A
		netns add $B
	EOF
	ip -n "$A" -batch - <<-EOF
		link add s0 mtu $mtu type strata_nic peer name k0 netns $B
		link set s0 mtu $mtu
	EOF
	in_a strata link attach s0
	ip -n "$A" link set s0 up
	ip -n "$B" -batch - <<-EOF
		link set k0 mtu $mtu
		link set lo up
		link set k0 up
	EOF
	in_a strata addr add $A_ADDR/24 dev s0
	ip -n "$B" addr add $B_ADDR/24 dev k0
	until_ok in_b ping -c 1 -W 1 $A_ADDR
}

# another_cable NEAR FAR NETNS: from $A, attached to Strata, and up.
another_cable() {
	ip -n "$A" link add "$1" type strata_nic peer name "$2" netns "$3"
	in_a strata link attach "$1"
	ip -n "$A" link set "$1" up
	ip -n "$3" link set "$2" up
}

# topology_router: the picture above, with $B a router of the kernel's, on the way to a
# host on the kernel's stack; sets C. Commands run there with `in_c COMMAND`.
#
#	$A: s0 ── k0 :$B: v0 10.1.0.1 ── v1 10.1.0.2 :$C
topology_router() {
	topology
	C=c-$$
	EXTRA_NAMESPACES=$C
	ip netns add "$C"
	ip -n "$B" -batch - <<-EOF
		link add v0 type veth peer name v1 netns $C
		link set v0 up
		addr add 10.1.0.1/24 dev v0
	EOF
	ip -n "$C" -batch - <<-EOF
		link set v1 up
		addr add 10.1.0.2/24 dev v1
		route add default via 10.1.0.1
	EOF
	in_a strata route add default via $B_ADDR
	in_b sysctl -qw net.ipv4.ip_forward=1
}

# topology_forward: Strata as a router of both families between two hosts on the kernel's
# stack; sets C.
#
#	$B: k0 10.0.0.2 ── s0 10.0.0.1 :$A: s1 10.1.0.1 ── c0 10.1.0.2 :$C
#	       fd00::2        fd00::1        fd00:1::1        fd00:1::2
topology_forward() {
	topology6
	C=c-$$
	EXTRA_NAMESPACES=$C
	ip netns add "$C"
	another_cable s1 c0 "$C"
	ip -n "$C" link set lo up
	in_a strata -batch - <<-EOF
		addr add 10.1.0.1/24 dev s1
		addr add fd00:1::1/64 dev s1
	EOF
	ip -n "$B" -batch - <<-EOF
		route add default via 10.0.0.1
		route add default via fd00::1
	EOF
	ip -n "$C" -batch - <<-EOF
		addr add 10.1.0.2/24 dev c0
		addr add fd00:1::2/64 dev c0 nodad
		route add default via 10.1.0.1
		route add default via fd00:1::1
	EOF
	until_ok settled_a
	in_a strata -batch - <<-EOF
		link set s0 forwarding on
		link set s1 forwarding on
	EOF
}

# far_end echo|digest ADDRESS…: udp_far.py in namespace $C, which listens on each.
far_end() {
	# shellcheck disable=SC2317 # by until_ok
	far_listens() { [ "$(in_c ss -Hlun "sport = :7000" | wc -l)" -eq "$1" ]; }
	in_c /usr/bin/python3 "$STRATA_TESTING/udp_far.py" "$@" &
	until_ok far_listens $(($# - 1))
}

# topology6 [MTU]: the picture above with fd00::1/64 and fd00::2/64 as well; $A_ADDR and $B_ADDR are these from then on.
topology6() {
	topology "$@"
	A_ADDR=fd00::1 B_ADDR=fd00::2
	in_a strata addr add $A_ADDR/64 dev s0
	ip -n "$B" addr add $B_ADDR/64 dev k0 nodad
	until_ok in_b ping -c 1 -W 1 $A_ADDR
	until_ok settled_a
}

# topology_tap: Strata, by a cable and a bridge of the kernel's, at the tap device of a
# program, t0 in $B; the kernel's stack keeps out of it. Sets A_ADDR6.
#
#	$A: s0 10.0.0.1, fd00::1 ── k0 :$B: br0 ── t0
topology_tap() {
	A_ADDR6=fd00::1
	[ -c /dev/net/tun ] || fail "this kernel has no tun"
	ip -batch - <<-EOF
		netns add $A
		netns add $B
	EOF
	in_b sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	ip -n "$A" link add s0 type strata_nic peer name k0 netns "$B"
	ip -n "$B" -batch - <<-EOF
		link set lo up
		link add br0 type bridge mcast_snooping 0
		tuntap add t0 mode tap
		link set k0 master br0
		link set t0 master br0
		link set k0 up
		link set t0 up
		link set br0 up
	EOF
	in_a strata link attach s0
	ip -n "$A" link set s0 up
	in_a strata -batch - <<-EOF
		addr add $A_ADDR/24 dev s0
		addr add $A_ADDR6/64 dev s0
	EOF
	until_ok settled_a
}

# settled_a: no address of Strata's waits for its DAD.
settled_a() {
	! in_a strata addr show | grep -q tentative
}

# link_local_a, link_local_b: of s0 and of k0
link_local_a() {
	in_a strata addr show dev s0 | sed -n 's/.* \(fe80:[^/]*\)\/64.*/\1/p'
}

link_local_b() {
	ip -n "$B" -6 addr show dev k0 scope link | sed -n 's/.* \(fe80:[^/]*\)\/64.*/\1/p'
}

# serve_files NAMESPACE-PREFIX DIR PORT: python3's file server; `run_a` or `in_b`.
serve_files() {
	"$1" /usr/bin/python3 -m http.server --directory "$2" "$3" \
		>"$WORK/http-$3.log" 2>&1 &
}

# listening NAMESPACE PORT: the kernel's or Strata's stack has a listener.
listening_b() {
	in_b ss -Hltn "sport = :$1" | grep -q LISTEN
}

listening_a() {
	in_a strata socket -l -t -n | grep -qE ":$1( |\$)"
}

# random_file FILE KIB
random_file() {
	head -c $(($2 * 1024)) /dev/urandom >"$1"
}

same_files() {
	expect "$(sha256sum <"$1")" "$(sha256sum <"$2")" "sha256 of $1 and $2"
}

# same_both: of two who sent each other up and down, who has what in got.up and got.down
same_both() {
	same_files "$WORK/up" "$WORK/got.up"
	same_files "$WORK/down" "$WORK/got.down"
}

# ends_with STATUS COMMAND…: or the last words of all logs are said
ends_with() {
	local wanted=$1 status=0
	shift
	"$@" || status=$?
	expect "$wanted" $status "$*: status ($(tail -qn 1 "$WORK"/*.log 2>/dev/null | xargs))"
}

# Our TCP peer, peer.py, on each side: `serve_a PORT`, `serve_b PORT`, and the
# clients `peer_a put|get PORT BYTES [CONNECTIONS]`, `peer_b …` of the other side.
serve_a() {
	run_a /usr/bin/python3 "$STRATA_TESTING/peer.py" serve $A_ADDR "$1" &
	until_ok listening_a "$1"
}

serve_b() {
	in_b /usr/bin/python3 "$STRATA_TESTING/peer.py" serve $B_ADDR "$1" &
	until_ok listening_b "$1"
}

peer_a() {
	run_a /usr/bin/python3 "$STRATA_TESTING/peer.py" "$1" $B_ADDR "${@:2}"
}

peer_b() {
	in_b /usr/bin/python3 "$STRATA_TESTING/peer.py" "$1" $A_ADDR "${@:2}"
}

# both_ways BYTES [CONNECTIONS]: put and get, Strata as client and as server.
both_ways() {
	serve_a 7000
	serve_b 7000
	peer_a put 7000 "$@"
	peer_a get 7000 "$@"
	peer_b put 7000 "$@"
	peer_b get 7000 "$@"
}

# impair NETEM-ARGUMENTS…: on both directions of the cable.
impair() {
	tc -n "$A" qdisc replace dev s0 root netem "$@" limit 10000 ||
		skip "this kernel has no netem"
	tc -n "$B" qdisc replace dev k0 root netem "$@" limit 10000
}
