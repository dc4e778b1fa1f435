#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Fragments of both families: in any order and twice they make a datagram, overlapping ones make none; a flood of incomplete ones does not stop the rest.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology6
cat >"$WORK/parts.py" <<'PY'
import json, os, random, socket, struct, subprocess, sys, time
sys.path.insert(0, os.environ["STRATA_TESTING"])
from ip_frames import checksum

namespace, lladdr = sys.argv[1:]
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
wire.bind(("k0", 0))
own = wire.getsockname()[4]
station = bytes.fromhex(lladdr.replace(":", ""))

class Four:
    kind, echo, pseudo = 0x0800, 8, b""
    src, dst = socket.inet_aton("10.0.0.2"), socket.inet_aton("10.0.0.1")
    def part(self, ident, offset, more, data, src=None):
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(data), ident & 0xffff,
                           (0x2000 if more else 0) | offset // 8, 64, 1, 0, src or self.src, self.dst)
        return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + data
    def answer(self, frame):
        return frame[14:][20:] if frame[12:14] == b"\x08\0" and frame[23] == 1 and frame[34] == 0 else None
    def other(self, n):
        return struct.pack("!I", 0x0a000100 + n)

class Six:
    kind, echo = 0x86dd, 128
    src, dst = (socket.inet_pton(socket.AF_INET6, a) for a in ("fd00::2", "fd00::1"))
    def part(self, ident, offset, more, data, src=None):
        return struct.pack("!IHBB", 6 << 28, 8 + len(data), 44, 64) + (src or self.src) + self.dst + \
            struct.pack("!BBHI", 58, 0, offset | (1 if more else 0), ident) + data
    def answer(self, frame):
        return frame[54:] if frame[12:14] == b"\x86\xdd" and frame[20] == 58 and frame[54] == 129 else None
    def other(self, n):
        return self.src[:12] + struct.pack("!I", 0x10000 + n)

def message(family, ident, size):
    body = struct.pack("!HH", 0x7777, ident & 0xffff) + random.Random(ident).randbytes(size - 8)
    head = struct.pack("!BBH", family.echo, 0, 0)
    pseudo = b"" if family.kind == 0x0800 else family.src + family.dst + struct.pack("!II", size, 58)
    return head[:2] + struct.pack("!H", checksum(pseudo + head + body)) + body

def send(family, parts):
    for part in parts:
        wire.send(station + own + struct.pack("!H", family.kind) + part)

def answered(family, body, seconds):
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        wire.settimeout(left)
        try:
            frame, where = wire.recvfrom(65536)
        except TimeoutError:
            break
        if where[2] != socket.PACKET_OUTGOING and (got := family.answer(frame)) and got[4:len(body)] == body[4:]:
            return True
    return False

def drops():
    out = subprocess.run(["ip", "netns", "exec", namespace, "strata", "-j", "stat", "-a"], check=True,
                         stdout=subprocess.PIPE).stdout
    return {c["name"]: c["value"] for c in json.loads(out) if c["layer"] == "drop"}

ident = random.randrange(1 << 31)
for family in (Four(), Six()):
    def cut(size, step=176, src=None):
        """A message, and its fragments."""
        global ident
        ident += 1
        body = message(family, ident, size)
        return body, [family.part(ident, at, at + step < size, body[at:at + step], src) for at in range(0, size, step)]
    orders = {
        "in order": lambda p: p,
        "the other way round": lambda p: p[::-1],
        "shuffled": lambda p: random.Random(1).sample(p, len(p)),
        "each twice": lambda p: [x for part in p for x in (part, part)][:-1],
    }
    for name, order in orders.items():
        body, parts = cut(1201)
        send(family, order(parts))
        if not answered(family, body, 20):
            sys.exit("FAIL: %04x, %s: no answer" % (family.kind, name))
    # RFC 5722: an overlap ends the datagram; what comes later makes none either.
    body, parts = cut(1201)
    inside = family.part(ident, 176, True, b"x" * 168)
    before = drops()
    send(family, parts[:2] + [inside] + parts[2:])
    if answered(family, body, 0.5):
        sys.exit("FAIL: %04x: an overlap was taken" % family.kind)
    if drops()["frag_overlap"] - before["frag_overlap"] != 3:
        sys.exit("FAIL: %04x: overlap not counted" % family.kind)
    # Beyond the end that is known.
    body, parts = cut(1201)
    send(family, [parts[-1], family.part(ident, 1208, True, b"y" * 8)] + parts[:-1])
    if answered(family, body, 0.5):
        sys.exit("FAIL: %04x: a fragment beyond the end was taken" % family.kind)
    # One source, and then many, fill the table with what never ends.
    before = drops()
    for n in range(3000):
        ident += 1
        send(family, [family.part(ident, 0, True, bytes([family.echo]) + b"\0" * 1391)])
    for n in range(2000):
        send(family, [family.part(n, 8, True, b"\0" * 1392, family.other(n))])
    body, parts = cut(1201)
    send(family, parts)
    if not answered(family, body, 20):
        sys.exit("FAIL: %04x: a flood stops the rest" % family.kind)
    if drops()["frag_no_room"] == before["frag_no_room"]:
        sys.exit("FAIL: %04x: the flood found room" % family.kind)
print("ok")
PY
export STRATA_TESTING
in_b /usr/bin/python3 "$WORK/parts.py" "$A" "$(in_a cat /sys/class/net/s0/address)"
in_b ping -q -c 1 -W 5 -s 20000 10.0.0.1 >/dev/null || fail "Strata no longer answers"
pass
