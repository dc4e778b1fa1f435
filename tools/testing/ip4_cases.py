# SPDX-License-Identifier: GPL-2.0
"""ip4_cases.py: malformed and odd IPv4 packets to a host.

Each case: (name, packets in their order, L2 destination or None). Packets are from an
address of the case's own, so that no limit on errors to one destination meets another.
"""
import struct

from host import ACK, CONNECTED, FIN, LISTENS, OPEN, PSH, RAW_PROTOCOL, REMOTE, RST, SYN, URG, each, tcp, udp
from ip_frames import datagram, icmp, with_tos

US, PEER = "10.0.0.1", "10.0.0.2"
DATA = bytes(i * 7 % 251 for i in range(70000))
CLOSED = 7009
DF, MF = 0x4000, 0x2000
UNKNOWN_PROTOCOL = 254
BROADCAST_LL, GROUP_LL = b"\xff" * 6, b"\x01\0\x5e\0\0\1"

DESTINATIONS = {
    "another host": "10.0.0.9", "another network": "192.0.2.1", "loopback": "127.0.0.1", "unspecified": "0.0.0.0",
    "0/8": "0.1.2.3", "class E": "240.0.0.1", "everybody": "255.255.255.255", "the subnet": "10.0.0.255",
    "the subnet, old style": "10.0.0.0", "all hosts": "224.0.0.1", "a group": "224.1.2.3", "link-local": "169.254.1.1",
}
SOURCES = {
    "unspecified": "0.0.0.0", "0/8": "0.1.2.3", "loopback": "127.0.0.1", "loopback's network": "127.1.2.3",
    "a group": "224.0.0.5",
    "everybody": "255.255.255.255", "the subnet": "10.0.0.255", "the subnet, old style": "10.0.0.0",
    "the host itself": US, "class E": "240.0.0.1", "link-local": "169.254.1.1",
}
OPTIONS = {
    "no-operation": b"\1\1\1\1", "end": b"\0\0\0\0", "garbage after the end": b"\0\1\xc8\1",
    "record route": b"\x07\x0b\x04" + bytes(8) + b"\0", "record route, full": b"\x07\x07\x08\1\2\3\4\0",
    "record route, beyond full": b"\x07\x07\x2c\1\2\3\4\0", "record route, pointer 0": b"\x07\x07\0" + bytes(5),
    "record route, pointer 3": b"\x07\x07\3" + bytes(5), "record route, pointer 5": b"\x07\x07\5" + bytes(5),
    "record route, length 2": b"\x07\2\0\0", "record route, length 3": b"\x07\3\4\0",
    "record route, length 0": b"\x07\0\4\0", "record route, length 1": b"\x07\1\4\0",
    "record route beyond the header": b"\x07\x0b\4" + bytes(5), "record route, length 255": b"\x07\xff\4\0",
    "two record routes": (b"\x07\x07\4" + bytes(4)) * 2 + b"\0\0",
    "timestamp": b"\x44\x08\x05\0" + bytes(4), "timestamp and address": b"\x44\x0c\x05\1" + bytes(8),
    "timestamp asked of the host": b"\x44\x0c\x05\3\x0a\0\0\1" + bytes(4),
    "timestamp asked of another": b"\x44\x0c\x05\3\x0a\0\0\x09" + bytes(4),
    "timestamp, flag 2": b"\x44\x0c\x05\2" + bytes(8), "timestamp, flag 15": b"\x44\x0c\x05\x0f" + bytes(8),
    "timestamp, length 3": b"\x44\x03\x05\0", "timestamp, length 4": b"\x44\x04\x05\0",
    "timestamp, pointer 4": b"\x44\x08\x04\0" + bytes(4), "timestamp, pointer 6": b"\x44\x08\x06\0" + bytes(4),
    "timestamp, no room for an address": b"\x44\x08\x05\1" + bytes(4),
    "timestamp, full": b"\x44\x08\x09\0\1\2\3\4", "timestamp, full, 15 missed": b"\x44\x08\x09\xf0\1\2\3\4",
    "timestamp, asked, full, 15 missed": b"\x44\x0c\x0d\xf3\1\2\3\4\5\6\7\x08",
    "two timestamps": b"\x44\x08\x05\0" + bytes(4) + b"\x44\x08\x05\0" + bytes(4),
    "record route and timestamp": b"\x07\x07\4" + bytes(4) + b"\1\x44\x08\5\0" + bytes(4),
    "loose source route": b"\x83\x07\4\x0a\1\x09\x09\0", "loose source route, at its end": b"\x83\x07\x08\x0a\1\x09\x09\0",
    "strict source route": b"\x89\x07\4\x0a\1\x09\x09\0", "strict source route, at its end": b"\x89\x07\x08\x0a\1\x09\x09\0",
    "source route, length 3": b"\x83\3\4\0", "source route, length 2": b"\x83\2\0\0",
    "source route, pointer 3": b"\x83\x07\3" + bytes(5), "both source routes": (b"\x83\x07\x08\x0a\1\x09\x09\x89\x07\x08"
                                                                               b"\x0a\1\x09\x09\0\0"),
    "router alert": b"\x94\x04\0\0", "router alert, of RSVP": b"\x94\x04\0\1", "router alert, length 3": b"\x94\3\0\0",
    "router alert, length 8": b"\x94\x08" + bytes(6), "security": b"\x82\x0b" + bytes(9) + b"\0",
    "stream": b"\x88\4\0\1", "CIPSO": b"\x86\x06\0\0\0\1\0\0", "MTU probe": b"\x0b\4\5\xdc", "traceroute": b"\x52\x0c" + bytes(10),
    "quick start": b"\x19\x08" + bytes(6), "unknown": b"\xc8\4\1\2", "unknown, length 2": b"\xc8\2\0\0",
    "unknown, length 1": b"\xc8\1\0\0", "unknown, length 0": b"\xc8\0\0\0", "unknown, beyond the header": b"\xc8\5\1\2",
    "no length": b"\1\1\1\xc8", "forty bytes": b"\x07\x27\4" + bytes(36) + b"\0",
}
TCP_OPTIONS = {
    "no-operation": b"\1\1\1\1", "MSS": b"\2\4\5\xb4", "MSS of length 3": b"\2\3\5\0", "MSS 0": b"\2\4\0\0",
    "length 0": b"\2\0\1\1", "length 1": b"\2\1\1\1", "beyond the header": b"\2\5\1\1", "no length": b"\1\1\1\2",
    "unknown": b"\xc8\4\1\2", "scale 15": b"\1\3\3\x0f", "end and garbage": b"\0\2\0\2",
}
# ICMP types: answered, errors, deprecated, unassigned, experimental
KINDS = (0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 30, 37, 40, 41, 42, 43, 44, 200, 253, 255)

