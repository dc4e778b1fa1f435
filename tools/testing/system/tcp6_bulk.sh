#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# TCP over IPv6 carries 8 MiB each way, Strata as client and as server, sha256 equal; and some over link-local addresses.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology6
both_ways 8388608

until_ok link_local_b
A_ADDR=$(link_local_a)%s0
run_a /usr/bin/python3 "$STRATA_TESTING/peer.py" serve "$A_ADDR" 7001 &
until_ok listening_a 7001
in_b /usr/bin/python3 "$STRATA_TESTING/peer.py" serve "$(link_local_b)%k0" 7001 &
until_ok listening_b 7001
run_a /usr/bin/python3 "$STRATA_TESTING/peer.py" put "$(link_local_b)%s0" 7001 65536
in_b /usr/bin/python3 "$STRATA_TESTING/peer.py" get "${A_ADDR%\%*}%k0" 7001 65536
# To itself: the zone is the address's link.
run_a /usr/bin/python3 "$STRATA_TESTING/peer.py" get "$A_ADDR" 7001 65536
pass
