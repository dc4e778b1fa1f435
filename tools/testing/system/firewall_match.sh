#!/bin/bash
# The bridge's firewall matches the frames that libpcap says an expression matches, alone and
# as one of many rules: tagged, truncated, padded ones.
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/lan.sh
. "${0%/*}/../lan.sh"
need tcpdump

KIND=strata_bridge
lan 1
# Its own words are none of the test's.
in_h 1 ip link set e0 arp off
in_a /usr/bin/python3 "$STRATA_TESTING/firewall_match.py" "h1-$$" ||
	fail "the firewall and libpcap differ"
pass
