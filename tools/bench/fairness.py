# SPDX-License-Identifier: GPL-2.0
"""fairness.py FLOWS DELAY SECONDS: lines `strata|kernel BYTES`, one of each flow, as a
line with each stack's share and Jain's index over all flows. Fails below 0.9."""
import sys

WANTED = 0.9


def main():
    flows, delay, seconds = map(int, sys.argv[1:])
    got = {"strata": [], "kernel": []}
    for line in sys.stdin:
        stack, count = line.split()
        got[stack].append(int(count))
    every = got["strata"] + got["kernel"]
    if len(every) != 2 * flows:
        sys.exit(f"fairness.py: {len(every)} of {2 * flows} flows came to their end")
    index = sum(every) ** 2 / (len(every) * sum(n * n for n in every))
    shares = "  ".join(f"{stack} {sum(counts) * 8e-6 / seconds:.2f} Mbit/s" for stack, counts in got.items())
    print(f"{flows} against {flows}, {delay} ms: {shares}  Jain's index {index:.3f}")
    if index < WANTED:
        sys.exit(f"less than {WANTED}")


main()
