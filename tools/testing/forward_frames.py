# SPDX-License-Identifier: GPL-2.0
"""forward_frames.py: the same packets through two routers, the outcome compared.

What comes out of a routed.Router, on which side and in which order, is compared byte by
byte from the IP header on, but for what `routed.masked` says.
"""
import struct

from ip_frames import checksum, datagram, icmp, with_tos
from routed import FAR, IP4, IP6, compare, inet6

DATA = bytes(i * 7 % 256 for i in range(4000))
BEYOND = "10.1.9.9"
BEYOND6, FAR6 = "fd00:9::9", "fd00:1::2"

# What the two may differ in: the reason. Every one must differ.
DIFFERENCES = {
    "link-local source": "RFC 3927 2.6.2: never forwarded; the kernel does",
    "link-local destination": "RFC 3927 2.6.2: never forwarded; the kernel reports no route",
    "class E destination": "RFC 1112 4: reserved; the kernel reports no route",
    "class E source": "RFC 1112 4: reserved; the kernel forwards it",
    "destination in 0/8": "RFC 1812 5.3.7: invalid; the kernel reports no route",
    "broadcast source": "RFC 1812 5.3.7: invalid; the kernel forwards it",
    "timestamp and address": "the kernel writes its address towards the source, Strata that of the output link, "
                             "as both do in Record Route",
    "record route twice": "the kernel writes into the first before it finds the second, and answers with the route",
    "record route, last hop": "the kernel writes into the option before it finds that TTL is used up, "
                              "and answers with the route so far",
    "options after the end": "RFC 791 3.1: nothing follows an end; the kernel clears it",
    "6 hop-by-hop, unknown, discard": "RFC 8200 4: a router need not look at the options; the kernel does",
    "6 hop-by-hop, unknown, report": "the same",
    "6 unspecified destination": "RFC 4291 2.5.2: nobody's; the kernel reports no route",
    "6 v4-mapped source": "draft-itojun-v6ops-v4mapped-harmful: would be taken for IPv4 by whoever gets it",
}


def packet6(src, dst, payload=DATA[:40], proto=253, hops=64, length=None, tclass=0, version=6):
    word = version << 28 | tclass << 20 | 0x12345
    return struct.pack("!IHBB", word, len(payload) if length is None else length, proto, hops) + \
        inet6(src) + inet6(dst) + payload


def icmp6(src, dst, kind, code, body):
    head = struct.pack("!BBH", kind, code, 0)
    pseudo = inet6(src) + inet6(dst) + struct.pack("!II", len(head) + len(body), 58)
    return head[:2] + struct.pack("!H", checksum(pseudo + head + body)) + body


