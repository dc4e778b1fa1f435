#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Impossible source and destination addresses, and unicast in link-layer broadcasts (RFC 1122 3.2.1.3, 3.3.6): dropped and counted.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
# A card would not receive what is for others, or for groups that nobody joined.
ip -n "$A" link set s0 promisc on
cat >"$WORK/martians.py" <<'PY'
import os, sys
sys.path.insert(0, os.environ["STRATA_TESTING"])
from ip_frames import *

wire = Wire("k0", sys.argv[1], sys.argv[2])
echo = icmp(8, rest=b"\0\1\0\1", data=b"hello")


def case(reason, name, dst_ll=None, **fields):
    frame = datagram(proto=1, payload=echo, **fields)
    return name, reason, lambda: wire.send(frame, dst_ll=dst_ll)


sources = ["0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.1", "239.255.255.255",
           "240.0.0.1", "255.255.255.255", "10.0.0.255", THEIRS]
dests = ["0.0.0.0", "0.1.2.3", "127.0.0.1", "127.1.2.3", "240.0.0.1"]
check_drops(wire,
    [case("ip_martian_source", "from " + a, src=a) for a in sources] +
    [case("ip_martian_destination", "to " + a, dst=a) for a in dests] + [
    case("ip_not_local", "to another host", dst="10.0.0.99"),
    case("ip_not_local", "to a group we are not in", dst="224.1.2.3",
         dst_ll=b"\x01\0\x5e\x01\x02\x03"),
    case("ip_l2_cast", "unicast in a broadcast frame", dst_ll=BROADCAST_LL),
    case("ip_l2_cast", "unicast in a multicast frame",
         dst_ll=b"\x01\0\x5e\0\0\x01"),
    case("l2_not_for_us", "frame for another station",
         dst_ll=b"\x02\0\0\0\0\x77"),
])
PY
export STRATA_TESTING
in_b /usr/bin/python3 "$WORK/martians.py" "$A" "$(in_a cat /sys/class/net/s0/address)"
in_b ping -q -c 1 -W 5 $A_ADDR >/dev/null || fail "Strata no longer answers"
pass