# What the two may differ in: the reason. Every one must differ.
MARTIAN = ("raw", "echo", "timestamp request", "unknown protocol", "bad option", "UDP", "UDP to nobody", "SYN", "SYN to nobody")
WRITTEN = ("record route", "two record routes", "timestamp", "timestamp and address", "timestamp asked of the host",
           "timestamp, length 4", "timestamp, full", "two timestamps", "record route and timestamp", "forty bytes")
RETURNED = ("record route, full", "record route, beyond full", "record route, length 3", "timestamp asked of another",
            "timestamp, flag 2", "timestamp, flag 15", "timestamp, asked, full, 15 missed")
DIFFERENCES = {
    **each("%s, from 0/8", MARTIAN, "RFC 1122 3.2.1.3 (b): no source but of who has no address yet"),
    **each("%s, from the subnet", MARTIAN, "RFC 1122 3.2.1.3: no broadcast address is a source; the kernel even answers to it"),
    **each("%s, from class E", MARTIAN, "RFC 1112 4: reserved"),
    **each("bad option, to %s", ("another host", "another network", "0/8", "class E", "the subnet, old style", "link-local"),
           "RFC 1122 3.2.1.3: not for us, so silence; the kernel reads the options first"),
    **each("option, %s: garbage after the end", ("raw", "echo", "UDP to nobody"),
           "RFC 791 3.1: nothing follows an end; the kernel clears it"),
    "15 words of header": "the same",
    **each("option, raw: %s", WRITTEN, "RFC 1122 3.2.1.8 (d), (e): optional for a host; the kernel writes its address and the time "
                                       "into what it receives"),
    **each("option, echo: %s", WRITTEN + RETURNED, "RFC 1122 3.2.2.6: should go back in the reply; here they do not"),
    **each("option, UDP to nobody: %s", WRITTEN + RETURNED, "RFC 1122 3.2.1.8: the kernel sends options back in its reports, "
                                                            "and quotes what it has written into them"),
    **each("option, %s: record route", ("SYN", "SYN to nobody"), "RFC 9293 3.9.2.1 asks it of source routes alone"),
    "options in the first": "RFC 1122 3.2.1.8 (d): optional for a host",
    "first with options": "the kernel sends options back in its reports",
    **each("option, %s: both source routes", ("raw", "echo", "UDP to nobody"), "the kernel sends its report by the first one"),
    **each("option, %s: router alert, length 8", ("raw", "echo", "UDP to nobody"), "RFC 2113 2.1: its length is 4"),
    **each("option, %s: CIPSO", ("raw", "echo", "UDP to nobody"), "labels mean nothing here, so their form does not matter"),
    **each("ICMP type 13, %s", ("20 bytes", "code 1", "code 255"), "RFC 1122 3.2.2.8: may be answered, and tells the time of the host"),
    "timestamp request, from link-local": "the same",
    "unreachable, code 4": "the report has the MTU that is believed (RFC 1191 7.1); the kernel's what the message has",
    **each("%s", ("7: MTU 551", "8: MTU 68", "9: MTU 67", "10: MTU 1", "11: MTU 0"), "the same: 552 at least"),
    "error of type 11, code 1": "RFC 1122 3.2.2.4: is passed to the transport layer; the kernel ignores this code",
    "unreachable, quotes 1400 bytes": "RFC 1812 4.3.2.3: 576 bytes at most, what is beyond is not read",
    "unreachable, quotes version 6": "RFC 792: an IPv4 header is quoted; the kernel does not look",
    "unreachable, quotes later fragment": "RFC 791 3.2: it has no ports; the kernel takes data for them",
    **each("listener, flags 02, option %s", ("length 0", "length 1", "beyond the header", "no length"),
           "RFC 9293 3.1: an illegal length; the kernel ignores it and what is behind it"),
    **each("fragments, %s", ("beginning within", "inside one", "inside one, other data", "inside two", "as two"),
           "RFC 8200 4.5, here for IPv4 too: only exact duplicates are none; for the kernel what is inside of what it has"),
    "fragments, more up to the end": "RFC 791 3.2: one says that more follows, one that none does",
    **each("fragments, %s", ("empty middle", "empty last, then the last"), "an empty one alone is dropped; the kernel drops all"),
    "first and an empty one": "the same",
    **each("fragments, %s", ("odd first", "odd middle"), "RFC 791 3.2: eight bytes are the unit; the kernel cuts the rest off"),
    "fragments, seven bytes": "the same; the kernel drops all",
    **each("%s", ("fragments with DF", "DF in one"), "RFC 791 3.2: the whole has no flags; the kernel keeps DF for who cuts it again"),
}


