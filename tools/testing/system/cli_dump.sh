#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Dumps of hundreds of objects are complete, also when others come and go while they are made.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

ROUTES=250
ADDRESSES=120
NEIGHBOURS=100
SOCKETS=60
ip netns add "$A"
ip -n "$A" link add s0 type strata_nic peer name s1
in_a strata link attach s0
ip -n "$A" link set s0 up
ip -n "$A" link set s1 up
in_a strata addr add 10.0.0.1/24 dev s0

# lines FORMAT COUNT: FORMAT with each pair of numbers that make an address.
lines() {
	local i
	for ((i = 0; i < $2; i++)); do
		# shellcheck disable=SC2059 # the format is the argument
		printf "$1\n" $((i / 200)) $((i % 200 + 2))
	done
}
# shown OBJECT PREFIX: how many different ones.
shown() {
	in_a strata "$1" show | grep -E "(^| )$2" | sort -u | wc -l
}

# Given: many routes, addresses and neighbours, and older ones that will come and go.
{
	lines 'route add 19.%d.%d.0/24 via 10.0.0.2' 50
	lines 'route add 20.%d.%d.128/25 via 10.0.0.2' 25
} >"$WORK/route.go"
lines 'addr add 31.%d.%d.1/32 dev s0' 50 >"$WORK/addr.go"
lines 'neigh add 41.%d.0.%d lladdr 02:00:00:00:00:02 dev s0' $NEIGHBOURS >"$WORK/neigh.go"
lines 'route add 20.%d.%d.0/24 via 10.0.0.2' $ROUTES >"$WORK/route"
lines 'addr add 30.%d.%d.1/32 dev s0' $ADDRESSES >"$WORK/addr"
lines 'neigh add 40.%d.0.%d lladdr 02:00:00:00:00:02 dev s0' $NEIGHBOURS >"$WORK/neigh"
cat "$WORK"/{route,addr,neigh}{.go,} | in_a strata -b -
for go in "$WORK"/*.go; do
	sed 's/ add / del /; s/ lladdr [^ ]*//' "$go" >"${go%.go}.gone"
done
expect $ROUTES "$(shown route '20.[0-9]+.[0-9]+.0/24')" "routes in a quiet table"
expect $ADDRESSES "$(shown addr '30\.')" "addresses in a quiet table"
expect $NEIGHBOURS "$(shown neigh '40\.')" "neighbours in a quiet table"

# complete COUNT OPERATION ATTRIBUTES PATTERN BETWEEN: each of those that stay is
# there, and once.
complete() {
	in_a /usr/bin/python3 "$STRATA_TESTING/dump.py" "$2" "$3" "$5" >"$WORK/dump"
	expect "$1" "$(grep -cE "$4" "$WORK/dump")" "$2 while others come and go"
	expect "$1" "$(grep -E "$4" "$WORK/dump" | sort -u | wc -l)" "different ones of them"
}
# in_turn OBJECT: after one message they go, after the next they are back.
in_turn() {
	echo "if [ \$((\$1 % 2)) = 1 ]; then strata -b $WORK/$1.gone; else strata -b $WORK/$1.go; fi"
}
complete $ROUTES route-get dst,dst-len '^14....00 18$' "$(in_turn route)"
complete $ADDRESSES addr-get address '^1e' "$(in_turn addr)"
complete $NEIGHBOURS neigh-get address '^28' "$(in_turn neigh)"

# Sockets: half of those on one port are closed and opened again.
mkfifo "$WORK/order" "$WORK/done"
cat >"$WORK/holder.py" <<-'EOF'
	import os, socket, struct, sys
	count = int(sys.argv[1])
	def udp():
	    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
	    s.bind(("127.0.0.1", 9000))
	    return s
	stay, go = [], []
	for _ in range(count):
	    go.append(udp())
	    stay.append(udp())
	listener = socket.create_server(("127.0.0.1", 9000), backlog=count)
	connections = [socket.create_connection(("127.0.0.1", 9000)) for _ in range(count)]
	for s in stay:
	    print(struct.pack("=Q", os.fstat(s.fileno()).st_ino).hex(), flush=True)
	open(sys.argv[4], "w").close()
	while True:
	    with open(sys.argv[2]) as order:
	        order.read()
	    if go:
	        for s in go:
	            s.close()
	        go = []
	    else:
	        go = [udp() for _ in range(count)]
	    with open(sys.argv[3], "w") as done:
	        done.write("done")
EOF
run_a /usr/bin/python3 "$WORK/holder.py" $SOCKETS "$WORK/order" "$WORK/done" "$WORK/ready" \
	>"$WORK/inodes" &
until_ok test -e "$WORK/ready"
turn="echo now >$WORK/order; cat $WORK/done >/dev/null"
complete $SOCKETS sock-get protocol,local-port,inode \
	"^11 .* ($(paste -sd '|' "$WORK/inodes"))\$" "$turn"
# Of TCP all stay: both ends of each connection, and the listener.
complete $((2 * SOCKETS + 1)) sock-get protocol,local-port,remote-port '^06' "$turn"

# And a table goes as fast as it came.
sed 's/ add / del /' "$WORK/route" | in_a strata -b -
expect 0 "$(shown route '20.[0-9]+.[0-9]+.0/24')" "routes after deleting them"
pass
