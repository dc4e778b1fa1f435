// SPDX-License-Identifier: GPL-2.0
/*
 * Receiving without the core: from a driver that hands frames over at once
 * (strata/direct.h). What bind.c does for one protocol is done here for all.
 */
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <strata/direct.h>
#include "bind.h"
#include "direct.h"

/* Who has @skb, if the core has nothing to do with it; else NULL. */
static const struct strata_l3_ops *direct_protocol(const struct sk_buff *skb)
{
	return likely(strata_direct_is_plain(skb)) ?
		       strata_l3_of(skb->protocol) : NULL;
}

/* Makes @skb L3's. Does not own it. Return: why it cannot be; STRATA_DROP_MAX: it is. */
static enum strata_drop_reason direct_admit(struct sk_buff *skb)
{
	if (unlikely(skb->pkt_type == PACKET_OTHERHOST))
		return STRATA_DROP_L2_NOT_FOR_US;
	/* A sender's own pages (MSG_ZEROCOPY) do not wait in a receiver's queue. */
	if (unlikely(skb_orphan_frags_rx(skb, GFP_ATOMIC)))
		return STRATA_DROP_NO_MEMORY;
	/* From here on it costs the receiver, no longer its sender. */
	skb_orphan(skb);
	strata_direct_arrived(skb);
	return STRATA_DROP_MAX;
}

static void direct_rcv(struct sk_buff *skb)
{
	const struct strata_l3_ops *ops = direct_protocol(skb);
	struct net_device *dev = skb->dev;
	enum strata_drop_reason reason;
	struct strata_link *link;

	if (unlikely(!ops || !strata_bind_is_alone(dev))) {
		netif_receive_skb(skb);
		return;
	}
	link = rcu_dereference(dev->rx_handler_data);
	reason = direct_admit(skb);
	if (unlikely(reason != STRATA_DROP_MAX)) {
		strata_drop(link->sn, skb, reason);
		return;
	}
	strata_count(link->sn, LINK_RX);
	ops->rcv(link, skb);
}

/* Takes from the front of @skbs what is for @ops. */
static unsigned int direct_run(struct strata_link *link,
			       const struct strata_l3_ops *ops,
			       struct list_head *skbs, struct list_head *run)
{
	enum strata_drop_reason reason;
	struct sk_buff *skb, *next;
	unsigned int count = 0;

	list_for_each_entry_safe(skb, next, skbs, list) {
		if (skb->protocol != ops->type || !strata_direct_is_plain(skb))
			break;
		reason = direct_admit(skb);
		if (likely(reason == STRATA_DROP_MAX)) {
			count++;
			continue;
		}
		skb_list_del_init(skb);
		strata_drop(link->sn, skb, reason);
	}
	list_cut_before(run, skbs, &skb->list);
	return count;
}

static void direct_deliver(struct strata_link *link,
			   const struct strata_l3_ops *ops,
			   struct list_head *run)
{
	struct sk_buff *skb, *next;

	if (ops->rcv_list) {
		ops->rcv_list(link, run);
		return;
	}
	list_for_each_entry_safe(skb, next, run, list) {
		skb_list_del_init(skb);
		ops->rcv(link, skb);
	}
}

static void direct_rcv_list(struct net_device *dev, struct list_head *skbs)
{
	struct strata_link *link = rcu_dereference(dev->rx_handler_data);
	const struct strata_l3_ops *ops;
	struct sk_buff *skb;
	unsigned int count;
	LIST_HEAD(run);

	if (unlikely(!strata_bind_is_alone(dev))) {
		netif_receive_skb_list(skbs);
		return;
	}
	while ((skb = list_first_entry_or_null(skbs, struct sk_buff, list))) {
		ops = direct_protocol(skb);
		if (unlikely(!ops)) {
			skb_list_del_init(skb);
			netif_receive_skb(skb);
			continue;
		}
		count = direct_run(link, ops, skbs, &run);
		if (!count)
			continue;
		strata_count_add(link->sn, LINK_RX, count);
		direct_deliver(link, ops, &run);
	}
}

const struct strata_direct_ops strata_link_direct = {
	.rcv = direct_rcv,
	.rcv_list = direct_rcv_list,
};
