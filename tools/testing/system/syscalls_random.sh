#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# syscalls_random.sh [SEED SECONDS]: sequences of system calls drawn at random answer on AF_STRATA sockets what they answer on AF_INET sockets.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

need syscalls
# The kernel's stack beside itself: what differs there is chance, and the comparison worth nothing.
syscalls random --itself 1 3

# A seed is the same sequences every time, and so is their number here: what comes later is found
# by those who look for it (make random).
if [ $# -eq 2 ]; then
	syscalls random "$1" "$2"
else
	syscalls random 1 x60
	syscalls random 2 x16
fi
