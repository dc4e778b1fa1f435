# SPDX-License-Identifier: GPL-2.0
"""table.py RESULTS JSON: the median of each benchmark's runs, as a table and as JSON.

RESULTS has a line `LANE TEST UNIT STRATA KERNEL` for each run. What JSON already
holds of other lanes or benchmarks stays.
"""
import json
import pathlib
import statistics
import sys


def read_runs(path):
    runs = {}
    for line in pathlib.Path(path).read_text().splitlines():
        lane, name, unit, strata, kernel = line.split()
        runs.setdefault((lane, name, unit), []).append((float(strata), float(kernel)))
    return runs


def summarise(runs):
    for (lane, name, unit), pairs in runs.items():
        strata = statistics.median(pair[0] for pair in pairs)
        kernel = statistics.median(pair[1] for pair in pairs)
        yield {"name": name, "lane": lane, "unit": unit, "strata": strata,
               "kernel": kernel, "ratio": round(kernel / strata, 3)}


def main():
    rows = list(summarise(read_runs(sys.argv[1])))
    if not rows:
        sys.exit("table.py: no results")
    out = pathlib.Path(sys.argv[2])
    known = json.loads(out.read_text()) if out.exists() else []
    fresh = {(row["lane"], row["name"]) for row in rows}
    kept = [row for row in known if (row["lane"], row["name"]) not in fresh]
    out.write_text(json.dumps(kept + rows, indent=1) + "\n")
    print(f'{"lane":8}{"benchmark":16}{"Strata":>12}{"kernel":>12}  {"unit":16}ratio (kernel / Strata)')
    for row in rows:
        print(f'{row["lane"]:8}{row["name"]:16}{row["strata"]:12.1f}{row["kernel"]:12.1f}'
              f'  {row["unit"]:16}{row["ratio"]:.3f}')


main()
