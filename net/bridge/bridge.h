/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/bridge: the bridge and its ports.
 *
 * A bridge is a network device; its ports are network devices of the same
 * namespace. The bridge's own device is a port too, the host's: what the
 * bridge delivers there is received by whoever has the device, the host's
 * stack or Strata's (`strata link attach br0`).
 *
 * The order of the files: a frame enters at input.c, which decides with fdb.c
 * (who is where), mcast.c (who listens) and vlan.h (who may hear what), and leaves through
 * forward.c.
 * dev.c, link.c, port.c, portlink.c, fdb_config.c and vlan.c are configuration,
 * stp.c and rstp*.c decide which ports forward.
 *
 * Locking: configuration holds RTNL. Frames hold the RCU read side in softirq
 * and read single words; every field that they read says so and is written
 * with WRITE_ONCE().
 */
#ifndef _NET_BRIDGE_BRIDGE_H
#define _NET_BRIDGE_BRIDGE_H

#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/workqueue.h>
#include <strata/net.h>
#include "fdb.h"
#include "mcast.h"
#include "rstp.h"

struct netlink_ext_ack;

/* strata_bridge.options */
#define STRATA_BRIDGE_VLAN_FILTERING	BIT(0)
#define STRATA_BRIDGE_VLAN_STATS	BIT(1)
#define STRATA_BRIDGE_NO_LL_LEARN	BIT(2)	/* not from link-local frames */

/* strata_bridge_port.flags; of the frames that come in: LEARNING, LOCKED, of
 * those that go out: the others.
 */
#define STRATA_BRIDGE_PORT_LEARNING	BIT(0)
#define STRATA_BRIDGE_PORT_LOCKED	BIT(1)	/* only from known stations */
#define STRATA_BRIDGE_PORT_FLOOD	BIT(2)	/* unknown unicast */
#define STRATA_BRIDGE_PORT_MCAST_FLOOD	BIT(3)
#define STRATA_BRIDGE_PORT_BCAST_FLOOD	BIT(4)
#define STRATA_BRIDGE_PORT_HAIRPIN	BIT(5)	/* back to where it came from */
#define STRATA_BRIDGE_PORT_ISOLATED	BIT(6)	/* not to other isolated ports */
#define STRATA_BRIDGE_PORT_BPDU_GUARD	BIT(7)
#define STRATA_BRIDGE_PORT_ROOT_GUARD	BIT(8)
#define STRATA_BRIDGE_PORT_FAST_LEAVE	BIT(9)	/* one listener is behind it */

#define STRATA_BRIDGE_PORT_DEFAULT \
	(STRATA_BRIDGE_PORT_LEARNING | STRATA_BRIDGE_PORT_FLOOD | \
	 STRATA_BRIDGE_PORT_MCAST_FLOOD | STRATA_BRIDGE_PORT_BCAST_FLOOD)

/* strata_bridge_port.vlan[] */
#define STRATA_BRIDGE_VLAN_MEMBER	BIT(0)
#define STRATA_BRIDGE_VLAN_UNTAGGED	BIT(1)	/* its frames go out untagged */

/* Port numbers are 10 bits of the port identifier (IEEE 802.1D-1998 8.5.5.1
 * has 8, as the kernel's bridge extends it); 0 is the host's.
 */
#define STRATA_BRIDGE_MAX_PORTS		1023
#define STRATA_BRIDGE_PRIORITY		32768
#define STRATA_BRIDGE_PORT_PRIORITY	32
#define STRATA_BRIDGE_PORT_BITS		10

/**
 * struct strata_bridge_vlan_stats - what one port saw of one VLAN, on one CPU
 * @rx_bytes: received from the port
 * @rx_packets: received from the port
 * @tx_bytes: sent to the port
 * @tx_packets: sent to the port
 * @syncp: makes them consistent where they are two words
 */
struct strata_bridge_vlan_stats {
	u64_stats_t rx_bytes;
	u64_stats_t rx_packets;
	u64_stats_t tx_bytes;
	u64_stats_t tx_packets;
	struct u64_stats_sync syncp;
};

