#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Duplication of every tenth packet adds and alters nothing.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
impair duplicate 10%
both_ways 1048576 2
pass
