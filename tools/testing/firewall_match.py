# SPDX-License-Identifier: GPL-2.0
"""firewall_match.py ORDER NAMESPACE: which frame matches which expression?

The oracle is libpcap: frames go into a capture, and tcpdump says which of them each
expression matches. The same frames go out of e0 in NAMESPACE to a bridge whose firewall has
the expressions, in several orders, and every rule's counter must say how many frames it was
the first to match.

libpcap matches the bytes of a capture. An expression that asks for VLAN tags is asked about
the frame as it is on the wire, every other about the frame without its tag: that is how
tcpdump sees frames whose tag the kernel keeps beside them.
"""
import json
import os
import random
import socket
import struct
import subprocess
import sys
import time

EXPRESSIONS = [
    "ether src 02:00:00:00:00:01", "ether src 02:00:00:00:00:11", "ether dst 02:00:00:00:00:77",
    "ether host 02:00:00:00:00:11", "ether broadcast", "ether multicast", "arp", "ip", "ip6",
    "not ip", "vlan", "vlan 10", "vlan 20 and ip", "vlan 10 and tcp port 80", "not vlan",
    "vlan and vlan 30", "vlan 10 and ether src 02:00:00:00:00:01", "ether[12:2] = 0x88b5",
    "tcp port 80", "tcp dst port 443", "udp", "udp port 53 and ip6", "ip host 10.0.0.1",
    "src net 10.1.0.0/16", "ip6 host fe80::1", "greater 100", "less 60", "len = 18",
    "icmp[icmptype] = icmp-echo", "tcp[tcpflags] & tcp-syn != 0", "ip[8] < 5", "ip[0] & 0xf > 5",
    "ether[14] = 0x45", "ether[100] = 1", "ether[60:4] = 0", "ether[ether[20] & 63] = 0x11",
    "ip proto 47", "ip multicast", "vlan and greater 80", "vlan and ether[14] & 0xe0 != 0",
    "vlan and ether[15] = 10", "ip[6:2] & 0x1fff != 0", "portrange 1000-2000",
]
SOURCES = ["02:00:00:00:00:01", "02:00:00:00:00:11", "02:00:00:00:00:22"]
DESTINATIONS = ["02:00:00:00:00:77", "02:00:00:00:00:11", "ff:ff:ff:ff:ff:ff", "01:00:5e:01:02:03"]


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def transport(rng):
    """The protocol's number and the bytes behind the IP header."""
    ports = [80, 443, 53, rng.randrange(1000, 2001), rng.randrange(65536)]
    pair = struct.pack("!HH", rng.choice(ports), rng.choice(ports))
    kind = rng.choice(["tcp", "udp", "icmp", "gre", "nothing"])
    if kind == "tcp":
        return 6, pair + struct.pack("!IIBBHHH", 1, 2, 0x50, rng.randrange(64), 100, 0, 0)
    if kind == "udp":
        return 17, pair + struct.pack("!HH", 8, 0)
    if kind == "icmp":
        return 1, bytes([rng.choice([0, 8, 3]), 0]) + bytes(6)
    return (47, bytes(4)) if kind == "gre" else (17, b"")


def ipv4(rng):
    proto, rest = transport(rng)
    options = bytes(4 * rng.choice([0, 0, 0, 1, 10]))
    source = rng.choice(["10.0.0.1", "10.1.2.3", "192.0.2.1"])
    dest = rng.choice(["10.0.0.1", "10.0.0.255", "224.0.0.5", "255.255.255.255"])
    head = struct.pack("!BBHHHBBH", 0x45 + len(options) // 4, 0, 20 + len(options) + len(rest),
                       rng.randrange(65536), rng.choice([0, 0, 0x2000, 0x2001, 0x4000]),
                       rng.choice([1, 4, 5, 64]), proto, 0)
    return 0x0800, head + socket.inet_aton(source) + socket.inet_aton(dest) + options + rest


def ipv6(rng):
    proto, rest = transport(rng)
    addresses = b"".join(socket.inet_pton(socket.AF_INET6, rng.choice(["fe80::1", "fe80::2", "ff02::1"]))
                         for _ in range(2))
    return 0x86DD, struct.pack("!IHBB", 6 << 28, len(rest), proto, 64) + addresses + rest


def payload(rng):
    kind = rng.randrange(8)
    if kind < 4:
        return ipv4(rng)
    if kind < 6:
        return ipv6(rng)
    if kind == 6:
        return 0x0806, bytes(28)
    return 0x88B5, bytes(rng.randrange(256) for _ in range(rng.randrange(120)))


