/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The short way up. netif_receive_skb() serves taps, filters, programs, VLAN devices
 * and whoever else may stand between a driver and who has its device. A driver that
 * sees that nobody does hands its frames over at once.
 *
 * The two meet at their &struct net_device: a driver that can do so offers a
 * place in its private part (&struct strata_direct), which net_device.ml_priv points to;
 * who takes the device puts functions there. Neither needs the other: without one of them, or
 * with a device of another driver, frames come as they always do.
 *
 * What this way does not show is the tracepoint netif_receive_skb.
 */
#ifndef _STRATA_DIRECT_H
#define _STRATA_DIRECT_H

#include <linux/if_vlan.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>

/* What says that net_device.ml_priv is a &struct strata_direct. */
#define STRATA_DIRECT_PLACE	((enum netdev_ml_priv_type)0x57a7)

/**
 * struct strata_direct_ops - who has a device
 * @rcv: a frame, as netif_receive_skb() takes it, and not shared. Owns it afterwards. Required.
 *	Runs in: softirq, RCU
 * @rcv_list: frames of @dev, linked by skb->list; owns all afterwards. Optional:
 *	without it each frame is given to @rcv as soon as it is there.
 *	Runs in: softirq, RCU
 *
 * Either may still give a frame to netif_receive_skb().
 */
struct strata_direct_ops {
	void (*rcv)(struct sk_buff *skb);
	void (*rcv_list)(struct net_device *dev, struct list_head *skbs);
};

/**
 * struct strata_direct - a driver's place
 * @ops: who has the device; NULL: nobody who takes frames so. Written under RTNL
 */
struct strata_direct {
	const struct strata_direct_ops __rcu *ops;
};

/**
 * strata_direct_offer() - a driver can hand frames over at once
 * @dev: the device, not registered yet
 * @place: in its private part
 *
 * Context: process.
 */
static inline void strata_direct_offer(struct net_device *dev,
				       struct strata_direct *place)
{
	netdev_set_ml_priv(dev, place, STRATA_DIRECT_PLACE);
}

/**
 * strata_direct_take() - take frames from a device's driver at once
 * @dev: the device, whose rx_handler is in place
 * @ops: complete, but for rcv_list; NULL: no more. Then frames may still come until the
 *	RCU readers of now are gone, for which netdev_rx_handler_unregister() waits
 *
 * Context: process, RTNL held.
 */
static inline void strata_direct_take(struct net_device *dev,
				      const struct strata_direct_ops *ops)
{
	struct strata_direct *place =
		netdev_get_ml_priv(dev, STRATA_DIRECT_PLACE);

	ASSERT_RTNL();
	if (place)
		rcu_assign_pointer(place->ops, ops);
}

/**
 * strata_direct_arrived() - what the core notes of a frame
 * @skb: the frame, skb->data behind its Ethernet header
 *
 * Context: softirq.
 */
static inline void strata_direct_arrived(struct sk_buff *skb)
{
	/* As /proc/net/softnet_stat shows it. */
	__this_cpu_inc(softnet_data.processed);
	skb->skb_iif = skb->dev->ifindex;
	skb_reset_network_header(skb);
	if (!skb_transport_header_was_set(skb))
		skb_reset_transport_header(skb);
	skb_reset_mac_len(skb);
}

/**
 * strata_direct_is_plain() - has a frame nothing that the core would deal with?
 * @skb: the frame
 *
 * A tag says whose it is, and memory of the reserves is for those who free memory.
 *
 * Context: any.
 */
static inline bool strata_direct_is_plain(const struct sk_buff *skb)
{
	return !skb_vlan_tag_present(skb) && !skb_pfmemalloc(skb);
}

#endif /* _STRATA_DIRECT_H */
