# SPDX-License-Identifier: GPL-2.0
"""grid.py FLOOR RUNS CELLS: lines `CELL strata|kernel BYTES-PER-SECOND` as a table.

The goodput of a cell is the mean over its runs: bytes by the time they took.
"""
import statistics
import sys


def main():
    floor, runs, wanted = float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    print(f'{"loss %":>7}{"delay ms":>9}{"reorder %":>10} {"buffer":8}'
          f'{"Strata":>9}{"kernel":>9}  Mbit/s  ratio (Strata / kernel)', flush=True)
    cells, ratios = {}, []
    for line in sys.stdin:
        cell, stack, speed = line.split()
        found = cells.setdefault(cell, {"strata": [], "kernel": []})
        found[stack].append(float(speed))
        if any(len(got) < runs for got in found.values()):
            continue
        strata, kernel = (statistics.harmonic_mean(found[s]) * 8e-6 for s in ("strata", "kernel"))
        ratios.append(strata / kernel)
        loss, delay, reorder, buffer = cell.split("/")
        print(f"{loss:>7}{delay:>9}{reorder:>10} {buffer:8}{strata:9.3f}{kernel:9.3f}"
              f"{ratios[-1]:15.3f}", flush=True)
    if len(ratios) != wanted:
        sys.exit(f"grid.py: {len(ratios)} of {wanted} cells have their runs")
    low = sum(ratio < floor for ratio in ratios)
    print(f"{len(ratios)} cells, geometric mean {statistics.geometric_mean(ratios):.3f}, "
          f"lowest {min(ratios):.3f}, {sum(r < 1 for r in ratios)} below 1")
    if low:
        sys.exit(f"{low} below {floor}")


main()
