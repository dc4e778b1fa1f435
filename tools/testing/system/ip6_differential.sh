#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Malformed and odd IPv6 packets, the same to a host on Strata and to one on the kernel's stack: what they answer and what their sockets get is the same to the byte, but for differences that ip6_cases.py lists with their reasons.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/hosts.sh
. "${0%/*}/../hosts.sh"

topology_hosts
compare_hosts 6
pass
