# SPDX-License-Identifier: GPL-2.0
"""TCP peers that sign by TCP-AO (RFC 5925), and who verifies them, for tcp_ao.sh.

    tcp_ao.py a|b serve                 listens on all of LINES, until killed
    tcp_ao.py a|b CONVERSATION@LINE…    one after the other, with the other side's server
    tcp_ao.py check PCAP                verifies each segment of a capture
    tcp_ao.py spoil PCAP COPY           the same capture with one octet changed

a is 10.0.0.1 and fd00::1, b is 10.0.0.2 and fd00::2. The one who verifies knows the keys,
and computes with hmac, hashlib and OpenSSL's AES-CMAC what RFC 5925 and 5926 say.
"""
import ctypes
import ctypes.util
import errno
import functools
import hashlib
import hmac
import os
import random
import select
import socket
import struct
import subprocess
import sys
import threading
import time

ADD_KEY, DEL_KEY, INFO, GET_KEYS = 38, 39, 40, 41
SET_CURRENT, SET_RNEXT = 1, 2
EXCLUDE_OPTIONS = 2
# By name: the algorithm, the key, a's ID, b's ID, octets of a MAC, flags.
KEYS = {
    "one": ("hmac(sha1)", b"the first", 1, 11, 12, 0),
    "two": ("cmac(aes128)", b"the second", 2, 12, 12, 0),
    "three": ("hmac(sha1)", b"the third" * 8, 3, 13, 16, EXCLUDE_OPTIONS),
    "four": ("cmac(aes128)", b"sixteen octets, ", 4, 14, 8, 0),
    "wrong": ("hmac(sha1)", b"another", 1, 11, 12, 0),
    "unknown": ("hmac(sha1)", b"the first", 9, 19, 12, 0),
}
# By name: the addresses, the port, the client's keys: the first is to be used first.
LINES = {
    "v4": ("10.0.0.", 7000, "one two three four"),
    "v6": ("fd00::", 7001, "two one three four"),
    "wrong": ("10.0.0.", 7000, "wrong"),
    "unknown": ("10.0.0.", 7000, "unknown"),
    "none": ("10.0.0.", 7000, ""),
}
SERVED = "one two three four".split()
BULK = 60_000
TIMEOUT_S = 100
ATTEMPT_S = 200
CLOCK_NS = 64       # of initial sequence numbers
LIBC = ctypes.CDLL(None, use_errno=True)


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def pack_peer(peer):
    family = family_of(peer)
    raw = socket.inet_pton(family, peer)
    name = struct.pack("=HH", family, 0)
    return name + (raw if family == socket.AF_INET else bytes(4) + raw)


def ids(side, name):
    """SendID and RecvID."""
    _, _, a, b, _, _ = KEYS[name]
    return (a, b) if side == "a" else (b, a)


def add_key(sock, side, peer, name, flags=0):
    algorithm, octets, _, _, mac_len, key_flags = KEYS[name]
    bits = 128 if ":" in peer else 32
    sock.setsockopt(socket.IPPROTO_TCP, ADD_KEY,
                    struct.pack("=128s64siIHBBBBBB80s", pack_peer(peer), algorithm.encode(),
                                0, flags, 0, bits, *ids(side, name), mac_len, key_flags,
                                len(octets), octets))


def del_key(sock, side, peer, name):
    bits = 128 if ":" in peer else 32
    sock.setsockopt(socket.IPPROTO_TCP, DEL_KEY,
                    struct.pack("=128siIHBBBBBB", pack_peer(peer), 0, 0, 0, bits,
                                *ids(side, name), 0, 0, 0))


def choose(sock, side, current=None, rnext=None):
    flags = (SET_CURRENT if current else 0) | (SET_RNEXT if rnext else 0)
    sock.setsockopt(socket.IPPROTO_TCP, INFO,
                    struct.pack("=IHBB5Q", flags, 0, ids(side, current)[0] if current else 0,
                                ids(side, rnext)[1] if rnext else 0, 0, 0, 0, 0, 0))


