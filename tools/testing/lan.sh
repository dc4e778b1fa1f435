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

HOSTS=0 NAMESPACES=
h() { # h N: the namespace of host N
	echo "h$1-$$"
}

in_h() { # in_h N COMMAND…
	in_netns "h$1-$$" "${@:2}"
}

# silent_hosts N: namespaces of the bridge and N hosts, and lan.py to ask. What hosts say
# by themselves would teach the bridge: they are without IPv6.
silent_hosts() {
	local i
	HOSTS=$1
	NAMESPACES=$(for ((i = 1; i <= HOSTS; i++)); do echo -n " h$i-$$"; done)
	EXTRA_NAMESPACES=$NAMESPACES
	# shellcheck disable=SC2086 # words
	printf 'netns add %s\n' "$A" $NAMESPACES | ip -batch -
	[ -n "${ASKER_PID:-}" ] || asker_begin
	ask enter "$A" "$NAMESPACES"
}

# lan HOSTS [BRIDGE-OPTIONS…]: the picture above. The kernel's bridge gets KERNEL_OPTIONS too.
lan() {
	local i
	silent_hosts "$1"
	lan_bridge "${@:2}"
	for ((i = 1; i <= HOSTS; i++)); do
		ip -n "h$i-$$" -batch - <<-END
			addr add 10.0.0.$i/24 dev e0
			link set e0 up
		END
	done
	for ((i = 1; i <= HOSTS; i++)); do
		until_ok port_state "p$i" forwarding
	done
	ask lan
}

lan_bridge() {
	local i options=$*
	[ "$KIND" != bridge ] || options+=" ${KERNEL_OPTIONS:-}"
	{
		echo "link add br0 address 02:00:00:00:01:00 type $KIND $options"
		for ((i = 1; i <= HOSTS; i++)); do
			echo "link add p$i address 02:00:00:00:02:0$i type strata_nic" \
				"peer name e0 address 02:00:00:00:00:0$i netns h$i-$$"
			echo "link set p$i up master br0"
		done
		echo "link set br0 up"
	} | ip -n "$A" -batch -
}

raze() {
	ask leave
	# shellcheck disable=SC2086 # words
	printf 'netns del %s\n' $NAMESPACES "$A" | ip -batch -
}

# lan.py, in a process of its own. It holds the namespaces that it has entered.
asker_begin() {
	coproc ASKER { exec /usr/bin/python3 "$STRATA_TESTING/lan.py"; }
	# Subshells may ask, too.
	exec {ASK}>&"${ASKER[1]}" {ANSWER}<&"${ASKER[0]}"
}

# ask REQUEST…, as lan.py knows it: sets SAID, returns the status.
ask() {
	local status count line
	echo "$*" >&"$ASK"
	read -r status count <&"$ANSWER" || fail "lan.py ended"
	SAID=
	for ((; count > 0; count--)); do
		IFS= read -r line <&"$ANSWER"
		SAID+=$line$'\n'
	done
	return "$status"
}

in_lan() { # the same, and prints it
	local status=0
	ask "$@" || status=$?
	echo -n "$SAID"
	return $status
}

# say FROM DST [src=MAC] [vlan=N] [ad=N]: sends a frame and prints who heard it: host
# numbers, 0 for br0 itself, with :VLAN where tagged.
say() {
	echo -n "$*: "
	in_lan say "$@"
}

# fdb_of MAC: where br0 knows it, and how: "PORT VLAN STATE", a line each.
fdb_of() {
	in_lan fdb "$1"
}

port_state() { # port_state PORT STATE
	ask bridge link show dev "$1"
	[[ $SAID == *"state $2"* ]]
}

# on_both_bridges SCENARIO [HOSTS [BRIDGE-OPTIONS…]]
on_both_bridges() {
	for KIND in bridge strata_bridge; do
		lan "${@:2}"
		"$1" >"$WORK/$1.$KIND"
		raze
	done
	[ -s "$WORK/$1.bridge" ] || fail "$1: nothing happened"
	diff "$WORK/$1.bridge" "$WORK/$1.strata_bridge" >"$WORK/diff" ||
		fail "$1: the kernel's bridge (<) and Strata's (>) differ:"$'\n'"$(<"$WORK/diff")"
}

# fdb_set add|del MAC PORT [vlan N] [static|sticky…]: however this bridge is reached.
fdb_set() {
	if [ "$KIND" = bridge ]; then
		in_lan bridge fdb "$1" "$2" dev "$3" master "${@:4}"
	else
		in_lan bridge fdb "$1" "$2" dev br0 self via "$3" "${@:4}"
	fi
}

# denied WORDS REQUEST…: lan.py must say that it failed, and WORDS.
denied() {
	local words=$1
	shift
	! ask "$@" || fail "$* was not refused"
	[[ $SAID == *"$words"* ]] || fail "$*: said '$SAID', wanted '$words' in it"
}
