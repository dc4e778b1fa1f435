# SPDX-License-Identifier: GPL-2.0
"""router.py DEVICE…: answer router solicitations, on each device, with an MTU of 1400 and
2001:db8:1::/64, valid for two hours and preferred for one."""

import ipaddress
import select
import socket
import struct
import sys


def listen(device):
    s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    index = socket.if_nametoindex(device)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                 socket.inet_pton(socket.AF_INET6, "ff02::2") + struct.pack("@I", index))
    return s, index


def advertise(s, index):
    prefix = ipaddress.IPv6Address("2001:db8:1::").packed
    s.sendto(struct.pack("!BBHBBHII", 134, 0, 0, 61, 0, 1800, 0, 0) +
             struct.pack("!BBHI", 5, 1, 0, 1400) +
             struct.pack("!BBBBIII", 3, 4, 64, 0xc0, 7200, 3600, 0) + prefix,
             ("ff02::1", 0, 0, index))


def main():
    sockets = dict(listen(device) for device in sys.argv[1:])
    print("ready", flush=True)
    while True:
        for s in select.select(list(sockets), [], [])[0]:
            data, peer = s.recvfrom(2000)
            if data[0] != 133:
                continue
            print("asked by", peer[0], flush=True)
            advertise(s, sockets[s])


main()
