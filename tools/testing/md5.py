# SPDX-License-Identifier: GPL-2.0
"""TCP peers that sign (RFC 2385), for tcp_md5.sh: ordinary programs that set TCP_MD5SIG.

    md5.py a|b serve                       listens on all of LINES, until killed
    md5.py a|b KEY CONVERSATION@LINE…      one after the other, with the other side's server

a is 10.0.0.1 and fd00::1, b is 10.0.0.2 and fd00::2. A KEY of "-" is none.
"""
import socket
import struct
import sys
import threading
import time

import signing
from signing import Line, TIMEOUT_S, family_of, pack_address

TCP_MD5SIG = 14
SECRET = "secret"
# By name: the server's address, the client's, the port, the server's key.
LINES = {
    "v4": ("10.0.0.", "10.0.0.", 7000, SECRET),
    "v6": ("fd00::", "fd00::", 7001, SECRET),
    "mapped-server": ("::ffff:10.0.0.", "10.0.0.", 7002, SECRET),
    "mapped-client": ("10.0.0.", "::ffff:10.0.0.", 7000, SECRET),
    "open": ("10.0.0.", "10.0.0.", 7003, "-"),
}


def set_key(sock, peer, key):
    """An empty key deletes."""
    sock.setsockopt(socket.IPPROTO_TCP, TCP_MD5SIG,
                    struct.pack("=128sBBHi80s", pack_address(peer), 0, 0, len(key), 0, key.encode()))


def change_key(line, key):
    line.say("ok")
    set_key(line.sock, line.peer, "" if key == "-" else key)
    return True


def serve(address, port, peer, key):
    listener = socket.socket(family_of(address))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 16)
    if key != "-":
        set_key(listener, peer, key)
    listener.bind((address, port))
    listener.listen(16)
    while True:
        line = Line(listener.accept()[0], peer)
        threading.Thread(target=line.serve, args=({"key": change_key},), daemon=True).start()


def client(address, peer, key):
    sock = socket.socket(family_of(address))
    if key != "-":
        set_key(sock, peer, key)
    return sock


def connect(address, port, peer, key):
    sock = client(address, peer, key)
    sock.settimeout(TIMEOUT_S)
    sock.connect((address, port))
    return Line(sock, peer)


def exchange(*args):
    line = connect(*args)
    line.both_ways(1)
    line.sock.close()


def rekey(*args):
    """As one that has run for long; without a key, and with one again, too."""
    line = connect(*args)
    for key in "another", "-", "third":
        # Both ends change: what is on its way meanwhile is lost, and sent again.
        line.ask("key", key)
        set_key(line.sock, line.peer, "" if key == "-" else key)
        line.both_ways(2)


def reset(*args):
    connect(*args).be_reset()


def fast(address, port, peer, key):
    """Data in the SYN, twice: where there is no room for a cookie, it comes later."""
    for seed in 3, 4:
        sock = client(address, peer, key)
        sock.sendto(b"key %s\n" % key.encode(), socket.MSG_FASTOPEN, (address, port))
        line = Line(sock, peer)
        assert line.hear() == ["ok"]
        line.both_ways(seed)
        sock.close()


def attempt(address, port, peer, key):
    signing.attempt(client(address, peer, key), address, port)


def serve_all(own, other):
    """A line that another one serves already has its port."""
    threads = {}
    for server, _, port, key in LINES.values():
        if port not in threads:
            threads[port] = threading.Thread(target=serve,
                                             args=(server + own, port, server + other, key))
            threads[port].start()


def main():
    own, other = ("1", "2") if sys.argv[1] == "a" else ("2", "1")
    if sys.argv[2:] == ["serve"]:
        serve_all(own, other)
        return
    for word in sys.argv[3:]:
        name, line = word.split("@")
        _, prefix, port, _ = LINES[line]
        started = time.monotonic()
        {"exchange": exchange, "rekey": rekey, "reset": reset, "fast": fast,
         "attempt": attempt}[name](prefix + other, port, prefix + other, sys.argv[2])
        print(f"{sys.argv[1]}: {word}: {time.monotonic() - started:.1f} s", flush=True)


main()
