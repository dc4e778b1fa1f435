#!/bin/bash
# Random frames, malformed tags, BPDUs, IGMP and MLD, while VLANs, the spanning tree and ports change,
# the bridge is deleted and the module leaves: nothing breaks, and the LAN works after.
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086,SC2317 # addresses need no quotes; functions are called by name
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/lan.sh
. "${0%/*}/../lan.sh"

KIND=strata_bridge STORMS=
storm() { # storm HOST SEED
	# With exec: $! is the program itself.
	(exec netns_exec "$(h "$1")" /usr/bin/python3 -c '
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

def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", ~total & 0xFFFF)

def message(kinds, size):
    """Of a kind, perhaps shorter than it says."""
    body = bytearray(rnd.randbytes(rnd.randrange(4, size)))
    body[0], body[2:4] = rnd.choice(kinds), b"\0\0"
    if rnd.random() < 0.7:
        body[6:8] = struct.pack("!H", rnd.randrange(4))
    return body

def igmp():
    body = message((0x11, 0x12, 0x16, 0x17, 0x22), 64)
    if rnd.random() < 0.8 and len(body) >= 8 and body[0] != 0x22:
        body[4:8] = bytes((239, 1, rnd.randrange(256), rnd.randrange(256)))
    if rnd.random() < 0.9:
        body[2:4] = checksum(bytes(body))
    length = 20 + len(body) if rnd.random() < 0.9 else rnd.randrange(2000)
    return groups[11] + b"\x02\0\0\0\0" + rnd.randbytes(1) + struct.pack(
        "!HBBHHHBBHII", 0x800, 0x45, 0, length, 0, 0, 1, 2, 0, 0x0a000001, 0xefffff01) + bytes(body)

def mld():
    body = message((130, 131, 132, 143), 120)
    if rnd.random() < 0.8 and len(body) >= 24 and body[0] != 143:
        body[8:24] = b"\xff\x15" + bytes(13) + rnd.randbytes(1)
    link, all_nodes = b"\xfe\x80" + bytes(13) + b"\x07", b"\xff\x02" + bytes(13) + b"\x01"
    if rnd.random() < 0.9:
        body[2:4] = checksum(link + all_nodes + struct.pack("!IHBB", len(body), 0, 0, 58) + bytes(body))
    length = 8 + len(body) if rnd.random() < 0.9 else rnd.randrange(2000)
    return b"\x33\x33\0\0\0\x01\x02\0\0\0\0" + rnd.randbytes(1) + struct.pack(
        "!HIHBB", 0x86DD, 6 << 28, length, 0, 1) + link + all_nodes + bytes(
        (58, 0, 5, 2, 0, 0, 1, 0)) + bytes(body)

def frame():
    dest = rnd.choice(groups) if rnd.random() < 0.5 else b"\x02" + rnd.randbytes(5)
    source = b"\x02\0\0\0\0" + rnd.randbytes(1) if rnd.random() < 0.8 else rnd.randbytes(6)
    return dest + source + tags() + rnd.randbytes(rnd.randrange(2, 100))

while True:
    data = rnd.choice((bpdu, igmp, mld, frame, frame))()
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

lan 3 fdb_max_learned 100 mcast_port_max 50 mcast_hash_max 80 vlan_filtering 1 \
	vlan_stats_enabled 1 mcast_igmp_version 3 mcast_mld_version 2 mcast_querier 1 \
	mcast_query_response_interval 100 mcast_membership_interval 200
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
	in_a strata bridge mdb >/dev/null
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
[ "$(counter "$A" drop bridge_mcast)" -gt 0 ] || fail "no IGMP or MLD was malformed"
[ "$(counter "$A" bridge mcast_rx)" -gt 0 ] || fail "no IGMP or MLD was well-formed"
[ "$(counter "$A" bridge mdb_full)" -gt 0 ] || fail "the table of groups was never full"
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
