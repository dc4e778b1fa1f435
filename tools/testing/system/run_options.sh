#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# strata run: the errno of what Strata does not have, and options that generic code refuses or answers wrongly; other sockets are left alone; io_uring cannot go round Strata.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
cat >"$WORK/calls.py" <<'PYTHON'
import errno, socket, sys

SOL, INT, SO_ZEROCOPY = socket.SOL_SOCKET, 4, 60

def code(call, *args):
    try:
        call(*args)
    except OSError as error:
        return errno.errorcode[error.errno]
    return 'ok'

# What sockets answer about themselves.
for kind, protocol in ((socket.SOCK_STREAM, socket.IPPROTO_TCP), (socket.SOCK_DGRAM, socket.IPPROTO_UDP)):
    for number in (0, protocol):
        sock = socket.socket(socket.AF_INET, kind, number)
        assert sock.getsockopt(SOL, socket.SO_DOMAIN) == socket.AF_INET
        assert sock.getsockopt(SOL, socket.SO_PROTOCOL) == protocol
        assert sock.getsockopt(SOL, socket.SO_TYPE) == kind
        assert sock.getsockopt(SOL, socket.SO_REUSEPORT) == 0
        sock.setsockopt(SOL, socket.SO_REUSEPORT, 1)
        assert sock.getsockopt(SOL, socket.SO_REUSEPORT) == 1
        # A short buffer is filled as far as it goes.
        assert sock.getsockopt(SOL, socket.SO_DOMAIN, 1) == b'\x02'
        assert sock.getsockopt(SOL, socket.SO_DOMAIN, 100) == b'\x02\0\0\0'
        print(code(sock.setsockopt, SOL, socket.SO_REUSEPORT, b'\1'))
        print(code(sock.setsockopt, SOL, socket.SO_DOMAIN, 2))
        print(code(sock.setsockopt, SOL, socket.SO_PROTOCOL, 6))
        for value in (1, 2, -1, b'\1'):
            print(code(sock.setsockopt, SOL, SO_ZEROCOPY, value), sock.getsockopt(SOL, SO_ZEROCOPY))
        # It is the same socket to socket.socket(fileno=…).
        again = socket.socket(fileno=sock.detach())
        assert (again.family, again.type, again.proto) == (socket.AF_INET, kind, protocol), again

# Two listeners on one port.
pair = [socket.socket(), socket.socket()]
for sock in pair:
    sock.setsockopt(SOL, socket.SO_REUSEPORT, 1)
    sock.bind((sys.argv[1], 4000))
    sock.listen()

# Sockets of other families never notice.
unix = socket.socket(socket.AF_UNIX)
assert unix.getsockopt(SOL, socket.SO_DOMAIN) == socket.AF_UNIX
assert unix.getsockopt(SOL, socket.SO_PROTOCOL) == 0
print(code(unix.setsockopt, SOL, SO_ZEROCOPY, 1))
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
print(code(raw.setsockopt, SOL, SO_ZEROCOPY, 1))
netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4)
assert netlink.getsockopt(SOL, socket.SO_DOMAIN) == socket.AF_NETLINK
assert netlink.getsockopt(SOL, socket.SO_PROTOCOL) == 4

# The errno of what there is not, as AF_INET has it.
for args in ((socket.AF_INET, 99, 0), (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_UDP),
             (socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_TCP), (socket.AF_INET, socket.SOCK_STREAM, 300000),
             (socket.AF_INET, 0, 0), (socket.AF_INET, socket.SOCK_STREAM | 0x100000, 0),
             (socket.AF_INET, socket.SOCK_RDM, 0), (socket.AF_INET, socket.SOCK_STREAM, -2)):
    print(args[1:], code(socket.socket, *args))
PYTHON
in_b /usr/bin/python3 "$WORK/calls.py" $B_ADDR >"$WORK/kernel"
run_a /usr/bin/python3 "$WORK/calls.py" $A_ADDR >"$WORK/strata"
diff "$WORK/kernel" "$WORK/strata" || fail "errors differ from the kernel's"

