#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What a packet carries for its own namespace's use, its mark, stays behind when the cable leads into another one, as on a veth.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

ip netns add "$A"
ip netns add "$B"
# Sends one datagram with a mark, prints the mark it arrives with (SO_RCVMARK).
cat >"$WORK/receive.py" <<'PY'
import socket, struct, sys

SO_RCVMARK = 75
s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x88b5))
s.bind((sys.argv[1], 0x88b5))
s.setsockopt(socket.SOL_SOCKET, SO_RCVMARK, 1)
s.settimeout(30)
print("ready", flush=True)
data, control = s.recvmsg(100, 100)[:2]
marks = [struct.unpack("I", value)[0] for level, kind, value in control
         if (level, kind) == (socket.SOL_SOCKET, socket.SO_MARK)]
print(data.decode(), *marks, flush=True)
PY
cat >"$WORK/send.py" <<'PY'
import socket, sys

s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x88b5))
s.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, 77)
s.sendto(b"hello", (sys.argv[1], 0x88b5, 0, 0, b"\xff" * 6))
PY
# crossed FROM-NAMESPACE DEVICE TO-NAMESPACE DEVICE
crossed() {
	local receiver
	ip -n "$1" link set "$2" up
	ip -n "$3" link set "$4" up
	until_ok ip netns exec "$1" grep -q 1 "/sys/class/net/$2/carrier"
	: >"$WORK/got"
	netns_exec "$3" /usr/bin/python3 "$WORK/receive.py" "$4" >"$WORK/got" &
	receiver=$!
	until_ok grep -q ready "$WORK/got"
	netns_exec "$1" /usr/bin/python3 "$WORK/send.py" "$2"
	wait $receiver
	tail -n 1 "$WORK/got"
}
for kind in veth strata_nic; do
	ip -n "$A" link add here0 type $kind peer name here1
	ip -n "$A" link add out0 type $kind peer name out1 netns "$B"
	expect "hello 77" "$(crossed "$A" here0 "$A" here1)" "$kind within a namespace"
	expect "hello 0" "$(crossed "$A" out0 "$B" out1)" "$kind into another namespace"
	ip -n "$A" link del here0
	ip -n "$A" link del out0
done
# It counts where the ends are when a packet crosses, not where they were made.
ip -n "$A" link add move0 type strata_nic peer name move1
ip -n "$A" link set move1 netns "$B"
expect "hello 0" "$(crossed "$A" move0 "$B" move1)" "after a move"
ip -n "$B" link set move1 netns "$A"
expect "hello 77" "$(crossed "$A" move0 "$A" move1)" "after the move back"
pass
