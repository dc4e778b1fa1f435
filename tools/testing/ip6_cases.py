# SPDX-License-Identifier: GPL-2.0
"""ip6_cases.py: malformed and odd IPv6 packets to a host.

Each case: (name, packets in their order, L2 destination or None), as in ip4_cases.py.
"""
import struct

from host import ACK, CONNECTED, FIN, LISTENS, OPEN, PSH, RAW_PROTOCOL, REMOTE, SYN, URG, each, icmp6, inet, packet6, tcp, udp

US, PEER = "fd00::1", "fd00::2"
DATA = bytes(i * 7 % 251 for i in range(70000))
CLOSED = 7009
HOP, ROUTING, FRAGMENT, DEST, NONE, ICMP = 0, 43, 44, 60, 59, 58
UNKNOWN_PROTOCOL = 254
BROADCAST_LL = b"\xff" * 6
PADN6 = b"\1\4\0\0\0\0"

DESTINATIONS = {
    "loopback": "::1", "nobody": "::", "another host": "fd00::33", "v4-mapped": "::ffff:10.0.0.1", "all nodes": "ff02::1",
    "all routers": "ff02::2", "another's group": "ff02::1:ff00:33", "our group": "ff02::1:ff00:1", "scope 0": "ff00::1",
    "scope 1": "ff01::1", "scope 14": "ff0e::1", "link-local": "fe80::77",
}
SOURCES = {
    "nobody": "::", "loopback": "::1", "a group": "ff02::5", "a v4-mapped address": "::ffff:10.0.0.9", "the host itself": US,
    "a v4-compatible address": "::10.0.0.9",
}


def option(kind, rest=b"\4\0\0\0\0"):
    return bytes([kind]) + rest