/**
 * struct strata_bridge_port - a device as a port of a bridge
 * @dev: the device; constant
 * @br: its bridge; constant
 * @flags: STRATA_BRIDGE_PORT_*; read by frames
 * @state: BR_STATE_*; read by frames
 * @pvid: VLAN of untagged frames, 0: none; read by frames
 * @group_fwd_mask: link-local groups that are forwarded, by their last byte;
 *	read by frames
 * @bcast_limit: broadcasts a second that it may bring, 0: all; read by frames
 * @bcast_arrival: when the next of them would come, at that rate
 * @vlan_stats: by VLAN, NULL until counted; read by frames
 * @node: in strata_bridge.ports; RTNL, RCU
 * @number: unique in the bridge; constant
 * @priority: first part of the port identifier; RTNL
 * @up: it and the bridge are up, and its cable is in; RTNL
 * @path_cost: set by hand, 0: by the link's speed; RTNL
 * @flush: its stations are to be forgotten
 * @flushing: they are being forgotten
 * @learned: its share of strata_bridge_fdb_table.learned; that table's lock
 * @rstp: it in the spanning tree; strata_bridge.stp_lock
 * @router: whether a multicast router is behind it
 * @groups: that it is in; strata_bridge_mcast.lock
 * @tracker: of the reference on @dev
 * @rcu: frees
 * @vlan: STRATA_BRIDGE_VLAN_* of each VLAN; read by frames
 *
 * Created by strata_bridge_port_add(), which also makes it reachable through
 * the device's rx_handler; strata_bridge_port_del() waits for readers.
 */
struct strata_bridge_port {
	struct net_device *dev;
	struct strata_bridge *br;
	u32 flags;
	u8 state;
	u16 pvid;
	u16 group_fwd_mask;
	u32 bcast_limit;
	atomic64_t bcast_arrival;
	struct strata_bridge_vlan_stats __percpu **vlan_stats;

	struct list_head node;
	u16 number;
	u8 priority;
	bool up;
	bool flush;
	bool flushing;
	u32 path_cost;
	unsigned int learned;
	struct strata_rstp_port rstp;
	struct strata_mcast_router router;
	unsigned int groups;
	netdevice_tracker tracker;
	struct rcu_head rcu;
	u8 vlan[VLAN_N_VID];
};

/**
 * struct strata_bridge - a bridge
 * @dev: its device
 * @sn: the namespace's stack, whose counters it uses; constant
 * @options: STRATA_BRIDGE_*; read by frames
 * @vlan_proto: EtherType of the tags it filters by; read by frames
 * @group_fwd_mask: link-local groups that all ports forward; read by frames
 * @stp_on: frames for the spanning tree's group are its own; read by frames
 * @ageing_jiffies: how long a station that is silent is remembered
 * @default_pvid: PVID and untagged VLAN of new ports, 0: none; RTNL
 * @priority: first part of the bridge identifier; RTNL
 * @addr_set: the device's address was set by hand: it follows no port; RTNL
 * @mtu_set: as @addr_set, for the MTU; RTNL
 * @stp_state: STRATA_BRIDGE_STP_*; RTNL
 * @stp_lock: the spanning tree's machines; taken with softirqs off
 * @stp_timer: their seconds
 * @stp_flush: forgets what they ask to forget
 * @stp_times: that it would have others use, were it the root; RTNL
 * @rstp: the machines; @stp_lock
 * @ports: &struct strata_bridge_port; RTNL, RCU
 * @num_ports: how many; RTNL
 * @fdb: the forwarding database
 * @mcast: who listens to which group
 * @multicast: frames to groups that came in from ports, on each CPU
 * @host: the bridge's own device as a port
 *
 * The private part of the network device, so it lives as long as that.
 */
