# SPDX-License-Identifier: GPL-2.0
"""Sends from its own pages (MSG_ZEROCOPY) and spoils them as soon as it is told that nobody uses them.

    zerocopy.py serve ADDRESS…                         until killed
    zerocopy.py tcp|udp ADDRESS BYTES CHUNK            BYTES in calls of CHUNK; prints what the notices said
    zerocopy.py late ADDRESS [tcp]                     what waits to be read is the receiver's own; by both protocols
    zerocopy.py keep ADDRESS                           notices stay where ICMP errors are not wanted any more
    zerocopy.py leave ADDRESS                          exits with everything on its way; prints a digest
    zerocopy.py fill ADDRESS                           datagrams until there is no room for notices; prints how many

An ordinary program that knows nothing of Strata. The server answers with SHA-256 of what has come; on
port 7001 it reads nothing until the sender has closed, and on UDP's 7001 until somebody connects to 7002. A
digest of what `leave` has sent it prints.
"""
import errno
import hashlib
import mmap
import random
import select
import socket
import struct
import sys
import threading

SO_ZEROCOPY, MSG_ZEROCOPY, IP_RECVERR = 60, 0x4000000, 11
ORIGIN_ZEROCOPY, CODE_COPIED = 5, 1
WAIT_MS = 100000
SLOTS = 8
UDP_MAX = 60000
LATE_BYTES = 50000
LEAVE_PORT = 7003


def family(host):
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def wait(sock, events):
    poll = select.poll()
    poll.register(sock, events)
    if not poll.poll(WAIT_MS):
        sys.exit("FAIL: %s: nothing happened" % " ".join(sys.argv[1:]))


# The server

def read_all(sock):
    h = hashlib.sha256()
    while chunk := sock.recv(1 << 16):
        h.update(chunk)
    return h.digest()


def serve_stream(host, port):
    listener = socket.create_server((host, port), family=family(host), backlog=16)
    while True:
        sock, _ = listener.accept()
        if port == 7001:
            wait(sock, select.POLLRDHUP)
        digest = read_all(sock)
        if port == LEAVE_PORT:
            print(digest.hex(), flush=True)
        try:
            sock.sendall(digest)
        except OSError:
            pass
        sock.close()


def serve_datagrams(host):
    sock = socket.socket(family(host), socket.SOCK_DGRAM)
    sock.bind((host, 7000))
    while True:
        data, peer = sock.recvfrom(65536)
        sock.sendto(hashlib.sha256(data).digest(), peer)


def serve_late_datagrams(host):
    waiting = socket.socket(family(host), socket.SOCK_DGRAM)
    waiting.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    waiting.bind((host, 7001))
    listener = socket.create_server((host, 7002), family=family(host))
    while True:
        sock, _ = listener.accept()
        h = hashlib.sha256()
        wanted = int(sock.recv(100))
        for _ in range(wanted):
            h.update(waiting.recv(65536))
        sock.sendall(h.digest())
        sock.close()


def serve(hosts):
    for host in hosts:
        for port in (7000, 7001, LEAVE_PORT):
            threading.Thread(target=serve_stream, args=(host, port)).start()
        threading.Thread(target=serve_datagrams, args=(host,)).start()
        threading.Thread(target=serve_late_datagrams, args=(host,)).start()


# The sender

class Sender:
    """A connected socket, pages to send from, and the calls that no notice has told of."""

    def __init__(self, host, kind, port, chunk):
        self.sock = socket.socket(family(host), kind)
        self.sock.connect((host, port))
        self.sock.setsockopt(socket.SOL_SOCKET, SO_ZEROCOPY, 1)
        assert self.sock.getsockopt(socket.SOL_SOCKET, SO_ZEROCOPY) == 1
        # Not at the beginning of a page.
        self.memory = mmap.mmap(-1, SLOTS * chunk + 100)
        view = memoryview(self.memory)[100:]
        self.slots = [view[i * chunk:(i + 1) * chunk] for i in range(SLOTS)]
        self.free = list(range(SLOTS))
        self.calls = {}
        self.next = 0
        self.copied = self.direct = 0

    def read_notice(self):
        """One message of the error queue; False: there is none."""
        try:
            data, cmsgs, flags, _ = self.sock.recvmsg(1, 512, socket.MSG_ERRQUEUE)
        except BlockingIOError:
            return False
        assert not data and flags & socket.MSG_ERRQUEUE and len(cmsgs) == 1, (data, flags, cmsgs)
        error, origin, _, code, _, low, high = struct.unpack("IBBBBII", cmsgs[0][2][:16])
        assert not error and origin == ORIGIN_ZEROCOPY, (error, origin)
        for call in range(low, high + 1):
            slot = self.calls.pop(call)     # twice: KeyError
            self.copied += code == CODE_COPIED
            self.direct += code != CODE_COPIED
            self.spoil(slot)
        return True

    def spoil(self, slot):
        if slot is None:
            return
        size = len(self.slots[slot])
        self.slots[slot][:] = b"\xee" * size
        self.free.append(slot)

    def take_slot(self):
        while not self.free:
            wait(self.sock, 0)
            self.read_notice()
        return self.free.pop(0)

    def send(self, data):
        """All of it, from a slot of its own."""
        slot = self.take_slot()
        view = self.slots[slot][:len(data)]
        view[:] = data
        while view:
            n = self.sock.send(view, MSG_ZEROCOPY)
            view = view[n:]
            self.calls[self.next] = None if view else slot
            self.next += 1
            while self.read_notice():
                pass

    def finish(self):
        """Until every call has been told of."""
        while self.calls:
            wait(self.sock, 0)
            while self.read_notice():
                pass

    def said(self):
        if self.copied and self.direct:
            return "%d copied, %d direct" % (self.copied, self.direct)
        return "copied" if self.copied else "direct"


