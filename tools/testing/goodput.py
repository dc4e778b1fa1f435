# SPDX-License-Identifier: GPL-2.0
"""How long a transfer takes, with default buffers and nothing else to do.

    goodput.py serve ADDRESS PORT                   until killed
    goodput.py send ADDRESS PORT BYTES [RUNS]       prints seconds from connect to the
                                                    end, a line each run
    goodput.py share ADDRESS PORT SECONDS FLOWS     prints how much of each flow had
                                                    arrived by then, a line each

The server answers the end of the stream with how much it has read, and its CRC.
"""
import fcntl
import random
import select
import socket
import struct
import sys
import termios
import threading
import time
import zlib

CHUNK = 1 << 16
DATA = random.Random(1).randbytes(CHUNK + 1)


def read_all(sock):
    total = crc = 0
    with sock:
        try:
            while data := sock.recv(1 << 18):
                total += len(data)
                crc = zlib.crc32(data, crc)
            sock.sendall(b"%d %d" % (total, crc))
        except ConnectionError:
            pass  # one of share's, whose time is over


def serve(address, port):
    listener = socket.create_server((address, port), backlog=64)
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=read_all, args=(sock,), daemon=True).start()


def send(address, port, size, runs=1):
    data = (DATA * (size // len(DATA) + 1))[:size]
    for _ in range(runs):
        start = time.monotonic()
        with socket.create_connection((address, port)) as sock:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            got = sock.recv(64).decode()
        if got != f"{size} {zlib.crc32(data)}":
            sys.exit(f"sent {size} {zlib.crc32(data)}, arrived {got}")
        print(f"{time.monotonic() - start:.4f}", flush=True)


def unacknowledged(sock):
    return struct.unpack("i", fcntl.ioctl(sock, termios.TIOCOUTQ, bytes(4)))[0]


def share(address, port, seconds, flows):
    sent = {socket.create_connection((address, port)): 0 for _ in range(flows)}
    end = time.monotonic() + seconds
    for sock in sent:
        sock.setblocking(False)
    while (left := end - time.monotonic()) > 0:
        for sock in select.select([], list(sent), [], left)[1]:
            sent[sock] += sock.send(DATA)
    for sock, count in sent.items():
        print(count - unacknowledged(sock))


verb, address, *numbers = sys.argv[1:]
{"serve": serve, "send": send, "share": share}[verb](address, *map(int, numbers))
