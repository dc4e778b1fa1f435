#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# TCP carries transfers of every awkward size: 0, 1, around the segment size.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
serve_a 7000
serve_b 7000
for bytes in 0 1 2 1447 1448 1449 2896 65535 65536 65537; do
	peer_a put 7000 $bytes
	peer_b put 7000 $bytes
done
pass
