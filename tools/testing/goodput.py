# SPDX-License-Identifier: GPL-2.0
"""How long a transfer takes, with default buffers and nothing else to do.

    goodput.py serve ADDRESS PORT          until killed
    goodput.py send ADDRESS PORT BYTES     prints seconds from connect to the end

The server answers the end of the stream with how much it has read.
"""
import socket
import sys
import time

CHUNK = bytes(1 << 16)


def serve(address, port):
    listener = socket.create_server((address, port))
    while True:
        sock, _ = listener.accept()
        with sock:
            total = 0
            while n := len(sock.recv(1 << 18)):
                total += n
            sock.sendall(b"%d" % total)


def send(address, port, size):
    start = time.monotonic()
    with socket.create_connection((address, port)) as sock:
        left = size
        while left:
            left -= sock.send(CHUNK[:left])
        sock.shutdown(socket.SHUT_WR)
        got = int(sock.recv(64))
    if got != size:
        sys.exit(f"{got} of {size} bytes arrived")
    print(f"{time.monotonic() - start:.3f}")


verb, address, *numbers = sys.argv[1:]
{"serve": serve, "send": send}[verb](address, *map(int, numbers))
