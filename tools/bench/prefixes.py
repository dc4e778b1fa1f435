# SPDX-License-Identifier: GPL-2.0
"""prefixes.py 4|6 COUNT DIRECTORY: a routing table like the Internet's, and destinations.

DIRECTORY gets `routes.*`, COUNT lines for `ip -batch` and `strata -batch`, of prefixes
whose lengths are shared out as in the global table (G. Huston's yearly reports on
BGP for 2023 and 2024, rounded); `random` and `zipf`, addresses of 16 bytes each
(IPv4 as v4-mapped): of a prefix chosen evenly, or by Zipf's law with exponent 1, any
address. The seed is fixed, so every run and every machine has the same.
"""
import ipaddress
import itertools
import pathlib
import random
import sys

SEED = 20240101
NEXTHOPS = 64
PIECE = 50000  # lines of a file
DESTINATIONS = 1 << 19
SHARES = {  # of each length, of ten thousand
    4: {8: 1, 10: 1, 11: 1, 12: 3, 13: 6, 14: 12, 15: 21, 16: 138, 17: 87, 18: 145,
        19: 250, 20: 450, 21: 545, 22: 1140, 23: 1060, 24: 6140},
    6: {20: 3, 24: 5, 26: 3, 28: 25, 29: 250, 30: 60, 31: 30, 32: 1190, 33: 160, 34: 150,
        35: 90, 36: 400, 37: 40, 38: 140, 39: 70, 40: 780, 41: 40, 42: 190, 43: 60,
        44: 960, 45: 90, 46: 240, 47: 250, 48: 4774},
}
BITS = {4: 32, 6: 128}
BLOCKS6 = [0x2001, *range(0x2400, 0x2410), *range(0x2600, 0x2610), *range(0x2800, 0x2804),
           *range(0x2a00, 0x2a10), 0x2c0f]


def any_address(rng, family, allocated, length):
    if family == 4:
        while True:
            first = rng.randrange(1, 224)
            if first not in (10, 127):
                return first << 24 | rng.getrandbits(24)
    # The longer ones are parts of what registries allocate.
    if length > 32 and allocated:
        value, own = rng.choice(allocated)
        return value | rng.getrandbits(128 - own)
    return rng.choice(BLOCKS6) << 112 | rng.getrandbits(112)


def table(rng, family, count):
    bits = BITS[family]
    seen = set()
    allocated = []
    for length, share in SHARES[family].items():
        wanted = count * share // 10000
        while wanted:
            address = any_address(rng, family, allocated, length)
            prefix = (address >> (bits - length) << (bits - length), length)
            if prefix in seen:
                continue
            seen.add(prefix)
            wanted -= 1
            if family == 6 and length <= 32:
                allocated.append(prefix)
    prefixes = sorted(seen)
    rng.shuffle(prefixes)
    return prefixes


def destinations(rng, family, chosen):
    bits = BITS[family]
    mapped = 0xffff << 32 if family == 4 else 0
    return b"".join((mapped | value | (rng.getrandbits(bits - length) if length < bits else 0))
                    .to_bytes(16, "big") for value, length in chosen)


def main():
    family, count = int(sys.argv[1]), int(sys.argv[2])
    out = pathlib.Path(sys.argv[3])
    out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(SEED)
    prefixes = table(rng, family, count)
    gateway = "10.9.0.{}" if family == 4 else "2001:db8:9::{:x}"
    address = ipaddress.IPv4Address if family == 4 else ipaddress.IPv6Address
    lines = [f"route add {address(value)}/{length} "
             f"via {gateway.format(rng.randrange(2, 2 + NEXTHOPS))} dev e0\n"
             for value, length in prefixes]
    for start in range(0, count, PIECE):
        (out / f"routes.{start // PIECE:03}").write_text("".join(lines[start:start + PIECE]))
    even = rng.choices(prefixes, k=DESTINATIONS)
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(prefixes) + 1)))
    zipf = rng.choices(prefixes, cum_weights=weights, k=DESTINATIONS)
    (out / "random").write_bytes(destinations(rng, family, even))
    (out / "zipf").write_bytes(destinations(rng, family, zipf))


main()
