#!/bin/bash
# What the host has put between a device and who has it is asked: taps, filters, programs, devices above. Without any of it frames take the short way.
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/cable.sh
. "${0%/*}/../cable.sh"

need tcpdump tc ethtool
topology
mkdir "$WORK/bpf"
mount -t bpf bpf "$WORK/bpf"

# Whether frames get through to who answers; the two parts of this test say what that is.
answers() { in_b ping -q -c 1 -W 1 "$host" >/dev/null; }

# pings NAMESPACE DEVICE WHAT: sets `short`, how many frames took the short way meanwhile
pings() {
	local before
	before=$(nic_stat "$1" "$2" rx_direct)
	in_b ping -q -c 3 -i 0.2 -W 1 "$host" >"$WORK/ping" || fail "no answer, $2: $3"
	short=$(($(nic_stat "$1" "$2" rx_direct) - before))
}

is_short() {
	pings "$@"
	[ "$short" -ge 3 ] || fail "$2: frames took the long way, $3"
}

is_long() {
	pings "$@"
	expect 0 "$short" "$2: frames that took the short way, $3"
}

# is_open_again NAMESPACE DEVICE WHAT: it is gone.
is_open_again() {
	until_ok answers
	is_short "$1" "$2" "after $3"
}

tap() { # tap NAMESPACE DEVICE: it sees what comes in, from when it is there until it has gone
	netns_exec "$1" tcpdump -lni "$2" -Q in 'icmp[icmptype] == icmp-echo' \
		>"$WORK/tap" 2>"$WORK/tap.err" &
	local tap=$!
	until_ok grep -q listening "$WORK/tap.err"
	is_long "$1" "$2" "a tap"
	until_ok grep -q 'seq 3,' "$WORK/tap"
	kill $tap
	wait $tap || true
	is_open_again "$1" "$2" "a tap"
}

filter() {
	netns_exec "$1" tc qdisc add dev "$2" clsact
	netns_exec "$1" tc filter add dev "$2" ingress pref 9 matchall action ok
	is_long "$1" "$2" clsact
	netns_exec "$1" tc filter add dev "$2" ingress pref 1 matchall action drop
	! answers || fail "an answer past clsact of $2"
	netns_exec "$1" tc qdisc del dev "$2" clsact
	is_open_again "$1" "$2" clsact
}

hook() {
	if command -v nft >/dev/null && netns_exec "$1" nft add table netdev t 2>"$WORK/nft" &&
		netns_exec "$1" nft "add chain netdev t in { type filter hook ingress device $2 priority 0; policy drop; }" 2>"$WORK/nft"; then
		! answers || fail "an answer past netfilter's ingress hook of $2"
		netns_exec "$1" nft delete table netdev t
		is_open_again "$1" "$2" "netfilter's ingress hook"
	else
		echo "no ingress hook of netfilter here: $(cat "$WORK/nft" 2>/dev/null)"
	fi
}

# A datagram to port 7, where nobody is, is answered by an error.
cat >"$WORK/port7.py" <<'P'
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(float(sys.argv[2]))
s.connect((sys.argv[1], 7))
s.send(b"anybody?")
try:
    s.recv(1)
except TimeoutError:
    print("silence")
except ConnectionRefusedError:
    print("refused")
P
port_7() {
	expect "$1" "$(in_b /usr/bin/python3 "$WORK/port7.py" "$host" "$2")" "a datagram to port 7, $3"
}

program() { # one that the driver does not run itself; it drops what is for port 7
	xdp_program "$WORK/bpf/drop-$2" drop
	port_7 refused "$PATIENCE" "without a program of $2"
	ip -n "$1" link set dev "$2" xdpgeneric pinned "$WORK/bpf/drop-$2"
	is_long "$1" "$2" "a program"
	port_7 silence 1 "past a generic XDP program of $2"
	ip -n "$1" link set dev "$2" xdpgeneric off
	is_open_again "$1" "$2" "a program"
}

