# SPDX-License-Identifier: GPL-2.0
"""lan_talk.py A H1 H2 …: sends frames around a bridge and says who heard them.

A is the namespace of br0 and its ports p1, p2, …; host N's e0 is in HN. Each line
of input, `FROM DST [src=MAC] [vlan=N] [ad=N]`, sends one frame from host FROM, or
from br0 for 0, and prints one line: who heard it, `N` or `N:VLAN`, or `nobody`.

No answer depends on time. A pilot follows the frame: a pause frame, which no bridge
forwards. When the port has seen that, the bridge has done with the frame.
Then each port gets a sentinel to send, past the bridge. When each host has heard
its own, it has heard all that came before.
"""
import ctypes
import os
import socket
import struct
import sys

ETH_P_ALL = 3
ETHERTYPE = 0x88B5  # IEEE 802 local experimental
SOL_PACKET, PACKET_AUXDATA = 263, 8
TP_STATUS_VLAN_VALID = 1 << 4
PATIENCE = 30

libc = ctypes.CDLL(None, use_errno=True)


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def listen(namespace, device):
    with open(f"/run/netns/{namespace}") as ns:
        if libc.setns(ns.fileno(), 0):
            raise OSError(ctypes.get_errno(), "setns")
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    sock.bind((device, ETH_P_ALL))
    sock.settimeout(PATIENCE)
    # Whatever its address: the socket is to hear what arrives.
    sock.setsockopt(SOL_PACKET, 1, struct.pack("IHH8s", socket.if_nametoindex(device), 1, 0, b""))
    return sock


def receive(sock):
    """The next frame of ours that came in: (text, VLAN)."""
    while True:
        data, extra, _, address = sock.recvmsg(2048, socket.CMSG_SPACE(20))
        if address[2] == socket.PACKET_OUTGOING:
            continue
        vlan = ""
        for level, kind, value in extra:
            status, _, _, _, _, tci, proto = struct.unpack("IIIHHHH", value)
            if (level, kind) == (SOL_PACKET, PACKET_AUXDATA) and status & TP_STATUS_VLAN_VALID:
                vlan = f":{tci & 0xFFF}" + ("ad" if proto == 0x88A8 else "")
        kind = int.from_bytes(data[12:14], "big")
        if kind in (0x8100, 0x88A8):  # a second tag, or one that was never taken out
            vlan += f"+{int.from_bytes(data[14:16], 'big') & 0xFFF}"
            data = data[4:]
        if int.from_bytes(data[12:14], "big") == ETHERTYPE:
            return data[14:].rstrip(b"\0").decode(), vlan


def heard(sock, last):
    """What came in before LAST."""
    frames = []
    while True:
        text, vlan = receive(sock)
        if text == last:
            return frames
        frames.append((text, vlan))


class Lan:
    def __init__(self, bridge, hosts):
        self.bridge = listen(bridge, "br0")
        self.ports = [listen(bridge, f"p{i}") for i in range(1, len(hosts) + 1)]
        self.hosts = [listen(namespace, "e0") for namespace in hosts]
        self.count = 0

    def send(self, sock, source, dest, text, tags=b""):
        frame = dest + source + tags + struct.pack("!H", ETHERTYPE) + text.encode()
        sock.send(frame.ljust(60, b"\0"))

    def say(self, words):
        speaker, dest = int(words[0]), mac(words[1])
        options = dict(word.split("=") for word in words[2:])
        source = mac(options.get("src", f"02:00:00:00:00:0{speaker}"))
        tags = b""
        for name, proto in (("ad", 0x88A8), ("vlan", 0x8100)):
            if name in options:
                tags += struct.pack("!HH", proto, int(options[name]))
        self.count += 1
        text, pilot = f"frame {self.count}", f"pilot {self.count}"
        sock = self.hosts[speaker - 1] if speaker else self.bridge
        self.send(sock, source, dest, text, tags)
        if speaker:
            self.send(sock, mac("020000000099"), mac("0180c2000001"), pilot)
            heard(self.ports[speaker - 1], pilot)
        return self.answer(text)

    def answer(self, text):
        who = []
        self.bridge.setblocking(False)
        try:
            while True:
                got, vlan = receive(self.bridge)
                if got == text:
                    who.append(f"0{vlan}")
        except OSError:  # nothing more, or br0 is down
            pass
        self.bridge.settimeout(PATIENCE)
        sentinel = f"sentinel {self.count}"
        for number, (port, host) in enumerate(zip(self.ports, self.hosts), 1):
            try:
                self.send(port, mac("020000000098"), b"\xff" * 6, sentinel)
            except OSError:  # the port is down
                continue
            who += [f"{number}{vlan}" for got, vlan in heard(host, sentinel) if got == text]
        return " ".join(who) or "nobody"


def main():
    lan = Lan(sys.argv[1], sys.argv[2:])
    print("ready", flush=True)
    for line in sys.stdin:
        print(lan.say(line.split()), flush=True)


main()
