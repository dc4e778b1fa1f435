// SPDX-License-Identifier: GPL-2.0
/*
 * Broadcast storms: how many frames to all a port may bring in a second. A broadcast
 * is sent to every port and interrupts every station, so one port that brings many,
 * by a loop behind it or on purpose, would burden all.
 */
#include <linux/ktime.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <strata/bridge.h>
#include <strata/gcra.h>
#include <strata/visibility.h>
#include "bridge.h"

/* What a tenth of a second may bring comes at once, and at least one frame. */
#define STORM_TOLERANCE	(NSEC_PER_SEC / 10)

/**
 * strata_bridge_storm_conforms() - may a port bring one more broadcast?
 * @port: the port
 * @limit: its broadcasts a second; above 0
 * @now: ktime_get_ns()
 *
 * Context: softirq, RCU.
 */
bool strata_bridge_storm_conforms(struct strata_bridge_port *port, u32 limit,
				  u64 now)
{
	s64 cost = NSEC_PER_SEC / limit;

	return strata_gcra_conforms(&port->bcast_arrival, cost,
				    max_t(s64, cost, STORM_TOLERANCE), now);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_bridge_storm_conforms);

/**
 * strata_bridge_port_set_bcast_limit() - limit a port's broadcasts
 * @dev: the port's device
 * @limit: frames a second, at most STRATA_BRIDGE_BCAST_LIMIT_MAX; 0: as many as come
 * @extack: says what is wrong
 *
 * Context: process, RTNL held. Return: 0; -EINVAL: @dev is no port.
 */
int strata_bridge_port_set_bcast_limit(struct net_device *dev, u32 limit,
				       struct netlink_ext_ack *extack)
{
	struct strata_bridge_port *port = strata_bridge_port_of(dev);

	ASSERT_RTNL();
	if (!port) {
		NL_SET_ERR_MSG(extack, "the device is no port of a strata_bridge");
		return -EINVAL;
	}
	WRITE_ONCE(port->bcast_limit, limit);
	return 0;
}

/**
 * strata_bridge_port_next() - walk the ports of a namespace
 * @net: the namespace
 * @ifindex: of the port seen last; 0: none
 * @info: out: the port
 *
 * Context: process, RTNL held. Return: false: there are no more.
 */
bool strata_bridge_port_next(struct net *net, int ifindex,
			     struct strata_bridge_port_info *info)
{
	const struct strata_bridge_port *port = NULL;
	struct net_device *dev, *found = NULL;

	ASSERT_RTNL();
	for_each_netdev(net, dev)
		if (dev->ifindex > ifindex && strata_bridge_port_of(dev) &&
		    (!found || dev->ifindex < found->ifindex))
			found = dev;
	if (!found)
		return false;
	port = strata_bridge_port_of(found);
	*info = (struct strata_bridge_port_info) {
		.bridge = port->br->dev,
		.port = found,
		.bcast_limit = port->bcast_limit,
	};
	return true;
}
