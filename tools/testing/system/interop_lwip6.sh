#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# lwIP as TCP's peer over IPv6, whoever connects: bulk both ways at once, half close, refused, reset, closed windows, small segments, a peer that was started anew, loss.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/lwip.sh
. "$STRATA_TESTING/lwip.sh"

MINE=fd00::1 HIS=$LWIP6
lwip_tcp "src host $MINE and ip6[53] & 7 = 0 and ip6[54:2] = 0" 1280 1220
pass
