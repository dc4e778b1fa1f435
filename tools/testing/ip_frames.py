# SPDX-License-Identifier: GPL-2.0
"""Hand-made frames for system tests, sent from the kernel's side of the cable.

    from ip_frames import Wire, datagram, ...

Run in the namespace of the kernel's end. Counters are read with
`strata -j stat -a` in Strata's namespace.
"""
import json
import socket
import struct
import subprocess
import time

SOL_PACKET, PACKET_ADD_MEMBERSHIP, PACKET_MR_PROMISC = 263, 1, 1

ETH_P_ALL, ETH_P_IP, ETH_P_ARP = 0x0003, 0x0800, 0x0806
BROADCAST_LL = b"\xff" * 6
OURS, THEIRS = "10.0.0.2", "10.0.0.1"   # the kernel's address, Strata's
PATIENCE_S = 20


def addr(text):
    return socket.inet_aton(text)


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def datagram(src=OURS, dst=THEIRS, proto=253, payload=b"strata!!", options=b"",
             version=4, ihl=None, total=None, ident=1, frag=0, ttl=64,
             check=None):
    """An IPv4 datagram; whatever is given is put in, right or wrong."""
    words = 5 + len(options) // 4 if ihl is None else ihl
    length = 20 + len(options) + len(payload) if total is None else total

    def header(check):
        return struct.pack("!BBHHHBBH4s4s", version << 4 | words, 0, length,
                           ident, frag, ttl, proto, check, addr(src),
                           addr(dst)) + options

    good = checksum(header(0) + payload[:max(0, words * 4 - 20 - len(options))])
    return header(good if check is None else check) + payload


def with_tos(packet, tos):
    """The header's checksum follows (RFC 1624)."""
    header = packet[:1] + bytes([tos]) + packet[2:10] + b"\0\0" + packet[12:20]
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + packet[20:]


def icmp(kind, code=0, rest=b"\0\0\0\0", data=b"", check=None):
    head = struct.pack("!BBH", kind, code, 0) + rest + data
    good = checksum(head)
    return head[:2] + struct.pack("!H", good if check is None else check) + head[4:]


def arp(op, sender_ll, sender, target, target_ll=b"\0" * 6, hrd=1, pro=ETH_P_IP,
        hln=6, pln=4):
    return struct.pack("!HHBBH", hrd, pro, hln, pln, op) + sender_ll + \
        addr(sender) + target_ll + addr(target)


class Wire:
    """The kernel's end of the cable."""

    def __init__(self, device, namespace, station_ll):
        self.device, self.namespace = device, namespace
        self.station_ll = mac(station_ll)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                    socket.htons(ETH_P_ALL))
        self.socket.bind((device, 0))
        # What is sent to other stations, too.
        self.socket.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP,
                               struct.pack("iHH8s", socket.if_nametoindex(device), PACKET_MR_PROMISC, 0, b""))
        self.own_ll = self.socket.getsockname()[4]
        # The kernel's own reports and solicitations would be counted too.
        path = "/proc/sys/net/ipv6/conf/%s/disable_ipv6" % device
        with open(path, "w", encoding="ascii") as f:
            f.write("1")

    def send(self, payload, kind=ETH_P_IP, dst_ll=None, src_ll=None):
        self.socket.send((dst_ll or self.station_ll) + (src_ll or self.own_ll) +
                         struct.pack("!H", kind) + payload)

    def heard(self, seconds):
        """The frames that arrive from the other end within a time."""
        frames, end = [], time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                frame, where = self.socket.recvfrom(65536)
            except socket.timeout:
                break
            if where[2] != socket.PACKET_OUTGOING:
                frames.append(frame)
        return frames

    def wait_for(self, wanted):
        """The first frame that `wanted` accepts; None if none comes."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            for frame in self.heard(0.05):
                if wanted(frame):
                    return frame
        return None

    def counters(self):
        out = subprocess.run(["ip", "netns", "exec", self.namespace, "strata",
                              "-j", "stat", "-a"], check=True,
                             stdout=subprocess.PIPE).stdout
        return {(c["layer"], c["name"]): c["value"] for c in json.loads(out)}

    def drops_after(self, send):
        """The drop counters that change when `send` is called."""
        before = self.counters()
        send()
        end = time.monotonic() + PATIENCE_S
        while True:
            after = self.counters()
            changed = {name: value - before.get((layer, name), 0)
                       for (layer, name), value in after.items()
                       if layer == "drop" and value != before.get((layer, name), 0)}
            if changed or time.monotonic() > end:
                return after, before, changed


def check_drops(wire, cases, quiet=0.2):
    """Each case: (name, reason, function that sends one frame). Every frame is
    dropped once, under its reason, delivered to nobody (ICMP's own trouble is
    found after delivery to ICMP) and answered with ICMP errors at the most."""
    for name, reason, send in cases:
        after, before, changed = wire.drops_after(send)
        if changed != {reason: 1}:
            raise SystemExit("FAIL: %s: wanted one %s, got %s" %
                             (name, reason, changed or "no drop"))
        delivered = ("ipv4", "delivered")
        if after[delivered] - before[delivered] != reason.startswith("icmp_"):
            raise SystemExit("FAIL: %s: delivered" % name)
    answers = [frame for frame in wire.heard(quiet)
               if frame[12:14] == struct.pack("!H", ETH_P_IP)
               and frame[23] != socket.IPPROTO_ICMP]
    if answers:
        raise SystemExit("FAIL: answered: %r" % answers)
