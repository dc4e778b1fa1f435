#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The same packets through a Strata router and through the kernel's: what comes out is the same to the byte, but for differences that forward_frames.py lists with their reasons.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/routers.sh
. "${0%/*}/../routers.sh"

topology_routers
export PYTHONDONTWRITEBYTECODE=1
in_b /usr/bin/python3 "$STRATA_TESTING/forward_frames.py"
pass