device_above() { # device_above NAMESPACE DEVICE PEER-NAMESPACE PEER: of a VLAN, on both ends
	ip -n "$1" link add link "$2" name above type vlan id 5
	ip -n "$3" link add link "$4" name above type vlan id 5
	ip -n "$1" addr add 10.5.0.1/24 dev above
	ip -n "$3" addr add 10.5.0.2/24 dev above
	ip -n "$1" link set above up
	ip -n "$3" link set above up
	until_ok netns_exec "$3" ping -q -c 1 -W 1 10.5.0.1
	is_long "$1" "$2" "a device above"
	ip -n "$1" link del above
	ip -n "$3" link del above
	is_open_again "$1" "$2" "a device above"
}

all_between() {
	is_short "$1" "$2" "to begin with"
	tap "$@"
	filter "$@"
	hook "$@"
	program "$@"
	device_above "$@"
}

host=$A_ADDR
all_between "$A" s0 "$B" k0

# A packet socket that asks for one EtherType of this device sees the frames that Strata answers.
cat >"$WORK/packets.py" <<'P'
import socket
packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
packets.bind(("s0", 0x0800))
packets.settimeout(60)
print("ready", flush=True)
for _ in range(3):
    assert packets.recv(2048)[9] == 1
P
in_a /usr/bin/python3 "$WORK/packets.py" >"$WORK/packets" &
packets=$!
until_ok grep -q ready "$WORK/packets"
pings "$A" s0 "a packet socket"
wait $packets || fail "the packet socket did not see what came"
answers || fail "no answer after the packet socket"

# What came is stamped when it came, not when it is read.
cat >"$WORK/stamp.py" <<'P'
import socket, struct, time
SO_TIMESTAMPNS = 35
late = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
late.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
late.bind(("10.0.0.1", 9000))
print("ready", flush=True)
input()
begun = time.clock_gettime(time.CLOCK_REALTIME)
_, control, _, _ = late.recvmsg(100, 100)
(_, _, data), = control
seconds, nanoseconds = struct.unpack("qq", data)
assert 1e9 < seconds + nanoseconds / 1e9 < begun, (seconds, nanoseconds, begun)
P
mkfifo "$WORK/go"
run_a /usr/bin/python3 "$WORK/stamp.py" <"$WORK/go" >"$WORK/stamp" &
stamp=$!
exec 7>"$WORK/go"
until_ok grep -q ready "$WORK/stamp"
before=$(counter "$A" udp rx)
in_b bash -c "echo >/dev/udp/$A_ADDR/9000"
# shellcheck disable=SC2317 # by until_ok
came() { [ "$(counter "$A" udp rx)" -gt "$before" ]; }
until_ok came
echo >&7
exec 7>&-
wait $stamp || fail "no stamp of when it came"

# The port of a bridge: both hosts are the kernel's.
C=c-$$
EXTRA_NAMESPACES=$C
ip netns add "$C"
ip -n "$C" -batch - <<-EOF
	link add br0 type strata_bridge
	link add p0 type strata_nic peer name e0 netns $A
	link add p1 type strata_nic peer name e0 netns $B
	link set p0 up master br0
	link set p1 up master br0
	link set br0 up
EOF
for end in "$A 1" "$B 2"; do
	ip -n "${end% *}" addr add "10.3.0.${end#* }/24" dev e0
	ip -n "${end% *}" link set e0 up
done
host=10.3.0.1
until_ok answers
all_between "$C" p1 "$B" e0
# What the bridge passes on to whoever listens at the port itself: reserved groups.
cat >"$WORK/lldp.py" <<'P'
import socket, sys
lldp = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
lldp.bind(("p1", 0x88CC))
group = bytes.fromhex("0180c200000e")
# Like the daemons do, and no tap.
lldp.setsockopt(263, 1, __import__("struct").pack("iHH8s", socket.if_nametoindex("p1"), 0, 6, group))
lldp.settimeout(60)
print("ready", flush=True)
assert lldp.recv(2048) == b"who I am"
P
in_c /usr/bin/python3 "$WORK/lldp.py" >"$WORK/lldp" &
lldp=$!
until_ok grep -q ready "$WORK/lldp"
is_short "$C" p1 "a listener of the reserved groups"
in_b /usr/bin/python3 -c '
import socket
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("e0", 0))
wire.send(bytes.fromhex("0180c200000e") + wire.getsockname()[4] + b"\x88\xccwho I am")'
umount "$WORK/bpf"
wait $lldp || fail "who listens to a reserved group at a port did not hear it"
pass