def get(sock, option, value):
    buffer = ctypes.create_string_buffer(value, len(value))
    length = ctypes.c_int(len(value))
    if LIBC.getsockopt(sock.fileno(), socket.IPPROTO_TCP, option, buffer,
                       ctypes.byref(length)):
        raise OSError(ctypes.get_errno(), "getsockopt")
    return buffer.raw


def get_current(sock):
    """The ID of Current_key."""
    return struct.unpack("=IHBB5Q", get(sock, INFO, bytes(48)))[2]


def bulk(seed):
    return random.Random(seed).randbytes(BULK)


class Line:
    """One end of a connection."""

    def __init__(self, sock, side, peer):
        sock.settimeout(TIMEOUT_S)
        self.sock = sock
        self.side = side
        self.peer = peer
        self.lines = sock.makefile("rb")

    def say(self, *words):
        self.sock.sendall(" ".join(words).encode() + b"\n")

    def hear(self):
        return self.lines.readline().decode().split()

    def ask(self, *words):
        self.say(*words)
        answer = self.hear()
        assert answer and answer[0] == "ok", (words, answer)
        return answer[1:]

    def both_ways(self, seed):
        self.ask("get", str(seed))
        assert self.lines.read(BULK) == bulk(seed), "altered on the way here"
        self.say("put")
        self.sock.sendall(bulk(seed))
        answer = self.hear()
        assert answer == ["ok", hashlib.sha256(bulk(seed)).hexdigest()], answer


def close_when(line, path):
    """Our FIN waits for a file."""
    assert not line.hear()
    line.say("bye")
    while not os.path.exists(path):
        time.sleep(0.02)


def serve_one(line):
    while words := line.hear():
        if words[0] == "get":
            line.say("ok")
            line.sock.sendall(bulk(int(words[1])))
        elif words[0] == "put":
            line.say("ok", hashlib.sha256(line.lines.read(BULK)).hexdigest())
        elif words[0] == "current":
            line.say("ok", str(get_current(line.sock)))
        elif words[0] == "delete":
            del_key(line.sock, line.side, line.peer, words[1])
            line.say("ok")
        elif words[0] == "isn":
            line.say("ok", str(struct.unpack("!I", syn_of(line.sock)[4:8])[0]))
        elif words[0] == "slow":
            line.say("ok")
            close_when(line, words[1])
            break
        elif words[0] == "reset":
            line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            break
    line.lines.close()
    line.sock.close()


def syn_of(sock):
    """The TCP header of the client's SYN, by TCP_SAVED_SYN."""
    packet = sock.getsockopt(socket.IPPROTO_TCP, 28, 256)
    return packet[40:] if packet[0] >> 4 == 6 else packet[(packet[0] & 15) * 4:]


def serve(side, address, port, peer):
    listener = socket.socket(family_of(address))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, 27, 1)      # TCP_SAVE_SYN
    for name in SERVED:
        add_key(listener, side, peer, name)
    listener.bind((address, port))
    listener.listen(64)
    while True:
        line = Line(listener.accept()[0], side, peer)
        threading.Thread(target=serve_one, args=(line,), daemon=True).start()


def client(side, address, names, port=0):
    sock = socket.socket(family_of(address))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if port:
        sock.bind(("", port))
    for at, name in enumerate(names.split()):
        add_key(sock, side, address, name, 0 if at else SET_CURRENT | SET_RNEXT)
    return sock


def connect(side, address, port, names, own_port=0):
    sock = client(side, address, names, own_port)
    sock.settimeout(TIMEOUT_S)
    sock.connect((address, port))
    return Line(sock, side, address)


def exchange(*args):
    line = connect(*args)
    line.both_ways(1)
    line.sock.close()


def expect_current(line, other, name):
    """The peer's answer is signed by it; and so is what it sends from now on."""
    got = line.ask("current")
    assert got == [str(ids(other, name)[0])], (name, got)


def rekey(side, *args):
    """Each of the ends asks for one key after the other, and chooses one."""
    line = connect(side, *args)
    other = "b" if side == "a" else "a"
    first = args[2].split()[0]
    expect_current(line, other, first)
    for name in args[2].split()[1:]:
        choose(line.sock, side, rnext=name)
        expect_current(line, other, name)
        line.both_ways(2)
        choose(line.sock, side, current=name)
        line.both_ways(3)
        # The peer still asks for the first one.
        assert get_current(line.sock) == ids(side, first)[0], name
    # What is in use stays.
    try:
        del_key(line.sock, side, line.peer, first)
        sys.exit("the current key was deleted")
    except OSError as error:
        assert error.errno == errno.EBUSY, error
    unused = args[2].split()[1]
    del_key(line.sock, side, line.peer, unused)
    line.ask("delete", unused)
    line.both_ways(4)
    line.sock.close()


