#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# MSG_ZEROCOPY: what arrives is right though pages are spoilt as soon as their notice has come, whatever happens to packets on the way; the limits and the notices are the kernel's; nothing that is on its way outlives the module.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology_forward
ip -n "$A" link set lo up
in_a syscalls zerocopy >"$WORK/syscalls" || fail "$(cat "$WORK/syscalls")"

zerocopy=(/usr/bin/python3 "$STRATA_TESTING/zerocopy.py")
# A cable of the kernel's beside.
ip -n "$A" link add v0 up type veth peer name w0 netns "$B"
in_a strata link attach v0
in_a strata addr add 10.2.0.1/24 dev v0
ip -n "$B" -batch - <<-EOT
	link set w0 up
	addr add 10.2.0.2/24 dev w0
	addr add fd00:2::2/64 dev w0 nodad
EOT
in_a strata addr add fd00:2::1/64 dev v0
until_ok settled_a
in_b "${zerocopy[@]}" serve 10.0.0.2 fd00::2 10.2.0.2 fd00:2::2 >"$WORK/served_b" &
in_c "${zerocopy[@]}" serve 10.1.0.2 fd00:1::2 &
run_a "${zerocopy[@]}" serve 10.0.0.1 fd00::1 10.2.0.1 fd00:2::1 &
# shellcheck disable=SC2317 # by until_ok
serves() { [ "$(in_netns "$1" ss -Hltn | grep -c ':7002 ')" -eq "$2" ]; }
# shellcheck disable=SC2317 # by until_ok
serves_a() { [ "$(in_a strata socket -l -t -n | grep -c ':7002 ')" -eq 4 ]; }
until_ok serves "$B" 4
until_ok serves "$C" 2
until_ok serves_a

# says WORDS COMMAND…: where everything is to be copied, or nothing
says() {
	local words=$1
	shift
	expect "$words" "$("$@")" "the notices of $*"
}
# sent RUN TO [LARGEST]: much at once and little by little, by both protocols
sent() {
	"$1" "${zerocopy[@]}" tcp "$2" 1000000 65536
	"$1" "${zerocopy[@]}" tcp "$2" 50000 1000
	"$1" "${zerocopy[@]}" udp "$2" 60000 "${3:-20000}"
}
copied=$'copied\ncopied\ncopied'
late=$'tcp copied\nudp copied'

# To the kernel's stack, from it, and to Strata itself. What waits there to be read is nobody else's.
for to in 10.0.0.2 fd00::2 10.0.0.1 fd00::1; do
	says "$copied" sent run_a $to
	says "$late" run_a "${zerocopy[@]}" late $to
done
for to in 10.0.0.1 fd00::1; do
	says "$copied" sent in_b $to
	says "$late" in_b "${zerocopy[@]}" late $to
done

run_a "${zerocopy[@]}" keep 10.0.0.1

# Through translation at home, and through the router.
in_a strata firewall add ip postrouting out s1 masquerade
for to in 10.1.0.2 fd00:1::2; do
	says "$copied" sent run_a $to 1400
	says "$copied" sent in_b $to 1400
done
in_a strata firewall flush

# A device that cuts nothing up, sums nothing up, or takes nothing but whole buffers.
in_a ethtool -K s0 tx-tcp-segmentation off tx-tcp6-segmentation off tx-udp-segmentation off >/dev/null
sent run_a 10.0.0.2 >/dev/null
in_a ethtool -K s0 generic-segmentation-offload off >/dev/null
sent run_a 10.0.0.2 >/dev/null
in_a ethtool -K s0 tx-checksum-ip-generic off >/dev/null
says "$copied" sent run_a 10.0.0.2
says "$copied" sent run_a fd00::2
in_a ethtool -K s0 tx-checksum-ip-generic on tx-scatter-gather on generic-segmentation-offload on \
	tx-tcp-segmentation on tx-tcp6-segmentation on tx-udp-segmentation on >/dev/null

# A receiver that has copied a frame for itself before it is handed up leaves it as it was: here for an XDP program.
mkdir "$WORK/bpf"
mount -t bpf bpf "$WORK/bpf"
xdp_program "$WORK/bpf/pass" pass
ip -n "$B" link set dev w0 xdpdrv pinned "$WORK/bpf/pass"
ip -n "$A" link set dev v0 xdpdrv pinned "$WORK/bpf/pass"
umount "$WORK/bpf"
for to in 10.2.0.2 fd00:2::2; do
	says direct run_a "${zerocopy[@]}" tcp $to 100000 20000
	says direct run_a "${zerocopy[@]}" udp $to 3000 1000
	# But not if it is cut into fragments on its way.
	says copied run_a "${zerocopy[@]}" udp $to 20000 10000
done
for to in 10.2.0.1 fd00:2::1; do
	says direct in_b "${zerocopy[@]}" tcp $to 100000 20000
	says direct in_b "${zerocopy[@]}" udp $to 3000 1000
done
ip -n "$A" link del v0

# Retransmissions are of the same pages, and what is acknowledged may still wait to leave.
impair loss 5% delay 5ms 4ms duplicate 5%
run_a "${zerocopy[@]}" tcp 10.0.0.2 300000 20000
run_a "${zerocopy[@]}" tcp fd00::2 300000 1500
in_b "${zerocopy[@]}" tcp 10.0.0.1 300000 20000

# Whole segments of them, each by itself; what arrives waits to be read.
in_a ethtool -K s0 tx-tcp-segmentation off generic-segmentation-offload off >/dev/null
impair loss 10%
run_a "${zerocopy[@]}" late 10.0.0.2 tcp
run_a "${zerocopy[@]}" late 10.0.0.2 tcp
in_a ethtool -K s0 tx-tcp-segmentation on generic-segmentation-offload on >/dev/null

# As many notices may wait as the kernel's stack lets wait.
impair delay 500ms
wanted=$(in_b "${zerocopy[@]}" fill 10.0.0.1)
[ "$wanted" -gt 10 ] || fail "the kernel takes $wanted datagrams"
says "$wanted" run_a "${zerocopy[@]}" fill 10.0.0.2
says "$wanted" run_a "${zerocopy[@]}" fill fd00::2

# The program leaves; what it has sent arrives.
digest=$(run_a "${zerocopy[@]}" leave 10.0.0.2)
until_ok grep -q "$digest" "$WORK/served_b"

# The module stays while anything is on its way, though nobody has a socket any more, and goes after it.
kill_in "$A"
in_a strata neigh replace 10.0.0.2 lladdr "$(in_b cat /sys/class/net/k0/address)" dev s0
impair delay 100s
run_a "${zerocopy[@]}" fill 10.0.0.2 &
# shellcheck disable=SC2317 # by until_ok
waiting() { tc -n "$A" -s qdisc show dev s0 | grep -qE 'backlog [0-9]+b [1-9][0-9]+p'; }
until_ok waiting
kill_in "$A"
refused "in use" rmmod strata
waiting || fail "nothing waits to leave"
tc -n "$A" qdisc del dev s0 root
until_ok rmmod strata
insmod "$STRATA_MODULES/strata.ko"
pass