class Cases:
    """`src` is set before the next case is asked for."""
    src = ""

    def ip(self, proto, payload, **fields):
        return datagram(**{"src": self.src, "dst": US, "proto": proto, "payload": payload, **fields})

    def raw(self, **fields):
        return self.ip(RAW_PROTOCOL, DATA[:40], **fields)

    def echo(self, kind=8, code=0, data=DATA[:24], check=None, **fields):
        return self.ip(1, icmp(kind, code, rest=b"\1\2\0\7", data=data, check=check), **fields)

    def udp(self, port, dst=US, src=None, fields=None, **more):
        src = src or self.src
        return self.ip(17, udp(src, dst, port, **more), src=src, dst=dst, **(fields or {}))

    def tcp(self, port, flags, dst=US, src=None, fields=None, **more):
        src = src or self.src
        return self.ip(6, tcp(src, dst, port, flags, **more), src=src, dst=dst, **(fields or {}))

    def headers(self):
        raw, echo = self.raw, self.echo
        yield "echo", [echo()]
        for length in (0, 1, 7, 1464, 8000):
            yield "echo of %d bytes" % length, [echo(data=DATA[:length])]
        yield "echo, code 1", [echo(code=1)]
        yield "echo, type of service", [with_tos(echo(), 0xb8 | 1)]
        yield "raw", [raw()]
        yield "raw, type of service", [with_tos(raw(), 0xb8 | 3)]
        for length in (0, 1, 8, 500, 548, 549, 1400):
            yield "unknown protocol, %d bytes" % length, [self.ip(UNKNOWN_PROTOCOL, DATA[:length])]
        yield "unknown protocol, type of service", [with_tos(self.ip(UNKNOWN_PROTOCOL, DATA[:9]), 0x1e)]
        yield "unknown protocol, options", [self.ip(UNKNOWN_PROTOCOL, DATA[:9], options=b"\1\1\1\1")]
        yield "unknown protocol, padded", [self.ip(UNKNOWN_PROTOCOL, DATA[:9]) + b"padding"]
        yield "unknown protocol, L2 broadcast", [self.ip(UNKNOWN_PROTOCOL, DATA[:9])], BROADCAST_LL
        # Others the kernel receives, or not, by the modules it has.
        for proto in (0, 2, 50, 51, 255):
            yield "protocol %d" % proto, [self.ip(proto, DATA[:40])]
        for version in (0, 3, 5, 6, 15):
            yield "version %d" % version, [raw(version=version)]
        for words in (0, 1, 4, 15):
            yield "%d words of header" % words, [raw(ihl=words)]
        yield "15 words, as many bytes", [datagram(src=self.src, ihl=15, proto=RAW_PROTOCOL, payload=bytes(40))]
        for length in (0, 19, 20, 59, 61, 200, 65535):
            yield "total length %d" % length, [raw(total=length)]
        yield "padded", [raw() + b"padding"]
        yield "checksum 0", [raw(check=0)]
        yield "checksum ffff", [raw(check=0xffff)]
        yield "checksum off by one", [raw()[:10] + struct.pack("!H", struct.unpack("!H", raw()[10:12])[0] ^ 1) + raw()[12:]]
        for length in (0, 1, 19, 20, 21):
            yield "%d bytes" % length, [raw()[:length]]
        for ttl in (0, 1, 255):
            yield "TTL %d" % ttl, [echo(ttl=ttl), raw(ttl=ttl)]
        yield "reserved flag", [raw(frag=0x8000)]
        yield "do not fragment", [raw(frag=DF)]
        yield "identification 0", [raw(ident=0)]
        for name, lladdr in (("broadcast", BROADCAST_LL), ("group", GROUP_LL)):
            yield "echo, L2 " + name, [echo()], lladdr
            yield "raw, L2 " + name, [raw()], lladdr
            yield "UDP, L2 " + name, [self.udp(OPEN)], lladdr
            yield "UDP to nobody, L2 " + name, [self.udp(CLOSED)], lladdr
            yield "SYN, L2 " + name, [self.tcp(LISTENS, SYN)], lladdr
            yield "SYN to nobody, L2 " + name, [self.tcp(CLOSED, SYN)], lladdr

    def addresses(self):
        for which, table in (("dst", DESTINATIONS), ("src", SOURCES)):
            for name, address in table.items():
                name = ("to " if which == "dst" else "from ") + name
                both = {"src": self.src, "dst": US, which: address}
                lladdr = None
                if address in ("10.0.0.255", "255.255.255.255") and which == "dst":
                    lladdr = BROADCAST_LL
                elif which == "dst" and address.startswith("224."):
                    lladdr = b"\x01\0\x5e" + bytes([int(n) & (127 if i == 0 else 255) for i, n in
                                                    enumerate(address.split(".")[1:])])
                for what, packet in (
                        ("raw", self.raw), ("echo", self.echo), ("timestamp request", lambda **f: self.echo(13, **f)),
                        ("unknown protocol", lambda **f: self.ip(UNKNOWN_PROTOCOL, DATA[:40], **f)),
                        ("bad option", lambda **f: self.raw(options=b"\x07\0\4\0", **f)),
                        ("UDP", lambda **f: self.udp(OPEN, **f)), ("UDP to nobody", lambda **f: self.udp(CLOSED, **f)),
                        ("SYN", lambda **f: self.tcp(LISTENS, SYN, **f)),
                        ("SYN to nobody", lambda **f: self.tcp(CLOSED, SYN, **f))):
                    yield "%s, %s" % (what, name), [packet(**both)], lladdr

    def options(self):
        for name, option in OPTIONS.items():
            option += bytes(-len(option) % 4)
            yield "option, raw: " + name, [self.raw(options=option)]
            yield "option, echo: " + name, [self.echo(options=option)]
            yield "option, UDP to nobody: " + name, [self.udp(CLOSED, fields={"options": option})]
        yield "option, SYN: record route", [self.tcp(LISTENS, SYN, fields={"options": OPTIONS["record route"]})]
        yield "option, SYN to nobody: record route", [self.tcp(CLOSED, SYN, fields={"options": OPTIONS["record route"]})]

    def icmp(self):
        for kind in KINDS:
            for data in (DATA[:12], DATA[:1], b""):
                yield "ICMP type %d, %d bytes" % (kind, 8 + len(data)), [self.echo(kind, data=data)]
        for length in range(8):
            yield "ICMP of %d bytes" % length, [self.ip(1, icmp(8)[:length])]
        for kind in (8, 13):
            yield "ICMP type %d, checksum wrong" % kind, [self.echo(kind, check=0x1234)]
            yield "ICMP type %d, checksum 0" % kind, [self.echo(kind, check=0)]
        for code in (1, 255):
            for kind in (13, 17):
                yield "ICMP type %d, code %d" % (kind, code), [self.echo(kind, code, data=bytes(12))]

    def icmp_errors(self):
        """About what the connected socket may have sent."""
        def quote(**fields):
            sent = udp(US, PEER, REMOTE, sport=CONNECTED, data=DATA[:fields.pop("size", 20)])
            return datagram(**{"src": US, "dst": PEER, "proto": 17, "payload": sent, **fields})

        def error(kind, code, data, rest=bytes(4), **fields):
            return [self.ip(1, icmp(kind, code, rest, data, check=fields.pop("sum", None)), **fields)]

        for code in list(range(17)) + [255]:
            yield "unreachable, code %d" % code, error(3, code, quote())
        for kind, codes in ((4, (0,)), (11, (0, 1, 2)), (12, (0, 1, 2)), (31, (0,))):
            for code in codes:
                yield "error of type %d, code %d" % (kind, code), error(kind, code, quote(), b"\x14\0\0\0")
        for number, mtu in enumerate((65535, 9000, 1400, 1400, 1450, 576, 552, 551, 68, 67, 1, 0)):
            yield "%d: MTU %d" % (number, mtu), error(3, 4, quote(), struct.pack("!HH", 0, mtu))
        for length in (0, 1, 8, 19, 20, 23, 24, 27, 28, 29):
            yield "unreachable, quotes %d bytes" % length, error(3, 3, quote()[:length])
        yield "unreachable, quotes 1400 bytes", error(3, 3, quote(size=1372))
        yield "unreachable, quotes version 6", error(3, 3, quote(version=6))
        yield "unreachable, quotes four words", error(3, 3, quote(ihl=4))
        yield "unreachable, quotes fifteen words", error(3, 3, quote(ihl=15))
        yield "unreachable, quotes options", error(3, 3, quote(options=b"\1\1\1\1"))
        yield "unreachable, quotes wrong checksum", error(3, 3, quote(check=0))
        yield "unreachable, quotes total length 0", error(3, 3, quote(total=0))
        yield "unreachable, quotes first fragment", error(3, 3, quote(frag=MF))
        yield "unreachable, quotes later fragment", error(3, 3, quote(frag=MF | 3))
        yield "unreachable, quotes another source", error(3, 3, quote(src="10.0.0.7"))
        yield "unreachable, quotes another destination", error(3, 3, quote(dst="10.0.0.7"))
        yield "unreachable, quotes our broadcast", error(3, 3, quote(dst="10.0.0.255"))
        yield "unreachable, quotes another protocol", error(3, 3, quote(proto=UNKNOWN_PROTOCOL))
        for length in (48, 28, 27, 24, 20):
            yield "unreachable, quotes %d bytes of a raw protocol" % length, error(3, 2, quote(proto=RAW_PROTOCOL)[:length])
        yield "unreachable, checksum wrong", error(3, 3, quote(), sum=1)
        yield "unreachable, to the subnet", error(3, 3, quote(), dst="10.0.0.255"), BROADCAST_LL
        yield "unreachable, to a group", error(3, 3, quote(), dst="224.0.0.1"), GROUP_LL
        yield "unreachable, L2 broadcast", error(3, 3, quote()), BROADCAST_LL
        yield "unreachable, from the host itself", error(3, 3, quote(), src=US)
        yield "unreachable, from nobody", error(3, 3, quote(), src="0.0.0.0")
        for code in (0, 1, 2, 3, 4):
            yield "redirect, code %d" % code, error(5, code, quote(), b"\x0a\0\0\x63")

    def datagrams(self):
        for name, port in (("UDP", OPEN), ("UDP to nobody", CLOSED), ("UDP to port 0", 0)):
            make = lambda **f: [self.udp(port, **f)]    # pylint: disable=cell-var-from-loop
            yield name, make()
            yield name + ", empty", make(data=b"")
            yield name + ", odd", make(data=b"odd")
            yield name + ", 8000 bytes", make(data=DATA[:8000])
            yield name + ", padded", [make()[0] + b"padding"]
            for length in (0, 1, 7, 8, 9, 15, 17, 65535):
                yield "%s, length %d" % (name, length), make(length=length)
            for length in (8, 9):
                packet = udp(self.src, US, port, data=DATA[:length - 8])
                yield "%s, trailer behind %d" % (name, length), [self.ip(17, packet + b"trailer")]
            yield name + ", checksum 0", make(check=0)
            yield name + ", checksum wrong", make(check=0x1234)
            yield name + ", checksum wrong, 4000 bytes", make(check=0x1234, data=DATA[:4000])
            yield name + ", from port 0", make(sport=0)
            yield name + ", type of service", [with_tos(make()[0], 0xb8)]
            for length in range(8):
                yield "%s, %d bytes" % (name, length), [self.ip(17, udp(self.src, US, port)[:length])]
        sums_up_to_zero = next(n for n in range(65536) if
                               udp(self.src, US, OPEN, struct.pack("!H", n))[6:8] == b"\xff\xff")
        yield "UDP whose sum is zero", [self.udp(OPEN, data=struct.pack("!H", sums_up_to_zero))]

    def segments(self):
        for name, port in (("listener", LISTENS), ("nobody", CLOSED)):
            for flags in range(64):
                for data in (b"", b"data!"):
                    yield "%s, flags %02x, %d bytes" % (name, flags, len(data)), [self.tcp(port, flags, data=data)]
            for flags in (SYN | 0x40, SYN | 0xc0, ACK | 0x40, 0xff):
                yield "%s, flags %02x" % (name, flags), [self.tcp(port, flags)]
            for flags in (SYN, ACK, FIN, PSH | ACK | URG):
                make = lambda **f: [self.tcp(port, flags, **f)]     # pylint: disable=cell-var-from-loop
                title = "%s, flags %02x" % (name, flags)
                for words in (0, 4, 6, 15):
                    yield "%s, %d words" % (title, words), make(words=words)
                yield title + ", 15 words and data", make(words=15, data=DATA[:60])
                yield title + ", checksum wrong", make(check=0x1234)
                yield title + ", checksum 0", make(check=0)
                yield title + ", reserved bits", make(reserved=7)
                yield title + ", highest numbers", make(seq=0xffffffff, ack=0xffffffff, data=b"!")
                yield title + ", numbers 0", make(seq=0, ack=0)
                yield title + ", type of service", [with_tos(make()[0], 0xbb)]
                yield title + ", padded", [make()[0] + b"padding"]
                yield title + ", 4000 bytes", make(data=DATA[:4000])
                yield title + ", from port 0", make(sport=0)
                yield title + ", TTL 1", make(fields={"ttl": 1})
                for option, value in TCP_OPTIONS.items():
                    yield "%s, option %s" % (title, option), make(options=value)
            for length in (0, 1, 4, 8, 13, 19):
                yield "%s, SYN of %d bytes" % (name, length), [self.ip(6, tcp(self.src, US, port, SYN)[:length])]
        yield "SYN to port 0", [self.tcp(0, SYN)]
        yield "SYN and RST at once", [self.tcp(LISTENS, SYN), self.tcp(LISTENS, RST, seq=1001)]
        yield "SYN twice", [self.tcp(LISTENS, SYN), self.tcp(LISTENS, SYN, seq=5)]

    def pieces(self, *cuts, proto=RAW_PROTOCOL, data=DATA, **fields):
        """Fragments: (offset, end, more)"""
        return [self.ip(proto, (c[3] if len(c) > 3 else data)[c[0]:c[1]],
                        **{"ident": 0x4242, **fields, "frag": fields.get("frag", 0) | (MF if c[2] else 0) | c[0] // 8})
                for c in cuts]

    def fragments(self):
        first, middle, last = (0, 24, 1), (24, 48, 1), (48, 61, 0)
        other = DATA[1:]
        orders = {
            "in order": (first, middle, last), "backwards": (last, middle, first), "last first": (last, first, middle),
            "first twice": (first, first, middle, last), "middle twice": (middle, middle, first, last),
            "last twice": (last, last, first, middle), "first again, other data": (first, (0, 24, 1, other), middle, last),
            "last again, other data": (last, (48, 61, 0, other), first, middle),
            "middle with the beginning's end": (first, (16, 48, 1), last),
            "middle with the end's beginning": (first, last, (24, 56, 1)),
            "beginning within": (first, (8, 24, 1), middle, last), "inside one": (first, (8, 16, 1), middle, last),
            "inside one, other data": (first, (8, 16, 1, other), middle, last),
            "inside two": (first, middle, (16, 32, 1), last), "as two": (first, middle, (0, 48, 1), last),
            "around one": (last, (8, 16, 1), (0, 24, 1), middle), "around all": (middle, (0, 61, 0)),
            "the end within": (first, middle, (40, 61, 0)), "the end within, first": ((40, 61, 0), first, middle),
            "two ends, longer": (last, (48, 69, 0), first, middle), "two ends, shorter": (last, (48, 53, 0), first, middle),
            "end before what came": (middle, (24, 32, 0), first), "more beyond the end": (last, (64, 72, 1), first, middle),
            "two ends, one amid": (last, (24, 32, 0), first, (32, 48, 1)), "overlap as long as a gap": (first, last, (32, 56, 1)),
            "more up to the end": ((48, 56, 0), (48, 56, 1), first, middle), "end twice, with more": (first, middle, (48, 64, 1), last),
            "empty first": ((0, 0, 1), first, middle, last), "empty middle": (first, (24, 24, 1), middle, last),
            "empty last": (first, middle, (48, 48, 0)), "empty last, then the last": (first, (61, 61, 0), middle, last),
            "odd first": ((0, 25, 1), middle, last), "odd middle": (first, (24, 50, 1), last),
            "seven bytes": (first, (24, 31, 1), middle, last), "first of eight bytes": ((0, 8, 1), (8, 61, 0)),
            "eight bytes each": tuple((at, at + 8, 1) for at in range(0, 48, 8)) + (last,),
            "only one": ((0, 40, 1), (40, 40, 0)), "no more, but an offset": ((0, 8, 1), (8, 9, 0)),
        }
        for name, cuts in orders.items():
            yield "fragments, " + name, self.pieces(*cuts)
        for what in self.transports():
            yield "fragments of " + what, self.pieces(first, middle, last, **self.transports()[what])
            yield "fragments backwards of " + what, self.pieces(last, middle, first, **self.transports()[what])
        for name, fields in (("DF", {"frag": DF}), ("the reserved flag", {"frag": 0x8000}), ("TTL 1", {"ttl": 1}),
                             ("identification 0", {"ident": 0})):
            yield "fragments with " + name, self.pieces(first, middle, last, **fields)
        yield "DF in one", self.pieces(first) + self.pieces(middle, frag=DF) + self.pieces(last)
        yield "two protocols, one identification", self.pieces(first, middle) + self.pieces(last, proto=252)
        yield "two identifications", self.pieces(first, middle) + self.pieces(last, ident=1)
        yield "two sources", self.pieces(first, middle) + self.pieces(last, src="10.77.99.99")
        for pair in ((0, 1), (0, 2), (0, 3), (1, 2), (2, 1), (1, 3), (3, 2), (3, 3)):
            yield "ECN %d and %d" % pair, [with_tos(p, tos) for p, tos in zip(self.pieces((0, 24, 1), (24, 61, 0)), pair)]
        yield "TOS and another", [with_tos(p, tos) for p, tos in zip(self.pieces((0, 24, 1), (24, 61, 0)), (0xb8, 8))]
        route, bad = OPTIONS["record route"], OPTIONS["unknown, length 0"]
        yield "options in the first", self.pieces(first, options=route) + self.pieces(middle, last)
        yield "options in the last", self.pieces(first, middle) + self.pieces(last, options=route)
        yield "bad options in the first", self.pieces(first, options=bad) + self.pieces(middle, last)
        yield "bad options in the last", self.pieces(first, middle) + self.pieces(last, options=bad)
        yield "bad options in the first, which is last", self.pieces(middle, last) + self.pieces(first, options=bad)
        yield "source route in the last", self.pieces(first, middle) + \
            self.pieces(last, options=OPTIONS["loose source route, at its end"])
        yield "to the subnet", self.pieces(first, middle, last, dst="10.0.0.255"), BROADCAST_LL
        yield "L2 broadcast in fragments", self.pieces(first, middle, last), BROADCAST_LL
        for total in (65515, 65516, 65528):
            cuts = [(at, min(at + 8192, total), at + 8192 < total) for at in range(0, total, 8192)]
            yield "%d bytes in fragments" % total, self.pieces(*cuts)
            yield "%d bytes in fragments backwards" % total, self.pieces(*cuts[::-1])
        yield "beyond 65535", self.pieces((0, 24, 1), (65528, 65535, 0))
        yield "65515 bytes and options", self.pieces((0, 65512 - 57344, 1), options=route)

    def timeouts(self):
        """Datagrams that never become whole, and what is said when their time is over."""
        first, middle, last = (0, 24, 1), (24, 48, 1), (48, 61, 0)
        for what in self.transports():
            yield "only the first of " + what, self.pieces(first, **self.transports()[what])
        yield "all but the first", self.pieces(middle, last)
        yield "all but the last", self.pieces(first, middle)
        yield "all but the middle", self.pieces(first, last)
        yield "all but the middle, backwards", self.pieces(last, first)
        yield "first of 1200 bytes", self.pieces((0, 1200, 1))
        yield "first twice and no more", self.pieces(first, first)
        yield "first with options", self.pieces(first, options=OPTIONS["record route"])
        yield "first with a type of service", [with_tos(p, 0xb8) for p in self.pieces(first)]
        yield "first with DF", self.pieces(first, frag=DF)
        yield "first and an overlap", self.pieces(first, (16, 32, 1))
        yield "first again after an overlap", self.pieces(first, (16, 32, 1), first)
        yield "first and an empty one", self.pieces(first, (24, 24, 1))
        yield "first of an ICMP error", self.pieces(first, proto=1, data=icmp(3, 3, data=self.raw()))
        yield "first to the subnet", self.pieces(first, dst="10.0.0.255"), BROADCAST_LL
        yield "first, L2 broadcast", self.pieces(first), BROADCAST_LL
        yield "first and no more", self.pieces(first)

    def transports(self):
        """What fragments may be of: fields of pieces()."""
        src = self.src
        return {
            "UDP": {"proto": 17, "data": udp(src, US, data=DATA[:53])},
            "UDP, checksum 0": {"proto": 17, "data": udp(src, US, data=DATA[:53], check=0)},
            "UDP, checksum wrong": {"proto": 17, "data": udp(src, US, data=DATA[:53], check=5)},
            "UDP, length wrong": {"proto": 17, "data": udp(src, US, data=DATA[:53], length=62)},
            "UDP to nobody": {"proto": 17, "data": udp(src, US, CLOSED, data=DATA[:53])},
            "echo": {"proto": 1, "data": icmp(8, data=DATA[:53])},
            "SYN": {"proto": 6, "data": tcp(src, US, LISTENS, SYN, data=DATA[:41])},
            "SYN to nobody": {"proto": 6, "data": tcp(src, US, CLOSED, SYN, data=DATA[:41])},
            "unknown protocol": {"proto": UNKNOWN_PROTOCOL},
        }

    def all(self):
        for part in (self.headers, self.addresses, self.options, self.icmp, self.icmp_errors, self.datagrams,
                     self.segments, self.fragments):
            yield from part()
