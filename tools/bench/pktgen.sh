# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The kernel's packet generator, for the benchmarks that send frames. Sourced.

modprobe pktgen 2>/dev/null || true

# generate NAMESPACE FRAMES SIZE DEST SOURCE [SOURCES]: FRAMES frames of SIZE bytes (without their
# checksum) from e0 of NAMESPACE, by turns from SOURCES addresses of which SOURCE is the first.
# GENERATE may hold more of the generator's commands, with semicolons between. With REPEAT it sends
# one frame again and again, in bursts, where the device allows that: veth does not. Prints
# how many microseconds that took.
generate() {
	# shellcheck disable=SC2016 # expanded inside
	ip netns exec "$1" bash -c '
		say() { echo "$2" >/proc/net/pktgen/$1; }
		say kpktgend_0 rem_device_all
		say kpktgend_0 "add_device e0"
		say e0 "count $2"
		say e0 "pkt_size $3"
		say e0 "dst_mac $4"
		say e0 "src_mac $5"
		say e0 "src_mac_count ${6:-1}"
		say e0 "dst 10.7.0.2"
		say e0 "delay 0"
		[ -z "${REPEAT:-}" ] || { say e0 "clone_skb 1000000" && say e0 "burst 32"; } 2>/dev/null || :
		IFS=";"
		for command in ${GENERATE:-}; do say e0 "$command"; done
		say pgctrl start
		sed -n "s/^Result: OK: \([0-9]*\)(.*/\1/p" /proc/net/pktgen/e0' generate "$@"
}

# moderate NAMESPACE DEVICE: at most one interrupt for 32 frames, as cards at full speed have it.
moderate() {
	ip netns exec "$1" ethtool -C "$2" rx-usecs 200 rx-frames 32
}

# received NAMESPACE: frames that its e0 has received
received() {
	ip netns exec "$1" cat /sys/class/net/e0/statistics/rx_packets
}

# measure FROM TO FRAMES SIZE DEST SOURCE [SOURCES]: nanoseconds a frame, of a run in which all arrived: on
# a busy machine the generator may overtake the receiver, and a run whose frames the cable
# lost measures something else.
measure() {
	local try before usec arrived
	generate "$1" 1000 "${@:4}" >/dev/null	# warm
	for ((try = 1; ; try++)); do
		before=$(received "$2")
		usec=$(generate "$1" "${@:3}")
		arrived=$(($(received "$2") - before))
		[ $arrived -lt "$3" ] || break
		[ $try -lt 10 ] || {
			echo "bench: only $arrived of $3 frames arrived" >&2
			exit 1
		}
	done
	echo $((usec * 1000 / $3))
}
