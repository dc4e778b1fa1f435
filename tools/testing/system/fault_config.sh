#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Commands bear that any one allocation fails: each says so or is done, and what there was stays.
# shellcheck source=tools/testing/fault.sh
. "${0%/*}/../fault.sh"

need fault
topology
ip -n "$A" link add s8 type strata_nic peer name s9

each() {
	fail_each "strata -force -batch" "$@"
}

# From nothing to a way out, and each step back …
each "link attach s8" "link detach s8"
ip -n "$A" link set s9 up
fail_each "ip -force -batch" "link set s8 up" "link set s8 down"
each "addr add 10.8.0.1/24 dev s8" "addr del 10.8.0.1/24 dev s8"
each "route add 20.0.0.0/8 via 10.8.0.2" "route del 20.0.0.0/8"
# Routes in a row travel together: something else between them.
each "route replace 20.0.0.0/8 via 10.8.0.3" "route get 10.8.0.2"
each "neigh add 10.8.0.2 lladdr 02:00:00:00:00:02 dev s8" "neigh del 10.8.0.2 dev s8"
each "neigh replace 10.8.0.2 lladdr 02:00:00:00:00:03 dev s8"
expect 1 "$(in_a strata route show | grep -c '^20.0.0.0/8 via 10.8.0.3')" "replaced routes"
# … then all that shows …
each "route get 20.1.2.3"
for object in link addr route neigh socket stat; do
	each "$object show"
done
# … and back to nothing.
each "neigh flush dev s8" "neigh add 10.8.0.2 lladdr 02:00:00:00:00:03 dev s8"
each "route del 20.0.0.0/8" "route add 20.0.0.0/8 via 10.8.0.3"
each "addr del 10.8.0.1/24 dev s8" "addr add 10.8.0.1/24 dev s8"
# The kernel itself has much to do when a device is given back to it.
ATTEMPTS=150
each "link detach s8" "link attach s8"

# What was there all the time works as before.
in_a strata neigh flush dev s0
both_ways 100000
pass
