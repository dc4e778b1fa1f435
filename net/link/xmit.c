// SPDX-License-Identifier: GPL-2.0
/*
 * Sending: the L2 header where no neighbour entry has it ready, and the way
 * into the device's queue.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <strata/xmit.h>
#include "xmit.h"

/**
 * strata_link_queue() - hand a frame to the device
 * @link: output link, known to be up
 * @skb: skb->data at the L2 header. Owned afterwards
 *
 * Context: RCU read side, softirq or process.
 * Return: 0, -ENOBUFS if a queue was full, or the device's -errno.
 */
int strata_link_queue(struct strata_link *link, struct sk_buff *skb)
{
	int rc;

	skb->dev = link->dev;
	rc = strata_xmit(skb);
	if (likely(rc == NET_XMIT_SUCCESS || rc == NET_XMIT_CN)) {
		strata_count(link->sn, LINK_TX);
		return 0;
	}
	strata_count(link->sn, LINK_TX_DROPPED);
	return rc < 0 ? rc : -ENOBUFS;
}

/**
 * strata_link_push() - push the header that the device builds, and send
 * @link: output link
 * @skb: skb->data at the L3 header, skb->protocol set. Owned afterwards
 * @lladdr: destination, or NULL: the device fills in what stands for none
 *
 * Context: RCU read side, softirq or process. Return: 0 or -errno.
 */
int strata_link_push(struct strata_link *link, struct sk_buff *skb,
		     const u8 *lladdr)
{
	struct net_device *dev = link->dev;

	if (unlikely(!strata_link_is_up(link))) {
		strata_drop(link->sn, skb, STRATA_DROP_LINK_DOWN);
		return -ENETDOWN;
	}
	/* Devices without a header still want room for what they add. */
	if (unlikely(skb_headroom(skb) < LL_RESERVED_SPACE(dev)) &&
	    skb_cow_head(skb, LL_RESERVED_SPACE(dev))) {
		strata_drop(link->sn, skb, STRATA_DROP_NO_MEMORY);
		return -ENOMEM;
	}
	if (unlikely(dev_hard_header(skb, dev, ntohs(skb->protocol), lladdr,
				     NULL, skb->len) < 0)) {
		strata_drop(link->sn, skb, STRATA_DROP_LINK_HEADER);
		return -EINVAL;
	}
	return strata_link_queue(link, skb);
}

/**
 * strata_link_xmit() - send an L3 packet where no neighbour is needed
 * @link: output link, STRATA_LINK_NOARP
 * @skb: skb->data at the L3 header, skb->protocol set. Owned afterwards
 *
 * Context: RCU read side, softirq or process.
 * Return: 0, -ENETDOWN, -ENOMEM, -ENOBUFS if a queue was full, or the device's
 * -errno.
 */
int strata_link_xmit(struct strata_link *link, struct sk_buff *skb)
{
	return strata_link_push(link, skb, NULL);
}
EXPORT_SYMBOL_GPL(strata_link_xmit);

/**
 * strata_link_send() - send a packet to an L2 address that the caller knows
 * @link: output link
 * @skb: skb->data at the L3 header, skb->protocol set. Owned afterwards
 * @lladdr: destination, dev->addr_len bytes; NULL: the device's broadcast
 *
 * Context: RCU read side, softirq or process. Return: as strata_link_xmit().
 */
int strata_link_send(struct strata_link *link, struct sk_buff *skb,
		     const u8 *lladdr)
{
	return strata_link_push(link, skb, lladdr ?: link->dev->broadcast);
}
EXPORT_SYMBOL_GPL(strata_link_send);
