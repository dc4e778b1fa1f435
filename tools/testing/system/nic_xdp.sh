#!/bin/bash
# XDP: the five verdicts, frames of one page and of several, at both ends of a redirect, and what is refused.
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/cable.sh
. "${0%/*}/../cable.sh"

need curl ethtool
cable
mkdir "$WORK/bpf"
mount -t bpf bpf "$WORK/bpf"

# program NAME VERDICT [IFINDEX]; attach NAMESPACE DEVICE NAME, detach NAMESPACE DEVICE
program() {
	xdp_program "$WORK/bpf/$1" "${@:2}"
}
attach() {
	ip -n "$1" -force link set dev "$2" xdpdrv pinned "$WORK/bpf/$3"
}
detach() {
	ip -n "$1" link set dev "$2" xdpdrv off
}
# echo SIZE…: datagrams to port 7 of $B; prints what came back whole, size by size
cat >"$WORK/echo.py" <<'PY'
import random, socket, sys

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(float(sys.argv[2]))
for size in map(int, sys.argv[3:]):
    sent = random.randbytes(size)
    s.sendto(sent, (sys.argv[1], 7))
    try:
        if s.recv(65535) == sent:
            print(size, end=" ")
    except (TimeoutError, ConnectionRefusedError):
        pass
print()
PY
echoed() {
	in_a /usr/bin/python3 "$WORK/echo.py" $B_ADDR "$@"
}
# The other end's offloads are gone while there is a program.
tso() {
	in_a ethtool -k s0 | awk '$1 == "tcp-segmentation-offload:" { print $2 }'
}

program pass pass
program drop drop
program aborted aborted
program strange 99
program tx tx
program tx-frags tx
program pass-frags pass

# PASS: all is as without, and TCP whole.
attach "$B" s1 pass
ip -n "$B" -d link show s1 | grep -q 'prog/xdp id' || fail "ip does not show the program"
expect off "$(tso)" "the sender's TSO"
random_file "$WORK/data" 1024
serve_files in_b "$WORK" 8000
until_ok listening_b 8000
in_a curl -sS -m "$PATIENCE" -o "$WORK/got" http://$B_ADDR:8000/data
same_files "$WORK/data" "$WORK/got"
[ "$(nic_stat "$B" s1 rx_xdp_pass)" -gt 10 ] || fail "no frame passed"

# DROP and ABORTED, by what they say and by nonsense; the rest still passes.
for name in drop aborted strange; do
	counter=rx_xdp_drop
	[ $name = drop ] || counter=rx_xdp_aborted
	before=$(nic_stat "$B" s1 $counter)
	attach "$B" s1 $name
	expect "" "$(echoed 0.1 100 1400 | tr -d ' ')" "$name: answers"
	expect $((before + 2)) "$(nic_stat "$B" s1 $counter)" "$name: counted"
	in_a ping -q -c 1 -W 5 $B_ADDR >/dev/null || fail "$name: ping"
done

# TX: what was sent comes back.
attach "$B" s1 tx
expect "1 18 1472 " "$(echoed 5 1 18 1472)" "sent back"
expect 3 "$(nic_stat "$B" s1 rx_xdp_tx)" "sent back, counted by the receiver"
expect 3 "$(nic_stat "$B" s1 tx_xdp)" "and by the sender"

# Frames of several pages want a program that knows, and a small MTU one that does not.
ip -n "$B" link set s1 mtu 9000 2>/dev/null && fail "an MTU of more than one page"
detach "$B" s1
expect on "$(tso)" "the sender's TSO without a program"
ip -n "$A" link set s0 mtu 9000
ip -n "$B" link set s1 mtu 9000
attach "$B" s1 tx 2>/dev/null && fail "a program that knows no frames of several pages"
attach "$B" s1 tx-frags
expect "1472 4000 8972 " "$(echoed 5 1472 4000 8972)" "sent back in pages"
attach "$B" s1 pass-frags
in_a ping -q -c 2 -s 8000 -W 5 $B_ADDR >/dev/null || fail "ping of several pages"
detach "$B" s1

# REDIRECT: out by another cable, to the same host; with a program there, and without.
ip -n "$A" link add t0 mtu 9000 address "$(in_a cat /sys/class/net/s0/address)" type strata_nic peer name t1 netns "$B"
ip -n "$B" link set t1 mtu 9000 up
ip -n "$A" link set t0 mtu 9000 up
program redirect-frags redirect "$(in_b cat /sys/class/net/t1/ifindex)"
attach "$B" s1 redirect-frags
until_ok carrier "$B" t1
expect "1 1472 " "$(echoed 5 1 1472)" "redirected"
expect 2 "$(nic_stat "$B" s1 rx_xdp_redirect)" "redirected, counted by the receiver"
expect 2 "$(nic_stat "$B" t1 tx_xdp)" "and by the sender"
# Not every kernel redirects frames of several pages.
[ "$(echoed 1 8000)" = "8000 " ] || expect 5 "$(nic_stat "$B" s1 rx_xdp_aborted)" "not redirected"
attach "$A" t0 pass-frags
expect "1 1472 " "$(echoed 5 1 1472)" "redirected to a program"
attach "$A" t0 drop 2>/dev/null && fail "a large MTU and a program that knows one page"
in_a ethtool -L t0 combined 3
in_b ethtool -L s1 combined 4
expect "1 1472 " "$(echoed 5 1 1472)" "with more queues"
ip -n "$A" link del t0
expect "" "$(echoed 0.1 100 | tr -d ' ')" "redirected to nowhere"

# A device goes with its program.
ip -n "$B" link del s1
umount "$WORK/bpf"
pass
