/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An attached device, as L3 and the configuration interface see it.
 */
#ifndef _STRATA_LINK_H
#define _STRATA_LINK_H

#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/refcount.h>
#include <strata/l3.h>
#include <strata/net.h>

struct netlink_ext_ack;

#define STRATA_LINK_NAME	"slo"	/* the stack's own loopback device */

/* strata_link.flags */
#define STRATA_LINK_LOOPBACK	BIT(0)	/* slo */
#define STRATA_LINK_NOARP	BIT(1)	/* no L2 addresses: tun, ARPHRD_NONE, slo */

struct strata_bind;

enum strata_rpf {
	STRATA_RPF_OFF,
	STRATA_RPF_STRICT,	/* the way back leaves where it came in */
	STRATA_RPF_LOOSE,		/* there is a way back */
};

/**
 * struct strata_link_conf - what a link does for one family
 * @forwarding: what comes in and is for others goes on to them
 * @rp_filter: &enum strata_rpf: what is asked of a source (RFC 3704)
 * @redirects: a sender that has a shorter way is told of it
 *
 * Written under RTNL and strata_net.config, read by anyone. Bytes, for sysctl.
 */
struct strata_link_conf {
	u8 forwarding;
	u8 rp_filter;
	u8 redirects;
};

/**
 * struct strata_link_host - what the host's stack had set on the device
 * @disable_ipv6: its disable_ipv6
 * @arp_probes: its mcast_solicit for IPv4, negative: had none yet
 * @nd_probes: its mcast_solicit for IPv6, negative: had none yet
 *
 * Private to net/link; given back on detach. Protected by RTNL.
 */
struct strata_link_host {
	s32 disable_ipv6;
	int arp_probes;
	int nd_probes;
};

/**
 * struct strata_link - a device attached to the namespace's stack
 * @dev: the device; valid under RCU while !@dead, or under RTNL
 * @sn: the namespace's stack; constant
 * @ifindex: of @dev; constant
 * @flags: STRATA_LINK_*; constant
 * @dead: set, under RTNL and strata_net.config, when the device is detached
 * @node: in the namespace's list; written under RTNL and strata_net.config,
 *	read under either or RCU
 * @binds: private to net/link: one packet_type for each L3 protocol
 * @host: private to net/link: the host's settings, for the way back
 * @ipv4: what it does for IPv4; set by strata_link_configure()
 * @ipv6: likewise for IPv6
 * @ipv6_mtu: of IPv6 datagrams, as a router advertised; 0: @dev's
 * @ipv6_hop_limit: likewise; 0: the default
 * @ipv6_router: it is in the group of all routers; strata_net.config
 * @ipv6_temp_failed: all temporary addresses were others'; likewise
 * @tracker: of the reference on @dev
 * @refcnt: one for the list, one for each path, neighbour and address that
 *	points here
 * @rcu: frees
 *
 * Created by strata_link_attach(); strata_link_detach(), or the device's
 * unregistration, makes it dead, waits for RCU readers and gives the device
 * back. The object itself lives until the last reference is put.
 */
struct strata_link {
	struct net_device *dev;
	struct strata_net *sn;
	int ifindex;
	u32 flags;
	bool dead;
	struct list_head node;
	struct strata_bind *binds[STRATA_L3_MAX];
	struct strata_link_host host;
	struct strata_link_conf ipv4;
	struct strata_link_conf ipv6;
	u32 ipv6_mtu;
	u8 ipv6_hop_limit;
	bool ipv6_router;
	bool ipv6_temp_failed;
	netdevice_tracker tracker;
	refcount_t refcnt;
	struct rcu_head rcu;
};

/* Context: process, RTNL held. */
int strata_link_attach(struct net_device *dev, struct netlink_ext_ack *extack);
int strata_link_detach(struct net_device *dev, struct netlink_ext_ack *extack);

/*
 * @ipv4, @ipv6: what it shall do from now on.
 * Context: process, RTNL and strata_net.config held. 0 or -EPERM (slo).
 */
int strata_link_configure(struct strata_link *link,
			  const struct strata_link_conf *ipv4,
			  const struct strata_link_conf *ipv6,
			  struct netlink_ext_ack *extack);

/*
 * Borrowed, NULL if none; the loopback link is missing only while a namespace
 * is born or dies. Context: RCU read side, or strata_net.config held.
 */
struct strata_link *strata_link_by_index(struct strata_net *sn, int ifindex);
struct strata_link *strata_link_loopback(struct strata_net *sn);
/* Iteration in order of attachment; NULL starts and ends. Same context. */
struct strata_link *strata_link_next(struct strata_net *sn,
				     struct strata_link *link);

void strata_link_free(struct strata_link *link);

static inline void strata_link_hold(struct strata_link *link)
{
	refcount_inc(&link->refcnt);
}

static inline void strata_link_put(struct strata_link *link)
{
	if (refcount_dec_and_test(&link->refcnt))
		strata_link_free(link);
}

/* Context: RCU read side. */
static inline bool strata_link_is_up(const struct strata_link *link)
{
	return !READ_ONCE(link->dead) && netif_running(link->dev);
}

/**
 * strata_link_xmit() - send an L3 packet where no neighbour is needed
 * @link: output link, STRATA_LINK_NOARP
 * @skb: skb->data at the L3 header, skb->protocol set. Owned afterwards
 *
 * Context: RCU read side, softirq or process. Return: 0 or -errno.
 */
int strata_link_xmit(struct strata_link *link, struct sk_buff *skb);

/**
 * strata_link_send() - send a packet to an L2 address that the caller knows
 * @link: output link
 * @skb: skb->data at the L3 header, skb->protocol set. Owned afterwards
 * @lladdr: destination, dev->addr_len bytes; NULL: the device's broadcast
 *
 * What ARP and neighbour discovery send their messages with.
 *
 * Context: RCU read side, softirq or process. Return: 0 or -errno.
 */
int strata_link_send(struct strata_link *link, struct sk_buff *skb,
		     const u8 *lladdr);

enum strata_link_event {
	STRATA_LINK_ATTACHED,
	STRATA_LINK_DETACHING,	/* @dead is set already; drop what points here */
	STRATA_LINK_UP,
	STRATA_LINK_DOWN,
	STRATA_LINK_MTU,
	STRATA_LINK_CARRIER,	/* the medium came or went */
	STRATA_LINK_ADDRESS,	/* L2 address changed */
	STRATA_LINK_RENAMED,	/* the device has another name */
	STRATA_LINK_CONF,	/* what it does for a family changed */
};

/*
 * Upper layers follow links through a notifier chain; the data is the
 * &struct strata_link. Context: process, RTNL and strata_net.config held.
 *
 * The register function takes RTNL and tells the newcomer first of every link
 * there is: STRATA_LINK_ATTACHED, and STRATA_LINK_UP where it is up.
 */
int strata_link_notifier_register(struct notifier_block *nb);
void strata_link_notifier_unregister(struct notifier_block *nb);

int strata_link_init(void);
void strata_link_exit(void);

#endif /* _STRATA_LINK_H */
