# SPDX-License-Identifier: GPL-2.0
"""What peers that sign their segments share (md5.py, tcp_ao.py): a conversation of lines of
text, by which each end has the other send data, take some, or reset the connection."""
import errno
import hashlib
import random
import select
import socket
import struct
import sys

BULK = 60_000
TIMEOUT_S = 100
ATTEMPT_S = 200


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def pack_address(address):
    """As struct sockaddr_storage begins; no port."""
    family = family_of(address)
    raw = socket.inet_pton(family, address)
    return struct.pack("=HH", family, 0) + (raw if family == socket.AF_INET else bytes(4) + raw)


def bulk(seed):
    return random.Random(seed).randbytes(BULK)


class Line:
    """One end of a connection."""

    def __init__(self, sock, peer):
        sock.settimeout(TIMEOUT_S)
        self.sock = sock
        self.peer = peer
        self.lines = sock.makefile("rb")

    def say(self, *words):
        self.sock.sendall(" ".join(words).encode() + b"\n")

    def hear(self):
        return self.lines.readline().decode().split()

    def ask(self, *words):
        self.say(*words)
        answer = self.hear()
        assert answer and answer[0] == "ok", (words, answer)
        return answer[1:]

    def put(self, seed):
        self.say("put")
        self.sock.sendall(bulk(seed))
        answer = self.hear()
        assert answer == ["ok", hashlib.sha256(bulk(seed)).hexdigest()], answer

    def both_ways(self, seed):
        self.ask("get", str(seed))
        assert self.lines.read(BULK) == bulk(seed), "altered on the way here"
        self.put(seed)

    def be_reset(self):
        """The peer's reset is believed, for it is signed."""
        self.say("reset")
        try:
            assert not self.hear(), "heard more"
            sys.exit("no error after a reset")
        except ConnectionResetError:
            pass

    def serve(self, more):
        """Do what the other end says; by @more, a function for each word, as well."""
        while words := self.hear():
            if words[0] == "get":
                self.say("ok")
                self.sock.sendall(bulk(int(words[1])))
            elif words[0] == "put":
                self.say("ok", hashlib.sha256(self.lines.read(BULK)).hexdigest())
            elif words[0] == "reset":
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                break
            elif not more[words[0]](self, *words[1:]):
                break
        self.lines.close()
        self.sock.close()


def attempt(sock, address, port):
    """Nobody may answer. Ends when it is killed, or too late."""
    sock.setblocking(False)
    err = sock.connect_ex((address, port))
    assert err == errno.EINPROGRESS, err
    if select.select([], [sock], [], ATTEMPT_S)[1]:
        sys.exit(f"answered: {sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)}")
