#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Control messages over IPv6, the same from Strata as from the kernel: where a datagram went, its hop limit and traffic class, both chosen by the sender; and errors in the error queue.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology6
cat >"$WORK/echo.py" <<'PY'
import socket, sys

s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
for name in ("RECVPKTINFO", "RECVHOPLIMIT", "RECVTCLASS"):
    s.setsockopt(socket.IPPROTO_IPV6, getattr(socket, "IPV6_" + name), 1)
s.bind(("::", 7))
kinds = {socket.IPV6_PKTINFO: "pktinfo", socket.IPV6_HOPLIMIT: "hops", socket.IPV6_TCLASS: "tclass"}
while True:
    data, control, flags, peer = s.recvmsg(2000, 500)
    # All but the interface's index, which is each side's own.
    got = sorted((kinds[kind], bytes(value[:16]).hex()) for level, kind, value in control)
    print(data.decode(), got, flush=True)
    answer = [(level, kind, value) for level, kind, value in control if kind == socket.IPV6_PKTINFO]
    s.sendmsg([data], answer if peer[0].count(".") == 0 else [], 0, peer)
PY
cat >"$WORK/ask.py" <<'PY'
import errno, socket, struct, sys

address, four = sys.argv[1:]
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.settimeout(20)
def ask(text, control=(), to=(address, 7)):
    s.sendmsg([text], control, 0, to)
    assert s.recvfrom(2000)[0] == text, text
def number(kind, value):
    return (socket.IPPROTO_IPV6, kind, struct.pack("@i", value))
ask(b"plain")
ask(b"hops", [number(socket.IPV6_HOPLIMIT, 9)])
ask(b"class", [number(socket.IPV6_TCLASS, 0x48)])
ask(b"both", [number(socket.IPV6_TCLASS, 4), number(socket.IPV6_HOPLIMIT, 255)])
ask(b"default", [number(socket.IPV6_TCLASS, -1), number(socket.IPV6_HOPLIMIT, -1)])
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 33)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, 0x20)
ask(b"options")
ask(b"four", to=("::ffff:" + four, 7))
for control in ([number(socket.IPV6_HOPLIMIT, 256)], [number(socket.IPV6_TCLASS, -2)],
                [(socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, b"\0" * 19)]):
    try:
        s.sendmsg([b"wrong"], control, 0, (address, 7))
        sys.exit("%r was taken" % (control,))
    except OSError as e:
        assert e.errno == errno.EINVAL, e
# IPV6_RECVERR: the port unreachable, with who says so.
IPV6_RECVERR = 25
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
s.settimeout(20)
s.sendto(b"nobody", (address, 9))
try:
    s.recv(100)
    sys.exit("port 9 answered")
except ConnectionRefusedError:
    pass
data, [(level, kind, value)], flags, where = s.recvmsg(2000, 500, socket.MSG_ERRQUEUE)
err, origin, icmp_type, code = struct.unpack("@IBBB", value[:7])
assert (data, where[:2], level, kind) == (b"nobody", (address, 9), socket.IPPROTO_IPV6, IPV6_RECVERR), (data, where)
assert (err, origin, icmp_type, code) == (errno.ECONNREFUSED, 3, 1, 4), value
assert socket.inet_ntop(socket.AF_INET6, value[24:40]) == address, value
PY
in_b /usr/bin/python3 "$WORK/echo.py" >"$WORK/kernel" &
until_ok sh -c "netns_exec $B ss -Hlun sport = :7 | grep -q ."
run_a /usr/bin/python3 "$WORK/ask.py" $B_ADDR 10.0.0.2
run_a /usr/bin/python3 "$WORK/echo.py" >"$WORK/strata" &
until_ok sh -c "netns_exec $A strata socket -u -a -n | grep -q ':7 '"
in_b /usr/bin/python3 "$WORK/ask.py" $A_ADDR 10.0.0.1
# But for the addresses, each has seen the same.
sed -i 's/fd000000000000000000000000000002/ADDR/; s/0a000002/ADDR4/' "$WORK/kernel"
sed -i 's/fd000000000000000000000000000001/ADDR/; s/0a000001/ADDR4/' "$WORK/strata"
cat "$WORK/strata"
expect 7 "$(wc -l <"$WORK/strata")" "datagrams"
diff "$WORK/kernel" "$WORK/strata" || fail "control messages differ from the kernel's"
pass
