# SPDX-License-Identifier: GPL-2.0
"""busy_poll.py ADDRESS NETNS PEER NETNS USECS: ten datagrams from PEER to ADDRESS, whose receiver polls for USECS.

Prints the median of the times from send to receive, in milliseconds.
"""
import ctypes
import socket
import statistics
import sys
import time

SO_BUSY_POLL = 46
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def socket_in(netns, address):
    with open(f"/run/netns/{netns}") as f:
        if libc.setns(f.fileno(), CLONE_NEWNET):
            sys.exit(f"setns: errno {ctypes.get_errno()}")
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((address, 0))
    return s


def main():
    address, netns, peer, peer_netns, usecs = sys.argv[1:]
    receiver = socket_in(netns, address)
    receiver.setsockopt(socket.SOL_SOCKET, SO_BUSY_POLL, int(usecs))
    sender = socket_in(peer_netns, peer)
    times = []
    for _ in range(10):
        start = time.monotonic()
        sender.sendto(b"now", receiver.getsockname())
        receiver.recv(100)
        times.append(time.monotonic() - start)
    print(round(statistics.median(times) * 1000))


main()