def opts(kind, *options):
    body = b"".join(options)
    assert len(body) % 8 == 6
    return kind, bytes([len(body) // 8]) + body


# Headers: (protocol, bytes behind the next header field)
CHAINS = {
    "hop-by-hop": [opts(HOP, PADN6)], "destination options": [opts(DEST, PADN6)],
    "hop-by-hop second": [opts(DEST, PADN6), opts(HOP, PADN6)], "hop-by-hop twice": [opts(HOP, PADN6), opts(HOP, PADN6)],
    "option to skip": [opts(DEST, option(0x1e))], "option that drops": [opts(DEST, option(0x5e))],
    "option that reports": [opts(DEST, option(0x9e))], "option that reports unicast": [opts(DEST, option(0xde))],
    "option that reports, second": [opts(DEST, b"\x1e\0", b"\x9e\2\0\0")],
    "hop-by-hop option that reports": [opts(HOP, option(0x9e))],
    "option beyond its header": [opts(DEST, option(0x1e, b"\5\0\0\0\0"))],
    "eight bytes of padding": [(DEST, b"\1\x1e\4\0\0\0\0\1\6\0\0\0\0\0\0")], "router alert": [opts(HOP, b"\5\2\0\0\1\0")],
    "padding that is not zero": [opts(DEST, b"\1\4\0\0\0\1")], "jumbo": [opts(HOP, b"\xc2\4\0\0\0\x20")],
    "tunnel limit": [opts(DEST, b"\4\1\5\1\1\0")], "home address": [(DEST, b"\2\1\4\0\0\0\0\xc9\x10" + inet("fd00:77::99"))],
    "routing to its end": [(ROUTING, b"\0\0\0\0\0\0\0")], "type 0 routing": [(ROUTING, b"\2\0\1" + bytes(4) + inet("fd00::9"))],
    "type 2 routing": [(ROUTING, b"\2\2\1" + bytes(4) + inet("fd00::9"))],
    "type 3 routing": [(ROUTING, b"\2\3\1" + bytes(4) + inet("fd00::9"))],
    "type 4 routing": [(ROUTING, b"\2\4\1\0\0\0\0" + inet("fd00::9"))], "unknown routing": [(ROUTING, b"\0\xfd\1\0\0\0\0")],
    "unknown routing, to its end": [(ROUTING, b"\0\xfd\0\0\0\0\0")],
    "any order": [opts(DEST, PADN6), (ROUTING, b"\0\0\0\0\0\0\0"), opts(DEST, PADN6)],
    "many headers": [opts(DEST, PADN6)] * 12,
}

# What the two may differ in: the reason. Every one must differ.
KINDS = ("echo", "raw", "UDP to nobody", "SYN to nobody")
DIFFERENCES = {
    **each("header 44 of %d bytes", (0, 1, 7), "no RFC asks for a report of a header that is cut; of other headers the kernel sends none"),
    **each("%s, from nobody", KINDS + ("UDP", "SYN"), "RFC 4291 2.5.2: nobody can be answered; the kernel answers to ::"),
    **each("%s, from a v4-mapped address", KINDS + ("unknown protocol", "UDP", "SYN"),
           "draft-itojun-v6ops-v4mapped-harmful: would be taken for IPv4"),
    **each("%s, from the host itself", KINDS + ("unknown protocol", "UDP", "SYN"), "nobody else has our address; the kernel believes it"),
    **each("jumbo, %s", KINDS, "RFC 2675 is not implemented: an option like any unknown one"),
    **each("type 3 routing, %s", KINDS, "RFC 8200 4.4: unknown with segments left: a report; the kernel knows it, and it is off"),
    **each("type 4 routing, %s", KINDS, "the same"),
    **each("many headers, %s", KINDS, "RFC 8504 5.3: a limit, eight here"),
    **each("%s", ("6: MTU 1279", "7: MTU 68", "8: MTU 1", "9: MTU 0"), "RFC 8201 4: less than 1280 is discarded"),
    "unreachable, quotes 1240 bytes": "RFC 4443 2.4 (c): no error is longer than 1280 bytes, what is beyond is not read",
    "unreachable, quotes version 4": "RFC 4443 2.4 (c): an IPv6 header is quoted; the kernel does not look",
    "unreachable, to all nodes": "RFC 4443 2.4 (e.3): nothing from a group is reported, so no report goes to one",
    "listener, flags 02, bad option": "RFC 9293 3.1: an illegal length; the kernel ignores it and what is behind it",
    **each("fragments, %s", ("beginning within", "inside one", "inside two"),
           "RFC 8200 4.5: only exact duplicates are none; for the kernel what is inside of what it has"),
    "fragments, more up to the end": "one says that more follows, one that none does",
    "fragments, empty middle": "an empty one alone is dropped; the kernel drops all",
    "fragment in a fragment": "RFC 8200 4.1: any order and number; the kernel allows one",
}


class Cases:
    """`src` is set before the next case is asked for."""
    src = ""

    def ip(self, proto, payload, src=None, dst=US, **fields):
        return packet6(src or self.src, dst, proto, payload, **fields)

    def message(self, kind=128, code=0, data=DATA[:20], src=None, dst=US):
        return icmp6(src or self.src, dst, kind, code, b"\1\2\0\7" + data)

    def echo(self, kind=128, code=0, data=DATA[:20], src=None, dst=US, **fields):
        return self.ip(ICMP, self.message(kind, code, data, src, dst), src, dst, **fields)

    def udp(self, port, dst=US, src=None, fields=None, **more):
        return self.ip(17, udp(src or self.src, dst, port, **more), src, dst, **(fields or {}))

    def tcp(self, port, flags, dst=US, src=None, fields=None, **more):
        return self.ip(6, tcp(src or self.src, dst, port, flags, **more), src, dst, **(fields or {}))

    def raw(self, **fields):
        return self.ip(RAW_PROTOCOL, DATA[:40], **fields)

    def headers(self):
        yield "echo", [self.echo()]
        for length in (0, 1, 7, 1428, 8000):
            yield "echo of %d bytes" % length, [self.echo(data=DATA[:length])]
        yield "echo, code 1", [self.echo(code=1)]
        yield "echo, traffic class", [self.echo(tclass=0xb9)]
        for hops in (0, 1, 255):
            yield "hop limit %d" % hops, [self.echo(hops=hops)]
        for version in (0, 4, 5, 7):
            yield "version %d" % version, [self.echo(version=version)]
        for length in (0, 1, 7, 27, 29, 65535):
            yield "payload length %d" % length, [self.echo(length=length)]
        yield "padding after the payload", [self.echo() + b"padding"]
        for length in (0, 1, 39, 40, 41, 47):
            yield "%d bytes" % length, [self.echo()[:length]]
        for length in (0, 40, 1184, 1232, 1233):
            yield "unknown header, %d bytes" % length, [self.ip(UNKNOWN_PROTOCOL, DATA[:length])]
        yield "unknown header, L2 broadcast", [self.ip(UNKNOWN_PROTOCOL, DATA[:9])], BROADCAST_LL
        yield "raw", [self.raw()]
        # Others the kernel receives, or not, by the modules it has.
        for proto in (1, 2, 50, 51, 255):
            yield "protocol %d" % proto, [self.ip(proto, DATA[:40])]
        yield "no next header", [self.ip(NONE, DATA[:40])]
        yield "unknown header behind options", [self.ip(DEST, bytes([UNKNOWN_PROTOCOL, 0]) + PADN6 + DATA[:20])]
        yield "header beyond the packet", [self.ip(DEST, b"\x3a\x09" + PADN6 + DATA[:20])]
        for proto in (HOP, ROUTING, DEST, FRAGMENT):
            for length in (0, 1, 7):
                yield "header %d of %d bytes" % (proto, length), [self.ip(proto, bytes(length))]

    def addresses(self):
        for which, table in (("dst", DESTINATIONS), ("src", SOURCES)):
            for name, address in table.items():
                name = ("to " if which == "dst" else "from ") + name
                both = {"src": self.src, "dst": US, which: address}
                group = inet(address)[12:] if which == "dst" and address.startswith("ff") else None
                for what, packet in (
                        ("raw", self.raw), ("echo", self.echo),
                        ("unknown protocol", lambda **f: self.ip(UNKNOWN_PROTOCOL, DATA[:40], **f)),
                        ("option that reports", lambda **f: self.ip(DEST, b"\x3a" + opts(DEST, option(0x9e))[1], **f)),
                        ("option that reports unicast", lambda **f: self.ip(DEST, b"\x3a" + opts(DEST, option(0xde))[1],
                                                                            **f)),
                        ("UDP", lambda **f: self.udp(OPEN, **f)), ("UDP to nobody", lambda **f: self.udp(CLOSED, **f)),
                        ("SYN", lambda **f: self.tcp(LISTENS, SYN, **f)),
                        ("SYN to nobody", lambda **f: self.tcp(CLOSED, SYN, **f))):
                    yield "%s, %s" % (what, name), [packet(**both)], b"\x33\x33" + group if group else None

    def chained(self, headers, proto, payload, **fields):
        following = [number for number, _ in headers[1:]] + [proto]
        return self.ip(headers[0][0], b"".join(bytes([after]) + rest for after, (_, rest) in zip(following, headers)) +
                       payload, **fields)

    def chains(self):
        for name, headers in CHAINS.items():
            yield name + ", echo", [self.chained(headers, ICMP, self.message())]
            yield name + ", raw", [self.chained(headers, RAW_PROTOCOL, DATA[:40])]
            yield name + ", UDP to nobody", [self.chained(headers, 17, udp(self.src, US, CLOSED))]
            yield name + ", SYN to nobody", [self.chained(headers, 6, tcp(self.src, US, CLOSED, SYN))]

    def icmp(self):
        # 130 to 137 and 143 are for groups and neighbours, which have tests of their own.
        for kind in (0, 5, 100, 127, 128, 129, 138, 139, 140, 144, 160, 200, 255):
            for data in (DATA[:20], DATA[:1], b""):
                yield "ICMP type %d, %d bytes" % (kind, 8 + len(data)), [self.echo(kind, data=data)]
        for length in range(8):
            yield "ICMP of %d bytes" % length, [self.ip(ICMP, self.message()[:length])]
        for kind in (128, 1):
            message = self.message(kind)
            yield "ICMP type %d, checksum wrong" % kind, [self.ip(ICMP, message[:2] + b"\x12\x34" + message[4:])]

    def icmp_errors(self):
        """About what the connected socket may have sent."""
        def quote(size=20, **fields):
            sent = udp(US, PEER, REMOTE, sport=CONNECTED, data=DATA[:size])
            return packet6(**{"src": US, "dst": PEER, "proto": 17, "payload": sent, **fields})

        def error(kind, code, data, rest=0, dst=US):
            return [self.ip(ICMP, icmp6(self.src, dst, kind, code, struct.pack("!I", rest) + data), dst=dst)]

        for kind, codes in ((1, range(9)), (3, range(3)), (4, range(4)), (101, (0,))):
            for code in codes:
                yield "error of type %d, code %d" % (kind, code), error(kind, code, quote())
        for number, mtu in enumerate((70000, 9000, 1400, 1400, 1450, 1280, 1279, 68, 1, 0)):
            yield "%d: MTU %d" % (number, mtu), error(2, 0, quote(), mtu)
        for length in (0, 1, 39, 40, 43, 44, 47, 48, 49):
            yield "unreachable, quotes %d bytes" % length, error(1, 4, quote()[:length])
        yield "unreachable, quotes 1232 bytes", error(1, 4, quote(1184))
        yield "unreachable, quotes 1240 bytes", error(1, 4, quote(1192))
        yield "parameter problem at 40", error(4, 1, quote(), 40)
        yield "unreachable, quotes version 4", error(1, 4, quote(version=4))
        yield "unreachable, quotes length 0", error(1, 4, quote(length=0))
        yield "unreachable, quotes another source", error(1, 4, quote(src="fd00::7"))
        yield "unreachable, quotes another destination", error(1, 4, quote(dst="fd00::7"))
        yield "unreachable, quotes a group", error(1, 4, quote(dst="ff02::1"))
        yield "unreachable, quotes another protocol", error(1, 4, quote(proto=UNKNOWN_PROTOCOL))
        for length in (68, 48, 47, 44, 40):
            yield "unreachable, quotes %d bytes of a raw protocol" % length, error(1, 1, quote(proto=RAW_PROTOCOL)[:length])
        yield "unreachable, to all nodes", error(1, 4, quote(), dst="ff02::1"), b"\x33\x33\0\0\0\1"
        sent = udp(US, PEER, REMOTE, sport=CONNECTED)
        for name, extra in (("options", (DEST, b"\x11\0" + PADN6)), ("first fragment", (FRAGMENT, b"\x11\0\0\1" + bytes(4))),
                            ("later fragment", (FRAGMENT, b"\x11\0\0\x09" + bytes(4))), ("a header that is cut", (DEST, b"\x11\x09"))):
            yield "unreachable, quotes " + name, error(1, 4, packet6(US, PEER, extra[0], extra[1] + sent))

    def datagrams(self):
        for name, port in (("UDP", OPEN), ("UDP to nobody", CLOSED), ("UDP to port 0", 0)):
            make = lambda **f: [self.udp(port, **f)]    # pylint: disable=cell-var-from-loop
            yield name, make()
            yield name + ", empty", make(data=b"")
            yield name + ", 8000 bytes", make(data=DATA[:8000])
            yield name + ", padded", [make()[0] + b"padding"]
            for length in (0, 1, 7, 8, 9, 15, 17, 65535):
                yield "%s, length %d" % (name, length), make(length=length)
            for length in (8, 9):
                packet = udp(self.src, US, port, data=DATA[:length - 8])
                yield "%s, trailer behind %d" % (name, length), [self.ip(17, packet + b"trailer")]
            yield name + ", checksum 0", make(check=0)
            yield name + ", checksum wrong", make(check=0x1234)
            yield name + ", from port 0", make(sport=0)
            for length in range(8):
                yield "%s, %d bytes" % (name, length), [self.ip(17, udp(self.src, US, port)[:length])]

    def segments(self):
        for name, port in (("listener", LISTENS), ("nobody", CLOSED)):
            for flags in range(64):
                yield "%s, flags %02x" % (name, flags), [self.tcp(port, flags, data=b"data!")]
            for flags in (SYN, ACK, FIN, PSH | ACK | URG):
                make = lambda **f: [self.tcp(port, flags, **f)]     # pylint: disable=cell-var-from-loop
                title = "%s, flags %02x" % (name, flags)
                for words in (0, 4, 6, 15):
                    yield "%s, %d words" % (title, words), make(words=words)
                yield title + ", checksum wrong", make(check=0x1234)
                yield title + ", checksum 0", make(check=0)
                yield title + ", traffic class", make(fields={"tclass": 0xbb})
                yield title + ", padded", [make()[0] + b"padding"]
                yield title + ", 4000 bytes", make(data=DATA[:4000])
                yield title + ", from port 0", make(sport=0)
                yield title + ", bad option", make(options=b"\2\0\1\1")
            for length in (0, 1, 4, 8, 13, 19):
                yield "%s, SYN of %d bytes" % (name, length), [self.ip(6, tcp(self.src, US, port, SYN)[:length])]

    def pieces(self, *cuts, proto=RAW_PROTOCOL, data=DATA, ident=7, **fields):
        """Fragments: (offset, end, more)"""
        return [self.ip(FRAGMENT, struct.pack("!BBHI", proto, 0, c[0] | c[2], ident) +
                        (c[3] if len(c) > 3 else data)[c[0]:c[1]], **fields) for c in cuts]

    def fragments(self):
        first, middle, last = (0, 24, 1), (24, 48, 1), (48, 61, 0)
        other = DATA[1:]
        orders = {
            "in order": (first, middle, last), "backwards": (last, middle, first), "first twice": (first, first, middle, last),
            "middle twice": (middle, middle, first, last), "last twice": (last, last, first, middle),
            "first again, other data": (first, (0, 24, 1, other), middle, last),
            "middle with the beginning's end": (first, (16, 48, 1), last),
            "middle with the end's beginning": (first, last, (24, 56, 1)), "beginning within": (first, (8, 24, 1), middle, last),
            "inside one": (first, (8, 16, 1), middle, last), "inside two": (first, middle, (16, 32, 1), last),
            "around one": (last, (8, 16, 1), (0, 24, 1), middle), "around all": (middle, (0, 61, 0)),
            "the end within": (first, middle, (40, 61, 0)), "two ends, longer": (last, (48, 69, 0), first, middle),
            "two ends, shorter": (last, (48, 53, 0), first, middle), "end before what came": (middle, (24, 32, 0), first),
            "two ends, one amid": (last, (24, 32, 0), first, (32, 48, 1)), "overlap as long as a gap": (first, last, (32, 56, 1)),
            "more beyond the end": (last, (64, 72, 1), first, middle), "more up to the end": ((48, 56, 0), (48, 56, 1), first, middle),
            "empty first": ((0, 0, 1), first, middle, last), "empty middle": (first, (24, 24, 1), middle, last),
            "empty last": (first, middle, (48, 48, 0)), "odd first": ((0, 25, 1), middle, last), "odd middle": (first, (24, 50, 1), last),
            "seven bytes": (first, (24, 31, 1), middle, last), "first of eight bytes": ((0, 8, 1), (8, 61, 0)),
            "atomic": ((0, 61, 0),), "atomic, empty": ((0, 0, 0),), "atomic, amid others": (first, (0, 61, 0), middle, last),
            "atomic, twice": ((0, 61, 0), (0, 61, 0)),
        }
        for name, cuts in orders.items():
            yield "fragments, " + name, self.pieces(*cuts)
        for what in self.transports():
            yield "fragments of " + what, self.pieces(first, middle, last, **self.transports()[what])
            yield "fragments backwards of " + what, self.pieces(last, middle, first, **self.transports()[what])
            yield "atomic fragment of " + what, self.pieces((0, 61, 0), **self.transports()[what])
        yield "two next headers", self.pieces(first, middle) + self.pieces(last, proto=17)
        yield "two next headers, the last first", self.pieces(last, proto=17) + self.pieces(first, middle)
        yield "two identifications", self.pieces(first, middle) + self.pieces(last, ident=1)
        yield "two sources", self.pieces(first, middle) + self.pieces(last, src="fd00:77::99:99")
        for pair in ((0, 1), (0, 2), (0, 3), (1, 2), (2, 1), (1, 3), (3, 2), (3, 3)):
            yield "ECN %d and %d" % pair, self.pieces((0, 24, 1), tclass=pair[0]) + self.pieces((24, 61, 0), tclass=pair[1])
        yield "reserved bits", [p[:41] + b"\xff" + p[42:43] + bytes([p[43] | 6]) + p[44:] for p in
                                self.pieces(first, middle, last)]
        yield "to all nodes", self.pieces(first, middle, last, dst="ff02::1"), b"\x33\x33\0\0\0\1"
        for total in (65527, 65528, 65535):
            cuts = [(at, min(at + 8192, total), int(at + 8192 < total)) for at in range(0, total, 8192)]
            yield "%d bytes in fragments" % total, self.pieces(*cuts)
        yield "beyond 65535", self.pieces((65528, 65536, 0))
        head, padding = opts(DEST, PADN6)
        del head
        yield "options in the fragments", self.pieces(first, middle, last, proto=DEST, data=bytes([RAW_PROTOCOL]) + padding + DATA)
        yield "options across fragments", self.pieces((0, 16, 1), (16, 61, 0), proto=DEST,
                                                      data=bytes([RAW_PROTOCOL]) + b"\2\1\x14" + bytes(20) + DATA)
        yield "first of UDP that is cut", self.pieces((0, 8, 1), (8, 61, 0), proto=DEST, data=b"\x11\0" + PADN6 + DATA)
        yield "bad option in the fragments", self.pieces(first, middle, last, proto=DEST,
                                                         data=bytes([RAW_PROTOCOL]) + opts(DEST, option(0x9e))[1] + DATA)
        yield "fragment in a fragment", self.pieces(first, middle, last, proto=FRAGMENT,
                                                    data=struct.pack("!BBHI", RAW_PROTOCOL, 0, 0, 9) + DATA)
        yield "options before the fragments", [self.ip(DEST, bytes([FRAGMENT]) + opts(DEST, PADN6)[1] + p[40:]) for p in
                                               self.pieces(first, middle, last)]
        yield "fragment header of 7 bytes", [self.ip(FRAGMENT, b"\x3a\0\0\0\0\0\0")]

    def transports(self):
        """What fragments may be of: fields of pieces()."""
        src = self.src
        return {
            "UDP": {"proto": 17, "data": udp(src, US, data=DATA[:53])},
            "UDP, checksum wrong": {"proto": 17, "data": udp(src, US, data=DATA[:53], check=5)},
            "UDP to nobody": {"proto": 17, "data": udp(src, US, CLOSED, data=DATA[:53])},
            "echo": {"proto": ICMP, "data": self.message(data=DATA[:53])},
            "SYN": {"proto": 6, "data": tcp(src, US, LISTENS, SYN, data=DATA[:41])},
            "SYN to nobody": {"proto": 6, "data": tcp(src, US, CLOSED, SYN, data=DATA[:41])},
            "unknown header": {"proto": UNKNOWN_PROTOCOL},
        }

    def timeouts(self):
        """Datagrams that never become whole, and what is said when their time is over."""
        first, middle, last = (0, 24, 1), (24, 48, 1), (48, 61, 0)
        for what in self.transports():
            yield "only the first of " + what, self.pieces(first, **self.transports()[what])
        yield "all but the first", self.pieces(middle, last)
        yield "all but the last", self.pieces(first, middle)
        yield "all but the middle, backwards", self.pieces(last, first)
        yield "first of 1400 bytes", self.pieces((0, 1400, 1))
        yield "first and an overlap", self.pieces(first, (16, 32, 1))
        yield "first again after an overlap", self.pieces(first, (16, 32, 1), first)
        yield "first with a traffic class", self.pieces(first, tclass=0xb8)
        yield "first of an ICMP error", self.pieces(first, proto=ICMP, data=icmp6(self.src, US, 1, 4, bytes(4) + self.raw()))
        yield "first to all nodes", self.pieces(first, dst="ff02::1"), b"\x33\x33\0\0\0\1"
        yield "first and no more", self.pieces(first)

    def all(self):
        for part in (self.headers, self.addresses, self.chains, self.icmp, self.icmp_errors, self.datagrams,
                     self.segments, self.fragments):
            yield from part()
