# SPDX-License-Identifier: GPL-2.0
"""differential.py 4|6 STRATA-NAMESPACE KERNEL-NAMESPACE: the packets of ip4_cases.py or ip6_cases.py to two
hosts; what they say and what their sockets get is compared byte by byte, but for what host.masked() leaves out.

Run where the cables end: k0 leads to Strata, k1 to the kernel.
"""
import importlib
import sys
import time

from host import AF_STRATA, ETH_P_IP, ETH_P_IPV6, Host, US, US6, inet, is_syn

TIMEOUT_S = 90
SHOWN = 160
# The numbers of those whose time passes meanwhile
TIMEOUTS = 20000


class Family4:
    kind, kinds, cases = ETH_P_IP, (ETH_P_IP,), "ip4_cases"
    src, dst = slice(12, 16), slice(16, 20)

    @staticmethod
    def address(number):
        return "10.77.%d.%d" % (number // 200, number % 200 + 1)

    @staticmethod
    def is_other(dst):
        return dst[:2] == b"\x0a\x4d"


class Family6:
    # The marks are of IPv4.
    kind, kinds, cases = ETH_P_IPV6, (ETH_P_IP, ETH_P_IPV6), "ip6_cases"
    src, dst = slice(8, 24), slice(24, 40)

    @staticmethod
    def address(number):
        return "fd00:77::%x" % (number + 1)

    @staticmethod
    def is_other(dst):
        """Groups are told whatever the case."""
        return dst[:4] == b"\xfd\0\0\x77" or dst[0] == 0xff


def only(which, these, those):
    """What one of the two has alone, in short."""
    return ["%s %s%s" % (which, text[:SHOWN], "..." if len(text) > SHOWN else "") for text in these if text not in those] or \
        [which + " (no more)"]


class Comparison:
    def __init__(self, differences):
        self.differences, self.names, self.differ, self.wrong = differences, set(), set(), []

    def add(self, name, ours, theirs):
        if name in self.names:
            sys.exit("FAIL: two cases '%s'" % name)
        self.names.add(name)
        if ours == theirs:
            return
        self.differ.add(name)
        if name not in self.differences:
            self.wrong.append("\n  ".join(["%s:" % name] + only("Strata", ours, theirs) + only("kernel", theirs, ours)))

    def end(self):
        for name in set(self.differences) - self.differ:
            self.wrong.append("%s: no difference any more" % name)
        if self.wrong:
            sys.exit("FAIL: " + "\n".join(self.wrong))
        print("%d cases, %d differences, each with its reason" % (len(self.names), len(self.differ)))


def numbered(family, cases, generator, number=0):
    """Cases, each from an address of its own: (name, packets, lladdr, address)"""
    while True:
        number += 1
        cases.src = family.address(number)
        case = next(generator, None)
        if case is None:
            return
        yield case[0], case[1], case[2] if len(case) > 2 else None, inet(cases.src)


class Late:
    """What is said for another case than the one that is asked: late answers."""

    def __init__(self, family):
        self.family, self.packets = family, []

    def is_mine(self, sources):
        def mine(packet):
            dst = packet[self.family.dst]
            if dst in sources or not self.family.is_other(dst) and not is_syn(packet):
                return True
            self.packets.append(packet)
            return False
        return mine

    def wait(self, host, dst):
        """All of them, up to one to an address."""
        end = time.monotonic() + TIMEOUT_S
        while not any(p[self.family.dst] == dst for p in self.packets):
            if time.monotonic() > end:
                sys.exit("FAIL: no report of the last datagram")
            packet = host.read(0.5)
            if packet is not None:
                self.packets.append(packet)
        self.packets += host.mark()


def main():
    family = {"4": Family4, "6": Family6}[sys.argv[1]]
    module = importlib.import_module(family.cases)
    cases, comparison = module.Cases(), Comparison(module.DIFFERENCES)
    hosts = Host("k0", sys.argv[2], family.kinds, AF_STRATA), Host("k1", sys.argv[3], family.kinds)
    late = [Late(family) for _ in hosts]
    expiring = list(numbered(family, cases, cases.timeouts(), TIMEOUTS))
    for host in hosts:
        for _, packets, lladdr, _ in expiring:
            for packet in packets:
                host.send(packet, lladdr, family.kind)
    for name, packets, lladdr, src in numbered(family, cases, cases.all()):
        sources = {src} | {packet[family.src] for packet in packets}
        alone = inet(US) in sources or inet(US6) in sources
        ours, theirs = (host.outcome(packets, kept.is_mine(sources), alone, lladdr, family.kind)
                        for host, kept in zip(hosts, late))
        comparison.add(name, ours, theirs)
    # The last one's report says that the time of all of them is over.
    for host, kept in zip(hosts, late):
        kept.wait(host, expiring[-1][3])
    for name, _, _, src in expiring:
        ours, theirs = (host.said(kept.packets, lambda p: p[family.dst] == src)   # pylint: disable=cell-var-from-loop
                        for host, kept in zip(hosts, late))
        comparison.add(name, ours, theirs)
    comparison.end()


main()
