/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Forwarding: the way of what is others', for both families.
 */
#ifndef _STRATA_FORWARD_H
#define _STRATA_FORWARD_H

#include <linux/in6.h>
#include <linux/skbuff.h>
#include <net/gso.h>
#include <strata/link.h>
#include <strata/neigh.h>
#include <strata/route.h>

/**
 * struct strata_forward - the way of datagrams from and to certain addresses
 * @link: output link
 * @neigh: next hop; NULL where the link needs none
 * @mtu: bytes of an L3 datagram that the output link and the route carry
 * @once: it was for one packet: others from and to them may have other ways
 * @redirect: their sender would get there without us, through @next
 * @next: L3 address of the next hop, maybe the destination itself
 *
 * Borrowed: good until the end of the RCU read side.
 */
struct strata_forward {
	struct strata_link *link;
	struct strata_neigh *neigh;
	u32 mtu;
	bool once;
	bool redirect;
	struct in6_addr next;
};

enum strata_drop_reason strata_forward_decide(struct strata_link *in,
					      struct sk_buff *skb,
					      bool redirects,
					      const struct in6_addr *saddr,
					      const struct in6_addr *daddr,
					      struct strata_forward *way);
bool strata_forward_back(struct strata_link *in, u8 rp_filter,
			 const struct in6_addr *saddr,
			 const struct in6_addr *daddr);

/**
 * strata_forward_fits() - is a packet small enough?
 * @skb: skb->data at the L3 header; of one that will be cut into segments each
 *	counts
 * @mtu: bytes of an L3 datagram
 *
 * Context: any.
 */
static inline bool strata_forward_fits(const struct sk_buff *skb, u32 mtu)
{
	return likely(skb->len <= mtu) ||
	       (skb_is_gso(skb) && skb_gso_validate_network_len(skb, mtu));
}

/**
 * strata_forward_send() - send a packet on
 * @way: where to
 * @skb: skb->data at the L3 header, skb->protocol set. Owned afterwards
 *
 * Context: softirq, RCU. Return: 0 or -errno.
 */
static inline int strata_forward_send(const struct strata_forward *way,
				      struct sk_buff *skb)
{
	if (likely(way->neigh))
		return strata_neigh_xmit(way->neigh, skb);
	return strata_link_xmit(way->link, skb);
}

#endif /* _STRATA_FORWARD_H */
