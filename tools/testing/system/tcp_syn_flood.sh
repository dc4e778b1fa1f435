#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A flood of SYNs from addresses that never answer: the SYN queue keeps its bound, and the kernel's peer goes on connecting by SYN cookies.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
in_a strata route add default via "$B_ADDR"
serve_a 7000
cat >"$WORK/flood.py" <<'PY'
import os, random, sys
sys.path.insert(0, os.environ["STRATA_TESTING"])
from ip_frames import *

wire = Wire("k0", sys.argv[1], sys.argv[2])
source = random.Random(1)


def syn():
    src = "198.18.%d.%d" % (source.randrange(256), source.randrange(1, 255))
    segment = struct.pack("!HHIIBBHHH", source.randrange(1024, 65536), 7000,
                          source.getrandbits(32), 0, 0x50, 0x02, 60000, 0, 0)
    pseudo = addr(src) + addr(THEIRS) + struct.pack("!BBH", 0, 6, len(segment))
    check = checksum(pseudo + segment)
    return datagram(src=src, proto=6,
                    payload=segment[:16] + struct.pack("!H", check) + segment[18:])


# Some made beforehand: sending is what shall be fast.
frames = [syn() for i in range(1000)]
while True:
    for frame in frames:
        wire.send(frame)
    frames[:100] = [syn() for i in range(100)]
PY
export STRATA_TESTING
# The addresses are nobody's: no RST comes from there.
ip -n "$B" route add blackhole 198.18.0.0/16
address=$(in_a cat /sys/class/net/s0/address)
# With exec: $! is the program itself.
(exec netns_exec "$B" /usr/bin/python3 "$WORK/flood.py" "$A" "$address") &
flood=$!
# shellcheck disable=SC2317 # by until_ok
flooded() { [ "$(counter "$A" tcp cookies_tx)" -gt 500 ]; }
until_ok flooded

# Good connections, one after the other and at once, and their data.
peer_b put 7000 2000 || fail "one connection during the flood"
peer_b get 7000 2000 20 || fail "20 connections during the flood"
expect 21 "$(counter "$A" tcp cookies_rx)" "connections by cookies"
# The bound: 256 where the backlog is less, 512 here (peer.py).
half_open=$(in_a strata socket -a -t -n | grep -c SYN-RECV || true)
[ "$half_open" -le 520 ] || fail "$half_open connections are half open"
[ "$half_open" -ge 256 ] || fail "no flood: $half_open connections are half open"
# Still a flood, of which nobody noticed anything.
before=$(counter "$A" tcp cookies_tx)
# shellcheck disable=SC2317 # by until_ok
goes_on() { [ "$(counter "$A" tcp cookies_tx)" -gt "$before" ]; }
until_ok goes_on
kill -0 $flood || fail "the flood ended"
kill $flood
wait $flood || true
peer_b put 7000 2000 || fail "one connection after the flood"
pass