def pieces(size, chunk):
    source = random.Random(size)
    while size:
        n = min(size, chunk)
        yield source.randbytes(n)
        size -= n


def same(wanted, got, what):
    if wanted != got:
        sys.exit("FAIL: %s: other bytes have come than were sent" % what)


def tcp(host, size, chunk, port=7000):
    sender = Sender(host, socket.SOCK_STREAM, port, chunk)
    h = hashlib.sha256()
    for data in pieces(size, chunk):
        sender.send(data)
        h.update(data)
    sender.finish()
    sender.sock.shutdown(socket.SHUT_WR)
    same(h.digest(), sender.sock.recv(100), "tcp")
    assert not sender.read_notice()
    return sender.said()


def udp(host, size, chunk):
    sender = Sender(host, socket.SOCK_DGRAM, 7000, min(chunk, UDP_MAX))
    for data in pieces(size, min(chunk, UDP_MAX)):
        sender.send(data)
        wait(sender.sock, select.POLLIN)
        same(hashlib.sha256(data).digest(), sender.sock.recv(100), "udp")
    sender.finish()
    return sender.said()


def late(host, only=None):
    print("tcp", tcp(host, LATE_BYTES, 10000, 7001))
    if only:
        return
    sender = Sender(host, socket.SOCK_DGRAM, 7001, 10000)
    h = hashlib.sha256()
    count = 0
    for data in pieces(LATE_BYTES, 1000):
        sender.send(data)
        h.update(data)
        count += 1
    sender.finish()
    sock = socket.create_connection((host, 7002))
    sock.sendall(b"%d" % count)
    same(h.digest(), sock.recv(100), "udp")
    print("udp", sender.said())


def leave(host):
    sender = Sender(host, socket.SOCK_STREAM, LEAVE_PORT, 10000)
    h = hashlib.sha256()
    for data in pieces(LATE_BYTES, 10000):
        sender.send(data)
        h.update(data)
    datagrams = Sender(host, socket.SOCK_DGRAM, 7000, 1000)
    for data in pieces(5000, 1000):
        datagrams.send(data)
    print(h.hexdigest())


def keep(host):
    sender = Sender(host, socket.SOCK_DGRAM, 7000, 1000)
    sender.sock.setsockopt(socket.SOL_IP, IP_RECVERR, 1)
    sender.sock.send(sender.slots[0], MSG_ZEROCOPY)
    sender.calls[0] = 0
    wait(sender.sock, 0)
    sender.sock.setsockopt(socket.SOL_IP, IP_RECVERR, 0)
    assert sender.read_notice()


def fill(host):
    sender = Sender(host, socket.SOCK_DGRAM, 7001, 1000)
    sender.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    sender.sock.setblocking(False)
    view = sender.slots[0]
    while sender.next < 10000:
        try:
            sender.sock.send(view, MSG_ZEROCOPY)
        except OSError as e:
            assert e.errno == errno.ENOBUFS, e
            break
        sender.calls[sender.next] = None
        sender.next += 1
    sender.finish()
    sender.sock.send(view, MSG_ZEROCOPY)
    print(sender.next)


def main():
    verb, args = sys.argv[1], sys.argv[2:]
    if verb == "serve":
        serve(args)
    elif verb in ("tcp", "udp"):
        print({"tcp": tcp, "udp": udp}[verb](args[0], int(args[1]), int(args[2])))
    else:
        {"late": late, "leave": leave, "keep": keep, "fill": fill}[verb](*args)


main()
