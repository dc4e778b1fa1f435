# SPDX-License-Identifier: GPL-2.0
"""flood.py KIND SOURCES FILE LLADDR: frames of both families to Strata, which has LLADDR, until SIGTERM, or
SECONDS_MAX or FRAMES_MAX; then FILE has their number. KIND is fragments, echo or udp.

Run where k0 is the far end of Strata's cable.
"""
import random
import signal
import socket
import struct
import sys
import time

from host import icmp6, packet6, udp
from ip_frames import datagram, icmp

SECONDS_MAX, FRAMES_MAX = 60, 2000000
US, US6, CLOSED = "10.0.0.1", "fd00::1", 7009
DATA = bytes(1400)


def frame4(kind, src, ident):
    if kind == "fragments":
        return datagram(src=src, dst=US, proto=17, frag=0x2000, ident=ident, payload=DATA)
    if kind == "echo":
        return datagram(src=src, dst=US, proto=1, payload=icmp(8, data=DATA[:56]))
    return datagram(src=src, dst=US, proto=17, payload=udp(src, US, CLOSED))


def frame6(kind, src, ident):
    if kind == "fragments":
        return packet6(src, US6, 44, struct.pack("!BBHI", 17, 0, 1, ident) + DATA)
    if kind == "echo":
        return packet6(src, US6, 58, icmp6(src, US6, 128, 0, b"\0\1\0\1" + DATA[:56]))
    return packet6(src, US6, 17, udp(src, US6, CLOSED))


def main():
    kind, sources, file = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    wire.bind(("k0", 0))
    own, station = wire.getsockname()[4], bytes.fromhex(sys.argv[4].replace(":", ""))
    # More than there is room for, so that each is new when its turn comes again.
    frames = []
    for n in range(max(sources, 1000)):
        source, ident = n % sources, random.getrandbits(16)
        frames.append(station + own + b"\x08\0" + frame4(kind, "198.18.%d.%d" % divmod(source, 256), ident))
        frames.append(station + own + b"\x86\xdd" + frame6(kind, "fd99::%x" % source, ident))
    sent, end = 0, time.monotonic() + SECONDS_MAX
    while not stop and sent < FRAMES_MAX and time.monotonic() < end:
        frame = frames[sent % len(frames)]
        try:
            wire.send(frame)
        except OSError:         # ENOBUFS: the queue is full
            continue
        sent += 1
    with open(file, "w", encoding="ascii") as f:
        f.write("%d" % sent)


main()
