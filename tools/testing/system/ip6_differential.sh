#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Malformed and odd IPv6 packets, the same to Strata and to the kernel: each answers, reports or is silent as the other, but for differences listed here with their reasons.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

#	$A: Strata s0 fd00::1 ── cable ── k0 :$B: k1 ── cable ── c0 fd00::1, the kernel's stack :$C
C=c-$$
# shellcheck disable=SC2034 # for cleanup
EXTRA_NAMESPACES=$C
topology
ip netns add "$C"
ip -n "$C" link add c0 type strata_nic peer name k1 netns "$B"
netns_exec "$C" sysctl -qw net.ipv6.icmp.ratelimit=0
in_b sysctl -qw net.ipv6.conf.k0.disable_ipv6=1 net.ipv6.conf.k1.disable_ipv6=1
ip -n "$C" link set c0 up
ip -n "$B" link set k1 up
ip -n "$C" addr add fd00::1/64 dev c0 nodad
in_a strata addr add fd00::1/64 dev s0 nodad
cat >"$WORK/odd.py" <<'PY'
import os, socket, struct, sys, time
sys.path.insert(0, os.environ["STRATA_TESTING"])
from ip_frames import checksum

def inet6(text):
    return socket.inet_pton(socket.AF_INET6, text)

def icmp(src, dst, kind, code, body):
    head = struct.pack("!BBH", kind, code, 0)
    length = len(head) + len(body)
    total = checksum(src + dst + struct.pack("!II", length, 58) + head + body)
    return head[:2] + struct.pack("!H", total) + body

