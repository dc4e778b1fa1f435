# SPDX-License-Identifier: GPL-2.0
"""The far end of a path, for tests of UDP: answers each datagram to port 7000.

    udp_far.py echo|digest ADDRESS…     until killed

`digest` answers with SHA-256 of what came, so that answers are small.
"""
import hashlib
import socket
import sys
import threading

ANSWERS = {"echo": lambda data: data, "digest": lambda data: hashlib.sha256(data).digest()}


def serve(sock, answer):
    while True:
        data, peer = sock.recvfrom(65536)
        sock.sendto(answer(data), peer)


for host in sys.argv[2:]:
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((host, 7000))
    threading.Thread(target=serve, args=(sock, ANSWERS[sys.argv[1]])).start()
