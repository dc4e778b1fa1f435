#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""flows.py DEVICE…: by which of the devices does each UDP datagram come in?

One line for each, "DEVICE source port destination port", until a signal ends it."""

import select
import socket
import struct
import sys

ETH_P_ALL = 3
PORTS = (7000, 7999)  # destination ports that count


def describe(frame):
    """The datagram in an Ethernet frame; None: something else."""
    ethertype = struct.unpack_from("!H", frame, 12)[0]
    if ethertype == 0x0800 and frame[23] == socket.IPPROTO_UDP:
        family, start, udp = socket.AF_INET, 26, 14 + (frame[14] & 15) * 4
    elif ethertype == 0x86DD and frame[20] == socket.IPPROTO_UDP:
        family, start, udp = socket.AF_INET6, 22, 54
    else:
        return None
    size = 4 if family == socket.AF_INET else 16
    saddr = socket.inet_ntop(family, frame[start : start + size])
    daddr = socket.inet_ntop(family, frame[start + size : start + 2 * size])
    sport, dport = struct.unpack_from("!HH", frame, udp)
    if not PORTS[0] <= dport <= PORTS[1]:
        return None
    return f"{saddr} {sport} {daddr} {dport}"


def main():
    sockets = {}
    for device in sys.argv[1:]:
        packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        packets.bind((device, ETH_P_ALL))
        packets.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        sockets[packets] = device
    print("ready", flush=True)
    while True:
        for packets in select.select(list(sockets), [], [])[0]:
            frame, address = packets.recvfrom(2048)
            if address[2] == socket.PACKET_OUTGOING:
                continue
            text = describe(frame)
            if text:
                print(sockets[packets], text, flush=True)


main()
