#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# lwIP as TCP's peer over IPv4, whoever connects: bulk both ways at once, half close, refused, reset, closed windows, small segments, a peer that was started anew, loss.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tools/testing/lwip.sh
. "$STRATA_TESTING/lwip.sh"

MINE=$A_ADDR HIS=$LWIP4
lwip_tcp "src host $MINE and tcp[13] & 7 = 0 and tcp[14:2] = 0" 576 536
pass
