#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ARP as others see it: answers for its own addresses only, probes answered, new addresses and new MACs announced, and the kernel learns from that.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
cat >"$WORK/arp.py" <<'PY'
import os, sys
sys.path.insert(0, os.environ["STRATA_TESTING"])
from ip_frames import *

wire = Wire("k0", sys.argv[1], sys.argv[2])
stranger = b"\x02\0\0\0\0\x55"


def answered(sender, target, dst_ll=BROADCAST_LL):
    wire.send(arp(1, stranger, sender, target), ETH_P_ARP, dst_ll=dst_ll,
              src_ll=stranger)
    for frame in wire.heard(0.4):
        if frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\2":
            if frame[:6] != stranger or frame[22:28] != wire.station_ll or \
                    frame[28:32] != addr(target) or frame[38:42] != addr(sender):
                raise SystemExit("FAIL: wrong answer %s" % frame.hex())
            return True
    return False


def expect(wanted, name, *args):
    if answered(*args) != wanted:
        raise SystemExit("FAIL: %s: %s" % (name, "silence" if wanted else "answered"))


expect(True, "own address", "10.0.0.50", THEIRS)
expect(True, "own address, asked by unicast", "10.0.0.50", THEIRS, wire.station_ll)
expect(True, "probe (RFC 5227)", "0.0.0.0", THEIRS)
expect(False, "another host", "10.0.0.50", "10.0.0.60")
expect(False, "loopback", "10.0.0.50", "127.0.0.1")
expect(False, "an address of another link", "10.0.0.50", "10.7.0.1")
PY
export STRATA_TESTING
# Another link of Strata's has 10.7.0.1: not answered for on s0.
ip -n "$A" link add t0 type strata_nic peer name t1
in_a strata link attach t0
ip -n "$A" link set t0 up
ip -n "$A" link set t1 up
in_a strata addr add 10.7.0.1/24 dev t0
in_b /usr/bin/python3 "$WORK/arp.py" "$A" "$(in_a cat /sys/class/net/s0/address)"

# The stranger is known now, by the L2 address it gave.
in_a strata neigh show dev s0 | grep -q '10.0.0.50.*02:00:00:00:00:55' ||
	fail "10.0.0.50 not learnt: $(in_a strata neigh show)"

# A new L2 address is announced: the kernel's entry follows without a question.
kernel_knows() {
	ip -n "$B" neigh show "$A_ADDR" | grep -q "$1"
}
until_ok kernel_knows "$(in_a cat /sys/class/net/s0/address)"
ip -n "$A" link set s0 address 02:00:00:00:aa:01
until_ok kernel_knows 02:00:00:00:aa:01
in_b ping -q -c 1 -W 5 $A_ADDR >/dev/null || fail "no answer after the change"

# So is an address that moves here from elsewhere.
ip -n "$B" neigh replace 10.0.0.70 lladdr 02:00:00:00:bb:02 nud stale dev k0
in_a strata addr add 10.0.0.70/24 dev s0
moved() {
	ip -n "$B" neigh show 10.0.0.70 | grep -q 02:00:00:00:aa:01
}
until_ok moved
pass
