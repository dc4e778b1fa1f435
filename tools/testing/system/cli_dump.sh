#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Dumps of hundreds of routes and addresses are complete.
# shellcheck source=tools/testing/lib.sh
. "$(dirname "$0")/../lib.sh"

ROUTES=400
ADDRESSES=120
ip netns add "$A"
ip -n "$A" link add s0 type strata_nic peer name s1
in_a strata link attach s0
ip -n "$A" link set s0 up
ip -n "$A" link set s1 up
in_a strata addr add 10.0.0.1/24 dev s0

# Given: many routes and addresses.
for ((i = 0; i < ROUTES; i++)); do
	echo "route add 20.$((i / 250)).$((i % 250)).0/24 via 10.0.0.2"
done >"$WORK/routes"
for ((i = 0; i < ADDRESSES; i++)); do
	echo "addr add 30.$((i / 250)).$((i % 250)).1/32 dev s0"
done >"$WORK/addresses"
in_a strata -b "$WORK/routes"
in_a strata -b "$WORK/addresses"
routes() {
	in_a strata route show | grep '^20\.' | sort
}
addresses() {
	in_a strata addr show | grep ' 30\.' | sort
}
routes >"$WORK/routes.still"
addresses >"$WORK/addresses.still"
expect $ROUTES "$(uniq <"$WORK/routes.still" | wc -l)" "routes in a quiet table"
expect $ADDRESSES "$(uniq <"$WORK/addresses.still" | wc -l)" "addresses in a quiet table"

# And a table goes as fast as it came.
sed 's/ add / del /' "$WORK/routes" | in_a strata -b -
expect "" "$(routes)" "routes after deleting them"
pass
