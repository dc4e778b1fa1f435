#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# curl -6 and python3's server, unmodified, over IPv6, as client and as server; by link-local address too.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

need curl
topology6
mkdir "$WORK/files"
random_file "$WORK/files/data" 2048
in_b /usr/bin/python3 -m http.server --bind :: --directory "$WORK/files" 8000 >"$WORK/b.log" 2>&1 &
run_a /usr/bin/python3 -m http.server --bind :: --directory "$WORK/files" 8001 >"$WORK/a.log" 2>&1 &
until_ok listening_b 8000
until_ok listening_a 8001
run_a curl -6 -sS --max-time 100 -o "$WORK/one" "http://[$B_ADDR]:8000/data"
same_files "$WORK/files/data" "$WORK/one"
in_b curl -6 -sS --max-time 100 -o "$WORK/two" "http://[$A_ADDR]:8001/data"
same_files "$WORK/files/data" "$WORK/two"
# The server's socket takes IPv4 as well.
in_b curl -4 -sS --max-time 100 -o "$WORK/three" "http://10.0.0.1:8001/data"
same_files "$WORK/files/data" "$WORK/three"
in_b curl -6 -sS --max-time 100 -o "$WORK/four" "http://[$(link_local_a)%25k0]:8001/data"
same_files "$WORK/files/data" "$WORK/four"
# A name with addresses of both families.
run_a curl -sS --max-time 100 --resolve "peer.test:8000:[$B_ADDR],10.0.0.2" -o "$WORK/five" http://peer.test:8000/data
same_files "$WORK/files/data" "$WORK/five"
pass
