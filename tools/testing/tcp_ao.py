# SPDX-License-Identifier: GPL-2.0
"""TCP peers that sign by TCP-AO (RFC 5925), for tcp_ao.sh.

    tcp_ao.py a|b serve                 listens on all of LINES, until killed
    tcp_ao.py a|b CONVERSATION@LINE…    one after the other, with the other side's server

a is 10.0.0.1 and fd00::1, b is 10.0.0.2 and fd00::2. tcp_ao_verify.py verifies what they say.
"""
import ctypes
import errno
import os
import socket
import struct
import subprocess
import sys
import threading
import time

import signing
from signing import BULK, TIMEOUT_S, family_of, pack_address

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
CLOCK_NS = 64       # of initial sequence numbers
LIBC = ctypes.CDLL(None, use_errno=True)


def ids(side, name):
    """SendID and RecvID."""
    _, _, a, b, _, _ = KEYS[name]
    return (a, b) if side == "a" else (b, a)


def add_key(sock, side, peer, name, flags=0):
    algorithm, octets, _, _, mac_len, key_flags = KEYS[name]
    bits = 128 if ":" in peer else 32
    sock.setsockopt(socket.IPPROTO_TCP, ADD_KEY,
                    struct.pack("=128s64siIHBBBBBB80s", pack_address(peer), algorithm.encode(),
                                0, flags, 0, bits, *ids(side, name), mac_len, key_flags,
                                len(octets), octets))


def del_key(sock, side, peer, name):
    bits = 128 if ":" in peer else 32
    sock.setsockopt(socket.IPPROTO_TCP, DEL_KEY,
                    struct.pack("=128siIHBBBBBB", pack_address(peer), 0, 0, 0, bits,
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


def say_current(line):
    line.say("ok", str(get_current(line.sock)))
    return True


def delete(line, name):
    del_key(line.sock, line.side, line.peer, name)
    line.say("ok")
    return True


def say_isn(line):
    line.say("ok", str(struct.unpack("!I", syn_of(line.sock)[4:8])[0]))
    return True


def close_when(line, path):
    """Our FIN waits for a file."""
    line.say("ok")
    assert not line.hear()
    line.say("bye")
    while not os.path.exists(path):
        time.sleep(0.02)
    return False


WORDS = {"current": say_current, "delete": delete, "isn": say_isn, "slow": close_when}


class SideLine(signing.Line):
    """One end of a connection, and whose."""

    def __init__(self, sock, side, peer):
        super().__init__(sock, peer)
        self.side = side


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
        line = SideLine(listener.accept()[0], side, peer)
        threading.Thread(target=line.serve, args=(WORDS,), daemon=True).start()


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
    return SideLine(sock, side, address)


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
    line.be_reset()
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
            line.put(5)
        line.both_ways(6)
        line.sock.close()
        return
    sys.exit("too late for each of the ports")


def reset(*args):
    connect(*args).be_reset()


def attempt(side, address, port, names):
    signing.attempt(client(side, address, names), address, port)


def serve_all(side, own, other):
    for prefix, port in {(line[0], line[1]) for line in LINES.values()}:
        threading.Thread(target=serve, args=(side, prefix + own, port, prefix + other)).start()


def main():
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


if __name__ == "__main__":
    main()