def cases4(src):
    """(name, packet, L2 destination or None)"""
    def to(dst=BEYOND, **fields):
        return datagram(src=src, dst=dst, **{"payload": DATA[:40], **fields})

    df, mf = 0x4000, 0x2000
    yield "datagram", to(), None
    yield "neighbour beyond", to(FAR), None
    yield "type of service", with_tos(to(), 0xb9), None
    yield "padded", to() + b"padding", None
    yield "TTL 2", to(ttl=2), None
    yield "TTL 1", to(ttl=1), None
    yield "TTL 0", to(ttl=0), None
    yield "TTL 1, long", to(ttl=1, payload=DATA[:1200]), None
    yield "TTL 1, type of service", with_tos(to(ttl=1), 0x2e), None
    yield "TTL 1, first fragment", to(ttl=1, frag=mf), None
    yield "TTL 1, later fragment", to(ttl=1, frag=5), None
    yield "TTL 1, echo request", to(ttl=1, proto=1, payload=icmp(8, data=b"x" * 16)), None
    yield "TTL 1, ICMP error", to(ttl=1, proto=1, payload=icmp(3, 1, data=to()[:28])), None
    yield "no route", to("192.0.2.1"), None
    yield "black hole", to("10.91.0.1"), None
    yield "unreachable", to("10.92.0.1"), None
    yield "prohibited", to("10.93.0.1"), None
    yield "as long as the MTU", to(payload=DATA[:1260], frag=df), None
    yield "too big", to(payload=DATA[:1261], frag=df), None
    yield "too big, very", to(payload=DATA[:3000], frag=df), None
    yield "cut in two", to(payload=DATA[:1261]), None
    yield "cut in four", to(payload=DATA[:4000], ident=77), None
    yield "fragment cut", to(payload=DATA[:2400], frag=mf | 30, ident=78), None
    yield "last fragment cut", to(payload=DATA[:2399], frag=30, ident=79), None
    yield "fragment", to(payload=DATA[:800], frag=mf | 9), None
    yield "cut with options", to(payload=DATA[:3000], options=b"\x07\x07\x08\1\2\3\4\x94\x04\0\0\0"), None
    yield "no-operations", to(options=b"\1\1\1\1"), None
    yield "options after the end", to(options=b"\0\1\1\1"), None
    yield "record route", to(options=b"\x07\x0b\x04" + bytes(8) + b"\0"), None
    yield "record route, second", to(options=b"\x07\x0b\x08\1\2\3\4" + bytes(5)), None
    yield "record route, full", to(options=b"\x07\x07\x08\1\2\3\4\0"), None
    yield "record route, room for half", to(options=b"\x07\x07\x06" + bytes(5)), None
    yield "record route twice", to(options=b"\x07\x07\x04" + bytes(4) + b"\x07\x07\x04" + bytes(6)), None
    yield "record route, last hop", to(ttl=1, options=b"\x07\x0b\x04" + bytes(8) + b"\0"), None
    yield "timestamp", to(options=b"\x44\x08\x05\0" + bytes(4)), None
    yield "timestamp and address", to(options=b"\x44\x0c\x05\1" + bytes(8)), None
    yield "timestamp asked of us", to(options=b"\x44\x0c\x05\3\x0a\0\0\1" + bytes(4)), None
    yield "timestamp asked of another", to(options=b"\x44\x0c\x05\3\x0a\0\0\x09" + bytes(4)), None
    yield "timestamp, one missed", to(options=b"\x44\x08\x09\0\1\2\3\4"), None
    yield "timestamp, 16 missed", to(options=b"\x44\x08\x09\xf0\1\2\3\4"), None
    yield "loose source route", to("10.0.0.1", options=b"\x83\x07\x04\x0a\1\x09\x09\0"), None
    yield "loose source route, passing", to(options=b"\x83\x07\x04\x0a\1\x09\x0a\0"), None
    yield "strict source route", to(options=b"\x89\x07\x04\x0a\1\x09\x0a\0"), None
    yield "router alert", to(options=b"\x94\x04\0\0"), None
    yield "unknown option", to(options=b"\xc8\x04\1\2"), None
    yield "option too long", to(options=b"\xc8\x05\1\2"), None
    yield "option without length", to(options=b"\1\1\1\xc8"), None
    yield "header checksum wrong", to(check=1), None
    yield "version 5", to(version=5), None
    yield "header too short", to(ihl=4), None
    yield "longer than the frame", to(total=200), None
    yield "shorter than its header", to(total=19), None
    yield "in a broadcast frame", to(), b"\xff" * 6
    yield "in a multicast frame", to(), b"\x01\0\x5e\0\0\1"
    yield "to a group", to("224.1.2.3"), None
    yield "to everybody", to("255.255.255.255"), b"\xff" * 6
    yield "class E destination", to("240.0.0.1"), None
    yield "loopback destination", to("127.0.0.1"), None
    yield "destination in 0/8", to("0.1.2.3"), None
    yield "link-local destination", to("169.254.1.2"), None
    yield "broadcast beyond", to("10.1.0.255"), None
    for name, source in (("link-local", "169.254.1.2"), ("class E", "240.0.0.1"), ("loopback", "127.0.0.1"),
                         ("unspecified", "0.0.0.0"), ("group", "224.1.2.3"), ("everybody", "255.255.255.255"),
                         ("router's", "10.1.0.1"), ("broadcast", "10.0.0.255")):
        yield name + " source", datagram(src=source, dst=BEYOND, payload=DATA[:40]), None


