/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bridge, as the rest of the stack sees it: as a device, and (netlink) the groups
 * that somebody behind it listens to.
 */
#ifndef _STRATA_BRIDGE_H
#define _STRATA_BRIDGE_H

#include <linux/in6.h>
#include <linux/types.h>
#include <uapi/linux/strata_bridge.h>

struct net;
struct net_device;
struct netlink_ext_ack;

#define STRATA_BRIDGE_MDB_SOURCES	32	/* of one port in one group */

/**
 * struct strata_bridge_mdb_source - a source that a port was told about
 * @addr: its address, IPv4 v4-mapped
 * @blocked: its frames are not wanted
 * @expires_ms: when that ends; 0: not by itself
 */
struct strata_bridge_mdb_source {
	struct in6_addr addr;
	bool blocked;
	u32 expires_ms;
};

/**
 * struct strata_bridge_mdb_info - a port in a group, or one with a router
 * @bridge: the bridge
 * @port: the port, or @bridge for the host
 * @router: MDB_RTR_TYPE_*: it has a router, and the rest means nothing
 * @proto: ETH_P_IP, ETH_P_IPV6; 0: a group by its L2 address
 * @group: the group, IPv4 v4-mapped; of L2 groups the first six bytes
 * @vid: the VLAN, 0: none
 * @permanent: added by hand, for ever
 * @exclude: all sources are wanted but the blocked ones, else only those listed
 * @expires_ms: until the group's membership ends; 0: not by itself
 * @count: of @source
 * @source: the sources
 */
struct strata_bridge_mdb_info {
	const struct net_device *bridge;
	const struct net_device *port;
	u8 router;
	__be16 proto;
	struct in6_addr group;
	u16 vid;
	bool permanent;
	bool exclude;
	u32 expires_ms;
	unsigned int count;
	struct strata_bridge_mdb_source source[STRATA_BRIDGE_MDB_SOURCES];
};

/**
 * struct strata_bridge_mdb_at - how far a walk has come
 * @ifindex: of the bridge
 * @serial: of the membership shown last
 * @port: number of the port with a router shown last, and one more
 */
struct strata_bridge_mdb_at {
	int ifindex;
	u64 serial;
	unsigned int port;
};

/**
 * struct strata_bridge_mdb_change - what to add or delete
 * @port: index of the port's device, or of the bridge for the host
 * @bridge: index of the bridge; 0: the port's
 * @proto: as in &struct strata_bridge_mdb_info
 * @group: likewise
 * @source: the source, IPv4 v4-mapped; any: all sources
 * @vid: the VLAN, 0: all of the port's
 * @permanent: for ever
 */
struct strata_bridge_mdb_change {
	int port;
	int bridge;
	__be16 proto;
	struct in6_addr group;
	struct in6_addr source;
	u16 vid;
	bool permanent;
};

int strata_bridge_mdb_walk(struct net *net, int ifindex,
			   struct strata_bridge_mdb_at *at,
			   struct strata_bridge_mdb_info *info,
			   int (*visit)(const struct strata_bridge_mdb_info *,
					void *),
			   void *arg);
int strata_bridge_mdb_add(struct net *net,
			  const struct strata_bridge_mdb_change *change,
			  struct netlink_ext_ack *extack);
int strata_bridge_mdb_del(struct net *net,
			  const struct strata_bridge_mdb_change *change,
			  struct netlink_ext_ack *extack);

/**
 * struct strata_bridge_port_info - what a port has that the kernel's bridge has not
 * @bridge: the bridge
 * @port: the port
 * @bcast_limit: broadcasts a second that it may bring, 0: as many as come
 */
struct strata_bridge_port_info {
	const struct net_device *bridge;
	const struct net_device *port;
	u32 bcast_limit;
};

#define STRATA_BRIDGE_BCAST_LIMIT_MAX	1000000000

int strata_bridge_port_set_bcast_limit(struct net_device *dev, u32 limit,
				       struct netlink_ext_ack *extack);
bool strata_bridge_port_next(struct net *net, int ifindex,
			     struct strata_bridge_port_info *info);

int strata_bridge_init(void);
void strata_bridge_exit(void);

#endif /* _STRATA_BRIDGE_H */
