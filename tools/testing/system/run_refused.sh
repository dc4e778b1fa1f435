#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# strata run says in one line why it cannot: 32-bit programs, no permission, no module. With permission an ordinary user gets sockets.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
chmod 0755 "$WORK"

# 1. A program of 32 bits: hand-made, socket(AF_INET, SOCK_STREAM, 0) by either
# system call, errno is its exit status.
/usr/bin/python3 - "$WORK" <<'PY'
import os, struct, sys

BASE = 0x08048000
CODE = 84                       # after the headers


def program(name, code):
    size = CODE + len(code)
    ehdr = b"\x7fELF\1\1\1" + bytes(9) + struct.pack(
        "<HHIIIIIHHHHHH", 2, 3, 1, BASE + CODE, 52, 0, 0, 52, 32, 1, 40, 0, 0)
    phdr = struct.pack("<IIIIIIII", 1, 0, BASE, BASE, size, size, 5, 4096)
    path = os.path.join(sys.argv[1], name)
    with open(path, "wb") as f:
        f.write(ehdr + phdr + code)
    os.chmod(path, 0o755)


def mov(register, value):
    return bytes([0xb8 + register]) + struct.pack("<I", value)


EAX, ECX, EDX, EBX = range(4)
INT80 = b"\xcd\x80"
EXIT_WITH_ERRNO = b"\xf7\xd8\x89\xc3" + mov(EAX, 1) + INT80   # neg eax; mov ebx, eax
program("socket32", mov(EAX, 359) + mov(EBX, 2) + mov(ECX, 1) + mov(EDX, 0) +
        INT80 + EXIT_WITH_ERRNO)
call = mov(EAX, 102) + mov(EBX, 1) + mov(ECX, BASE + CODE + 3 * 5 + 2 + 11) + INT80
program("socketcall32", call + EXIT_WITH_ERRNO + struct.pack("<III", 2, 1, 0))
PY
# status COMMAND…: its exit status.
status() {
	local got=0
	"$@" 2>/dev/null || got=$?
	echo $got
}
for name in socket32 socketcall32; do
	expect 126 "$(status run_a "$WORK/$name")" "$name"
	expect "strata: run: cannot run \"$WORK/$name\": it has 32 bits, expected 64" \
		"$(run_a "$WORK/$name" 2>&1 || true)" "$name"
	expect 126 "$(PATH="$WORK:$PATH" status run_a $name)" "$name by its name"
	# Not every kernel runs it at all. The host gives it a descriptor, which
	# is no errno (253: minus 3); under strata run it gets EAFNOSUPPORT.
	if [ "$(status in_a "$WORK/$name")" = 253 ]; then
		expect 97 "$(status run_a sh -c "$WORK/$name")" "$name from a shell"
	fi
done

# 2. An ordinary user.
user() {
	in_a setpriv --reuid 1000 --regid 1000 --clear-groups "$@"
}
refused "no CAP_NET_RAW, and net.strata.unprivileged is 0" user strata run -- true
expect 1 "$(user strata run -- true 2>&1 | wc -l)" "lines"
in_a sysctl -qw net.strata.unprivileged=1
serve_b 7000
user strata run -- /usr/bin/python3 -c '
import os, socket, sys
assert os.getuid() == 1000
conn = socket.socket()
conn.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
assert conn.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT) == 1
assert conn.getsockopt(socket.SOL_SOCKET, socket.SO_DOMAIN) == socket.AF_INET
assert conn.getsockopt(399, 1) == socket.AF_INET
conn.settimeout(30)
conn.connect((sys.argv[1], 7000))
conn.sendall(b"get 1 10\n")
assert len(conn.makefile("rb").read()) == 10
' $B_ADDR || fail "an ordinary user's program"
expect 77 "$(status user strata run -- sh -c 'exit 77')" "an ordinary user's exit status"
in_a sysctl -qw net.strata.unprivileged=0

# 3. Without the module nothing is run, and nothing falls back to the host's stack.
until_ok rmmod strata
refused "the module is not loaded: insmod strata.ko" run_a touch "$WORK/ran"
[ ! -e "$WORK/ran" ] || fail "ran on the host's stack"
insmod "$STRATA_MODULES/strata.ko"
pass
