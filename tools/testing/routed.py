# SPDX-License-Identifier: GPL-2.0
"""routed.py: what a router makes of a packet.

Run where the four ends of the cables are: a1 and b1 on both sides of Strata, a2 and
b2 on both sides of the kernel. Every router has the L2 addresses 02:00:00:00:00:01
(towards a) and 02:00:00:00:00:02 (towards b), the addresses 10.0.0.1, fd00::1 and
10.1.0.1, fd00:1::1, and an MTU of 1280 towards b.
"""
import socket
import struct
import sys
import time

from ip_frames import datagram, icmp

ROUTER_LL = bytes.fromhex("020000000001")
HOST_LL = bytes.fromhex("020000000003")
PATIENCE_S = 30
IP4, IP6, MPLS = b"\x08\x00", b"\x86\xdd", b"\x88\x47"
FAR = "10.1.0.2"
HEADER4, HEADER6 = 20, 40


def inet6(text):
    return socket.inet_pton(socket.AF_INET6, text)


def is_icmp_of_router(packet):
    if packet[0] >> 4 == 4:
        return packet[9] == 1 and packet[12:16] in (b"\x0a\0\0\1", b"\x0a\1\0\1")
    return packet[6] == 58 and packet[8:24] in (inet6("fd00::1"), inet6("fd00:1::1"), inet6("fe80::1"))


def without_time(packet):
    """The time of day in a Timestamp option, and with it the checksum."""
    at, end = 20, (packet[0] & 15) * 4
    while at < end and packet[at]:
        if packet[at] == 1:
            at += 1
            continue
        if packet[at] == 68 and packet[at + 2] > 5:
            last = at + packet[at + 2] - 5
            return packet[:10] + b"\0\0" + packet[12:last] + bytes(4) + packet[last + 4:]
        at += packet[at + 1]
    return packet


def masked(packet):
    """Without what may be anything: of ICMP messages the identification and with it the header's
    checksum, or the flow label; of what is forwarded the time of day."""
    if len(packet) < HEADER6 + 8 and packet[0] >> 4 == 6 or len(packet) < HEADER4:
        return packet
    if packet[0] >> 4 == 4:
        packet = packet[:struct.unpack("!H", packet[2:4])[0]]
        if is_icmp_of_router(packet):
            return packet[:4] + b"\0\0" + packet[6:10] + b"\0\0" + packet[12:]
        return without_time(packet)
    if packet[0] >> 4 == 6:
        packet = packet[:40 + struct.unpack("!H", packet[4:6])[0]]
        if is_icmp_of_router(packet):
            return packet[:1] + bytes([packet[1] & 0xf0]) + b"\0\0" + packet[4:]
    return packet


def is_noise(packet):
    """Neighbour discovery and multicast listeners, but for redirects."""
    if packet[0] >> 4 != 6 or len(packet) < HEADER6 + 16:
        return False
    kind = packet[48] if packet[6] == 0 else packet[40]
    return packet[6] in (0, 58) and packet[24] == 0xff or packet[6] == 58 and kind in (133, 134, 135, 136)


class Side:
    def __init__(self, device):
        self.wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.wire.bind((device, 0))
        self.wire.setsockopt(263, 1, struct.pack("iHH8s", socket.if_nametoindex(device), 1, 0, b""))

    def send(self, packet, lladdr, kind=IP4):
        self.wire.send((lladdr or ROUTER_LL) + HOST_LL + kind + packet)

    def read(self, seconds):
        """(kind, packet); None: nothing that is one."""
        self.wire.settimeout(seconds)
        try:
            frame, where = self.wire.recvfrom(65536)
        except (TimeoutError, BlockingIOError):
            return None
        if where[2] == socket.PACKET_OUTGOING or frame[12:14] not in (IP4, IP6, MPLS):
            return None
        return frame[12:14], frame[14:]


class Router:
    """Both sides of one. What comes after a packet is behind it: a datagram that is forwarded and
    an echo request that the router answers say that all has come."""

    def __init__(self, number):
        self.near, self.far = Side("a%s" % number), Side("b%s" % number)
        self.sent = 0

    def gather(self, side, is_mark):
        packets, end = [], time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            kind, packet = side.read(0.5) or (None, b"")
            if not packet:
                continue
            if kind == MPLS:
                packets.append(b"MPLS" + packet)
            elif is_mark(packet):
                return packets
            elif not is_noise(packet):
                packets.append(masked(packet))
        sys.exit("FAIL: a router sent no mark")

    def outcome(self, packet, lladdr, kind):
        self.sent += 1
        mark = struct.pack("!I", 0xfeed0000 + self.sent)
        self.near.send(packet, lladdr, kind)
        self.near.send(datagram(src="10.0.0.3", dst=FAR, payload=mark), None)
        self.near.send(datagram(src="10.0.0.3", dst="10.0.0.1", proto=1,
                                payload=icmp(8, data=mark)), None)
        far = self.gather(self.far, lambda p: p[20:24] == mark)
        near = self.gather(self.near, lambda p: p[28:32] == mark)
        return [("near", p.hex()) for p in near] + [("far", p.hex()) for p in far]


def compare(cases, differences):
    """Cases (name, packet, L2 destination or None, EtherType) through Strata and the kernel:
    what comes out is the same, but for `differences`, names and reasons, which must differ."""
    strata, kernel = Router(1), Router(2)
    wrong, names, differ = [], set(), set()
    for name, packet, lladdr, kind in cases:
        if name in names:
            sys.exit("FAIL: two cases '%s'" % name)
        names.add(name)
        ours, theirs = strata.outcome(packet, lladdr, kind), kernel.outcome(packet, lladdr, kind)
        if ours != theirs:
            differ.add(name)
            if name not in differences:
                wrong.append("%s:\n  Strata %s\n  kernel %s" % (name, ours, theirs))
    for name in set(differences) - differ:
        wrong.append("%s: no difference any more" % name)
    if wrong:
        sys.exit("FAIL: " + "\n".join(wrong))
    print("%d packets, %d differences, each with its reason" % (len(names), len(differ)))
