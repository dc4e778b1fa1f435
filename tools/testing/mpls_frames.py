# SPDX-License-Identifier: GPL-2.0
"""mpls_frames.py: the same labelled packets through two routers, the outcome compared.

What comes out of a routed.Router, on which side and in which order, is compared byte by
byte from the first label on. What the labels mean is in mpls_differential.sh.
"""
import struct

from host import each, icmp6, packet6, udp
from ip_frames import datagram, icmp
from routed import FAR, IP4, MPLS, compare

DATA = bytes(i * 7 % 251 for i in range(9000))
BEYOND, BEYOND6, US, US6 = "10.1.9.9", "fd00:9::9", "10.0.0.1", "fd00::1"
SWAP, POP, PUSH2, LOCAL, POP6, LINK, PUSH8, BACK, EXPLICIT = range(100, 109)
GROUP, BROADCAST_LL, GROUP_LL, OTHER_LL = b"\x88\x48", b"\xff" * 6, b"\x01\0\x5e\x80\0\1", b"\x02\0\0\0\0\x77"
MTU = 1280

# What the two may differ in: the reason. Every one must differ.
POPS = ("pop", "pop to IPv6")
DEEP = (17, 32, 200)
DIFFERENCES = {
    **each("%s, traffic class", ("swap", "two labels", "to an L2 address", "eight labels", "back", "explicit null"),
           "RFC 3270 2.6.2.1: stays; the kernel clears it"),
    **each("pop, %s", ("another label below", "local below", "swap below", "no bottom", "no bottom, 4 bytes"),
           "RFC 3443 3.1: the label that comes to be on top gets the TTL that is left; the kernel leaves it its own"),
    **each("pop to IPv6, %s", ("another label below", "local below", "swap below", "no bottom", "no bottom, 4 bytes"), "the same"),
    **each("pop, %d labels", (2, 3, 8, 15, 16) + DEEP, "the same"),
    **each("pop%s", [to + ", %d bytes of IPv%d" % cut for to in ("", " to IPv6") for cut in
                     ((12, 4), (19, 4), (12, 6), (19, 6), (20, 6), (39, 6))], "no whole IP header; the kernel wants 12 bytes"),
    **each("pop%s", [to + ", no bottom, %d bytes" % cut for to in ("", " to IPv6") for cut in (1, 3)],
           "RFC 3032 2.1: no whole label is left; the kernel sends it on"),
    **each("%d local labels", DEEP, "a limit on what one packet can cost: 16 labels"),
    **each("%d local labels, echo", DEEP, "the same"),
    **each("%d local labels and a swap", (16,) + DEEP, "the same"),
    "local, from 240.0.0.1": "RFC 1112 4: reserved, as when it comes without a label",
    "local, to 240.0.0.1": "the same",
    **each("local, to %s", ("::1", "::"), "RFC 4291 2.5.2, 2.5.3: from no link; the kernel receives it from lo"),
    "local, to fe80::1": "received as from the link it came from, whose address that is; by the kernel from lo",
}


