# SPDX-License-Identifier: GPL-2.0
"""host.py: a host at the other end of a cable, seen from outside and from within.

    host = Host("k0", "a-17", AF_STRATA)
    host.outcome(frames, src)

Its sockets are made in its namespace, on the stack of the family given. Every host has the
L2 address ROUTER_LL, 10.0.0.1 and fd00::1, and what it has to say goes to HOST_LL.
"""
import ctypes
import errno
import os
import socket
import struct
import sys
import time

from errqueue import IP_RECVERR, IPV6_RECVERR, MSG_ERRQUEUE
from ip_frames import checksum, datagram, icmp

HOST_LL, OTHER_LL = bytes.fromhex("020000000001"), bytes.fromhex("020000000003")
ETH_P_IP, ETH_P_IPV6 = b"\x08\0", b"\x86\xdd"
AF_STRATA, CLONE_NEWNET = 18, 0x40000000
PATIENCE_S = 30
OPEN, CONNECTED, REMOTE, LISTENS = 7000, 7002, 7003, 7001
RAW_PROTOCOL = 253
US, US6 = "10.0.0.1", "fd00::1"
MARK = struct.pack("!I", 0xfeedbead)
FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32

libc = ctypes.CDLL(None, use_errno=True)


def inet(text):
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


def pseudo(src, dst, proto, length):
    return inet(src) + inet(dst) + (struct.pack("!II", length, proto) if ":" in src else
                                    struct.pack("!HH", proto, length))


def each(name, words, reason):
    """For lists of differences: the same reason for names that differ in a word."""
    return {name % word: reason for word in words}


def udp(src, dst, port=OPEN, data=b"strata!!", sport=4000, length=None, check=None):
    """A UDP datagram; whatever is given is put in, right or wrong. The checksum covers what the length says."""
    length = 8 + len(data) if length is None else length
    head = struct.pack("!HHH", sport, port, length)
    good = checksum(pseudo(src, dst, 17, length) + (head + b"\0\0" + data)[:length]) or 0xffff
    return head + struct.pack("!H", good if check is None else check) + data


def tcp(src, dst, port, flags, data=b"", sport=4000, seq=1000, ack=77777, options=b"", words=None, check=None,
        reserved=0):
    words = 5 + len(options) // 4 if words is None else words
    head = struct.pack("!HHIIBBH", sport, port, seq, ack, words << 4 | reserved, flags, 5000)
    tail = struct.pack("!H", 0) + options + data
    good = checksum(pseudo(src, dst, 6, 20 + len(options) + len(data)) + head + b"\0\0" + tail)
    return head + struct.pack("!H", good if check is None else check) + tail


def packet6(src, dst, proto, payload, hops=64, length=None, version=6, tclass=0):
    return struct.pack("!IHBB", version << 28 | tclass << 20, len(payload) if length is None else length, proto,
                       hops) + inet(src) + inet(dst) + payload


def icmp6(src, dst, kind, code, body):
    head = struct.pack("!BBH", kind, code, 0)
    return head[:2] + struct.pack("!H", checksum(pseudo(src, dst, 58, 4 + len(body)) + head + body)) + body


def segment(tcp_header):
    """Of a reset all; of what a connection says what does not depend on its numbers."""
    return tcp_header if tcp_header[13] & RST else tcp_header[:4] + tcp_header[8:12] + tcp_header[13:14]


def is_syn(packet):
    """A SYN+ACK comes again and again."""
    at = 40 if packet[0] >> 4 == 6 else (packet[0] & 15) * 4
    return packet[6 if at == 40 else 9] == 6 and len(packet) > at + 13 and packet[at + 13] & SYN != 0


def masked(packet):
    """Without padding, identification, header checksum, flow label, and the time of day."""
    if packet[0] >> 4 == 6:
        packet = packet[:40 + struct.unpack("!H", packet[4:6])[0]]
        head = packet[:1] + bytes([packet[1] & 0xf0]) + b"\0\0"
        if packet[6] == 6:
            return head + packet[6:40] + segment(packet[40:])
        return head + packet[4:]
    packet = packet[:struct.unpack("!H", packet[2:4])[0]]
    length = (packet[0] & 15) * 4
    head = packet[:4] + b"\0\0" + packet[6:10] + b"\0\0" + packet[12:length]
    if packet[9] == 6:
        return head[:2] + head[4:] + segment(packet[length:])
    return head + packet[length:]