# IPv6: the same answers as the kernel's, to what ipv6(7) has.
cat >"$WORK/six.py" <<'PYTHON'
import errno, socket, struct

def code(call, *args):
    try:
        return call(*args)
    except OSError as error:
        return errno.errorcode[error.errno]

for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    sock = socket.socket(socket.AF_INET6, kind)
    print(sock.getsockopt(socket.SOL_SOCKET, socket.SO_DOMAIN), sock.getsockopt(socket.SOL_SOCKET, socket.SO_PROTOCOL))
    for name in ("V6ONLY", "UNICAST_HOPS", "MULTICAST_HOPS", "MULTICAST_LOOP", "TCLASS", "RECVPKTINFO",
                 "RECVHOPLIMIT", "RECVTCLASS"):
        option = getattr(socket, "IPV6_" + name)
        print(name, code(sock.getsockopt, socket.IPPROTO_IPV6, option))
        for value in (-2, -1, 1, 255, 256):
            print(name, value, code(sock.setsockopt, socket.IPPROTO_IPV6, option, value),
                  code(sock.getsockopt, socket.IPPROTO_IPV6, option))
        print(name, code(sock.setsockopt, socket.IPPROTO_IPV6, option, b"\1"))
    sock = socket.socket(socket.AF_INET6, kind)
    print(code(sock.bind, ("fe80::1", 0)), code(sock.connect, ("fe80::1", 9)), code(sock.bind, ("2001:db8::1", 0)))
    sock = socket.socket(socket.AF_INET6, kind)
    sock.bind(("::", 0))
    print(code(sock.setsockopt, socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1), sock.getsockname()[0])
    print(code(socket.socket(socket.AF_INET, kind).setsockopt, socket.IPPROTO_IPV6, socket.IPV6_TCLASS, 4))
    # One port, the two families apart (RFC 3493 5.3).
    six, four = socket.socket(socket.AF_INET6, kind), socket.socket(socket.AF_INET, kind)
    six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    six.bind(("::", 8088))
    print(code(four.bind, ("0.0.0.0", 8088)), code(six.connect, ("::ffff:127.0.0.1", 8088)))
    both = socket.socket(socket.AF_INET6, kind)
    print(code(both.bind, ("::", 8088)), code(both.bind, ("::ffff:127.0.0.1", 8088)))
PYTHON
in_b /usr/bin/python3 "$WORK/six.py" >"$WORK/kernel"
run_a /usr/bin/python3 "$WORK/six.py" >"$WORK/strata"
diff "$WORK/kernel" "$WORK/strata" || fail "IPv6 options differ from the kernel's"

# Bad pointers: EFAULT, for options of both kinds of sockets.
run_a /usr/bin/python3 -c '
import ctypes, errno, socket
libc = ctypes.CDLL(None, use_errno=True)
sock = socket.socket()
length = ctypes.c_int(4)
for option in (socket.SO_DOMAIN, socket.SO_REUSEPORT):
    for value, size in ((1, ctypes.byref(length)), (1, 1)):
        assert libc.getsockopt(sock.fileno(), 1, option, ctypes.c_void_p(value),
                               size if size != 1 else ctypes.c_void_p(1)) == -1
        assert ctypes.get_errno() == errno.EFAULT
assert libc.setsockopt(sock.fileno(), 1, socket.SO_REUSEPORT, ctypes.c_void_p(1), 4) == -1
assert ctypes.get_errno() == errno.EFAULT
length.value = -1
assert libc.getsockopt(sock.fileno(), 1, socket.SO_DOMAIN, ctypes.byref(length), ctypes.byref(length)) == -1
assert ctypes.get_errno() == errno.EINVAL
assert libc.getsockopt(999, 1, socket.SO_DOMAIN, ctypes.byref(length), ctypes.byref(length)) == -1
assert ctypes.get_errno() == errno.EBADF
'

# io_uring makes sockets without a system call that could be seen.
run_a /usr/bin/python3 -c '
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
IO_URING_SETUP = 425
assert libc.syscall(IO_URING_SETUP, 4, ctypes.create_string_buffer(120)) == -1
assert ctypes.get_errno() == errno.ENOSYS
'
pass
