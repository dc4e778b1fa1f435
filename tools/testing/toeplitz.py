# SPDX-License-Identifier: GPL-2.0
"""toeplitz.py SOURCE DEST COUNT QUEUES KEY: one UDP datagram from each of COUNT ports of SOURCE to DEST.

Prints how many of them receive side scaling puts into each of QUEUES queues, if the hash
has KEY and the table its default; computed bit by bit, as the hash is defined.
"""
import ipaddress
import socket
import struct
import sys

DISCARD = 9


def toeplitz(key, data):
    bits = int.from_bytes(key, "big")
    length = 8 * len(key)
    result = 0
    for number, byte in enumerate(data):
        for bit in range(8):
            if byte & 128 >> bit:
                result ^= bits >> (length - 32 - 8 * number - bit) & 0xffffffff
    return result


def main():
    source, dest, count, queues, key = sys.argv[1:]
    key = bytes.fromhex(key.replace(":", ""))
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    wanted = [0] * int(queues)
    addresses = ipaddress.ip_address(source).packed + ipaddress.ip_address(dest).packed
    for port in range(20000, 20000 + int(count)):
        with socket.socket(family, socket.SOCK_DGRAM) as s:
            s.bind((source, port))
            s.sendto(b"flow", (dest, DISCARD))
        value = toeplitz(key, addresses + struct.pack("!HH", port, DISCARD))
        wanted[value % 128 % len(wanted)] += 1
    print(*wanted)


main()
