# SPDX-License-Identifier: GPL-2.0
"""One TCP connection between standard input and output, as tools/testing/peers/lwip_peer's.

    stream.py cat ADDRESS PORT
    stream.py serve ADDRESS PORT
        --reset-after BYTES     reset it when so many were received
        --wait-for FILE         receive nothing until FILE is there
        --receive-buffer BYTES  SO_RCVBUF
        --end-after FILE        send no FIN until FILE is as long as what was sent
        --mss                   say the largest segment at the end, on standard error

Exit status: 3 refused, 4 reset, 5 timed out.
"""
import argparse
import os
import socket
import struct
import sys
import threading
import time

CHUNK = 1 << 16
STATUS = {ConnectionRefusedError: 3, ConnectionResetError: 4, BrokenPipeError: 4, TimeoutError: 5}


def send(sock):
    total = 0
    while data := os.read(0, CHUNK):
        sock.sendall(data)
        total += len(data)
    while options.end_after and os.path.getsize(options.end_after) < total:
        time.sleep(0.05)
    sock.shutdown(socket.SHUT_WR)


def guarded(what, sock):
    try:
        what(sock)
    except OSError as e:
        print(f"{what.__name__}: {e}", file=sys.stderr, flush=True)
        os._exit(STATUS.get(type(e), 1))


def receive(sock):
    total = 0
    while options.wait_for and not os.path.exists(options.wait_for):
        time.sleep(0.05)
    while data := sock.recv(CHUNK):
        total += len(data)
        while data:
            data = data[os.write(1, data):]
        if options.reset_after and total >= options.reset_after:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.close()
            os._exit(0)
    os.close(1)


def peer():
    family = socket.AF_INET6 if ":" in options.address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    if options.receive_buffer:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, options.receive_buffer)
    if options.verb == "cat":
        sock.connect((options.address, options.port))
    else:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((options.address, options.port))
        sock.listen()
        sock = sock.accept()[0]
    print("connected", file=sys.stderr, flush=True)
    sender = threading.Thread(target=guarded, args=(send, sock))
    sender.start()
    receive(sock)
    sender.join()
    if options.mss:
        print("mss", sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG), file=sys.stderr)
    sock.close()


parser = argparse.ArgumentParser()
parser.add_argument("verb", choices=["cat", "serve"])
parser.add_argument("address")
parser.add_argument("port", type=int)
parser.add_argument("--reset-after", type=int)
parser.add_argument("--wait-for")
parser.add_argument("--end-after")
parser.add_argument("--receive-buffer", type=int)
parser.add_argument("--mss", action="store_true")
options = parser.parse_args()
try:
    peer()
except OSError as e:
    print(e, file=sys.stderr, flush=True)
    os._exit(STATUS.get(type(e), 1))
