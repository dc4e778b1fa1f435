# SPDX-License-Identifier: GPL-2.0
"""nic_offloads.py A-NETNS B-NETNS ADDRESS…: TCP from A's s0 to each ADDRESS of B's s1, with each combination of offloads.

What arrives must be what was sent, and what a packet socket at s1 sees must be what the
offloads promise: without TSO no frame longer than the MTU, without checksum offload at the
sender, or at the receiver, none whose checksum is still to be filled in. Prints the number of combinations.
"""
import ctypes
import hashlib
import itertools
import random
import socket
import struct
import subprocess
import sys
import threading

CLONE_NEWNET = 0x40000000
ETH_P_ALL = 3
SOL_PACKET, PACKET_AUXDATA = 263, 8
TP_STATUS_CSUMNOTREADY = 8
FRAME_MAX = 1500 + 14 + 4
AMOUNT = 100000
libc = ctypes.CDLL(None, use_errno=True)
# tx, tso, tags at the sender; checksum and tags at the receiver, in turn with them.
SENDER = list(itertools.product(("on", "off"), ("on", "off"), ("on", "off")))
RECEIVER = (("on", "on"), ("off", "on"), ("on", "off"), ("off", "off"), ("off", "off"))


def enter(netns):
    with open(f"/run/netns/{netns}") as f:
        if libc.setns(f.fileno(), CLONE_NEWNET):
            sys.exit(f"setns: errno {ctypes.get_errno()}")


def ethtool(netns, device, *words):
    subprocess.run(["ip", "netns", "exec", netns, "ethtool", "-K", device, *words],
                   check=True, stdout=subprocess.DEVNULL)


def transfer(a, b, address):
    """AMOUNT random bytes over one connection; whether they arrived whole."""
    enter(b)
    listener = socket.create_server((address, 0))
    data = random.randbytes(AMOUNT)
    got = hashlib.sha256()

    def serve():
        connection = listener.accept()[0]
        # close() waits for the last ACK: it must not arrive among the frames of the next.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 30))
        with connection:
            while chunk := connection.recv(65536):
                got.update(chunk)
    thread = threading.Thread(target=serve)
    thread.start()
    enter(a)
    with socket.create_connection(listener.getsockname(), timeout=30) as client:
        client.sendall(data)
    thread.join()
    listener.close()
    return got.digest() == hashlib.sha256(data).digest()


def frames(tap):
    """What the tap has seen from the other end: length, checksum to be filled in."""
    while True:
        try:
            _, control, _, address = tap.recvmsg(64, 100, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        if address[2] == socket.PACKET_OUTGOING:
            continue
        status, length = struct.unpack_from("II", control[0][2])
        yield length, bool(status & TP_STATUS_CSUMNOTREADY)


def check(tap, tx, tso, rx, what):
    seen = 0
    for length, unready in frames(tap):
        seen += 1
        if tso == "off" and length > FRAME_MAX:
            sys.exit(f"{what}: a frame of {length} bytes")
        # Joined segments have no checksum of their own.
        if unready and (tx == "off" or rx == "off" and length <= FRAME_MAX):
            sys.exit(f"{what}: a checksum is still to be filled in")
    if seen < 4:
        sys.exit(f"{what}: only {seen} frames seen")


def main():
    a, b, *addresses = sys.argv[1:]
    enter(b)
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    tap.bind(("s1", ETH_P_ALL))
    tap.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    count = 0
    ethtool(b, "s1", "gro", "off")
    for tx, tso, tags in SENDER:
        ethtool(a, "s0", "tx", tx, "tso", tso, "gso", tso, "tx-vlan-offload", tags,
                "tx-vlan-stag-hw-insert", tags)
        rx, rx_tags = RECEIVER[count % len(RECEIVER)]
        ethtool(b, "s1", "rx", rx, "rx-vlan-offload", rx_tags, "rx-vlan-stag-hw-parse", rx_tags)
        for address in addresses:
            what = f"tx {tx} tso {tso} tags {tags}, rx {rx} tags {rx_tags}, {address}"
            if not transfer(a, b, address):
                sys.exit(f"{what}: not what was sent")
            check(tap, tx, "off" if tx == "off" else tso, rx, what)
        count += 1
    print(count)


main()
