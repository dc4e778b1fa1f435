# SPDX-License-Identifier: GPL-2.0
"""lan.py: what lan.sh asks about a bridge br0 in a namespace, in one process.

Each line of input is a request; the answer is the status, 0 or 1, and how many lines
follow, and then those.

  enter A H1 H2 …   br0 will be in A, host N's e0 in HN, its port in A is pN; none of them is
                    to have IPv6
  lan               all of them are there now
  leave             no namespace is held any more
  say FROM DST [src=MAC] [vlan=N] [ad=N]
                    sends one frame from host FROM, or from br0 for 0, and says who
                    heard it: `N` or `N:VLAN`, or `nobody`. DST is a MAC, or the group of
                    an IP datagram, then from=ADDRESS says from whom
  join N GROUP [SOURCE], leave N GROUP [SOURCE]
                    the stack of host N, or of br0's for 0, is told that a program listens
  modest            br0 is not made to hear more than what it is to hear
  reach             sends from each host to each, and says who did not hear, or twice
  fdb MAC           where br0 knows it, and how: `PORT VLAN STATE`, a line each
  ip …, bridge …    the command, in A

A process that starts costs an emulated machine longer than what it does. So ip(8) and
bridge(8) are started once and given their commands in a batch.

No answer of `say` depends on time. A pilot follows the frame: a pause frame, which no bridge
forwards. When the port has seen that, the bridge has done with the frame.
Then each port gets a sentinel to send, past the bridge. When each host has heard
its own, it has heard all that came before.
"""
import ctypes
import functools
import os
import select
import socket
import struct
import subprocess
import sys
import time

ETH_P_ALL = 3
ETHERTYPE = 0x88B5  # IEEE 802 local experimental
SOL_PACKET, PACKET_AUXDATA = 263, 8
TP_STATUS_VLAN_VALID = 1 << 4
PATIENCE = 30
UDP_PORT = 35253
MCAST_JOIN_GROUP, MCAST_LEAVE_GROUP = 42, 45
MCAST_JOIN_SOURCE_GROUP, MCAST_LEAVE_SOURCE_GROUP = 46, 47
HOME = f"/proc/{os.getppid()}/ns/net"
REACH_SECONDS, QUIET_SECONDS = 1, 0.05

libc = ctypes.CDLL(None, use_errno=True)


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def is_mac(text):
    return text.count(":") == 5 and "::" not in text


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def datagram(group, source, text):
    """A frame's destination, type and content: TEXT in a UDP datagram to GROUP."""
    payload = text.encode().ljust(24, b"\0")
    udp = struct.pack("!HHHH", UDP_PORT, UDP_PORT, 8 + len(payload), 0) + payload
    if ":" in group:
        dest = socket.inet_pton(socket.AF_INET6, group)
        header = struct.pack("!IHBB", 6 << 28, len(udp), 17, 8) + \
            socket.inet_pton(socket.AF_INET6, source or "fd00::1") + dest
        return b"\x33\x33" + dest[12:], 0x86DD, header + udp
    dest = socket.inet_aton(group)
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 8, 17, 0) + \
        socket.inet_aton(source or "10.0.0.1") + dest
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return b"\x01\0\x5e" + bytes([dest[1] & 0x7F]) + dest[2:], 0x0800, header + udp


def text_of(kind, data):
    """What was said in a frame, None: it is somebody else's."""
    if kind == ETHERTYPE:
        return data
    start = {0x0800: 28, 0x86DD: 48}.get(kind)
    if start and data[start - 8:start - 6] == struct.pack("!H", UDP_PORT):
        return data[start:]
    return None


def enter(path):
    with open(path) as ns:
        if libc.setns(ns.fileno(), 0):
            raise OSError(ctypes.get_errno(), "setns")


def silence(namespace):
    enter(f"/run/netns/{namespace}")
    with open("/proc/sys/net/ipv6/conf/default/disable_ipv6", "w") as switch:
        switch.write("1")


