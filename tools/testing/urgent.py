# SPDX-License-Identifier: GPL-2.0
"""Urgent data between two ordinary programs, as `man 7 tcp` has it.

    urgent.py serve ADDRESS PORT           until killed
    urgent.py call ADDRESS PORT            checks what the server does, and does the same

Both ends send and check the same: plain data, an urgent octet, plain data.
"""
import fcntl
import os
import select
import signal
import socket
import struct
import sys
import termios
import time

SIOCATMARK = 0x8905
signals = 0


def note(*_):
    global signals
    signals += 1


def at_mark(sock):
    return struct.unpack("i", fcntl.ioctl(sock, SIOCATMARK, bytes(4)))[0]


def wait(sock, event):
    poll = select.poll()
    poll.register(sock, event)
    events = poll.poll(20000)
    assert events and events[0][1] & event, f"no event {event:#x}: {events}"
    return events[0][1]


def settled(sock, size):
    """Until as much has come."""
    end = time.monotonic() + 20
    while struct.unpack("i", fcntl.ioctl(sock, termios.FIONREAD, bytes(4)))[0] < size:
        assert time.monotonic() < end, "data is missing"
        time.sleep(0.01)


def own(sock):
    fcntl.fcntl(sock, fcntl.F_SETOWN, os.getpid())


def send(sock, step):
    """Wait until the other side is ready, for each of the rounds."""
    assert sock.recv(1) == step, "out of step"
    if step == b"3":
        # Larger than the window of the beginning, smaller than the send buffer.
        sock.sendall(b"x" * 20000 + b"!", socket.MSG_OOB)
        sock.sendall(b"z")
        return
    sock.sendall(b"abc")
    sock.send(b"d!", socket.MSG_OOB)
    sock.sendall(b"efg")


def receive(sock):
    global signals
    signals = 0
    own(sock)
    sock.send(b"1")			# 1: apart
    wait(sock, select.POLLPRI)
    assert signals, "no SIGURG"
    assert sock.recv(1, socket.MSG_OOB | socket.MSG_PEEK) == b"!"
    assert sock.recv(1, socket.MSG_OOB) == b"!"
    settled(sock, 4)
    got = b""
    while not at_mark(sock):
        got += sock.recv(100)
    assert got == b"abcd", got
    assert sock.recv(3, socket.MSG_WAITALL) == b"efg"
    assert not at_mark(sock)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
    sock.send(b"2")			# 2: inline
    wait(sock, select.POLLPRI)
    got = b""
    while not at_mark(sock):
        got += sock.recv(100)
    assert got == b"abcd", got
    try:
        sock.recv(1, socket.MSG_OOB)
        sys.exit("inline, and read apart nevertheless")
    except OSError as error:
        assert error.errno == 22, error
    assert sock.recv(4, socket.MSG_WAITALL) == b"!efg"
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 0)
    sock.send(b"3")			# 3: announced long before it comes
    total = 0
    while not at_mark(sock):
        total += len(sock.recv(1 << 16))
    assert total == 20000, total
    wait(sock, select.POLLPRI)
    assert sock.recv(1, socket.MSG_OOB) == b"!"
    assert sock.recv(1) == b"z"


def serve(address, port):
    listener = socket.create_server((address, port))
    while True:
        sock, _ = listener.accept()
        with sock:
            for step in (b"1", b"2", b"3"):
                send(sock, step)
            receive(sock)


def call(address, port):
    with socket.create_connection((address, port)) as sock:
        receive(sock)
        for step in (b"1", b"2", b"3"):
            send(sock, step)
        assert not sock.recv(1)
    print("urgent data, both ways")


signal.signal(signal.SIGURG, note)
{"serve": serve, "call": call}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
