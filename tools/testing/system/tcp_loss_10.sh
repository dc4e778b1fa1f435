#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# 10% loss in both directions loses and alters nothing.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
impair loss 10%
both_ways 65536 2
pass
