#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Groups of both families through the kernel's bridge, which snoops: frames come only for what a program joined and Strata reported; programs get the errors that the kernel gives; what is sent to a group is heard by both sides.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

need tcpdump
topology
ip -n "$B" link add br0 type bridge mcast_snooping 1 mcast_querier 1 mcast_igmp_version 3 mcast_mld_version 2 mcast_startup_query_interval 100 mcast_query_interval 200 mcast_query_response_interval 100 mcast_last_member_interval 20
ip -n "$B" addr flush dev k0
ip -n "$B" link set k0 master br0
ip -n "$B" link set br0 up
ip -n "$B" addr add $B_ADDR/24 dev br0
ip -n "$B" addr add fd00::2/64 dev br0 nodad
in_a strata addr add fd00::1/64 dev s0

cat >"$WORK/errors.py" <<'PY'
import errno, socket, struct, sys

# What does each call say? The device is number 1 of the arguments.
index = socket.if_nametoindex(sys.argv[1])
local = socket.inet_aton(sys.argv[2])
none = socket.inet_aton("0.0.0.0")

def call(name, s, level, option, value):
    try:
        s.setsockopt(level, option, value)
        print(name, 0)
    except OSError as e:
        print(name, errno.errorcode[e.errno])

def mreqn(group, address=none, ifindex=0):
    return socket.inet_aton(group) + address + struct.pack("i", ifindex)

def mreq6(group, ifindex):
    return socket.inet_pton(socket.AF_INET6, group) + struct.pack("I", ifindex)

def group_req(group, ifindex):
    if ":" in group:
        address = struct.pack("HHI", socket.AF_INET6, 0, 0) + socket.inet_pton(socket.AF_INET6, group)
    else:
        address = struct.pack("HH", socket.AF_INET, 0) + socket.inet_aton(group)
    return struct.pack("I4x", ifindex) + address.ljust(128, b"\0")

IP, IPV6 = socket.IPPROTO_IP, socket.IPPROTO_IPV6
ADD, DROP, JOIN, LEAVE, ALL, ADD6, DROP6, ALL6 = 35, 36, 42, 45, 49, 20, 21, 29
for kind in ("udp", "tcp", "udp6"):
    family = socket.AF_INET6 if kind == "udp6" else socket.AF_INET
    s = socket.socket(family, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
    for name, option, value in (
            ("add by index", ADD, mreqn("239.1.1.1", none, index)),
            ("add again", ADD, mreqn("239.1.1.1", none, index)),
            ("add by address", ADD, mreqn("239.1.1.2", local)[:8]),
            ("add by address again", ADD, mreqn("239.1.1.2", local)),
            ("add unicast", ADD, mreqn("10.0.0.77", local)),
            ("add nowhere", ADD, mreqn("239.1.1.3", none, 4711)),
            ("add at a stranger", ADD, mreqn("239.1.1.3", socket.inet_aton("10.9.9.9"))),
            ("add without a way", ADD, mreqn("239.1.1.3")),
            ("add short", ADD, b"1234567"),
            ("add empty", ADD, b""),
            ("join again", JOIN, group_req("239.1.1.1", index)),
            ("join", JOIN, group_req("239.1.1.4", index)),
            ("join wrong family", JOIN, group_req("ff05::1", index)),
            ("join short", JOIN, group_req("239.1.1.4", index)[:-1]),
            ("join nowhere", JOIN, group_req("239.1.1.5", 4711)),
            ("drop other", DROP, mreqn("239.1.1.9", none, index)),
            ("drop nowhere", DROP, mreqn("239.1.1.1", none, 4711)),
            ("drop without a way", DROP, mreqn("239.1.1.9")),
            ("drop", DROP, mreqn("239.1.1.1", none, index)),
            ("drop again", DROP, mreqn("239.1.1.1", none, index)),
            ("drop unicast", DROP, mreqn("10.0.0.77", none, index)),
            ("leave", LEAVE, group_req("239.1.1.4", index)),
            ("leave again", LEAVE, group_req("239.1.1.4", index)),
            ("all", ALL, 0), ("all 2", ALL, 2), ("all empty", ALL, b"")):
        call(kind + " " + name, s, IP, option, value)
    print(kind, "all is", s.getsockopt(IP, ALL))
    for name, option, value in (
            ("add6", ADD6, mreq6("ff05::1", index)),
            ("add6 again", ADD6, mreq6("ff05::1", index)),
            ("add6 unicast", ADD6, mreq6("fd00::77", index)),
            ("add6 nowhere", ADD6, mreq6("ff05::2", 4711)),
            ("add6 short", ADD6, mreq6("ff05::2", index)[:-1]),
            ("join6", JOIN, group_req("ff05::3", index)),
            ("join6 wrong family", JOIN, group_req("239.1.1.1", index)),
            ("drop6 other", DROP6, mreq6("ff05::9", index)),
            ("drop6 unicast", DROP6, mreq6("fd00::77", index)),
            ("drop6", DROP6, mreq6("ff05::1", index)),
            ("drop6 again", DROP6, mreq6("ff05::1", index)),
            ("leave6", LEAVE, group_req("ff05::3", index)),
            ("leave6 again", LEAVE, group_req("ff05::3", index))):
        call(kind + " " + name, s, IPV6, option, value)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for n in range(22):
    call("group %d" % n, s, IP, ADD, mreqn("239.2.0.%d" % n, none, index))
PY
in_b /usr/bin/python3 "$WORK/errors.py" br0 $B_ADDR >"$WORK/kernel"
run_a /usr/bin/python3 "$WORK/errors.py" s0 $A_ADDR >"$WORK/strata"
[ "$(grep -c . "$WORK/kernel")" -gt 100 ] || fail "few calls: $(cat "$WORK/kernel")"
diff "$WORK/kernel" "$WORK/strata" || fail "errors differ from the kernel's (left)"

cat >"$WORK/hear.py" <<'PY'
import socket, struct, sys

# hear.py DEVICE GROUP FILE: join, and note each datagram until one says "end".
device, group, path = sys.argv[1:]
family = socket.AF_INET6 if ":" in group else socket.AF_INET
index = struct.pack("i", socket.if_nametoindex(device))
member = socket.socket(family, socket.SOCK_DGRAM)
deaf = socket.socket(family, socket.SOCK_DGRAM)
for s in (member, deaf):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("", 5000))
if family == socket.AF_INET:
    deaf.setsockopt(socket.IPPROTO_IP, 49, 0)
    member.setsockopt(socket.IPPROTO_IP, 35, socket.inet_aton(group) + bytes(4) + index)
