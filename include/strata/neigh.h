/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The neighbour cache: L3 next hop to L2 address, with the states and timers
 * of RFC 4861 7.3.2 for both families.
 */
#ifndef _STRATA_NEIGH_H
#define _STRATA_NEIGH_H

#include <linux/in6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <strata/link.h>

struct netlink_ext_ack;

enum strata_neigh_state {
	STRATA_NEIGH_NONE,
	STRATA_NEIGH_INCOMPLETE,
	STRATA_NEIGH_REACHABLE,
	STRATA_NEIGH_STALE,
	STRATA_NEIGH_DELAY,
	STRATA_NEIGH_PROBE,
	STRATA_NEIGH_FAILED,
	STRATA_NEIGH_PERMANENT,	/* set by hand, or broadcast and multicast */
};

struct strata_neigh;

/**
 * struct strata_neigh_ops - how a family resolves
 * @owner: module. Required (NULL when built in)
 * @family: AF_INET or AF_INET6. Required
 * @solicit: ask for @addr on @link; @lladdr: unicast to it, NULL: broadcast or
 *	multicast. @queued: the first waiting packet or NULL, to choose our
 *	source address from, of any protocol; not owned. Required. Runs in: softirq or
 *	process, RCU, no lock of the cache held
 * @map: the L2 address of an L3 broadcast or multicast address, written to
 *	@lladdr (dev->addr_len bytes). Required. 0, or -EINVAL if @addr is unicast
 * @unreachable: resolution failed: report @skb, which is of the family, to its
 *	sender. Owns @skb. Required. Runs in: softirq, RCU
 */
struct strata_neigh_ops {
	struct module *owner;
	int family;
	void (*solicit)(struct strata_link *link, const struct in6_addr *addr,
			const u8 *lladdr, const struct sk_buff *queued);
	int (*map)(const struct strata_link *link, const struct in6_addr *addr,
		   u8 *lladdr);
	void (*unreachable)(struct strata_link *link, struct sk_buff *skb);
};

int strata_neigh_register(const struct strata_neigh_ops *ops);
void strata_neigh_unregister(const struct strata_neigh_ops *ops);

/**
 * strata_neigh_get() - the entry for a next hop, created if missing
 * @link: output link
 * @addr: next hop, 128-bit form
 *
 * Return: borrowed until the end of the RCU read side; NULL: table full or
 * out of memory (counted). Context: RCU read side, softirq or process.
 */
struct strata_neigh *strata_neigh_get(struct strata_link *link,
				      const struct in6_addr *addr);

void strata_neigh_hold(struct strata_neigh *neigh);
void strata_neigh_put(struct strata_neigh *neigh);

/**
 * strata_neigh_xmit() - send an L3 packet through a neighbour
 * @neigh: next hop
 * @skb: skb->data at the L3 header, skb->protocol set: any that can follow an L2
 *	header, not only the family of the neighbour's address. Owned afterwards
 *
 * Pushes the L2 header and hands the frame to the device, or queues it until
 * the address is known.
 *
 * Context: RCU read side, softirq or process. Return: 0 or -errno.
 */
int strata_neigh_xmit(struct strata_neigh *neigh, struct sk_buff *skb);

/*
 * Its L2 address, MAX_ADDR_LEN bytes, where it is known. Context: RCU read side.
 */
bool strata_neigh_lladdr(const struct strata_neigh *neigh, u8 *lladdr);

/* The next hop has proved reachable (RFC 4861 7.3.1). Context: RCU. */
void strata_neigh_confirm(struct strata_neigh *neigh);

/* strata_neigh_learn() flags */
#define STRATA_NEIGH_LEARN_CREATE	BIT(0)	/* make an entry if there is none */
#define STRATA_NEIGH_LEARN_SOLICITED	BIT(1)	/* an answer to our question */
#define STRATA_NEIGH_LEARN_OVERRIDE	BIT(2)	/* may replace another L2 address */

/*
 * What ARP or ND learned (RFC 4861 7.2.5, RFC 826); @lladdr NULL: that the
 * address that is known was heard of. Context: softirq, RCU.
 */
void strata_neigh_learn(struct strata_link *link, const struct in6_addr *addr,
			const u8 *lladdr, u32 flags);

/* Configuration. Context: process, strata_net.config held. */
int strata_neigh_add(struct strata_link *link, const struct in6_addr *addr,
		     const u8 *lladdr, bool replace,
		     struct netlink_ext_ack *extack);
int strata_neigh_del(struct strata_link *link, const struct in6_addr *addr,
		     struct netlink_ext_ack *extack);
/* @link NULL: all. Permanent entries stay. Return: how many went. */
unsigned int strata_neigh_flush(struct strata_net *sn, struct strata_link *link);

/**
 * struct strata_neigh_info - a copy of an entry, for dumps
 * @addr: next hop
 * @ifindex: of its link
 * @state: &enum strata_neigh_state
 * @lladdr: L2 address
 * @lladdr_len: 0 while unknown
 * @used_ms: since last used
 * @confirmed_ms: since last confirmed
 * @queued: packets waiting
 */
struct strata_neigh_info {
	struct in6_addr addr;
	int ifindex;
	u8 state;
	u8 lladdr[MAX_ADDR_LEN];
	u8 lladdr_len;
	unsigned int used_ms;
	unsigned int confirmed_ms;
	unsigned int queued;
};

/**
 * struct strata_neigh_at - where a walk over the neighbours stands
 * @addr: of the last one visited
 * @ifindex: its link; 0: none was visited yet
 */
struct strata_neigh_at {
	struct in6_addr addr;
	int ifindex;
};

/* Visit all that follow @at; non-zero stops. Context: process, takes RCU. */
int strata_neigh_walk(struct strata_net *sn, struct strata_neigh_at *at,
		      int (*visit)(const struct strata_neigh_info *info,
				   void *arg), void *arg);

#endif /* _STRATA_NEIGH_H */
