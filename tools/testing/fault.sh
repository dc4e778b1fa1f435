# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests with failing allocations share, beside lib.sh.
# shellcheck source=tools/testing/lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

FAULTS=/sys/kernel/debug
if [ ! -e $FAULTS/failslab ] || [ ! -e $FAULTS/fail_page_alloc ] || [ ! -e $FAULTS/fail_usercopy ]; then
	skip "this kernel injects no faults"
fi
# Also those that could wait for memory, and all sizes. A report of each would
# look like a fault of ours.
for kind in failslab fail_page_alloc fail_usercopy; do
	echo 0 >$FAULTS/$kind/verbose
done
echo N >$FAULTS/failslab/ignore-gfp-wait
echo N >$FAULTS/fail_page_alloc/ignore-gfp-wait
echo 0 >$FAULTS/fail_page_alloc/min-order

# fail_each 'TOOL…' COMMAND [BACK]: COMMAND, a line of TOOL's batch, in namespace $A
# with the first allocation that its request needs failing, then the second, until
# it meets no failure. Each refusal has to say that memory was lacking, or that
# something could not be copied. BACK undoes it; an answer can be lost, so a refused
# COMMAND may have been done, and BACK is tried each time, but for the last. A dump
# whose reader gave up still runs when the next one begins.
ATTEMPTS=45
fail_each() {
	local i failed whole
	for ((i = 1; i <= ATTEMPTS; i++)); do
		echo "$2"
		[ $i -eq $ATTEMPTS ] || echo "${3:-}"
	done >"$WORK/batch"
	# shellcheck disable=SC2086 # TOOL is a command and its options
	in_a env FAULT_REPORT="$WORK/report" LD_PRELOAD="$FAULT_PRELOAD" $1 "$WORK/batch" \
		>"$WORK/batch.out" 2>"$WORK/batch.err" || [ $? -le 2 ] ||
		fail "$2: $(tail -n 3 "$WORK/batch.err")"
	# The command's own refusals, on every other line of the batch.
	awk '{ text = text " " $0 }
		match($0, /:[0-9]+(: this command failed)?$/) {
			line = substr($0, RSTART + 1) + 0
			if (line % 2 && text !~ /memory|No buffer space|Bad address|resource busy/)
				print text
			text = ""
		}' "$WORK/batch.err" >"$WORK/unclear"
	[ ! -s "$WORK/unclear" ] || fail "$2: refused, but why? $(head -n 3 "$WORK/unclear")"
	read -r failed whole <"$WORK/report"
	[ "$failed" -gt 0 ] || fail "$2: nothing failed"
	[ "$whole" -gt 0 ] || fail "$2: failed to the last, $failed times: $(tail -n 3 "$WORK/batch.err")"
	echo "$2: $failed failures, $(grep -cE 'memory|buffer space|Bad' "$WORK/batch.err") refusals"
}
FAULT_PRELOAD=$(dirname "$(command -v fault)")/fault_preload.so