def frame(rng):
    """The frame with its tag, and without."""
    ethertype, data = payload(rng)
    if rng.randrange(3) == 0:
        data = data[:rng.randrange(len(data) + 1)]
    if rng.randrange(3) == 0:
        data += bytes(rng.randrange(100))
    # The kernel wants a word of what is behind a tag.
    data = data.ljust(2, b"\0")
    addresses = mac(rng.choice(DESTINATIONS)) + mac(rng.choice(SOURCES))
    inner = struct.pack("!HH", 0x8100, 30) if rng.randrange(8) == 0 else b""
    rest = inner + struct.pack("!H", ethertype) + data
    tag = b""
    if rng.randrange(2):
        tag = struct.pack("!HH", 0x8100, rng.choice([10, 20, 0x2014, 0xE00A]))
    elif inner:  # the kernel takes the first tag of any frame
        tag, rest = inner, rest[4:]
    return addresses + tag + rest, addresses + rest


def matches(frames, expression):
    """Of these frames, the numbers of those that it matches."""
    capture = struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    for number, one in enumerate(frames):
        capture += struct.pack("=IIII", number, 0, len(one), len(one)) + one
    out = subprocess.run(["tcpdump", "-r", "-", "-w", "-", expression], input=capture,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    found, at = set(), 24
    while at < len(out):
        number, _, length, _ = struct.unpack_from("=IIII", out, at)
        found.add(number)
        at += 16 + length
    return found


def strata(*words, text=None):
    return subprocess.run(["strata", *words], input=text, text=True, stdout=subprocess.PIPE,
                          check=True).stdout


def send(namespace, frames):
    """From e0 there; a frame with a tag in its bytes is one on the wire too."""
    program = ("import socket, sys, json\ns = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)\n"
               "s.bind(('e0', 0))\nfor f in json.load(sys.stdin): s.send(bytes.fromhex(f))\n")
    subprocess.run(["ip", "netns", "exec", namespace, sys.executable, "-c", program],
                   input=json.dumps([one.hex() for one in frames]), text=True, check=True)


def rules_of(stage):
    return json.loads(strata("-j", "firewall", "show", "bridge", stage))[0]


def try_order(namespace, order, frames, found, action):
    """Rules in this order; @action decides or lets frames go on."""
    lines = "".join(f"add bridge prerouting '{EXPRESSIONS[e]}' {action}\n" for e in order)
    strata("firewall", "replace", "-", text=lines)
    before = rules_of("prerouting")["packets"]
    send(namespace, frames)
    wanted, left = {}, set(range(len(frames)))
    for e in order:
        wanted[e] = len(found[e] & left)
        if action != "log":
            left -= found[e]
    deadline = time.monotonic() + 60
    while True:
        chain = rules_of("prerouting")
        undecided = chain["packets"] - before
        if undecided >= len(left) or time.monotonic() > deadline:
            break
    wrong = [f"{rule['expression']}: {rule['packets']} matched, libpcap says {wanted[e]}"
             for e, rule in zip(order, chain["rules"]) if rule["packets"] != wanted[e]]
    if undecided != len(left):
        wrong.append(f"no rule decided about {undecided}, wanted {len(left)}")
    for line in wrong:
        print(f"# {action}: {line}")
    return len(wrong)


def main():
    namespace, seed = sys.argv[1], int(os.environ.get("STRATA_SEED", "1"))
    rng = random.Random(seed)
    pairs = [frame(rng) for _ in range(300)]
    on_wire = [one for one, _ in pairs]
    found = [matches(on_wire if "vlan" in e else [bare for _, bare in pairs], e) for e in EXPRESSIONS]
    idle = sum(1 for f in found if not f)
    order = list(range(len(EXPRESSIONS)))
    wrong = try_order(namespace, order, on_wire, found, "log")
    for _ in range(2):
        # One that matches much would leave nothing for those behind it.
        rng.shuffle(order)
        order.sort(key=lambda e: len(found[e]) > 100)
        wrong += try_order(namespace, order, on_wire, found, "accept")
    print(f"# seed {seed}: {len(pairs)} frames, {len(EXPRESSIONS)} expressions, of which {idle} never match")
    if idle > len(EXPRESSIONS) // 4:
        print("# too few expressions match anything")
        wrong += 1
    return 1 if wrong else 0


sys.exit(main())
