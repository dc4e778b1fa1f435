# SPDX-License-Identifier: GPL-2.0
"""udplite.py A B WHAT: UDP-Lite between Strata's stack in namespace A and the kernel's in B.

Sockets of both stacks are of this one process, so what has been sent has arrived, or will not.
"""
import ctypes
import itertools
import socket
import struct
import sys

LITE, RAW, DGRAM = socket.IPPROTO_UDPLITE, socket.SOCK_RAW, socket.SOCK_DGRAM
SEND_CSCOV, RECV_CSCOV = socket.UDPLITE_SEND_CSCOV, socket.UDPLITE_RECV_CSCOV
V4, V6, AF_STRATA = socket.AF_INET, socket.AF_INET6, 18
CLONE_NEWNET = 0x40000000
PATIENCE_S = 20
WHOLE = 48      # octets of a damaged datagram, with its header
libc = ctypes.CDLL(None, use_errno=True)


class Stack:
    """One of the two, seen by the other at these addresses."""

    def __init__(self, family, netns, addresses):
        self.family, self.netns, self.addresses = family, netns, addresses

    def socket(self, family, kind=DGRAM, protocol=LITE):
        with open(f"/run/netns/{self.netns}") as f:
            if libc.setns(f.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
        if self.family == AF_STRATA:
            fd = libc.socket(AF_STRATA, kind, family << 16 | protocol)
            if fd < 0:
                raise OSError(ctypes.get_errno(), "socket")
            s = socket.socket(family, kind, protocol, fileno=fd)
        else:
            s = socket.socket(family, kind, protocol)
        s.settimeout(PATIENCE_S)
        return s

    def receiver(self, family, least=None):
        s = self.socket(family)
        s.bind((self.addresses[family], 0))
        if least is not None:
            s.setsockopt(LITE, RECV_CSCOV, least)
        return s

    def sender(self, family, to, coverage=None):
        s = self.socket(family)
        if coverage is not None:
            s.setsockopt(LITE, SEND_CSCOV, coverage)
        s.connect(to.getsockname()[:2])
        return s


def udp_header(packet, family):
    """IPv4 raw sockets have the IP header before it."""
    at = (packet[0] & 15) * 4 if family == V4 else 0
    return struct.unpack("!HHHH", packet[at:at + 8])


def exchange(here, there, family):
    """What arrives of each size and coverage, and how much its header says is covered."""
    said = []
    wire = there.socket(family, RAW)
    receiver = there.receiver(family)
    port = receiver.getsockname()[1]
    for coverage, size in itertools.product((None, 0, 1, 8, 9, 21, 1000, 65535), (0, 1, 12, 13, 14, 999, 3000, 9001)):
        sender = here.sender(family, receiver, coverage)
        data = bytes(i * 7 & 255 for i in range(size))
        sender.send(data)
        got, peer = receiver.recvfrom(65536)
        assert got == data, f"{size} octets, {coverage} covered: {len(got)} arrived"
        assert peer[:2] == sender.getsockname()[:2], peer
        head = udp_header(wire.recv(65536), family)
        assert head[:2] == (peer[1], port) and head[3], head
        said.append((coverage, size, head[2]))
    return said


def least(here, there, family):
    """Which of what was sent arrives at a socket that asks for a least coverage."""
    said = []
    for asked in (None, 0, 8, 20, 21, 5000):
        receiver = there.receiver(family, asked)
        for coverage in (None, 0, 8, 20, 21, 107, 108, 200):
            here.sender(family, receiver, coverage).send(bytes([1]) * 100)
        here.sender(family, receiver).send(b"end")
        arrived = 0
        while receiver.recv(200) != b"end":
            arrived += 1
        said.append((asked, arrived))
    return said


def add(data, total=0):
    """RFC 1071."""
    data += b"\0" * (len(data) & 1)
    total += sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def datagram(family, ends, claimed, covered):
    """From and to ends, a payload of its own octets; its checksum covers so many."""
    (source, sport), (destination, dport) = ends
    pseudo = socket.inet_pton(family, source) + socket.inet_pton(family, destination) + \
        struct.pack("!IHH", WHOLE, 0, LITE)
    body = struct.pack("!HHHH", sport, dport, claimed, 0) + bytes(range(100, 100 + WHOLE - 8))
    check = ~add(body[:covered], add(pseudo)) & 0xffff or 0xffff
    return bytearray(body[:6] + struct.pack("!H", check) + body[8:])


def damaged(here, there, family):
    """Which of hand-made datagrams arrive: each octet behind the ports damaged in turn, and headers that may not be."""
    said = []
    receiver = there.receiver(family)
    sender = here.sender(family, receiver)
    ends = sender.getsockname()[:2], receiver.getsockname()[:2]
    wire = here.socket(family, RAW)
    wire.connect((ends[1][0], 0))

    def arrives(packet):
        wire.send(bytes(packet))
        sender.send(b"end")
        got = receiver.recv(200)
        return got == b"end" or receiver.recv(200) != b"end" or got

    for claimed, covered in ((0, WHOLE), (WHOLE, WHOLE), (WHOLE - 1, WHOLE - 1), (8, 8), (20, 20), (21, 21)):
        assert arrives(datagram(family, ends, claimed, covered)) is not True, (claimed, "does not arrive undamaged")
        whole = []
        for octet in range(6, WHOLE):
            packet = datagram(family, ends, claimed, covered)
            packet[octet] ^= 0x10
            if arrives(packet) is not True:
                whole.append(octet)
        assert whole == list(range(covered, WHOLE)), (claimed, whole)
        said.append((claimed, whole))
    for claimed, covered in ((1, 1), (7, 7), (WHOLE + 1, WHOLE), (65535, WHOLE), (20, 22), (22, 20)):
        assert arrives(datagram(family, ends, claimed, covered)) is True, (claimed, covered)
    packet = datagram(family, ends, 8, 8)
    packet[6:8] = b"\0\0"
    assert arrives(packet) is True, "a datagram without a checksum arrives"
    wire.send(bytes(packet[:7]))
    assert arrives(datagram(family, ends, 0, WHOLE)) is not True
    return said


def refused(here, there, family):
    """A port without a socket, also where UDP has one."""
    receiver = there.receiver(family)
    address = receiver.getsockname()[:2]
    udp = there.socket(family, protocol=socket.IPPROTO_UDP)
    udp.bind(address)
    sender = here.sender(family, receiver)
    receiver.close()
    for _ in range(2):
        sender.send(b"x")
        try:
            sender.recv(1)
            return "received"
        except ConnectionRefusedError:
            pass
    udp.setblocking(False)
    try:
        return udp.recv(1)
    except BlockingIOError:
        return "refused"


def options(here, _, family):
    """What the options take, and answer."""
    said = []
    for level, option in itertools.product((socket.IPPROTO_UDP, LITE), (SEND_CSCOV, RECV_CSCOV)):
        s = here.socket(family)
        said.append(s.getsockopt(level, option))
        for value in (0, 1, 7, 8, 9, -1, -2**31, 65535, 65536, 2**31 - 1):
            s.setsockopt(level, option, value)
            said.append(s.getsockopt(level, option))
        said.append(s.getsockopt(level, option, 2))
        for value in (b"", b"\1\0\0", b"\x14\0\0\0\0"):
            try:
                s.setsockopt(level, option, value)
                said.append("taken")
            except OSError as e:
                said.append(e.errno)
    return said


def nothing_there(here, there, family):
    """The other has no UDP-Lite at the moment: what a sender is told."""
    sender = here.socket(family)
    sender.connect((there.addresses[family], 9))
    for _ in range(20):
        sender.send(b"x")
        sender.settimeout(1)
        try:
            sender.recv(1)
        except TimeoutError:
            continue
        except OSError as e:
            return e.errno
    return "nothing"


def main():
    strata = Stack(AF_STRATA, sys.argv[1], {V4: "10.0.0.1", V6: "fd00::1"})
    kernel = Stack(None, sys.argv[2], {V4: "10.0.0.2", V6: "fd00::2"})
    if sys.argv[3] == "nothing_there":
        told = nothing_there(kernel, strata, V4), nothing_there(kernel, strata, V6)
        # RFC 1122 3.2.2.1, RFC 8200 4: protocol unreachable; next header unknown.
        assert told == (92, 71), told
        return
    for family in V4, V6:
        for what in exchange, least, damaged, refused, options:
            ours, theirs = what(strata, kernel, family), what(kernel, strata, family)
            assert ours == theirs, f"{what.__name__}, {family!r}:\n{ours}\n{theirs}"
            print(what.__name__, family.name, len(ours))


main()