def listen(namespace, device, promiscuous=True):
    enter(f"/run/netns/{namespace}")
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    sock.bind((device, ETH_P_ALL))
    sock.settimeout(PATIENCE)
    # Whatever its address: the socket is to hear what arrives.
    if promiscuous:
        sock.setsockopt(SOL_PACKET, 1,
                        struct.pack("IHH8s", socket.if_nametoindex(device), 1, 0, b""))
    return sock


def receive_any(sock):
    """The next frame: (text, VLAN) if it came in and is ours, else None."""
    data, extra, _, address = sock.recvmsg(2048, socket.CMSG_SPACE(20))
    if address[2] == socket.PACKET_OUTGOING:
        return None
    vlan = ""
    for level, kind, value in extra:
        status, _, _, _, _, tci, proto = struct.unpack("IIIHHHH", value)
        if (level, kind) == (SOL_PACKET, PACKET_AUXDATA) and status & TP_STATUS_VLAN_VALID:
            vlan = f":{tci & 0xFFF}" + ("ad" if proto == 0x88A8 else "")
    kind = int.from_bytes(data[12:14], "big")
    if kind in (0x8100, 0x88A8):  # a second tag, or one that was never taken out
        vlan += f"+{int.from_bytes(data[14:16], 'big') & 0xFFF}"
        data = data[4:]
    text = text_of(int.from_bytes(data[12:14], "big"), data[14:])
    return None if text is None else (text.rstrip(b"\0").decode(), vlan)


def receive(sock):
    """The next frame of ours that came in: (text, VLAN)."""
    while True:
        frame = receive_any(sock)
        if frame:
            return frame


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
        self.namespace = bridge
        self.ports = [listen(bridge, f"p{i}") for i in range(1, len(hosts) + 1)]
        self.hosts = [listen(namespace, "e0") for namespace in hosts]
        self.count = 0
        self.namespaces = [bridge, *hosts]
        self.members = {}
        self.modest = False

    @functools.cached_property
    def bridge(self):
        return listen(self.namespace, "br0", not self.modest)

    def send(self, sock, source, dest, text, tags=b"", kind=ETHERTYPE):
        text = text if isinstance(text, bytes) else text.encode()
        frame = dest + source + tags + struct.pack("!H", kind) + text
        sock.send(frame.ljust(60, b"\0"))

    def member(self, number, group, source, joins):
        """A program at NUMBER listens to GROUP from now on, or does not any more."""
        family = socket.AF_INET6 if ":" in group else socket.AF_INET
        level = socket.IPPROTO_IPV6 if ":" in group else socket.IPPROTO_IP
        key = (number, group)
        enter(f"/run/netns/{self.namespaces[number]}")
        if key not in self.members:
            self.members[key] = socket.socket(family, socket.SOCK_DGRAM)
        device = socket.if_nametoindex("e0" if number else "br0")

        def sockaddr(address):
            packed = socket.inet_pton(family, address)
            head = struct.pack("=HH", family, 0) + (b"\0" * 4 if ":" in address else b"")
            return (head + packed).ljust(128, b"\0")

        request = struct.pack("=I4x", device) + sockaddr(group)
        option = MCAST_JOIN_GROUP if joins else MCAST_LEAVE_GROUP
        if source:
            request += sockaddr(source)
            option = MCAST_JOIN_SOURCE_GROUP if joins else MCAST_LEAVE_SOURCE_GROUP
        self.members[key].setsockopt(level, option, request)

    def say(self, words):
        speaker = int(words[0])
        options = dict(word.split("=") for word in words[2:])
        source = mac(options.get("src", f"02:00:00:00:00:0{speaker}"))
        tags = b""
        for name, proto in (("ad", 0x88A8), ("vlan", 0x8100)):
            if name in options:
                tags += struct.pack("!HH", proto, int(options[name]))
        self.count += 1
        text, pilot = f"frame {self.count}", f"pilot {self.count}"
        sock = self.hosts[speaker - 1] if speaker else self.bridge
        if is_mac(words[1]):
            self.send(sock, source, mac(words[1]), text, tags)
        else:
            dest, kind, content = datagram(words[1], options.get("from"), text)
            self.send(sock, source, dest, content, tags, kind)
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


    def reach(self):
        """What is wrong with the way from host to host, if anything."""
        self.count += 1
        numbers = range(1, len(self.hosts) + 1)
        heard = {}
        for n in numbers:
            for m in numbers:
                if n != m:
                    heard[f"{self.count}: {n} to {m}"] = 0
                    self.send(self.hosts[n - 1], mac(f"02:00:00:00:00:0{n}"),
                              mac(f"02:00:00:00:00:0{m}"), f"{self.count}: {n} to {m}")
        end = time.monotonic() + REACH_SECONDS
        while time.monotonic() < end:
            # All heard: what comes twice comes soon.
            ready, _, _ = select.select(self.hosts, [], [], QUIET_SECONDS)
            if not ready and all(heard.values()):
                break
            for sock in ready:
                text = (receive_any(sock) or ("",))[0]
                if text.endswith(f" to {self.hosts.index(sock) + 1}"):
                    heard[text] = heard.get(text, 0) + 1
        return [f"{text}: {'not' if times == 0 else 'twice'}" for text, times in heard.items()
                if times != 1 and text.startswith(f"{self.count}: ")]


