# SPDX-License-Identifier: GPL-2.0
"""profile.py: lines `LANE profile TEST STACK COST UNIT SHARE% SYMBOL MODULE` as tables: what
a unit of each benchmark costs, by function, the most expensive first.
"""
import itertools
import sys

FUNCTIONS = 30


def group(module):
    return {"[kernel.kallsyms]": "kernel", "netbench": "program"}.get(module, module.strip("[]"))


def read_costs():
    costs, units = {}, {}
    for line in sys.stdin:
        _, _, test, stack, cost, unit, share, symbol, module = line.split()
        found = costs.setdefault(test, {}).setdefault(stack, [])
        found.append((float(cost) * float(share.rstrip("%")) / 100, symbol, group(module)))
        units[test] = unit.removeprefix("ns/")
    for stacks in costs.values():
        for found in stacks.values():
            found.sort(reverse=True)
    return costs, units


def cell(entry):
    cost, symbol, module = entry
    return f"{cost:9.1f} {symbol[:34]:35}{module[:10]:11}"


def main():
    costs, units = read_costs()
    for test, stacks in costs.items():
        print(f"{test}: instructions per {units[test]}")
        print(f'{"Strata":56}kernel')
        rows = itertools.zip_longest(stacks["strata"], stacks["kernel"], fillvalue=(0, "", ""))
        for strata, kernel in itertools.islice(rows, FUNCTIONS):
            print(f"{cell(strata)}{cell(kernel)}".rstrip())
        for stack, entries in stacks.items():
            sums = {}
            for cost, _, module in entries:
                sums[module] = sums.get(module, 0) + cost
            parts = ", ".join(f"{m} {c:.0f}" for m, c in sorted(sums.items(), key=lambda i: -i[1]))
            print(f"{stack}: {parts}")


main()
