#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Routes with several next hops: each flow takes one, by the weights; when one goes only its flows move. Next hops are shown and deleted as the kernel's are.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

# $A is a router of Strata's between a host, $B, and two ways to one beyond, $C:
#
#	$B: k0 10.0.0.2 ── s0 10.0.0.1 :$A: s1 10.0.1.1 ── c1 10.0.1.2 :$C
#	       fd00::2                      s2 10.0.2.1 ── c2 10.0.2.2
#	                                       fd0N::1        fd0N::2
topology6
C=c-$$ K=k-$$
EXTRA_NAMESPACES="$C $K"
ip netns add "$C"
ip netns add "$K"
ip -n "$K" link set lo up
for i in 1 2; do
	another_cable s$i c$i "$C"
	# The kernel's namespace for comparison has the same addresses.
	ip -n "$K" link add s$i type veth peer name p$i
	ip -n "$K" link set s$i up
	ip -n "$K" link set p$i up
	in_a strata addr add 10.0.$i.1/24 dev s$i
	in_a strata addr add fd0$i::1/64 dev s$i
	ip -n "$K" addr add 10.0.$i.1/24 dev s$i
	ip -n "$K" addr add fd0$i::1/64 dev s$i nodad
	ip -n "$C" addr add 10.0.$i.2/24 dev c$i
	ip -n "$C" addr add fd0$i::2/64 dev c$i nodad
done
for i in 0 1 2; do
	in_a strata link set s$i forwarding on
done
ip -n "$B" route add 20.0.0.0/8 via 10.0.0.1
ip -n "$B" route add 2001:db8::/32 via fd00::1
until_ok settled_a
in_c sysctl -qw net.ipv4.conf.all.arp_ignore=1

# For each line "COUNT DESTINATION…": datagrams from COUNT ports to each.
cat >"$WORK/send.py" <<'PY'
import socket, sys
for line in sys.stdin:
    count, *daddrs = line.split()
    family = socket.AF_INET6 if ":" in daddrs[0] else socket.AF_INET
    for port in range(20000, 20000 + int(count)):
        with socket.socket(family, socket.SOCK_DGRAM) as s:
            s.bind(("", port))
            for daddr in daddrs:
                s.sendto(b"x", (daddr, 7000))
PY
mkfifo "$WORK/send"
(exec netns_exec "$B" /usr/bin/python3 "$WORK/send.py" <"$WORK/send") &
exec 8>"$WORK/send"
(exec netns_exec "$C" /usr/bin/python3 "$STRATA_TESTING/flows.py" c1 c2 >"$WORK/flows") &
until_ok grep -q ready "$WORK/flows"