class Batch:
    """A command of iproute2's that waits for lines to do."""

    def __init__(self, namespace, program, options):
        self.lines = 0
        self.process = subprocess.Popen(
            ["stdbuf", "-oL", program, *options, "-force", "-n", namespace, "-batch", "-"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def line(self, text):
        print(text, file=self.process.stdin, flush=True)
        self.lines += 1
        return f"Command failed -:{self.lines}"

    def run(self, text):
        """What it says, and whether it failed."""
        failed, end = self.line(text), self.line("end")
        said = []
        for line in self.process.stdout:
            line = line.rstrip("\n")
            if line == end:
                break
            if not line.startswith('Object "end" is unknown'):
                said.append(line)
        if failed in said:
            said.remove(failed)
            return said, 1
        return said, 0


class Batches:
    def __init__(self, namespace):
        self.namespace = namespace
        self.batches = {}

    def end(self):
        for batch in self.batches.values():
            batch.end()

    def run(self, words):
        """words: the program, its options, the command."""
        options = [word for word in words[1:] if word.startswith("-")]
        key = (words[0], *options)
        if key not in self.batches:
            self.batches[key] = Batch(self.namespace, words[0], options)
        return self.batches[key].run(" ".join(words[1 + len(options):]))


def fdb_entries(lines, mac_wanted):
    for words in map(str.split, lines):
        if words[:1] != [mac_wanted] or "master" not in words:
            continue
        port = words[words.index("dev") + 1]
        vlan = words[words.index("vlan") + 1] if "vlan" in words else "-"
        state = next((word for word in words if word in ("static", "permanent")), "dynamic")
        yield f"{port} {vlan} {state}"


class Desk:
    """Answers requests."""

    def enter(self, namespace, *hosts):
        self.namespace, self.hosts = namespace, hosts
        self.batches = Batches(namespace)
        for silent in (namespace, *hosts):
            silence(silent)

    def leave(self):
        self.batches.end()
        self.lan = None
        enter(HOME)

    def answer(self, words):
        """What to say, and the status."""
        request, *arguments = words
        if request == "enter":
            self.enter(*arguments)
        elif request == "lan":
            self.lan = Lan(self.namespace, self.hosts)
        elif request == "modest":
            self.lan.modest = True
        elif request == "leave" and not arguments:
            self.leave()
        elif request in ("join", "leave") and arguments:
            self.lan.member(int(arguments[0]), arguments[1],
                            arguments[2] if arguments[2:] else None, request == "join")
        elif request == "say":
            return [self.lan.say(arguments)], 0
        elif request == "reach":
            troubles = self.lan.reach()
            return troubles, int(bool(troubles))
        elif request == "fdb":
            shown, status = self.batches.run(["bridge", "fdb", "show"])
            return sorted(fdb_entries(shown, arguments[0])), status
        else:
            return self.batches.run(words)
        return [], 0


def main():
    desk = Desk()
    for line in sys.stdin:
        said, status = desk.answer(line.split())
        print(f"{status} {len(said)}", *said, sep="\n", flush=True)


main()
