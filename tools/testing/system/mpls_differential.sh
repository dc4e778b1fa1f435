#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Labelled packets, malformed and odd ones too, through a Strata router and through the kernel's: what comes out is the same to the byte, but for differences that mpls_frames.py lists with their reasons.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/routers.sh
. "${0%/*}/../routers.sh"

modprobe -aq mpls_router 2>/dev/null || true
[ -e /proc/sys/net/mpls ] || skip "this kernel has no MPLS"
# shellcheck disable=SC2034 # for cleanup()
EXTRA_MODULES=strata_mpls
topology_routers
# There the kernel looks at what is under its own labels.
ip -n "$C" link set lo up
insmod "$STRATA_MODULES/strata_mpls.ko"
in_a strata mpls link set r0 input on
in_c sysctl -qw net.mpls.platform_labels=2000 net.mpls.conf.r0.input=1 net.mpls.conf.lo.input=1
# What labels mean: for Strata, and for the kernel.
while IFS='|' read -r number ours theirs; do
	# shellcheck disable=SC2086 # words
	in_a strata mpls add $number $ours
	# shellcheck disable=SC2086
	ip -n "$C" -f mpls route add $number $theirs
done <<-'EOF'
	100|as 200 via 10.1.0.2 dev r1|as 200 via inet 10.1.0.2 dev r1
	101|via 10.1.0.2 dev r1|via inet 10.1.0.2 dev r1
	102|as 300/301 via 10.1.0.2 dev r1|as 300/301 via inet 10.1.0.2 dev r1
	103|local|dev lo
	104|via fd00:1::2 dev r1|via inet6 fd00:1::2 dev r1
	105|as 1048575 via link 02:00:00:00:00:03 dev r1|as 1048575 via link 02:00:00:00:00:03 dev r1
	106|as 301/302/303/304/305/306/307/308 via 10.1.0.2 dev r1|as 301/302/303/304/305/306/307/308 via inet 10.1.0.2 dev r1
	107|as 400 via 10.0.0.2 dev r0|as 400 via inet 10.0.0.2 dev r0
	108|as 0 via 10.1.0.2 dev r1|as 0 via inet 10.1.0.2 dev r1
EOF
export PYTHONDONTWRITEBYTECODE=1
in_b /usr/bin/python3 "$STRATA_TESTING/mpls_frames.py"
pass
