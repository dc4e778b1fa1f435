#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# lwIP as the peer below and beside TCP, by both families: pings and datagrams up to several fragments both ways, a port that nobody has, twenty echoes at a time, and addresses that both want.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

LWIP4=10.0.0.9 LWIP6=fd00::9
topology_tap

# lwip OPTION… t0 COMMAND…: it has an address of Strata's links.
lwip() {
	netns_exec "$B" lwip_peer -a $LWIP4 -a $LWIP6 "$@" 2>"$WORK/lwip.log"
}

# It asks: one frame, a few fragments, and what its own buffers take.
for address in $A_ADDR $A_ADDR6; do
	for bytes in 0 56 1400 3000 8000; do
		lwip t0 ping "$address" $bytes 3 >"$WORK/ping" ||
			fail "lwIP's ping of $address, $bytes bytes: $(cat "$WORK/lwip.log")"
	done
done

(exec netns_exec "$B" lwip_peer -a $LWIP4 -a $LWIP6 t0 echo 7000 2>"$WORK/echo.log") &
lwip_pid=$!
until_ok grep -q ready "$WORK/echo.log"
for address in $LWIP4 $LWIP6; do
	for bytes in 0 56 1400 3000 8000; do
		run_a ping -q -c 2 -i 0.2 -W 5 -s $bytes "$address" >"$WORK/ping" ||
			fail "ping $address, $bytes bytes: $(cat "$WORK/ping")"
	done
done
# What it makes of its Ethernet address.
run_a ping -q -c 1 -W 5 fe80::ff:fe00:7749%s0 >/dev/null || fail "no answer from its link-local address"

cat >"$WORK/echo.py" <<'PY'
import asyncio, os, socket, sys

def datagrams(host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.settimeout(20)
    for size in 0, 1, 512, 1452, 1453, 1472, 1473, 4000, 9000:
        data = os.urandom(size)
        s.sendto(data, (host, 7000))
        got, peer = s.recvfrom(65536)
        assert got == data, (host, size, len(got))
        assert peer[:2] == (host, 7000), peer
    s.connect((host, 7001))
    s.send(b"anybody?")
    try:
        s.recv(10)
        raise SystemExit("an answer from a port that nobody has")
    except ConnectionRefusedError:
        pass

async def echo(host, size):
    reader, writer = await asyncio.open_connection(host, 7000)
    data = os.urandom(size)
    writer.write(data)
    writer.write_eof()
    assert await reader.read(-1) == data, (host, size)
    writer.close()

async def echoes(host):
    await asyncio.wait_for(asyncio.gather(*(echo(host, 1 + n * 5000) for n in range(20))), 60)

for host in sys.argv[1:]:
    datagrams(host)
    asyncio.run(echoes(host))
PY
run_a /usr/bin/python3 "$WORK/echo.py" $LWIP4 $LWIP6

# RFC 5227 and RFC 4862 5.4: what lwIP has is not Strata's, and the other way round.
in_a sysctl -qw net.strata.arp_probe=1
in_a strata -batch - <<-EOF
	addr add $LWIP4/24 dev s0
	addr add $LWIP6/64 dev s0
EOF
for address in $LWIP4/24 $LWIP6/64; do
	failed() {
		in_a strata addr show dev s0 | grep -q "$address.* dadfailed"
	}
	until_ok failed
done
kill -KILL $lwip_pid
wait $lwip_pid 2>/dev/null || true
refused "somebody has FD00::1" timeout 60 netns_exec "$B" lwip_peer -a 10.0.0.8 -a $A_ADDR6 t0 echo 7000
pass