class Station:
    def __init__(self, device, lladdr):
        self.wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.wire.bind((device, 0))
        # What is sent to other stations, too.
        self.wire.setsockopt(263, 1, struct.pack("iHH8s", socket.if_nametoindex(device), 1, 0, b""))
        self.own = self.wire.getsockname()[4]
        self.peer = bytes.fromhex(lladdr.replace(":", ""))

    def send(self, packet, group=False):
        self.wire.send((b"\x33\x33" + packet[36:40] if group else self.peer) + self.own + b"\x86\xdd" + packet)

    def solicited(self, packet):
        """Answers a neighbour solicitation for any address of ours."""
        target, asker = packet[48:64], packet[8:24]
        if target == DST or asker == b"\0" * 16:
            return
        body = b"\x60\0\0\0" + target + b"\x02\x01" + self.own
        self.send(struct.pack("!IHBB", 6 << 28, 32, 58, 255) + target + asker + icmp(target, asker, 136, 0, body))

    def answer(self, src, seconds):
        """What the station says to an address: (type, code, pointer) or None."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.wire.settimeout(left)
            try:
                frame, where = self.wire.recvfrom(65536)
            except TimeoutError:
                break
            packet = frame[14:]
            if where[2] == socket.PACKET_OUTGOING or frame[12:14] != b"\x86\xdd" or packet[6] != 58:
                continue
            if packet[40] == 135:
                self.solicited(packet)
            elif packet[24:40] == src:
                kind, code = packet[40:42]
                return kind, code, struct.unpack("!I", packet[44:48])[0] if kind == 4 else 0
        return None

DST = inet6("fd00::1")
HOP, ROUTING, FRAGMENT, DEST, NONE, ICMP = 0, 43, 44, 60, 59, 58
PADN6 = b"\1\4\0\0\0\0"

def option(kind, rest=b"\4\0\0\0\0"):
    return bytes([kind]) + rest

def chain(*headers):
    """(protocol, bytes after the next header field) …, and an echo request."""
    return lambda echo: b"".join(
        bytes([headers[n + 1][0] if n + 1 < len(headers) else ICMP]) + rest
        for n, (_, rest) in enumerate(headers)) + echo

def opts(kind, *options):
    body = b"".join(options)
    assert len(body) % 8 == 6
    return kind, bytes([len(body) // 8]) + body

def frag(offset, more, ident=7):
    return FRAGMENT, struct.pack("!BHI", 0, offset | more, ident)

# name: (first header, chain, {field: value}); a reason where the two may differ
cases = [
    ("echo", ICMP, chain(), {}),
    ("hop limit 0", ICMP, chain(), {"hops": 0}),
    ("hop limit 1", ICMP, chain(), {"hops": 1}),
    ("version 4", ICMP, chain(), {"version": 4}),
    ("payload length beyond the packet", ICMP, chain(), {"longer": 1}),
    ("padding after the payload", ICMP, chain(), {"longer": -8, "cut": 8}),
    ("from ::", ICMP, chain(), {"src": "::"}),
    ("from ::1", ICMP, chain(), {"src": "::1"}),
    ("from a group", ICMP, chain(), {"src": "ff02::5"}),
    ("from a v4-mapped address", ICMP, chain(), {"src": "::ffff:10.0.0.9"}),
    ("to ::1", ICMP, chain(), {"dst": "::1"}),
    ("to another", ICMP, chain(), {"dst": "fd00::33"}),
    ("to all nodes", ICMP, chain(), {"dst": "ff02::1"}),
    ("to another's group", ICMP, chain(), {"dst": "ff02::1:ff00:33"}),
    ("to our group", ICMP, chain(), {"dst": "ff02::1:ff00:1"}),
    ("to scope 0", ICMP, chain(), {"dst": "ff00::1"}),
    ("to scope 1", ICMP, chain(), {"dst": "ff01::1"}),
    ("hop-by-hop", HOP, chain(opts(HOP, PADN6)), {}),
    ("destination options", DEST, chain(opts(DEST, PADN6)), {}),
    ("hop-by-hop second", DEST, chain(opts(DEST, PADN6), opts(HOP, PADN6)), {}),
    ("option to skip", DEST, chain(opts(DEST, option(0x1e))), {}),
    ("option that drops", DEST, chain(opts(DEST, option(0x5e))), {}),
    ("option that reports", DEST, chain(opts(DEST, option(0x9e))), {}),
    ("option that reports unicast", DEST, chain(opts(DEST, option(0xde))), {}),
    ("option that reports, second", DEST, chain(opts(DEST, b"\x1e\0", b"\x9e\2\0\0")), {}),
    ("option that reports, to a group", DEST, chain(opts(DEST, option(0x9e))), {"dst": "ff02::1"}),
    ("option that reports unicast, to a group", DEST, chain(opts(DEST, option(0xde))), {"dst": "ff02::1"}),
    ("hop-by-hop option that reports", HOP, chain(opts(HOP, option(0x9e))), {}),
    ("option beyond its header", DEST, chain(opts(DEST, option(0x1e, b"\5\0\0\0\0"))), {}),
    ("header beyond the packet", DEST, lambda echo: b"\x3a\x09" + PADN6 + echo, {}),
    ("eight bytes of padding", DEST, chain((DEST, b"\1\x1e\4\0\0\0\0\1\6\0\0\0\0\0\0")), {}),
    ("router alert", HOP, chain(opts(HOP, b"\5\2\0\0\1\0")), {}),
    ("routing to its end", ROUTING, chain((ROUTING, b"\0\0\0\0\0\0\0")), {}),
    ("type 0 routing", ROUTING, chain((ROUTING, b"\2\0\1" + b"\0" * 4 + inet6("fd00::9"))), {}),
    ("unknown routing", ROUTING, chain((ROUTING, b"\0\xfd\1\0\0\0\0")), {}),
    ("unknown header", 253, lambda echo: echo, {}),
    ("unknown header behind options", DEST, lambda echo: b"\xfd\0" + PADN6 + echo, {}),
    ("ICMP of IPv4", 1, lambda echo: echo, {}),
    ("no next header", NONE, lambda echo: echo, {}),
    ("any order", DEST, chain(opts(DEST, PADN6), (ROUTING, b"\0\0\0\0\0\0\0"), opts(DEST, PADN6)), {}),
    ("atomic fragment", FRAGMENT, chain(frag(0, 0)), {}),
    ("fragment of 17 bytes", FRAGMENT, lambda echo: b"\x3a" + frag(0, 1)[1] + echo[:17], {}),
    ("fragment beyond 65535", FRAGMENT, lambda echo: b"\x3a" + frag(65528, 0)[1] + echo[:16], {}),
    ("first fragment without its header", FRAGMENT, lambda echo: b"\x3c" + frag(0, 1)[1] + b"\x3a\2" + PADN6, {}),
    ("ICMPv6 checksum wrong", ICMP, lambda echo: echo[:2] + b"\x12\x34" + echo[4:], {}),
    ("truncated echo", ICMP, lambda echo: echo[:7], {}),
    ("port unreachable", 17, lambda echo: struct.pack("!HHHH", 9, 9, 8, 0), {"udp": True}),
    ("UDP without a checksum", 17, lambda echo: struct.pack("!HHHH", 9, 9, 8, 0), {}),
]
reasons = {
    "from ::": "RFC 4291 2.5.2: nobody can be answered; the kernel delivers it, and then finds no way",
}
stations = Station("k0", sys.argv[1]), Station("k1", sys.argv[2])
answers, failed = 0, 0
for number, (name, first, build, fields) in enumerate(cases):
    src = inet6(fields.get("src", "fd00::%x" % (0x1000 + number)))
    dst = inet6(fields.get("dst", "fd00::1"))
    echo = icmp(src, dst, 128, 0, struct.pack("!HH", 1, number) + b"strata!!" * 2)
    payload = build(echo)
    if fields.get("udp"):
        total = checksum(src + dst + struct.pack("!II", len(payload), 17) + payload)
        payload = payload[:6] + struct.pack("!H", total)
    packet = struct.pack("!IHBB", fields.get("version", 6) << 28, len(payload) + fields.get("longer", 0), first,
                         fields.get("hops", 64)) + src + dst + payload
    for station in stations:
        station.send(packet, dst[0] == 0xff)
    strata, kernel = (station.answer(src, 0.25) for station in stations)
    print("%-45s %s" % (name, strata), "" if strata == kernel else "kernel: %s" % (kernel,))
    answers += strata is not None
    if strata != kernel and name not in reasons:
        failed += 1
if failed:
    sys.exit("FAIL: %d differences from the kernel" % failed)
if answers < 20:
    sys.exit("FAIL: only %d answers" % answers)
PY
lladdr() {
	ip netns exec "$1" cat "/sys/class/net/$2/address"
}
export STRATA_TESTING
in_b /usr/bin/python3 "$WORK/odd.py" "$(lladdr "$A" s0)" "$(lladdr "$C" c0)"
pass