def reset(*args):
    """The peer's reset is believed, for it is signed."""
    line = connect(*args)
    line.say("reset")
    try:
        assert not line.hear(), "heard more"
        sys.exit("no error after a reset")
    except ConnectionResetError:
        pass


def wait(*args):
    """Our last ACK is lost: TIME-WAIT says it again, signed."""
    path = os.environ["WORK"] + "/close"
    line = connect(*args)
    line.ask("slow", path)
    line.sock.shutdown(socket.SHUT_WR)
    assert line.hear() == ["bye"]
    lossy = ["tc", "qdisc", "replace", "dev", "s0", "root", "netem", "loss", "100%"]
    subprocess.run(lossy, check=True)
    open(path, "w", encoding="ascii").close()
    assert not line.hear()
    line.sock.close()
    subprocess.run(["tc", "qdisc", "del", "dev", "s0", "root"], check=True)


def seconds_until(isn, isn_ns, wanted):
    """Until a connection of the same ports begins with a sequence number."""
    return ((wanted - isn) % 2**32 * CLOCK_NS - (time.time_ns() - isn_ns)) / 1e9


def probe(*args):
    """The initial sequence number that these ports have now."""
    line = connect(*args)
    isn, now = int(line.ask("isn")[0]), time.time_ns()
    line.say("reset")
    try:
        line.hear()
    except ConnectionResetError:
        pass
    line.sock.close()
    return isn, now


def wrap(*args):
    """A connection whose sequence numbers wrap: of many ports one comes soon."""
    begin = 2**32 - 40 * BULK
    probes = [(port, *probe(*args, port)) for port in range(40000, 40060)]
    for port, isn, now in sorted(probes, key=lambda p: seconds_until(p[1], p[2], begin)):
        while (left := seconds_until(isn, now, begin)) > 0.001:
            time.sleep(left / 2)
        if left < -0.05:
            continue
        line = connect(*args, port)
        isn = int(line.ask("isn")[0])
        if isn < begin:
            line.sock.close()
            continue
        for _ in range((2**32 - isn) // BULK + 2):
            line.say("put")
            line.sock.sendall(bulk(5))
            assert line.hear() == ["ok", hashlib.sha256(bulk(5)).hexdigest()]
        line.both_ways(6)
        line.sock.close()
        return
    sys.exit("too late for each of the ports")


def attempt(side, address, port, names):
    """Nobody may answer. Ends when it is killed, or too late."""
    sock = client(side, address, names)
    sock.setblocking(False)
    err = sock.connect_ex((address, port))
    assert err == errno.EINPROGRESS, err
    if select.select([], [sock], [], ATTEMPT_S)[1]:
        sys.exit(f"answered: {sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)}")


def serve_all(side, own, other):
    for prefix, port in {(line[0], line[1]) for line in LINES.values()}:
        threading.Thread(target=serve, args=(side, prefix + own, port, prefix + other)).start()


# ---- who verifies ----

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


def main():
    if sys.argv[1] == "check":
        check(sys.argv[2])
        return
    if sys.argv[1] == "spoil":
        spoil(sys.argv[2], sys.argv[3])
        return
    side = sys.argv[1]
    own, other = ("1", "2") if side == "a" else ("2", "1")
    if sys.argv[2:] == ["serve"]:
        serve_all(side, own, other)
        return
    for word in sys.argv[2:]:
        name, line = word.split("@")
        prefix, port, names = LINES[line]
        started = time.monotonic()
        {"exchange": exchange, "rekey": rekey, "reset": reset, "wait": wait, "wrap": wrap,
         "attempt": attempt}[name](side, prefix + other, port, names)
        print(f"{side}: {word}: {time.monotonic() - started:.1f} s", flush=True)


main()