class Source:
    """A new one for each case: errors to one destination are limited."""
    number = 0

    @classmethod
    def ip4(cls):
        return "10.77.%d.%d" % (cls.number // 200, cls.number % 200 + 1)

    @classmethod
    def ip6(cls):
        return "fd00:77::%x" % (cls.number + 1)


def label(number, bottom=True, ttl=64, tc=0):
    return struct.pack("!I", number << 12 | tc << 9 | bottom << 8 | ttl)


def stack(*numbers, **fields):
    """The bottom is set in the last alone."""
    return b"".join(label(n, bottom=i == len(numbers) - 1, **fields) for i, n in enumerate(numbers))


def ip4(payload=DATA[:40], **fields):
    return datagram(**{"src": Source.ip4(), "dst": BEYOND, "payload": payload, **fields})


def ip6(payload=DATA[:40], **fields):
    return packet6(Source.ip6(), fields.pop("dst", BEYOND6), 253, payload, **fields)


def echo4(**fields):
    return datagram(**{"src": Source.ip4(), "dst": US, "proto": 1, "payload": icmp(8, data=DATA[:20]), **fields})


def echo6():
    src = Source.ip6()
    return packet6(src, US6, 58, icmp6(src, US6, 128, 0, b"\0\1\0\1" + DATA[:20]))


ACTIONS = {"swap": SWAP, "pop": POP, "two labels": PUSH2, "local": LOCAL, "pop to IPv6": POP6, "to an L2 address": LINK,
           "eight labels": PUSH8, "back": BACK, "explicit null": EXPLICIT}
PAYLOADS = {"IPv4": ip4, "IPv6": ip6, "echo": echo4, "echo of IPv6": echo6}


def cases_plain():
    for action, number in ACTIONS.items():
        for payload, packet in PAYLOADS.items():
            for ttl in (0, 1, 2, 64, 255):
                yield "%s, %s, TTL %d" % (action, payload, ttl), stack(number, ttl=ttl) + packet()
        yield "%s, traffic class" % action, stack(number, tc=5) + ip4()
        for ttl in (0, 1, 2, 255):
            yield "%s, TTL %d below" % (action, ttl), stack(number) + ip4(ttl=ttl)
            yield "%s, hop limit %d below" % (action, ttl), stack(number) + ip6(hops=ttl)
        yield "%s, TTL 3, echo of TTL 1" % action, stack(number, ttl=3) + echo4(ttl=1)
        yield "%s, another label below" % action, stack(number, 500) + ip4()
        yield "%s, TTL 9, another label of TTL 70 below" % action, stack(number, ttl=9)[:2] + b"\0\x09" + \
            label(500, ttl=70) + ip4()
        yield "%s, local below" % action, stack(number, LOCAL) + ip4()
        yield "%s, swap below" % action, stack(number, SWAP) + ip4()
        yield "%s, bottom too early" % action, label(number) + label(SWAP) + ip4()
        yield "%s, no bottom" % action, label(number, bottom=False) + ip4()


def cases_cut():
    for length in range(4):
        yield "%d bytes" % length, stack(SWAP)[:length]
    for action, number in ACTIONS.items():
        for length in (0, 1, 11, 12, 19, 20, 39):
            yield "%s, %d bytes of IPv4" % (action, length), stack(number) + ip4()[:length]
            yield "%s, %d bytes of IPv6" % (action, length), stack(number) + ip6()[:length]
        for length in (0, 1, 3, 4):
            yield "%s, no bottom, %d bytes" % (action, length), label(number, bottom=False) + stack(SWAP)[:length]
        yield "%s, not IP" % action, stack(number) + b"\x50" + DATA[:60]
        yield "%s, zeros" % action, stack(number) + bytes(60)
        yield "%s, padded" % action, stack(number) + ip4() + b"padding"
        yield "%s, header checksum wrong" % action, stack(number) + ip4(check=1)
        yield "%s, header too short" % action, stack(number) + ip4(ihl=4)
        yield "%s, longer than the frame" % action, stack(number) + ip4(total=200)
        yield "%s, options" % action, stack(number) + ip4(options=b"\1\1\1\1")
        yield "%s, record route" % action, stack(number) + ip4(options=b"\x07\x0b\x04" + bytes(8) + b"\0")
        yield "%s, fragment" % action, stack(number) + ip4(frag=0x2000)


def cases_reserved():
    for number in list(range(16)) + [16, 999, 1000, 1001, 65535, 1048575]:
        for payload, packet in PAYLOADS.items():
            yield "label %d, %s" % (number, payload), stack(number) + packet()
        yield "label %d, another below" % number, stack(number, SWAP) + ip4()
        yield "label %d, below a local one" % number, stack(LOCAL, number) + ip4()
        yield "label %d, below a local one, not last" % number, stack(LOCAL, number, SWAP) + ip4()
        yield "label %d, no bottom" % number, label(number, bottom=False) + ip4()
        yield "label %d, TTL 1" % number, stack(number, ttl=1) + ip4()


def cases_deep():
    for depth in (2, 3, 8, 15, 16, 17, 32, 200):
        yield "swap, %d labels" % depth, stack(SWAP, *range(500, 499 + depth)) + ip4()
        yield "pop, %d labels" % depth, stack(POP, *range(500, 499 + depth)) + ip4()
        yield "%d local labels" % depth, stack(*[LOCAL] * depth) + ip4()
        yield "%d local labels, echo" % depth, stack(*[LOCAL] * depth) + echo4()
        yield "%d local labels and a swap" % depth, stack(*[LOCAL] * depth, SWAP) + ip4()
        yield "%d local labels without end" % depth, b"".join(label(LOCAL, bottom=False) for _ in range(depth))


def cases_big():
    for action, added in (("swap", 4), ("pop", 0), ("two labels", 8), ("eight labels", 32), ("pop to IPv6", 0),
                          ("to an L2 address", 4), ("local", 0)):
        for more in (-1, 0, 1, 8):
            size = MTU - added - 20 + more
            for name, frag in (("", 0), (", DF", 0x4000)):
                yield "%s, %d bytes%s" % (action, size + 20, name), stack(ACTIONS[action]) + ip4(DATA[:size], frag=frag)
            yield "%s, %d bytes of IPv6" % (action, size + 20), stack(ACTIONS[action]) + ip6(DATA[:size - 20])
        yield "%s, 8000 bytes" % action, stack(ACTIONS[action]) + ip4(DATA[:8000])
    yield "two labels, 1280 bytes behind three", stack(PUSH2, 500, 501) + ip4(DATA[:MTU - 16 - 20])
    yield "two labels, 1281 bytes behind three", stack(PUSH2, 500, 501) + ip4(DATA[:MTU - 15 - 20])


def cases_addressed():
    for name, lladdr in (("broadcast", BROADCAST_LL), ("a group", GROUP_LL), ("another station", OTHER_LL)):
        for action in ("swap", "pop", "local"):
            yield "%s, to %s" % (action, name), stack(ACTIONS[action]) + ip4(), lladdr
    for source in ("127.0.0.1", "224.0.0.1", "255.255.255.255", US, "0.0.0.0", "240.0.0.1"):
        for action in ("pop", "local"):
            yield "%s, from %s" % (action, source), stack(ACTIONS[action]) + ip4(src=source)
    for dst in ("127.0.0.1", "224.0.0.1", "255.255.255.255", "10.0.0.255", "0.0.0.0", "240.0.0.1", "192.0.2.1", FAR):
        for action in ("pop", "local"):
            yield "%s, to %s" % (action, dst), stack(ACTIONS[action]) + ip4(dst=dst)
    for dst in ("::1", "::", "ff02::1", "fe80::1", "2001:db8::1", "fd00:1::2"):
        yield "local, to %s" % dst, stack(LOCAL) + ip6(dst=dst)
    yield "local, UDP to nobody", stack(LOCAL) + \
        datagram(src=Source.ip4(), dst=US, proto=17, payload=udp(Source.ip4(), US, 9))
    yield "local, TTL 1, too far", stack(LOCAL, ttl=2) + ip4()


def all_cases():
    """(name, packet, L2 destination, EtherType)"""
    for part in (cases_plain, cases_cut, cases_reserved, cases_deep, cases_big, cases_addressed):
        for case in part():
            yield case[0], case[1], case[2] if len(case) > 2 else None, MPLS
    for payload, packet in PAYLOADS.items():
        yield "multicast EtherType, " + payload, stack(SWAP) + packet(), None, GROUP
        yield "multicast EtherType to a group, " + payload, stack(SWAP) + packet(), GROUP_LL, GROUP
        yield "without labels, " + payload, packet(), None, MPLS
    yield "labels as IPv4", stack(SWAP) + ip4(), None, IP4


def from_other_sources():
    """Limits on errors count each by itself."""
    for case in all_cases():
        Source.number += 1
        yield case


compare(from_other_sources(), DIFFERENCES)
