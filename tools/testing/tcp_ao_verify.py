# SPDX-License-Identifier: GPL-2.0
"""Who verifies the segments of a capture by TCP-AO (RFC 5925), for tcp_ao.sh.

    tcp_ao_verify.py check PCAP         each segment
    tcp_ao_verify.py spoil PCAP COPY    the same capture with one octet changed

It knows tcp_ao.py's keys, and computes with hmac, hashlib and OpenSSL's AES-CMAC what RFC 5925
and 5926 say.
"""
import ctypes
import ctypes.util
import functools
import hashlib
import hmac
import struct
import sys

from tcp_ao import EXCLUDE_OPTIONS, KEYS, SERVED


@functools.cache
def libcrypto():
    """To find it takes programs: once."""
    crypto = ctypes.CDLL(ctypes.util.find_library("crypto"))
    for name in "CMAC_CTX_new", "EVP_aes_128_cbc":
        getattr(crypto, name).restype = ctypes.c_void_p
    return crypto


def aes_cmac(key, data):
    crypto = libcrypto()
    context = ctypes.c_void_p(crypto.CMAC_CTX_new())
    out, length = ctypes.create_string_buffer(16), ctypes.c_size_t(0)
    assert crypto.CMAC_Init(context, key, ctypes.c_size_t(16),
                            ctypes.c_void_p(crypto.EVP_aes_128_cbc()), None)
    assert crypto.CMAC_Update(context, data, ctypes.c_size_t(len(data)))
    assert crypto.CMAC_Final(context, out, ctypes.byref(length))
    crypto.CMAC_CTX_free(context)
    return out.raw


def hmac_sha1(key, data):
    return hmac.new(key, data, hashlib.sha1).digest()


ALGORITHMS = {"hmac(sha1)": (hmac_sha1, 20), "cmac(aes128)": (aes_cmac, 16)}


class Segment:
    """A TCP segment of a frame of Ethernet's; None of what is there is taken on trust."""

    def __init__(self, frame):
        kind, packet = struct.unpack("!H", frame[12:14])[0], frame[14:]
        if kind == 0x0800:
            total, header = struct.unpack("!H", packet[2:4])[0], (packet[0] & 15) * 4
            self.source, self.dest = packet[12:16], packet[16:20]
            self.tcp = packet[header:total]
            self.pseudo = self.source + self.dest + struct.pack("!BBH", 0, 6, len(self.tcp))
        else:
            total = struct.unpack("!H", packet[4:6])[0]
            self.source, self.dest = packet[8:24], packet[24:40]
            self.tcp = packet[40:40 + total]
            self.pseudo = self.source + self.dest + struct.pack("!II", len(self.tcp), 6)
        self.ports = struct.unpack("!HH", self.tcp[:4])
        self.seq = struct.unpack("!I", self.tcp[4:8])[0]
        self.header = (self.tcp[12] >> 4) * 4
        self.syn, self.ack = self.tcp[13] & 2, self.tcp[13] & 16
        self.way = self.source, self.ports[0], self.dest, self.ports[1]
        self.back = self.dest, self.ports[1], self.source, self.ports[0]
        self.option = self.find_option()

    def find_option(self):
        at = 20
        while at < self.header and self.tcp[at]:
            if self.tcp[at] == 29:
                return at
            at += 1 if self.tcp[at] == 1 else self.tcp[at + 1]
        return None

    def is_from_a(self):
        return self.source[-1] == 1


def master_key(segment):
    """By the KeyID, and who has sent it."""
    for name in SERVED:
        key = KEYS[name]
        if segment.tcp[segment.option + 2] == key[2 if segment.is_from_a() else 3]:
            return name, key
    raise AssertionError(f"KeyID {segment.tcp[segment.option + 2]}")


def traffic_key(segment, key, isns):
    """RFC 5926 3.1"""
    mac, octets = ALGORITHMS[key[0]]
    master = key[1]
    if mac is aes_cmac and len(master) != 16:
        master = aes_cmac(bytes(16), master)
    return mac(master, b"\1TCP-AO" + segment.source + segment.dest +
               struct.pack("!HHIIH", *segment.ports, *isns, octets * 8))


def extended(near, seq):
    """The 64-bit sequence number next to another one."""
    return near + ((seq - near + 2**31) % 2**32 - 2**31)


def mac_of(segment, key, isns, sne):
    """RFC 5925 5.1"""
    tcp, at, end = bytearray(segment.tcp), segment.option, segment.option + 4 + key[4]
    tcp[16:18] = bytes(2)
    tcp[at + 4:end] = bytes(key[4])
    header = tcp[:segment.header]
    if key[5] & EXCLUDE_OPTIONS:
        header = tcp[:20] + tcp[at:end]
    data = struct.pack("!I", sne) + segment.pseudo + header + tcp[segment.header:]
    return ALGORITHMS[key[0]][0](traffic_key(segment, key, isns), bytes(data))[:key[4]]


class Verifier:
    """Follows connections, for their initial sequence numbers and extensions."""

    def __init__(self):
        self.isns, self.near = {}, {}
        self.good, self.bad, self.snes, self.names = 0, 0, set(), set()

    def follow(self, segment):
        if segment.syn and self.isns.get(segment.way) != segment.seq:
            self.isns[segment.way] = self.near[segment.way] = segment.seq

    def take(self, segment):
        self.follow(segment)
        near = extended(self.near[segment.way], segment.seq)
        self.near[segment.way] = max(near, self.near[segment.way])
        if segment.option is None:
            self.bad += 1
            return
        name, key = master_key(segment)
        isns = (self.isns[segment.way],
                self.isns[segment.back] if segment.ack or not segment.syn else 0)
        at = segment.option + 4
        right = mac_of(segment, key, isns, near >> 32) == segment.tcp[at:at + key[4]] and \
            segment.tcp[segment.option + 1] == 4 + key[4]
        self.good += right
        self.bad += not right
        self.snes.add(near >> 32)
        self.names.add(name)


def frames(path):
    with open(path, "rb") as pcap:
        assert struct.unpack("=IHHiIII", pcap.read(24))[0] == 0xa1b2c3d4
        while header := pcap.read(16):
            yield pcap.read(struct.unpack("=IIII", header)[2])


def check(path):
    verifier = Verifier()
    for frame in frames(path):
        verifier.take(Segment(frame))
    print(f"bad {verifier.bad}")
    print("keys", *sorted(verifier.names))
    print("extensions", *sorted(verifier.snes))
    print(f"good {verifier.good}")


def spoil(path, copy):
    """One octet of text in the first segment with any."""
    with open(path, "rb") as pcap:
        data = bytearray(pcap.read())
    at = 24
    while True:
        length = struct.unpack("=IIII", data[at:at + 16])[2]
        segment = Segment(bytes(data[at + 16:at + 16 + length]))
        at += 16 + length
        if len(segment.tcp) > segment.header:
            break
    data[at - 1] ^= 1
    with open(copy, "wb") as pcap:
        pcap.write(data)


if __name__ == "__main__":
    {"check": check, "spoil": spoil}[sys.argv[1]](*sys.argv[2:])