else:
    deaf.setsockopt(socket.IPPROTO_IPV6, 29, 0)
    member.setsockopt(socket.IPPROTO_IPV6, 20, socket.inet_pton(family, group) + index)
with open(path, "w", buffering=1) as out:
    while True:
        data = member.recv(2000)
        if data == b"end":
            break
        print(data.decode(), file=out)
    deaf.setblocking(False)
    try:
        print("deaf", deaf.recv(2000), file=out)
    except BlockingIOError:
        pass
PY
cat >"$WORK/say.py" <<'PY'
import socket, struct, sys

# say.py DEVICE GROUP LOOP TEXT
device, group, loop, text = sys.argv[1:]
index = socket.if_nametoindex(device)
if ":" in group:
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, int(loop))
else:
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, bytes(8) + struct.pack("i", index))
    s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, int(loop))
s.sendto(text.encode(), (group, 5000))
PY
# shellcheck disable=SC2317 # by until_ok
reported() { netns_exec "$B" bridge mdb show dev br0 | grep -qw "port k0 grp $1"; }
# shellcheck disable=SC2317 # by until_ok
forgotten() { ! reported "$1"; }
# shellcheck disable=SC2317 # by until_ok
bound_b() { [ "$(netns_exec "$B" ss -Hlun sport = :5000 | wc -l)" = 2 ] && ip -n "$B" maddr show dev br0 | grep -qw "$1"; }
# shellcheck disable=SC2317 # by until_ok
noted() { grep -qx "$2" "$WORK/$1"; }

# Reports go to the group that routers hear (RFC 3376 4.2.14, RFC 3810 5.2.14); the bridge does not ask.
in_b tcpdump -Z root -U --immediate-mode -n -i k0 'ip proto 2 or ip6[48] == 143' >"$WORK/reports" 2>"$WORK/tcpdump" &
tcpdump=$!
until_ok grep -q 'listening on' "$WORK/tcpdump"
for group in 239.5.6.7 ff05::5678; do
	run_a /usr/bin/python3 "$WORK/hear.py" s0 $group "$WORK/ears_a" &
	ears_a=$!
	until_ok reported $group
	in_b /usr/bin/python3 "$WORK/hear.py" br0 $group "$WORK/ears_b" &
	ears_b=$!
	until_ok bound_b $group
	in_b /usr/bin/python3 "$WORK/say.py" br0 $group 1 kernel
	until_ok noted ears_a kernel
	until_ok noted ears_b kernel
	run_a /usr/bin/python3 "$WORK/say.py" s0 $group 0 others
	run_a /usr/bin/python3 "$WORK/say.py" s0 $group 1 strata
	until_ok noted ears_b strata
	until_ok noted ears_a strata
	in_b /usr/bin/python3 "$WORK/say.py" br0 $group 1 end
	wait $ears_a $ears_b
	[ "$(tr '\n' ' ' <"$WORK/ears_a")" = "kernel strata " ] || fail "$group: Strata heard: $(cat "$WORK/ears_a")"
	[ "$(tr '\n' ' ' <"$WORK/ears_b")" = "kernel others strata " ] || fail "$group: the kernel heard: $(cat "$WORK/ears_b")"
	# Left when the socket was closed.
	until_ok forgotten $group
done
[ "$(counter "$A" igmp rx)" -gt 0 ] || fail "not asked"
until_ok grep -q "IP $A_ADDR > 224.0.0.22: igmp v3 report" "$WORK/reports"
until_ok grep -q "IP6 fe80:.* > ff02::16: .*multicast listener report v2" "$WORK/reports"
kill $tcpdump
if grep "igmp v3 report" "$WORK/reports" | grep -v "> 224.0.0.22:"; then
	fail "version 3 reports to where routers do not hear them (above)"
fi
# In the words of version 2.
ip -n "$B" link set br0 type bridge mcast_igmp_version 2
run_a /usr/bin/python3 "$WORK/hear.py" s0 239.5.6.8 "$WORK/ears_a" &
until_ok reported 239.5.6.8
# A link that goes takes its groups along; the program does not notice.
in_a strata link detach s0
in_a strata link attach s0
pass
