# SPDX-License-Identifier: GPL-2.0
"""errqueue.py: what a socket, and its error queue, have to say."""

import errno
import select
import socket
import struct

MSG_ERRQUEUE, IP_RECVERR, IPV6_RECVERR, IP_TTL, IP_MTU_DISCOVER = 0x2000, 11, 25, 2, 10
V4, V6, IP, IP6 = socket.AF_INET, socket.AF_INET6, socket.IPPROTO_IP, socket.IPPROTO_IPV6


def outcome(call, *args):
    """What a call returns, or the name of its error."""
    try:
        return "%r" % (call(*args),)
    except OSError as e:
        return errno.errorcode.get(e.errno, str(e))


def report(s, quoted):
    """The next message of the error queue; quoted() picks what counts of its data."""
    poll = select.poll()
    poll.register(s, 0)
    if not poll.poll(5000):
        return "nothing"
    data, control, flags, where = s.recvmsg(2000, 500, MSG_ERRQUEUE)
    said = []
    for level, kind, value in control:
        code, origin, icmp_type, icmp_code, _, info, _ = struct.unpack_from("IBBBBII", value)
        family = struct.unpack_from("H", value, 16)
        said.append((level, kind, errno.errorcode[code], origin, icmp_type, icmp_code, info, family))
    return (len(data), quoted(data), where, bool(flags & MSG_ERRQUEUE), said)


def made(family, kind, protocol, *options):
    """A socket with (level, option, value)s, whose calls wait 5 s at most."""
    s = socket.socket(family, kind, protocol)
    for level, option, value in options:
        s.setsockopt(level, option, value)
    s.settimeout(5)
    return s
