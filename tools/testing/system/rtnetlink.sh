#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# With net.strata.rtnetlink, who asks the kernel for a namespace's addresses is told Strata's as well, in the same words.
# shellcheck source=tools/testing/lib.sh
. "$(dirname "$0")/../lib.sh"

topology6
in_a strata addr add 10.9.0.1/16 dev s0
ip -n "$B" addr add 10.9.0.2/16 dev k0

# told NAMESPACE DEVICE: what ip says about a device's addresses, but for what they are: .1 there and .2 here.
told() {
	ip -n "$1" -j addr show dev "$2" | /usr/bin/python3 -c '
import json, sys
KEYS = "family", "prefixlen", "scope", "tentative", "valid_life_time", "preferred_life_time"
for device in json.load(sys.stdin):
    for a in device["addr_info"]:
        if a["scope"] == "global":
            print(a["local"][:-1], *(a.get(key) for key in KEYS))' | sort
}

lists() { # lists: how many addresses getifaddrs(3) has, by way of ip
	ip -n "$A" -j addr show | /usr/bin/python3 -c '
import json, sys
print(sum(len(d["addr_info"]) for d in json.load(sys.stdin)))'
}

# Not asked to, Strata keeps them to itself.
expect 0 "$(lists)" "addresses shown"
expect "" "$(told "$A" s0)" "addresses of s0"
in_a sysctl -qw net.strata.rtnetlink=1
expect "$(told "$B" k0)" "$(told "$A" s0)" "addresses of s0"
[[ $(told "$A" s0) == *10.9.0.*fd00::* ]] || fail "no address: $(told "$A" s0)"
expect "$(in_a strata -j addr show | grep -o '"local"' | wc -l)" "$(lists)" "addresses in all"

# A namespace is told its own.
ip -n "$B" -j addr show | grep -q 10.0.0.1 && fail "another namespace's"

# getaddrinfo(3) leaves out families of which the host has no address.
run_a /usr/bin/python3 -c '
import socket
for family, host in (socket.AF_INET, "10.0.0.2"), (socket.AF_INET6, "fd00::2"):
    socket.getaddrinfo(host, 80, family, socket.SOCK_STREAM, 0, socket.AI_ADDRCONFIG)'

# ip drops what it did not ask for: who asks strictly for one device's, gets no others.
in_a strata addr add 10.30.0.1/24 dev slo
devices=$(in_a /usr/bin/python3 - "$(in_a cat /sys/class/net/s0/ifindex)" <<'P'
import socket
import struct
import sys

RTM_GETADDR, REQUEST_DUMP, STRICT, SOL_NETLINK = 22, 0x301, 12, 270
index = int(sys.argv[1])
with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as s:
    s.setsockopt(SOL_NETLINK, STRICT, 1)
    s.send(struct.pack("=IHHIIBBBBI", 24, RTM_GETADDR, REQUEST_DUMP, 1, 0, 0, 0, 0, 0, index))
    told, done = set(), False
    while not done:
        answer = s.recv(65536)
        while answer:
            length, kind = struct.unpack("=IH", answer[:6])
            if kind == 20:
                told.add(struct.unpack("=I", answer[20:24])[0])
            done = done or kind in (2, 3)
            answer = answer[(length + 3) & ~3:]
print(told == {index} or told)
P
)
expect True "$devices" "devices that were told of"

# More than one message holds, of 32 KiB.
for i in {1..250}; do
	echo "addr add 10.20.$i.1/24 dev s0"
	echo "addr add 10.21.$i.1/24 dev s0"
done | in_a strata -b -
expect "$(in_a strata -j addr show | grep -o '"local"' | wc -l)" "$(lists)" "addresses in all"
expect 500 "$(ip -n "$A" -o addr show | grep -oE '10\.2[01]\.[0-9]*\.1/24' | sort -u | wc -l)" "addresses added"

# A range of their own, and no change by that way.
refused "Invalid argument" in_a sysctl -w net.strata.rtnetlink=2
in_a sysctl -qw net.strata.rtnetlink=0
expect 0 "$(lists)" "addresses shown"
pass