def cases6(src):
    def to(dst=BEYOND6, **fields):
        return packet6(src, dst, **fields)

    def options(*option):
        body = b"".join(option)
        return struct.pack("!BB", 253, 0) + body + DATA[:32]

    yield "6 datagram", to(), None
    yield "6 neighbour beyond", to(FAR6), None
    yield "6 traffic class", to(tclass=0xb9), None
    yield "6 padded", to() + b"padding", None
    yield "6 hop limit 2", to(hops=2), None
    yield "6 hop limit 1", to(hops=1), None
    yield "6 hop limit 0", to(hops=0), None
    yield "6 hop limit 1, long", to(hops=1, payload=DATA[:1240]), None
    yield "6 hop limit 1, echo request", to(hops=1, proto=58, payload=icmp6(src, BEYOND6, 128, 0, DATA[:20])), None
    yield "6 hop limit 1, error", to(hops=1, proto=58, payload=icmp6(src, BEYOND6, 1, 0, bytes(4) + to())), None
    yield "6 no route", to("2001:db8::1"), None
    yield "6 black hole", to("fd00:91::1"), None
    yield "6 unreachable", to("fd00:92::1"), None
    yield "6 prohibited", to("fd00:93::1"), None
    yield "6 as long as the MTU", to(payload=DATA[:1240]), None
    yield "6 too big", to(payload=DATA[:1241]), None
    yield "6 too big, very", to(payload=DATA[:4000]), None
    yield "6 fragment", to(proto=44, payload=struct.pack("!BBHI", 253, 0, 9, 7) + DATA[:40]), None
    yield "6 destination options", to(proto=60, payload=options(b"\x1e\4" + bytes(4))), None
    yield "6 hop-by-hop, padding", to(proto=0, payload=options(b"\1\4" + bytes(4))), None
    yield "6 hop-by-hop, router alert", to(proto=0, payload=options(b"\5\2\0\7\1\0")), None
    yield "6 hop-by-hop, unknown, skip", to(proto=0, payload=options(b"\x1e\4" + bytes(4))), None
    yield "6 hop-by-hop, unknown, discard", to(proto=0, payload=options(b"\x5e\4" + bytes(4))), None
    yield "6 hop-by-hop, unknown, report", to(proto=0, payload=options(b"\x9e\4" + bytes(4))), None
    yield "6 routing header", to(proto=43, payload=struct.pack("!BBBBI", 253, 0, 4, 1, 0) + DATA[:40]), None
    yield "6 nothing next", to(proto=59), None
    yield "6 version 5", to(version=5), None
    yield "6 longer than the frame", to(length=200), None
    yield "6 in a broadcast frame", to(), b"\xff" * 6
    yield "6 to a group", to("ff0e::1234"), b"\x33\x33\0\0\x12\x34"
    yield "6 loopback destination", to("::1"), None
    yield "6 unspecified destination", to("::"), None
    yield "6 link-local destination", to("fe80::99"), None
    for name, source in (("link-local", "fe80::3"), ("loopback", "::1"), ("unspecified", "::"),
                         ("group", "ff02::1"), ("v4-mapped", "::ffff:10.0.0.3")):
        yield "6 %s source" % name, packet6(source, BEYOND6), None


def redirects():
    yield "redirect", datagram(src="10.0.0.3", dst="10.0.0.4", payload=DATA[:40]), None
    yield "redirect to a router", datagram(src="10.0.0.4", dst="10.55.0.1", payload=DATA[:40]), None
    yield "6 redirect", packet6("fd00::3", "fd00::4"), None
    yield "6 redirect to a router", packet6("fd00::4", "fd00:55::1"), None


def all_cases():
    number = 0
    for family, make in (("10.77.%d.%d", cases4), ("fd00:77::%x:%x", cases6)):
        for name, packet, lladdr in make(family % (0, 1)):
            # A source of its own for each: errors are limited for each destination.
            number += 1
            src = family % (number // 200 + 1, number % 200 + 1)
            fresh = {n: (p, l) for n, p, l in make(src)}[name]
            yield name, fresh[0], fresh[1]
    yield from redirects()


compare(((name, packet, lladdr, IP6 if name.startswith("6") else IP4)
         for name, packet, lladdr in all_cases()), DIFFERENCES)
