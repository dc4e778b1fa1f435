#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# 200 connections at once, each way, Strata as client and as server.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
both_ways 20000 200
pass
