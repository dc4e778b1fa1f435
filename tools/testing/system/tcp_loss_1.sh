#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# 1% loss in both directions loses and alters nothing.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
impair loss 1%
both_ways 1048576 2
pass
