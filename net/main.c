// SPDX-License-Identifier: GPL-2.0
/*
 * Strata: the init ladder, bottom up, and nothing else.
 */
#include <linux/module.h>
#include <strata/bridge.h>
#include <strata/conntrack.h>
#include <strata/firewall.h>
#include <strata/group.h>
#include <strata/ipv4.h>
#include <strata/ipv6.h>
#include <strata/link.h>
#include <strata/net.h>
#include <strata/netlink.h>
#include <strata/ping.h>
#include <strata/raw.h>
#include <strata/route.h>
#include <strata/sock.h>
#include <strata/tcp.h>
#include <strata/udp.h>

/* One rung: a layer and how it leaves. */
struct rung {
	const char *name;
	int (*init)(void);
	void (*exit)(void);
};

static const struct rung ladder[] = {
	{ "core", strata_core_net_init, strata_core_net_exit },
	{ "conntrack", strata_ct_init, strata_ct_exit },
	{ "firewall", strata_fw_init, strata_fw_exit },
	{ "group", strata_group_init, strata_group_exit },
	{ "link", strata_link_init, strata_link_exit },
	{ "bridge", strata_bridge_init, strata_bridge_exit },
	{ "route", strata_route_init, strata_route_exit },
	{ "ipv4", strata_ipv4_init, strata_ipv4_exit },
	{ "ipv6", strata_ipv6_init, strata_ipv6_exit },
	{ "raw", strata_raw_init, strata_raw_exit },
	{ "ping", strata_ping_init, strata_ping_exit },
	{ "udp", strata_udp_init, strata_udp_exit },
	{ "tcp", strata_tcp_init, strata_tcp_exit },
	{ "socket", strata_socket_init, strata_socket_exit },
	{ "netlink", strata_netlink_init, strata_netlink_exit },
};

static void climb_down(unsigned int rungs)
{
	while (rungs--)
		ladder[rungs].exit();
	/* Objects freed by RCU, and work that they started, end here. */
	rcu_barrier();
}

static int __init strata_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(ladder); i++) {
		err = ladder[i].init();
		if (err) {
			pr_err("strata: %s: init failed: %d\n",
			       ladder[i].name, err);
			climb_down(i);
			return err;
		}
	}
	return 0;
}

static void __exit strata_exit(void)
{
	climb_down(ARRAY_SIZE(ladder));
}

module_init(strata_init);
module_exit(strata_exit);

MODULE_DESCRIPTION("Strata: a complete network stack beside the kernel's own");
MODULE_LICENSE("GPL");
