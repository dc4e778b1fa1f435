# SPDX-License-Identifier: GPL-2.0
"""Dump a table of the stack, changing it between one message and the next.

    dump.py OPERATION ATTRIBUTES BETWEEN

OPERATION and ATTRIBUTES (a comma between each two) are names of the netlink
spec. Prints those attributes of every object, as hexadecimal numbers. BETWEEN
is a shell command that runs after each message has been read, with the number
of that message as $1. Fails unless there were at least three messages, for
otherwise nothing was changed in between.
"""
import os
import socket
import struct
import subprocess
import sys

import yaml

SPEC = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "../../Documentation/netlink/specs/strata.yaml")
NETLINK_GENERIC, NLMSG_ERROR, NLMSG_DONE, GENL_ID_CTRL = 16, 2, 3, 16
NLM_F_REQUEST, NLM_F_DUMP = 1, 0x300
CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 3, 1, 2
# The kernel fills what was last asked for: short messages, so that there are many.
BUFFER_BYTES = 4096


def attributes(payload):
    """Yield (type, value) of each."""
    while payload:
        length, kind = struct.unpack_from("=HH", payload)
        yield kind, payload[4:length]
        payload = payload[(length + 3) & ~3:]


def messages(data):
    """Yield (type, payload) of each netlink message."""
    while data:
        length, kind = struct.unpack_from("=IH", data)
        yield kind, data[16:length]
        data = data[(length + 3) & ~3:]


def ask(sock, family, command, flags, attrs=b""):
    payload = struct.pack("=BBH", command, 1, 0) + attrs
    sock.send(struct.pack("=IHHII", 16 + len(payload), family, NLM_F_REQUEST | flags, 1, 0)
              + payload)


def family_id(sock, name):
    value = name.encode() + b"\0"
    attr = struct.pack("=HH", 4 + len(value), CTRL_ATTR_FAMILY_NAME) + value
    ask(sock, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0, attr.ljust((len(attr) + 3) & ~3, b"\0"))
    _, payload = next(messages(sock.recv(BUFFER_BYTES)))
    return struct.unpack("=H", dict(attributes(payload[4:]))[CTRL_ATTR_FAMILY_ID])[0]


def dump(sock, family, command, between):
    """Yield the payload of each object."""
    ask(sock, family, command, NLM_F_DUMP)
    count = 0
    while True:
        for kind, payload in messages(sock.recv(BUFFER_BYTES)):
            if kind == NLMSG_DONE:
                if count < 3:
                    sys.exit(f"only {count} messages: nothing was changed in between")
                return
            if kind == NLMSG_ERROR:
                sys.exit(f"refused: {struct.unpack_from('=i', payload)[0]}")
            yield payload[4:]
        count += 1
        subprocess.run(["sh", "-ec", between, "between", str(count)], check=True)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    operation, wanted, between = sys.argv[1:]
    with open(SPEC, encoding="utf-8") as spec_file:
        spec = yaml.safe_load(spec_file)
    names = [op["name"] for op in spec["operations"]["list"]]
    command = names.index(operation) + 1
    [known] = [s["attributes"] for s in spec["attribute-sets"]
               if s["name"] == operation.split("-")[0]]
    numbers = [[a["name"] for a in known].index(name) + 1 for name in wanted.split(",")]
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC) as sock:
        sock.bind((0, 0))
        for payload in dump(sock, family_id(sock, spec["name"]), command, between):
            attrs = dict(attributes(payload))
            print(*(attrs.get(number, b"").hex() or "-" for number in numbers))


main()