# flows COUNT DESTINATION…: sends them and leaves in $WORK/NAME which came by what
flows() { # flows NAME COUNT DESTINATION…
	local name=$1 count=$2 before wanted
	shift 2
	before=$(wc -l <"$WORK/flows")
	wanted=$((before + count * $#))
	echo "$count $*" >&8
	# shellcheck disable=SC2317 # by until_ok
	came() { [ "$(wc -l <"$WORK/flows")" -ge "$1" ]; }
	until_ok came $wanted
	tail -n +$((before + 1)) "$WORK/flows" | sort -k 2 >"$WORK/$name"
	expect $((count * $#)) "$(wc -l <"$WORK/$name")" "flows that came, $name"
}
by() { # by DEVICE NAME: how many
	grep -c "^$1 " "$WORK/$2" || true
}
between() { # between LEAST MOST NUMBER WHAT
	if [ "$3" -lt "$1" ] || [ "$3" -gt "$2" ]; then
		fail "$4: $3 is not between $1 and $2"
	fi
}

# Neighbours first, so that none of the queues overflows.
in_a strata route add 20.0.0.0/8 via 10.0.1.2
flows warm 1 20.0.0.1
in_a strata route replace 20.0.0.0/8 via 10.0.2.2
flows warm 1 20.0.0.1

# By addresses alone: what is between two hosts goes one way.
in_a strata route replace 20.0.0.0/8 nexthop via 10.0.1.2 dev s1 weight 1 nexthop via 10.0.2.2 dev s2 weight 3
in_a strata route add 2001:db8::/32 nexthop via fd01::2 nexthop via fd02::2
in_a strata route show 20.0.0.0/8 | grep -q "nexthop via 10.0.2.2 dev s2 weight 3" || fail "not shown: $(in_a strata route show)"
expect 0 "$(in_a sysctl -n net.strata.fib_multipath_hash_policy)" "hash policy"
flows hosts 3 20.0.{1..3}.{1..40}
expect 120 "$(cut -d ' ' -f 1,4 "$WORK/hosts" | sort -u | wc -l)" "ways to 120 hosts"
between 9 55 "$(cut -d ' ' -f 1,4 "$WORK/hosts" | sort -u | grep -c ^c1)" "of 120 hosts a quarter by c1"

# By ports, too: a quarter of 300 is 75, six times the deviation 45.
in_a sysctl -qw net.strata.fib_multipath_hash_policy=1
in_a sysctl -qw net.strata.fib_multipath_hash_policy=2 2>/dev/null && fail "a policy that is not there"
flows before 300 20.0.0.1
between 30 120 "$(by c1 before)" "a quarter of 300 flows by c1"
flows before6 100 2001:db8::1
between 20 80 "$(by c1 before6)" "half of 100 flows by c1"

# One way dies: its flows move, and come back with it.
ip -n "$A" link set s1 down
flows dead 300 20.0.0.1
expect 300 "$(by c2 dead)" "flows while a link is down"
ip -n "$A" link set s1 up
flows alive 300 20.0.0.1
diff "$WORK/before" "$WORK/alive" >/dev/null || fail "flows did not come back"

# Numbered next hops: three, of which one goes.
ip -n "$C" addr add 10.0.2.3/24 dev c2
in_a strata nexthop add id 1 via 10.0.1.2
in_a strata nexthop add id 2 via 10.0.2.2 dev s2
in_a strata nexthop add id 3 via 10.0.2.3
in_a strata nexthop add id 10 group 1/2,2/3
in_a strata route replace 20.0.0.0/8 nhid 10
flows three 200 20.0.0.1
between 13 87 "$(by c1 three)" "a quarter of 200 flows by c1"
in_a strata nexthop del id 3
flows two 200 20.0.0.1
expect 0 "$(join -1 1 -2 1 <(awk '$1 == "c1" { print $3 }' "$WORK/three" | sort) <(awk '$1 == "c2" { print $3 }' "$WORK/two" | sort) | wc -l)" "flows of another next hop that moved"
in_a strata nexthop replace id 1 via 10.0.2.2 dev s2
flows all 20 20.0.0.1
expect 20 "$(by c2 all)" "flows after a next hop was replaced"
in_a strata nexthop replace id 1 via 10.0.1.2 dev s1

# A connection of our own keeps its way while other routes come and go.
cat >"$WORK/own.py" <<'PY'
import socket, subprocess, sys
sockets = []
for port in range(40):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.connect(("20.0.0.1", 7100 + port))
    sockets.append(s)
for turn in range(3):
    for s in sockets:
        s.send(b"x")
    print("sent", flush=True)
    sys.stdin.readline()
PY
before=$(wc -l <"$WORK/flows")
mkfifo "$WORK/go"
run_a /usr/bin/python3 "$WORK/own.py" <"$WORK/go" >"$WORK/own" &
exec 7>"$WORK/go"
for turn in 1 2 3; do
	until_ok came $((before + turn * 40))
	in_a strata route add 30.$turn.0.0/16 via 10.0.1.2
	echo >&7
done
exec 7>&-
tail -n +$((before + 1)) "$WORK/flows" | sort -u >"$WORK/connected"
expect 40 "$(wc -l <"$WORK/connected")" "ways of 40 connections"
between 1 39 "$(by c1 connected)" "connections by c1"

# The kernel's next hops: the same commands are refused, and the same is left after each
# paragraph of them.
in_a strata route del 20.0.0.0/8
for id in 1 2 10; do
	in_a strata nexthop del id $id 2>/dev/null || true
done
in_a strata nexthop show | grep . && fail "next hops are left"
cat >"$WORK/commands.0" <<-'COMMANDS'
	nexthop add id 1 via 10.0.1.2 dev s1
	nexthop add id 2 via 10.0.2.2 dev s2
	nexthop add id 3 dev s1
	nexthop add id 5 blackhole
	nexthop add id 6 via fd01::2 dev s1
	nexthop add id 7 via fd02::2 dev s2
	nexthop add id 20 group 6/7,3
	route add 21.0.0.0/8 nhid 1
	route add 22.0.0.0/8 nhid 2
	route add 23.0.0.0/8 nhid 5
	route add 2001:db9::/32 nhid 20
COMMANDS
cat >"$WORK/commands.1" <<-'COMMANDS'
	nexthop add id 1 via 10.0.2.2 dev s2
	nexthop add id 21 group 6/99
	nexthop add id 22 group 20
	nexthop add id 22 group 6/6
	nexthop replace id 20 via fd01::2 dev s1
	nexthop replace id 6 group 7
	nexthop replace id 6 via 10.0.1.2 dev s1
	route add 24.0.0.0/8 nhid 77
COMMANDS
cat >"$WORK/commands.2" <<-'COMMANDS'
	nexthop replace id 1 via 10.0.2.2 dev s2
COMMANDS
cat >"$WORK/commands.3" <<-'COMMANDS'
	nexthop del id 2
	nexthop del id 6
COMMANDS
cat >"$WORK/commands.4" <<-'COMMANDS'
	nexthop del id 7
	nexthop del id 20
	nexthop del id 5
COMMANDS
printf '%s\n' "nexthop show" "route show" >"$WORK/asks"
state() { # state COMMAND…
	"$@" -batch "$WORK/asks" | sed -nE 's/ scope [a-z]*//;s/ *$//;/^id /p;s/^(blackhole )?(2[1-4].*nhid [0-9]+).*/\2/p'
	"$@" -6 route show | sed -nE 's/^(2001:db9[^ ]*) .*nhid ([0-9]+).*/\1 \2/p'
}
give() { # give FILE COMMAND…: what is refused, and the state afterwards
	local file=$1
	shift
	{ "$@" -force -batch "$file" 2>&1 || true; } | sed -nE '/ommand failed/s/.*commands(\.[0-9]:[0-9]+).*/refused \1/p' | sort
	state "$@"
}
for commands in "$WORK"/commands.[0-4]; do
	give "$commands" in_a strata >"$WORK/strata"
	give "$commands" ip -n "$K" >"$WORK/kernel"
	diff "$WORK/kernel" "$WORK/strata" || fail "after $(cat "$commands"): not as the kernel"
	[[ "$commands" != *.0 ]] || expect 11 "$(wc -l <"$WORK/strata")" "next hops and routes that are compared"
	[[ "$commands" != *.1 ]] || expect 8 "$(grep -c ^refused "$WORK/strata")" "commands refused"
done

# IPv4 by way of an IPv6 gateway, which Strata does not do.
refused "other family" in_a strata nexthop replace id 1 via fd01::2 dev s1

# A device that goes takes next hops and routes along.
in_a strata nexthop add id 9 dev s2
in_a strata route add 25.0.0.0/8 nhid 9
in_a strata route add 26.0.0.0/8 nexthop via 10.0.1.2 nexthop via 10.0.2.2
expect 2 "$(in_a strata route show dev s2 | grep -cE '^2[56]')" "routes that lead out by s2"
refused "only its prefix" in_a strata route add blackhole 27.0.0.0/8 nhid 9
in_a strata route add 28.0.0.0/8 nhid 9
in_a strata route del 28.0.0.0/8 dev s2
in_a strata link detach s2
in_a strata route show | grep -E '^2[56]' && fail "routes of a detached device are left"
in_a strata nexthop show | grep s2 && fail "next hops of a detached device are left"
pass
