#!/bin/bash
# Random frames, malformed tags and BPDUs, while VLANs, the spanning tree and ports change,
# the bridge is deleted and the module leaves: nothing breaks, and the LAN works after.
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086,SC2317 # addresses need no quotes; functions are called by name
# shellcheck source=tools/testing/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tools/testing/lan.sh
. "$(dirname "$0")/../lan.sh"

KIND=strata_bridge STORMS=
storm() { # storm HOST SEED
	# With exec: $! is the program itself.
	(exec ip netns exec "$(h "$1")" /usr/bin/python3 -c '
import random, socket, struct, sys
rnd = random.Random(int(sys.argv[1]))
sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
sock.bind(("e0", 0))
groups = [bytes.fromhex("0180c200000%x" % n) for n in range(16)] + [b"\xff" * 6, bytes.fromhex("01005e010203")]

def tags():
    return b"".join(struct.pack("!HH", rnd.choice((0x8100, 0x88A8)), rnd.randrange(1 << 16))
                    for _ in range(rnd.randrange(4)))

def bpdu():
    body = bytearray(rnd.randbytes(rnd.randrange(64)))
    if rnd.random() < 0.8 and len(body) >= 4:
        body[0:4] = bytes((0, 0, rnd.choice((0, 2, 3)), rnd.choice((0, 2, 0x80))))
    llc = b"\x42\x42\x03" if rnd.random() < 0.9 else rnd.randbytes(3)
    length = rnd.choice((len(body) + 3, rnd.randrange(1600)))
    return groups[0] + rnd.randbytes(6) + struct.pack("!H", length) + llc + bytes(body)

def frame():
    dest = rnd.choice(groups) if rnd.random() < 0.5 else b"\x02" + rnd.randbytes(5)
    source = b"\x02\0\0\0\0" + rnd.randbytes(1) if rnd.random() < 0.8 else rnd.randbytes(6)
    return dest + source + tags() + rnd.randbytes(rnd.randrange(2, 100))

while True:
    data = bpdu() if rnd.random() < 0.3 else frame()
    try:
        sock.send(data if rnd.random() < 0.2 else data.ljust(60, b"\0"))
    except OSError:
        pass
' "$2") &
	STORMS+=" $!"
}

calm() { # the storms end
	kill $STORMS
	wait $STORMS 2>/dev/null || true
	STORMS=
}

received() { in_a cat /sys/class/net/p1/statistics/rx_packets; }
goes_on() {
	local before
	before=$(received)
	more() { [ "$(received)" -gt $((before + 100)) ]; }
	until_ok more
}

lan 3 fdb_max_learned 100 vlan_filtering 1 vlan_stats_enabled 1
storm 1 1
storm 2 2
goes_on
for turn in 1 2; do
	in_a bridge vlan add dev p1 vid 2-200
	in_a bridge vlan add dev p2 vid 100-300 untagged
	ip -n "$A" link set br0 type strata_bridge stp_state $turn
	goes_on
	in_a bridge fdb show >/dev/null
	in_a bridge -s vlan show >/dev/null
	ip -n "$A" link set p2 nomaster
	ip -n "$A" link set br0 type strata_bridge vlan_protocol 802.1ad
	ip -n "$A" link set p2 master br0
	in_a bridge vlan del dev p1 vid 2-200
	ip -n "$A" link set br0 type strata_bridge vlan_filtering $((turn - 1)) fdb_flush
	goes_on
	ip -n "$A" link set br0 type strata_bridge stp_state 0 vlan_protocol 802.1Q
	ip -n "$A" link set p3 down
	ip -n "$A" link set p3 up
done
[ "$(counter "$A" drop bridge_source)" -gt 0 ] || fail "no source was impossible"
[ "$(counter "$A" drop bridge_vlan)" -gt 0 ] || fail "no frame was in the wrong VLAN"
[ "$(counter "$A" drop bridge_bpdu)" -gt 0 ] || fail "no BPDU was malformed"
[ "$(counter "$A" bridge bpdu_rx)" -gt 0 ] || fail "no BPDU was well-formed"
[ "$(counter "$A" bridge fdb_full)" -gt 0 ] || fail "the table was never full"
ip -n "$A" link del br0
ip -n "$A" link add br0 type strata_bridge
for port in p1 p2 p3; do
	ip -n "$A" link set $port master br0
done
ip -n "$A" link set br0 up
goes_on
calm
until_ok in_h 1 ping -c 1 -W 1 10.0.0.3

# The module takes its bridges with it.
storm 1 3
goes_on
rmmod strata
! ip -n "$A" link show br0 >/dev/null 2>&1 || fail "the bridge is still there"
insmod "$STRATA_MODULES/strata.ko"
calm
raze
pass