class Inside:
    """Sockets of a host, on one of its stacks."""

    def __init__(self, namespace, family):
        home, there = os.open("/proc/self/ns/net", os.O_RDONLY), os.open("/run/netns/" + namespace, os.O_RDONLY)
        self.family = family
        self.enter(there)
        self.sockets = {}
        for number in (socket.AF_INET, socket.AF_INET6):
            self.make(number)
        self.enter(home)

    @staticmethod
    def enter(fd):
        if libc.setns(fd, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")

    def new(self, family, kind, protocol):
        if self.family is None:
            return socket.socket(family, kind, protocol)
        fd = libc.socket(self.family, kind, family << 16 | protocol)
        if fd < 0:
            raise OSError(ctypes.get_errno(), "socket")
        return socket.socket(family, kind, protocol, fd)

    def make(self, family):
        six = family == socket.AF_INET6
        every, peer = ("::", "fd00::2") if six else ("0.0.0.0", "10.0.0.2")
        level, recverr = (socket.IPPROTO_IPV6, IPV6_RECVERR) if six else (socket.IPPROTO_IP, IP_RECVERR)
        made = {}
        for protocol in (RAW_PROTOCOL, 58 if six else 1, 17, 6):
            made["raw %d" % protocol] = self.new(family, socket.SOCK_RAW, protocol)
        made["udp"] = self.new(family, socket.SOCK_DGRAM, 0)
        made["connected"] = self.new(family, socket.SOCK_DGRAM, 0)
        made["listener"] = self.new(family, socket.SOCK_STREAM, 0)
        if six:
            for name in "udp", "connected", "listener":
                made[name].setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made["udp"].bind((every, OPEN))
        made["connected"].bind((every, CONNECTED))
        made["connected"].connect((peer, REMOTE))
        for name in "connected", "raw %d" % RAW_PROTOCOL:
            made[name].setsockopt(level, recverr, 1)
        made["listener"].bind((every, LISTENS))
        made["listener"].listen(4096)
        for name, sock in made.items():
            sock.setblocking(False)
            self.sockets["%s %s" % (6 if six else 4, name)] = sock

    @staticmethod
    def drain(sock, ours):
        """What has come, and what the error queue says; a mark is nobody's. Of what the host says to
        itself only what it is asked to: `ours`."""
        while True:
            try:
                data, where = sock.recvfrom(70000)
            except BlockingIOError:
                break
            except OSError as e:
                yield "error %s" % errno.errorcode[e.errno]
                continue
            if MARK not in data and (ours or where[0] not in (US, US6)):
                yield "from %s %d bytes: %s" % (where[:2], len(data), data.hex())
        while True:
            try:
                data, control, _, where = sock.recvmsg(70000, 500, MSG_ERRQUEUE)
            except BlockingIOError:
                return
            # struct sock_extended_err, and the family and address of who says it
            yield "report %s %s %s" % (where[:2], data.hex(), [value[:16].hex() + value[20:24].hex()
                                                              for _, _, value in control])

    def delivered(self, ours):
        return ["%s: %s" % (name, said) for name, sock in self.sockets.items()
                if not name.endswith("listener") for said in self.drain(sock, ours)]


class Host:
    def __init__(self, device, namespace, kinds, family=None):
        self.inside = Inside(namespace, family)
        self.wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.wire.bind((device, 0))
        # What is sent to other stations, too.
        self.wire.setsockopt(263, 1, struct.pack("iHH8s", socket.if_nametoindex(device), 1, 0, b""))
        self.wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.sent, self.kinds = 0, kinds

    def send(self, packet, lladdr=None, kind=None):
        kind = kind or (ETH_P_IPV6 if packet[:1] and packet[0] >> 4 == 6 else ETH_P_IP)
        self.wire.send((lladdr or HOST_LL) + OTHER_LL + kind + packet)

    def read(self, seconds):
        """A packet from the host, or None."""
        self.wire.settimeout(seconds)
        try:
            frame, where = self.wire.recvfrom(70000)
        except (TimeoutError, BlockingIOError):
            return None
        if where[2] == socket.PACKET_OUTGOING or frame[12:14] not in self.kinds:
            return None
        return frame[14:]

    def mark(self):
        """All that came before the answer to an echo request that is behind it."""
        self.sent += 1
        data = MARK + struct.pack("!I", self.sent)
        self.send(datagram(src="10.0.0.2", dst="10.0.0.1", proto=1, payload=icmp(8, data=data)))
        before, end = [], time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            packet = self.read(0.5)
            if packet is None:
                continue
            if data in packet:
                return before
            before.append(packet)
        sys.exit("FAIL: a host no longer answers")

    def said(self, packets, mine):
        """Those that are no late answers to earlier ones; `mine` tells."""
        return ["says " + masked(packet).hex() for packet in packets if mine(packet)]

    def outcome(self, packets, mine, ours, lladdr=None, kind=None):
        """What the host says and what its sockets get."""
        for packet in packets:
            self.send(packet, lladdr, kind)
        return self.said(self.mark(), mine) + self.inside.delivered(ours)
