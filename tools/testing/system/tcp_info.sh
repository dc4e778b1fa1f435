#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# For the same exchange, TCP_INFO says the same of a connection on Strata as of one on the kernel's stack, and the options TCP_INQ, TCP_SAVED_SYN,
# TCP_NOTSENT_LOWAT and others do the same.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
cat >"$WORK/exchange.py" <<'PY'
"""exchange.py ADDRESS: listen there, or (with a PORT) connect to it; print what the own stack says of the connection."""
import errno, socket, struct, sys, time

TCP = socket.IPPROTO_TCP
SAVE_SYN, SAVED_SYN, INQ, NOTSENT_LOWAT, TIMESTAMP = 27, 28, 36, 25, 24
FIELDS = ("state ca_state retransmits probes backoff options wscales flags rto ato snd_mss rcv_mss unacked sacked lost retrans fackets "
          "last_data_sent last_ack_sent last_data_recv last_ack_recv pmtu rcv_ssthresh rtt rttvar snd_ssthresh snd_cwnd advmss reordering "
          "rcv_rtt rcv_space total_retrans pacing_rate max_pacing_rate bytes_acked bytes_received segs_out segs_in notsent_bytes min_rtt "
          "data_segs_in data_segs_out delivery_rate busy_time rwnd_limited sndbuf_limited delivered delivered_ce bytes_sent bytes_retrans "
          "dsack_dups reord_seen rcv_ooopack snd_wnd").split()
LAYOUT = "8B24I4Q6I4Q2I2Q4I"
# Those that the exchange decides, not the time it takes or how much a stack buffers. Nor bytes_acked, where the kernel counts the SYN of who
# connects as an octet.
SAME = ("state ca_state retransmits probes backoff options snd_mss unacked sacked lost retrans pmtu snd_ssthresh snd_cwnd advmss "
        "reordering total_retrans max_pacing_rate bytes_received data_segs_in data_segs_out notsent_bytes delivered "
        "delivered_ce bytes_sent bytes_retrans dsack_dups reord_seen rcv_ooopack").split()

def info(sock):
    raw = sock.getsockopt(TCP, socket.TCP_INFO, struct.calcsize(LAYOUT))
    return dict(zip(FIELDS, struct.unpack(LAYOUT, raw)))

def acknowledged(sock):
    while info(sock)["unacked"]:
        time.sleep(0.01)

def tell(what, value):
    print(f"{what}: {value}")

def same(who, sock):
    values = info(sock)
    tell(who, " ".join(f"{name}={values[name]}" for name in SAME))
    assert values["segs_in"] >= values["data_segs_in"] and values["segs_out"] >= values["data_segs_out"], values
    assert values["rtt"] and values["min_rtt"] <= values["rtt"] + values["rttvar"], values
    assert values["pacing_rate"] and values["delivered"], values

def refused(sock, option, value):
    try:
        sock.setsockopt(TCP, option, value)
        return "taken"
    except OSError as error:
        return errno.errorcode[error.errno]

def server(address):
    lsock = socket.socket()
    lsock.setsockopt(TCP, SAVE_SYN, 1)
    tell("save_syn", [refused(lsock, SAVE_SYN, v) for v in (-1, 2, 3)])
    lsock.setsockopt(TCP, SAVE_SYN, 1)
    lsock.bind((address, 7000))
    lsock.listen()
    sock, _ = lsock.accept()
    with sock:
        syn = sock.getsockopt(TCP, SAVED_SYN, 200)
        tell("saved syn", (len(syn), syn[0] >> 4, syn[9], len(sock.getsockopt(TCP, SAVED_SYN, 200))))
        tell("request", sock.recv(3, socket.MSG_WAITALL))
        tell("inq", [refused(sock, INQ, v) for v in (2, 1)])
        sock.send(b"y")
        data, control, _, _ = sock.recvmsg(1000, 64)
        tell("inq after 1000 of 3000", (len(data), [(c[0], c[1], struct.unpack("i", c[2])) for c in control]))
        data, control, _, _ = sock.recvmsg(5000, 64)
        tell("inq after all", (len(data), [(c[0], c[1], struct.unpack("i", c[2])) for c in control]))
        sock.sendall(b"x" * 2000)
        acknowledged(sock)
        same("server", sock)
        sock.recv(1)

def client(address):
    with socket.create_connection((address, 7000)) as sock:
        tell("timestamp", (refused(sock, TIMESTAMP, 1), sock.getsockopt(TCP, TIMESTAMP) != 0))
        sock.setsockopt(TCP, NOTSENT_LOWAT, 4096)
        tell("lowat", sock.getsockopt(TCP, NOTSENT_LOWAT))
        sock.setsockopt(TCP, NOTSENT_LOWAT, 0)
        sock.sendall(b"GET")
        sock.recv(1)
        sock.sendall(b"z" * 3000)
        sock.recv(2000, socket.MSG_WAITALL)
        acknowledged(sock)
        same("client", sock)

(server if sys.argv[1] == "listen" else client)(sys.argv[2])
PY
exchange() {
	"$1" /usr/bin/python3 "$WORK/exchange.py" "${@:2}"
}
# Strata is the server, then the kernel; what each side says on the one stack is what it says on the other.
exchange run_a listen $A_ADDR >"$WORK/server.strata" &
until_ok listening_a 7000
exchange in_b connect $A_ADDR >"$WORK/client.kernel"
wait $!
exchange in_b listen $B_ADDR >"$WORK/server.kernel" &
until_ok listening_b 7000
exchange run_a connect $B_ADDR >"$WORK/client.strata"
wait $!
for role in server client; do
	diff "$WORK/$role.kernel" "$WORK/$role.strata" || fail "the $role: the kernel's stack says <, Strata >"
done

# TCP_NOTSENT_LOWAT: a program may not queue much more than that, whatever the buffer holds.
in_b /usr/bin/python3 -c '
import socket, time
s = socket.create_server(("10.0.0.2", 7001)); s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
c, _ = s.accept(); time.sleep(3)
while c.recv(65536): pass' &
until_ok listening_b 7001
run_a /usr/bin/python3 - "$B_ADDR" <<'PY'
import select, socket, sys
with socket.create_connection((sys.argv[1], 7001)) as sock:
    sock.setsockopt(socket.IPPROTO_TCP, 25, 16384)
    sock.setblocking(False)
    try:
        while True:
            sock.send(bytes(1024))
    except BlockingIOError:
        pass
    unsent = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 160)
    unsent = int.from_bytes(unsent[144:148], "little")
    assert 8192 <= unsent <= 20480, f"{unsent} octets wait to be sent"
    assert not select.select([], [sock], [], 0)[1], "writable"
    # The reader begins to read: that makes room.
    assert select.select([], [sock], [], 30)[1], "still not writable"
PY
pass
