#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Malformed IPv4 datagrams, ICMP messages and ARP packets: each dropped, counted once under its own reason, delivered to nobody.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
cat >"$WORK/malformed.py" <<'PY'
import os, sys
sys.path.insert(0, os.environ["STRATA_TESTING"])
from ip_frames import *

wire = Wire("k0", sys.argv[1], sys.argv[2])


def ip(reason, name, raw=None, **fields):
    frame = raw if raw is not None else datagram(**fields)
    return name, reason, lambda: wire.send(frame)


def message(reason, name, payload):
    return ip(reason, name, proto=1, payload=payload)


def arp_case(reason, name, payload):
    return name, reason, lambda: wire.send(payload, ETH_P_ARP)


good = datagram()
own = wire.own_ll
check_drops(wire, [
    ip("ip_truncated", "19 bytes", raw=good[:19]),
    ip("ip_truncated", "one byte", raw=good[:1]),
    ip("ip_truncated", "total length beyond the frame", total=len(good) + 1),
    ip("ip_truncated", "header beyond the frame", ihl=15, total=60, raw=None,
       payload=b""),
    ip("ip_version", "version 5", version=5),
    ip("ip_version", "version 0", version=0),
    ip("ip_header_length", "no header", ihl=0),
    ip("ip_header_length", "four words", ihl=4),
    ip("ip_header_length", "total length 19", total=19),
    ip("ip_header_length", "total length 0", total=0),
    ip("ip_checksum", "checksum 0", check=0),
    ip("ip_checksum", "checksum ffff", check=0xffff),
    ip("ip_options", "option of length 0", options=b"\x07\0\0\0"),
    ip("ip_options", "option of length 1", options=b"\x07\x01\0\0"),
    ip("ip_options", "option beyond the header", options=b"\x07\x07\x04\0"),
    ip("ip_options", "loose source route",
       options=b"\x83\x07\x04\x0a\x09\x09\x09\0"),
    ip("ip_options", "strict source route",
       options=b"\x89\x07\x04\x0a\x09\x09\x09\0"),
    ip("frag_malformed", "fragment of 7 bytes", frag=0x2000, payload=b"strata!"),
    ip("frag_malformed", "empty fragment", frag=1, payload=b""),
    ip("frag_malformed", "fragment beyond 65535 bytes", frag=0x1fff),
    ip("ip_no_protocol", "protocol 253"),
    message("icmp_truncated", "ICMP of 7 bytes", icmp(8)[:7]),
    message("icmp_truncated", "empty ICMP", b""),
    message("icmp_checksum", "ICMP checksum wrong", icmp(8, check=0x1234)),
    message("icmp_ignored", "ICMP type 200", icmp(200)),
    message("icmp_ignored", "timestamp request", icmp(13, data=b"\0" * 12)),
    message("icmp_ignored", "source quench", icmp(4, data=good)),
    message("icmp_ignored", "redirect", icmp(5, rest=addr(OURS), data=good)),
    message("icmp_ignored", "echo reply nobody asked for", icmp(0)),
    message("icmp_ignored", "unreachable of code 16", icmp(3, 16, data=good)),
    message("icmp_ignored", "error about somebody else's datagram",
            icmp(3, 3, data=datagram(src="10.0.0.77"))),
    message("icmp_truncated", "error that quotes nothing", icmp(3, 3)),
    message("icmp_truncated", "error that quotes 7 bytes of payload",
            icmp(3, 3, data=datagram(src=THEIRS, dst=OURS)[:27])),
    arp_case("arp_malformed", "empty ARP", b""),
    arp_case("arp_malformed", "truncated ARP", arp(1, own, OURS, THEIRS)[:27]),
    arp_case("arp_malformed", "hardware type", arp(1, own, OURS, THEIRS, hrd=6)),
    arp_case("arp_malformed", "protocol", arp(1, own, OURS, THEIRS, pro=0x86dd)),
    arp_case("arp_malformed", "address length", arp(1, own, OURS, THEIRS, hln=8)),
    arp_case("arp_malformed", "opcode", arp(9, own, OURS, THEIRS)),
    arp_case("arp_malformed", "group as sender",
             arp(1, b"\x01\0\x5e\0\0\1", OURS, THEIRS)),
    arp_case("arp_malformed", "multicast sender", arp(1, own, "224.0.0.1", THEIRS)),
    arp_case("arp_ignored", "request for another", arp(1, own, OURS, "10.0.0.9")),
    arp_case("arp_ignored", "claims our address", arp(1, own, THEIRS, THEIRS)),
])
PY
export STRATA_TESTING
in_b /usr/bin/python3 "$WORK/malformed.py" "$A" "$(in_a cat /sys/class/net/s0/address)"
in_b ping -q -c 1 -W 5 $A_ADDR >/dev/null || fail "Strata no longer answers"
pass