struct strata_bridge {
	struct net_device *dev;
	struct strata_net *sn;
	u32 options;
	__be16 vlan_proto;
	u16 group_fwd_mask;
	bool stp_on;
	unsigned long ageing_jiffies;
	u16 default_pvid;
	u16 priority;
	bool addr_set;
	bool mtu_set;
	u32 stp_state;
	spinlock_t stp_lock;	/* the spanning tree */
	struct timer_list stp_timer;
	struct work_struct stp_flush;
	struct strata_rstp_times stp_times;
	struct strata_rstp rstp;
	struct list_head ports;
	unsigned int num_ports;
	struct strata_bridge_fdb_table fdb;
	struct strata_bridge_mcast mcast;
	unsigned long __percpu *multicast;
	struct strata_bridge_port host;
};

/* dev.c */
extern const struct net_device_ops strata_bridge_netdev_ops;
void strata_bridge_setup(struct net_device *dev);
void strata_bridge_follow_ports(struct strata_bridge *br);

static inline bool strata_bridge_is(const struct net_device *dev)
{
	return dev->netdev_ops == &strata_bridge_netdev_ops;
}

/* link.c */
extern struct rtnl_link_ops strata_bridge_link_ops;

/* port.c */
int strata_bridge_port_add(struct strata_bridge *br, struct net_device *dev,
			   struct netlink_ext_ack *extack);
void strata_bridge_port_del(struct strata_bridge_port *port);
struct strata_bridge_port *strata_bridge_port_of(const struct net_device *dev);
void strata_bridge_port_carrier(struct strata_bridge_port *port);

/* portlink.c */
int strata_bridge_port_change(struct strata_bridge_port *port,
			      struct nlattr *tb[],
			      struct netlink_ext_ack *extack);
int strata_bridge_port_fill(struct sk_buff *skb,
			    const struct strata_bridge_port *port);
size_t strata_bridge_port_fill_size(void);
void strata_bridge_port_notify(const struct strata_bridge_port *port);
int strata_bridge_setlink(struct net_device *dev, struct nlmsghdr *nlh,
			  u16 flags, struct netlink_ext_ack *extack);
int strata_bridge_dellink(struct net_device *dev, struct nlmsghdr *nlh,
			  u16 flags);
int strata_bridge_getlink(struct sk_buff *skb, u32 portid, u32 seq,
			  struct net_device *dev, u32 filter_mask, int nlflags);

/* vlan.c */
int strata_bridge_vlan_add(struct strata_bridge_port *port, u16 vid, u16 flags);
void strata_bridge_vlan_del(struct strata_bridge_port *port, u16 vid);
void strata_bridge_vlan_flush(struct strata_bridge_port *port);
int strata_bridge_vlan_set_default(struct strata_bridge *br, u16 pvid);
int strata_bridge_vlan_set_stats(struct strata_bridge *br, bool on);
void strata_bridge_vlan_sum(const struct strata_bridge_port *port, u16 vid,
			    struct bridge_vlan_xstats *sum);
int strata_bridge_vlan_fill(struct sk_buff *skb,
			    const struct strata_bridge_port *port,
			    bool compressed);

/* forward.c */
void strata_bridge_forward(struct strata_bridge_port *port,
			   struct sk_buff *skb,
			   const struct strata_bridge_port *from, u16 vid);
void strata_bridge_flood(struct strata_bridge *br, struct sk_buff *skb,
			 const struct strata_bridge_port *from, u16 vid,
			 u32 kind, bool host);
void strata_bridge_forward_group(const struct strata_bridge_port *from,
				 struct sk_buff *skb, u16 vid,
				 const struct strata_mdb_group *group,
				 const struct strata_mcast_message *message);
void strata_bridge_send_copy(struct strata_bridge_port *port,
			     const struct sk_buff *skb, u16 vid);

/* storm.c */
bool strata_bridge_storm_conforms(struct strata_bridge_port *port, u32 limit,
				  u64 now);

/* input.c */
rx_handler_result_t strata_bridge_rx(struct sk_buff **pskb);
extern const struct strata_direct_ops strata_bridge_direct;
netdev_tx_t strata_bridge_xmit(struct sk_buff *skb, struct net_device *dev);

/* event.c */
int strata_bridge_event_init(void);
void strata_bridge_event_exit(void);

#endif /* _NET_BRIDGE_BRIDGE_H */
