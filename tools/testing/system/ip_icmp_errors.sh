#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ICMP errors that Strata sends: what they quote, from whom, what they are never sent about (RFC 1122 3.2.2), and how often.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
cat >"$WORK/errors.py" <<'PY'
import os, sys
sys.path.insert(0, os.environ["STRATA_TESTING"])
from ip_frames import *

wire = Wire("k0", sys.argv[1], sys.argv[2])


def udp(port=9, data=b"anybody?"):
    return struct.pack("!HHHH", 4000, port, 8 + len(data), 0) + data


def is_error(frame):
    return frame[12:14] == b"\x08\0" and frame[23] == 1 and frame[34] != 0


def expect_error(name, sent, kind, code, quoted=None, **where):
    wire.send(sent, **where)
    frame = wire.wait_for(is_error)
    if frame is None:
        raise SystemExit("FAIL: %s: no error came" % name)
    head, message = frame[14:34], frame[34:]
    if (message[0], message[1]) != (kind, code):
        raise SystemExit("FAIL: %s: error %d/%d" % (name, message[0], message[1]))
    if checksum(message) or checksum(head):
        raise SystemExit("FAIL: %s: checksum wrong" % name)
    if head[12:16] != sent[16:20] or head[16:20] != sent[12:16]:
        raise SystemExit("FAIL: %s: from or to the wrong address" % name)
    if len(head) + len(message) > 576:
        raise SystemExit("FAIL: %s: %d bytes" % (name, 20 + len(message)))
    if message[8:] != sent[:548]:
        raise SystemExit("FAIL: %s: quotes something else" % name)
    if head[1] & 0xe0 != 0xc0:
        raise SystemExit("FAIL: %s: precedence (RFC 1812 4.3.2.5)" % name)
    return message


def errors_before_echo(name):
    """How many errors come before the answer to an echo request, that is,
    about what was sent before it."""
    errors, call = [], name.encode()
    wire.send(datagram(proto=1, payload=icmp(8, data=call)))

    def is_answer(frame):
        if is_error(frame):
            errors.append(frame)
        return frame[12:14] == b"\x08\0" and frame[23] == 1 and \
            frame[34] == 0 and frame[42:42 + len(call)] == call

    if wire.wait_for(is_answer) is None:
        raise SystemExit("FAIL: %s: no answer to ping" % name)
    return len(errors)


held = ("icmp", "ratelimited")


def expect_silence(name, sent, **where):
    before = wire.counters()[held]
    wire.send(sent, **where)
    if errors_before_echo(name):
        raise SystemExit("FAIL: %s: an error came" % name)
    if wire.counters()[held] != before:
        raise SystemExit("FAIL: %s: only the limit held an error back" % name)


# The limit is one a second for each destination, six at once: here are five.
expect_error("port", datagram(proto=17, payload=udp()), 3, 3)
expect_error("long port", datagram(proto=17, payload=udp(data=b"x" * 1000)), 3, 3)
expect_error("protocol", datagram(proto=253), 3, 2)
problem = expect_error("option", datagram(options=b"\x01\x07\x00\0"), 12, 0)
if problem[4] != 21:
    raise SystemExit("FAIL: parameter problem points to %d" % problem[4])
expect_silence("to the subnet", datagram(dst="10.0.0.255", proto=17,
               payload=udp()), dst_ll=BROADCAST_LL)
expect_silence("to everybody", datagram(dst="255.255.255.255", proto=253),
               dst_ll=BROADCAST_LL)
expect_silence("to a group", datagram(dst="224.0.0.1", proto=253),
               dst_ll=b"\x01\0\x5e\0\0\x01")
expect_silence("unicast in a broadcast frame", datagram(proto=253),
               dst_ll=BROADCAST_LL)
expect_silence("later fragment", datagram(proto=253, frag=5))
expect_silence("error about an error", datagram(proto=1, options=b"\x07\0\0\0",
               payload=icmp(3, 3, data=datagram(src=THEIRS))))
expect_error("still sent", datagram(proto=253), 3, 2)

before = wire.counters()[held]
for i in range(200):
    wire.send(datagram(proto=253, ident=i))
came = errors_before_echo("flood")
after = wire.counters()[held]
if came > 12:
    raise SystemExit("FAIL: %d errors to one host at once" % came)
if came + after - before != 200:
    raise SystemExit("FAIL: %d sent, %d held back, of 200" % (came, after - before))
PY
export STRATA_TESTING
in_b /usr/bin/python3 "$WORK/errors.py" "$A" "$(in_a cat /sys/class/net/s0/address)"
pass
