/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the bridge suites stand on: a bridge that is no device, and its ports.
 */
#ifndef _KUNIT_BRIDGE_BENCH_H
#define _KUNIT_BRIDGE_BENCH_H

#include <kunit/test.h>
#include "../../net/bridge/bridge.h"

#define BENCH_PORTS	3

/**
 * struct bench - one test's world
 * @br: a bridge with the default options and an empty forwarding database
 * @port: its ports, forwarding
 * @dev: the devices of the bridge, and of each port: known to nobody
 */
struct bench {
	struct strata_bridge br;
	struct strata_bridge_port port[BENCH_PORTS];
	struct net_device dev[BENCH_PORTS + 1];
};

int bridge_bench_init(struct kunit *test);
void bridge_bench_exit(struct kunit *test);

#endif /* _KUNIT_BRIDGE_BENCH_H */
