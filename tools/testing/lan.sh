# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# For the tests of the bridge: hosts around one, each with the kernel's own stack
# in a namespace of its own. Sourced after lib.sh.
#
#	┌── namespace $A ─────────────┐           ┌── namespace h1-PID ─────────────┐
#	│ br0 of kind $KIND ──── p1 ──┼── cable ──┼── e0 10.0.0.1/24                │
#	│  10.0.0.100/24    └─── p2 ──┼── cable ──┼── … 02:00:00:00:00:02, 10.0.0.2 │
#	└─────────────────────────────┘           └─────────────────────────────────┘
#
# A scenario is a function; `on_both_bridges SCENARIO` runs it with the kernel's
# bridge and with Strata's, and what it prints must be the same, and not nothing.

HOSTS=0
h() { # h N: the namespace of host N
	echo "h$1-$$"
}

in_h() { # in_h N COMMAND…
	ip netns exec "$(h "$1")" "${@:2}"
}

# lan HOSTS [BRIDGE-OPTIONS…]: the picture above.
lan() {
	local i ns
	HOSTS=$1
	ip netns add "$A"
	# What hosts say by themselves would teach the bridge.
	in_a sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	ip -n "$A" link add br0 address 02:00:00:00:01:00 type "$KIND" "${@:2}"
	for ((i = 1; i <= HOSTS; i++)); do
		ns=$(h "$i")
		EXTRA_NAMESPACES="${EXTRA_NAMESPACES:-} $ns"
		ip netns add "$ns"
		in_h "$i" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
		ip -n "$A" link add "p$i" address "02:00:00:00:02:0$i" type strata_nic \
			peer name e0 address "02:00:00:00:00:0$i" netns "$ns"
		ip -n "$ns" addr add "10.0.0.$i/24" dev e0
		ip -n "$ns" link set e0 up
		ip -n "$A" link set "p$i" up master br0
	done
	ip -n "$A" link set br0 up
	for ((i = 1; i <= HOSTS; i++)); do
		until_ok port_state "p$i" forwarding
	done
}

raze() {
	local i
	[ -z "${TALK_PID:-}" ] || talk_end
	for ((i = 1; i <= HOSTS; i++)); do
		ip netns del "$(h "$i")"
	done
	ip netns del "$A"
}

port_state() { # port_state PORT STATE
	in_a bridge link show dev "$1" | grep -q "state $2"
}

# talk_begin: afterwards `say FROM DST [src=MAC] [vlan=N] [ad=N]` sends a frame and
# prints who heard it: host numbers, 0 for br0 itself, with :VLAN where tagged.
talk_begin() {
	local namespaces=() i
	for ((i = 1; i <= HOSTS; i++)); do
		namespaces+=("$(h "$i")")
	done
	coproc TALK { exec /usr/bin/python3 "$STRATA_TESTING/lan_talk.py" "$A" "${namespaces[@]}"; }
	read -r <&"${TALK[0]}"
}

talk_end() {
	kill "$TALK_PID" 2>/dev/null || true
	wait "$TALK_PID" 2>/dev/null || true
	unset TALK_PID
}

say() {
	local answer
	echo "$*" >&"${TALK[1]}"
	read -r answer <&"${TALK[0]}" || fail "lan_talk.py ended"
	echo "$*: $answer"
}

# on_both_bridges SCENARIO [HOSTS [BRIDGE-OPTIONS…]]
on_both_bridges() {
	for KIND in bridge strata_bridge; do
		lan "${@:2}"
		talk_begin
		"$1" >"$WORK/$1.$KIND"
		raze
	done
	[ -s "$WORK/$1.bridge" ] || fail "$1: nothing happened"
	diff "$WORK/$1.bridge" "$WORK/$1.strata_bridge" >"$WORK/diff" ||
		fail "$1: the kernel's bridge (<) and Strata's (>) differ:"$'\n'"$(<"$WORK/diff")"
}

# fdb_of MAC: where br0 knows it, and how: "PORT VLAN STATE", a line each.
fdb_of() {
	in_a bridge fdb show | awk -v mac="$1" '$1 == mac && / master /{
		vlan = "-"; state = "dynamic"
		for (i = 2; i <= NF; i++) {
			if ($i == "dev") port = $(i + 1)
			if ($i == "vlan") vlan = $(i + 1)
			if ($i == "static" || $i == "permanent") state = $i
		}
		print port, vlan, state
	}' | sort
}

# fdb_set add|del MAC PORT [vlan N] [static|sticky…]: however this bridge is reached.
fdb_set() {
	if [ "$KIND" = bridge ]; then
		in_a bridge fdb "$1" "$2" dev "$3" master "${@:4}"
	else
		in_a bridge fdb "$1" "$2" dev br0 self via "$3" "${@:4}"
	fi
}

# denied WORDS BRIDGE-ARGUMENTS…: bridge(8) in $A must fail and say WORDS.
denied() {
	local words=$1 text
	shift
	if text=$(in_a bridge "$@" 2>&1); then
		fail "bridge $* was not refused"
	fi
	[[ $text == *"$words"* ]] || fail "bridge $*: said '$text', wanted '$words' in it"
}
