# SPDX-License-Identifier: GPL-2.0
"""Several datagrams in one call, for tests of UDP_SEGMENT and UDP_GRO.

    udp_gso.py serve                            port 7000, and 7001 with UDP_GRO, of both families; until killed
    udp_gso.py send whole|parts|any MTU ADDRESS[=SEEN]…
                                                by option and by control message; how they are to arrive at port
                                                7001, and who is to be seen
    udp_gso.py fragments ADDRESS                may be fragmented: 5 datagrams of 1400 bytes, twice
    udp_gso.py refused ADDRESS…                 the way's MTU is learned: 1400 bytes become too large
    udp_gso.py sniff DEVICE COUNT               "DF identification" of as many UDP datagrams to port 7000
"""
import errno
import hashlib
import json
import random
import select
import socket
import struct
import sys
import time

SOL_UDP, UDP_SEGMENT, UDP_GRO = 17, 103, 104
MTU_DISCOVER = {socket.AF_INET: (socket.IPPROTO_IP, 10), socket.AF_INET6: (socket.IPPROTO_IPV6, 23)}
DONT, WANT, DO = 0, 1, 2
MANY = 128


def receive(sock):
    """The datagrams of one recvmsg(2), and whose they are."""
    data, control, flags, peer = sock.recvmsg(65536, 200)
    sizes = [struct.unpack("i", value)[0] for level, kind, value in control if (level, kind) == (SOL_UDP, UDP_GRO)]
    assert not flags & socket.MSG_TRUNC and len(sizes) <= 1, (flags, sizes)
    if not sizes:
        return [data], peer
    assert len(data) > sizes[0], (len(data), sizes)
    return [data[at:at + sizes[0]] for at in range(0, len(data), sizes[0])], peer


def listener(family, gro):
    sock = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.setsockopt(SOL_UDP, UDP_GRO, gro)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    sock.bind(("", 7000 + gro))
    return sock


def serve():
    """Tells at "end" what came since "begin"."""
    got = {}
    socks = [listener(family, gro) for family in (socket.AF_INET, socket.AF_INET6) for gro in (0, 1)]
    while True:
        for sock in select.select(socks, [], [])[0]:
            pieces, peer = receive(sock)
            # What was waiting may have been joined, these two words as well.
            most = sum(piece not in (b"begin", b"end") for piece in pieces)
            for piece in pieces:
                if piece == b"begin":
                    got[peer] = {"sizes": [], "most": 0, "seen": peer[0], "sum": hashlib.sha256()}
                    sock.sendto(b"go", peer)
                elif piece == b"end":
                    got[peer]["sum"] = got[peer]["sum"].hexdigest()
                    sock.sendto(json.dumps(got[peer]).encode(), peer)
                elif peer in got:
                    got[peer]["sizes"].append(len(piece))
                    got[peer]["sum"].update(piece)
                    got[peer]["most"] = max(got[peer]["most"], most)


def connected(address, port):
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(20)
    sock.connect((address, port))
    return sock


def exchange(sock, send):
    sock.send(b"begin")
    assert sock.recv(100) == b"go"
    send()
    sock.send(b"end")
    return json.loads(sock.recv(65536))


def send_once(sock, data, size, control):
    if control:
        sock.setsockopt(SOL_UDP, UDP_SEGMENT, 0)
        assert sock.sendmsg([data], [(SOL_UDP, UDP_SEGMENT, struct.pack("H", size))]) == len(data)
    else:
        sock.setsockopt(SOL_UDP, UDP_SEGMENT, size)
        assert sock.send(data) == len(data)
        sock.setsockopt(SOL_UDP, UDP_SEGMENT, 0)


def expect_error(wanted, sock, length, size):
    try:
        send_once(sock, bytes(length), size, True)
        sys.exit("FAIL: %d bytes in datagrams of %d went out" % (length, size))
    except OSError as e:
        assert e.errno == wanted, (length, size, e)


def send(how, mtu, *addresses):
    for address in addresses:
        send_to(how, mtu, *address.split("="))


def send_to(how, mtu, address, seen=None):
    source = random.Random(1)
    largest = min(int(mtu) - (48 if ":" in address else 28), 65507)
    for port in (7000, 7001):
        sock = connected(address, port)
        for size, count, rest, control in ((1000, 3, 500, False), (largest, 65507 // largest, 0, True), (1, MANY, 0, False),
                                           (600, 1, 1, True), (700, 1, 0, False), (700, 0, 20, True)):
            data = source.randbytes(size * count + rest)
            sizes = [size] * count + [rest] * (rest > 0)
            got = exchange(sock, lambda: send_once(sock, data, size, control))
            assert got["sizes"] == sizes, (port, size, count, rest, got)
            assert got["sum"] == hashlib.sha256(data).hexdigest(), (port, size, count, rest)
            assert not seen or got["seen"] == seen, got
            wanted = len(sizes) if how == "whole" and port == 7001 else 1
            assert got["most"] == wanted or (how == "any" and port == 7001), (port, size, count, rest, got)
        # Datagrams of this kind are never fragmented, whatever IP_MTU_DISCOVER says.
        for discover in (DONT, DO):
            sock.setsockopt(*MTU_DISCOVER[sock.family], discover)
            expect_error(errno.EMSGSIZE, sock, largest + 2, largest + 1)
            expect_error(errno.EMSGSIZE, sock, largest + 1, 65535)
        expect_error(errno.EINVAL, sock, 100 * MANY + 1, 100)


def fragments(address):
    sock = connected(address, 7000)
    for discover in (DONT, WANT):
        sock.setsockopt(*MTU_DISCOVER[sock.family], discover)
        got = exchange(sock, lambda: send_once(sock, bytes(7000), 1400, True))
        assert got["sizes"] == [1400] * 5, got


def refused(*addresses):
    for address in addresses:
        refused_to(address)


def refused_to(address):
    sock = connected(address, 7000)
    sock.setsockopt(*MTU_DISCOVER[sock.family], DO)
    deadline = time.monotonic() + 20
    try:
        while time.monotonic() < deadline:
            send_once(sock, bytes(7000), 1400, True)
            time.sleep(0.05)
        sys.exit("FAIL: %s: no EMSGSIZE" % address)
    except OSError as e:
        assert e.errno == errno.EMSGSIZE, e
    sock = connected(address, 7000)
    got = exchange(sock, lambda: send_once(sock, bytes(5000), 1000, True))
    assert got["sizes"] == [1000] * 5, got


def sniff(device, count):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x800))
    sock.bind((device, 0x800))
    print("ready", flush=True)
    left = int(count)
    while left:
        data = sock.recv(65536)
        _, _, length, ident, fragment, _, proto = struct.unpack("!BBHHHBB", data[:10])
        if proto == socket.IPPROTO_UDP and length > 1000 and data[22:24] == struct.pack("!H", 7000):
            print(fragment >> 14 & 1, ident, flush=True)
            left -= 1


{"serve": serve, "send": send, "fragments": fragments, "refused": refused, "sniff": sniff}[sys.argv[1]](*sys.argv[2:])
