#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A device without link-layer addresses: Strata answers a ping that a program writes into a tun.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

[ -c /dev/net/tun ] || skip "this kernel has no tun"
ip netns add "$A"
ip -n "$A" tuntap add t0 mode tun || skip "this kernel has no tun"
ip -n "$A" link set t0 up
in_a strata link attach t0
in_a strata addr add 10.9.0.1/24 dev t0
export STRATA_TESTING
cat >"$WORK/tun.py" <<'PY'
import fcntl, os, select, struct, sys, time
sys.path.insert(0, os.environ["STRATA_TESTING"])
from ip_frames import datagram, icmp

tun = os.open("/dev/net/tun", os.O_RDWR)
IFF_TUN, IFF_NO_PI, TUNSETIFF = 1, 0x1000, 0x400454CA
fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", b"t0", IFF_TUN | IFF_NO_PI))
ask = datagram(src="10.9.0.2", dst="10.9.0.1", proto=1,
               payload=icmp(8, rest=b"\0\1\0\1", data=b"strata" * 10))
end = time.time() + 20
while time.time() < end:
    os.write(tun, ask)
    while select.select([tun], [], [], 0.5)[0]:
        answer = os.read(tun, 2048)
        if answer[0] >> 4 == 6:
            raise SystemExit("FAIL: the host sent IPv6 on the device: %s" % answer.hex())
        if answer[9] == 1 and answer[20] == 0 and answer[24:] == ask[24:]:
            sys.exit(0)
raise SystemExit("FAIL: no answer")
PY
in_a /usr/bin/python3 "$WORK/tun.py"
in_a strata link detach t0
pass
