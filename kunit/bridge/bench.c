// SPDX-License-Identifier: GPL-2.0
/*
 * What the bridge suites stand on; see bench.h.
 */
#include <linux/mm.h>
#include "bench.h"

/* No valid address: the bridge has no entry of its own. */
static const u8 no_address[ETH_ALEN];

static void bench_port(struct bench *bench, struct strata_bridge_port *port,
		       struct net_device *dev)
{
	dev_net_set(dev, &init_net);
	dev->dev_addr = no_address;
	port->br = &bench->br;
	port->dev = dev;
	port->flags = STRATA_BRIDGE_PORT_DEFAULT;
	port->state = BR_STATE_FORWARDING;
}

int bridge_bench_init(struct kunit *test)
{
	struct bench *bench = kvzalloc(sizeof(*bench), GFP_KERNEL);
	unsigned int i;
	int err;

	KUNIT_ASSERT_NOT_NULL(test, bench);
	test->priv = bench;
	bench->br.dev = &bench->dev[BENCH_PORTS];
	bench->br.sn = strata_net(&init_net);
	bench->br.ageing_jiffies = 300 * HZ;
	bench->br.vlan_proto = htons(ETH_P_8021Q);
	INIT_LIST_HEAD(&bench->br.ports);
	bench_port(bench, &bench->br.host, bench->br.dev);
	for (i = 0; i < BENCH_PORTS; i++) {
		bench_port(bench, &bench->port[i], &bench->dev[i]);
		strata_mcast_port_init(&bench->port[i]);
		list_add_tail(&bench->port[i].node, &bench->br.ports);
	}
	err = strata_mcast_init(&bench->br);
	return err ?: strata_bridge_fdb_create(&bench->br);
}

void bridge_bench_exit(struct kunit *test)
{
	struct bench *bench = test->priv;

	strata_bridge_fdb_destroy(&bench->br);
	strata_mcast_exit(&bench->br);
	rcu_barrier();
	kvfree(bench);
}
