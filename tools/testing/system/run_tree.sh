#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Everything that a program under strata run starts is on Strata too: forks, daemons, static programs, threads, other namespaces.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
# What a socket really is, without asking the kernel's generic code.
cat >"$WORK/stack.py" <<'PYTHON'
import socket, sys
SOL_STRATA, STRATA_SO_DOMAIN = 399, 1
def on_strata(sock):
    try:
        return sock.getsockopt(SOL_STRATA, STRATA_SO_DOMAIN) == socket.AF_INET
    except OSError:
        return False
PYTHON
export PYTHONPATH=$WORK PYTHONDONTWRITEBYTECODE=1

# Children, grandchildren, exec'd ones, and one that daemonised itself.
# shellcheck disable=SC2016 # for the program's shell
run_a bash -c '
	check="import socket, stack; assert stack.on_strata(socket.socket())"
	/usr/bin/python3 -c "$check"
	bash -c "exec bash -c \"exec /usr/bin/python3 -c \\\"$check\\\"\""
	setsid --fork /usr/bin/python3 -c "
import os, socket, stack, time
while os.getppid() != 1 and not os.path.exists(\"'"$WORK"'/parent-gone\"):
    time.sleep(0.05)
assert stack.on_strata(socket.socket())
open(\"'"$WORK"'/daemon\", \"w\").close()
"'
touch "$WORK/parent-gone"
until_ok test -e "$WORK/daemon"

# Threads and processes, all at once.
run_a /usr/bin/python3 -c '
import os, socket, stack, threading
def work():
    for i in range(50):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            assert stack.on_strata(sock)
            assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_DOMAIN) == socket.AF_INET
children = []
for i in range(4):
    pid = os.fork()
    if pid == 0:
        threads = [threading.Thread(target=work) for i in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        os._exit(0)
    children.append(pid)
for pid in children:
    assert os.waitpid(pid, 0)[1] == 0
'

# A thread can be killed in the middle of a call without harm to the others.
# shellcheck disable=SC2016 # for the program's shell
run_a bash -c '
	for i in 1 2 3 4 5 6 7 8; do
		/usr/bin/python3 -c "
import socket
socket.socket().close()
open(\"'"$WORK"'/running.$i\", \"w\").close()
while True:
    socket.socket().close()
" &
	done
	until [ "$(echo "'"$WORK"'"/running.* | wc -w)" -eq 8 ]; do
		read -rt 0.05 <> <(:)
	done
	kill -KILL $(jobs -p)
	wait
	/usr/bin/python3 -c "import socket, stack; assert stack.on_strata(socket.socket())"
' 2>/dev/null

# Descriptors: close-on-exec, blocking, the lowest number, the limit.
run_a /usr/bin/python3 -c '
import errno, fcntl, os, resource, socket, stack
plain = socket.socket()
assert not os.get_inheritable(plain.fileno()) and plain.getblocking()
SOCK_NONBLOCK = socket.SOCK_NONBLOCK
sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM | SOCK_NONBLOCK)
assert fcntl.fcntl(sock, fcntl.F_GETFL) & os.O_NONBLOCK
number = sock.fileno()
sock.close()
assert socket.socket().fileno() == number
resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
kept = []
try:
    while True:
        kept.append(socket.socket())
except OSError as error:
    assert error.errno == errno.EMFILE, error
'

# A program in another network namespace gets that namespace'\''s stack.
EXTRA_NAMESPACES=c-$$
ip netns add c-$$
ip -n c-$$ link add s0 type strata_nic peer name s1
netns_exec c-$$ strata link attach s0
ip -n c-$$ link set s0 up
netns_exec c-$$ strata addr add 10.9.0.1/24 dev s0
run_a netns_exec c-$$ /usr/bin/python3 -c '
import socket, stack
sock = socket.socket()
assert stack.on_strata(sock)
sock.bind(("10.9.0.1", 0))
'
pass
