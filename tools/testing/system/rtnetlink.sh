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

# A namespace is told its own, and of a device that device's.
ip -n "$B" -j addr show | grep -q 10.0.0.1 && fail "another namespace's"
expect "" "$(told "$A" slo | grep 10.0.0)" "another device's"

# getaddrinfo(3) leaves out families of which the host has no address.
run_a /usr/bin/python3 -c '
import socket
for family, host in (socket.AF_INET, "10.0.0.2"), (socket.AF_INET6, "fd00::2"):
    socket.getaddrinfo(host, 80, family, socket.SOCK_STREAM, 0, socket.AI_ADDRCONFIG)'

# More than one message holds.
for i in {1..250}; do
	echo "addr add 10.20.$i.1/24 dev s0"
done | in_a strata -b -
expect "$(in_a strata -j addr show | grep -o '"local"' | wc -l)" "$(lists)" "addresses in all"
expect 250 "$(ip -n "$A" -o addr show | grep -o '10\.20\.[0-9]*\.1/24' | sort -u | wc -l)" "addresses added"

# A range of their own, and no change by that way.
refused "Invalid argument" in_a sysctl -w net.strata.rtnetlink=2
in_a sysctl -qw net.strata.rtnetlink=0
expect 0 "$(lists)" "addresses shown"
pass
