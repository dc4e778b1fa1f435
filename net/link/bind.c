// SPDX-License-Identifier: GPL-2.0
/*
 * Receiving: one device-bound packet_type for each attached device and each
 * registered L3 protocol.
 *
 * The device's rx_handler (attach.c) answers RX_HANDLER_EXACT, so of all
 * handlers of an EtherType only these run, and taps.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include "bind.h"
#include "links.h"

/**
 * struct strata_bind - one L3 protocol on one device
 * @type: the kernel's view of it
 * @link: the device's link, which owns this
 * @ops: the protocol; cannot go before this does
 */
struct strata_bind {
	struct packet_type type;
	struct strata_link *link;
	const struct strata_l3_ops *ops;
};

/* The EtherTypes of the slots, 0 for an empty one: what the rx_handler looks
 * at to count frames that nobody will take. Written under RTNL.
 */
static __be16 bind_types[STRATA_L3_MAX] __read_mostly;

/**
 * strata_bind_knows() - has anybody registered for an EtherType?
 * @type: EtherType, not 0
 *
 * Context: any.
 */
bool strata_bind_knows(__be16 type)
{
	unsigned int i;

	for (i = 0; i < STRATA_L3_MAX; i++)
		if (READ_ONCE(bind_types[i]) == type)
			return true;
	return false;
}

/* A buffer that L3 may write to. Owns @skb; NULL if it was dropped. */
static struct sk_buff *bind_unshare(struct strata_link *link,
				    struct sk_buff *skb)
{
	struct sk_buff *clone;

	if (likely(!skb_shared(skb)))
		return skb;
	clone = skb_clone(skb, GFP_ATOMIC);
	if (unlikely(!clone)) {
		strata_drop(link->sn, skb, STRATA_DROP_NO_MEMORY);
		return NULL;
	}
	consume_skb(skb);
	return clone;
}

/* Decides whether a frame is for L3. Owns @skb; NULL if it is not. */
static struct sk_buff *bind_admit(struct strata_link *link, struct sk_buff *skb)
{
	/* A frame for a VLAN device above is offered here too, as the device
	 * it arrived on is ours; it belongs to the device above.
	 */
	if (unlikely(skb->dev != link->dev)) {
		consume_skb(skb);
		return NULL;
	}
	if (unlikely(skb->pkt_type == PACKET_OTHERHOST)) {
		strata_drop(link->sn, skb, STRATA_DROP_L2_NOT_FOR_US);
		return NULL;
	}
	skb = bind_unshare(link, skb);
	if (unlikely(!skb))
		return NULL;
	/* From here on it costs the receiver, no longer its sender. */
	skb_orphan(skb);
	/* slo hides its frames' way in from taps; see loopback.c. Elsewhere it
	 * is what we sent to a group that we are in.
	 */
	if (skb->pkt_type == PACKET_LOOPBACK &&
	    link->flags & STRATA_LINK_LOOPBACK)
		skb->pkt_type = PACKET_HOST;
	return skb;
}

/* Owns @skb. Context: softirq, RCU. */
static int bind_rcv(struct sk_buff *skb, struct net_device *dev,
		    struct packet_type *pt, struct net_device *orig_dev)
{
	struct strata_bind *bind = container_of(pt, struct strata_bind, type);

	skb = bind_admit(bind->link, skb);
	if (!skb)
		return NET_RX_DROP;
	strata_count(bind->link->sn, LINK_RX);
	bind->ops->rcv(bind->link, skb);
	return NET_RX_SUCCESS;
}

/* Owns all buffers on @skbs. Context: softirq, RCU. */
static void bind_rcv_list(struct list_head *skbs, struct packet_type *pt,
			  struct net_device *orig_dev)
{
	struct strata_bind *bind = container_of(pt, struct strata_bind, type);
	struct sk_buff *skb, *next;
	unsigned int count = 0;
	LIST_HEAD(admitted);

	list_for_each_entry_safe(skb, next, skbs, list) {
		skb_list_del_init(skb);
		skb = bind_admit(bind->link, skb);
		if (!skb)
			continue;
		list_add_tail(&skb->list, &admitted);
		count++;
	}
	if (!count)
		return;
	strata_count_add(bind->link->sn, LINK_RX, count);
	bind->ops->rcv_list(bind->link, &admitted);
}

/**
 * strata_bind_is_alone() - do only we receive from a device?
 * @dev: an attached device
 *
 * Packet sockets may ask for one EtherType of one device.
 *
 * Context: RCU read side.
 */
bool strata_bind_is_alone(const struct net_device *dev)
{
	const struct packet_type *type;

	list_for_each_entry_rcu(type, &dev->ptype_specific, list)
		if (type->func != bind_rcv)
			return false;
	return true;
}

static int bind_one(struct strata_link *link, unsigned int slot,
		    const struct strata_l3_ops *ops)
{
	struct strata_bind *bind;

	ASSERT_RTNL();
	bind = kzalloc(sizeof(*bind), GFP_KERNEL);
	if (!bind)
		return -ENOMEM;
	bind->link = link;
	bind->ops = ops;
	bind->type.type = ops->type;
	bind->type.dev = link->dev;
	bind->type.func = bind_rcv;
	/* Without it the kernel calls func for each buffer of a batch. */
	bind->type.list_func = ops->rcv_list ? bind_rcv_list : NULL;
	link->binds[slot] = bind;
	dev_add_pack(&bind->type);
	return 0;
}

/**
 * strata_bind_stop() - take no more frames from a device
 * @link: its link
 *
 * Functions may still run until the RCU readers of now are gone.
 *
 * Context: process, RTNL held.
 */
void strata_bind_stop(struct strata_link *link)
{
	unsigned int slot;

	ASSERT_RTNL();
	for (slot = 0; slot < STRATA_L3_MAX; slot++)
		if (link->binds[slot])
			__dev_remove_pack(&link->binds[slot]->type);
}

/**
 * strata_bind_free() - free what strata_bind_stop() stopped
 * @link: the link
 *
 * Context: process, RTNL held, after a grace period.
 */
void strata_bind_free(struct strata_link *link)
{
	unsigned int slot;

	ASSERT_RTNL();
	for (slot = 0; slot < STRATA_L3_MAX; slot++) {
		kfree(link->binds[slot]);
		link->binds[slot] = NULL;
	}
}

/**
 * strata_bind_link() - receive every registered protocol from a device
 * @link: its link
 *
 * Context: process, RTNL held. Return: 0 or -ENOMEM, then nothing is bound.
 */
int strata_bind_link(struct strata_link *link)
{
	const struct strata_l3_ops *ops;
	unsigned int slot;
	int err = 0;

	for (slot = 0; slot < STRATA_L3_MAX && !err; slot++) {
		ops = strata_l3_slot(slot);
		if (ops)
			err = bind_one(link, slot, ops);
	}
	if (err) {
		strata_bind_stop(link);
		synchronize_net();
		strata_bind_free(link);
	}
	return err;
}

static int bind_slot(const struct strata_l3_ops *ops)
{
	unsigned int slot;

	for (slot = 0; slot < STRATA_L3_MAX; slot++)
		if (strata_l3_slot(slot) == ops)
			return slot;
	return -ENOENT;
}

/* Unbinds a slot from every device; nobody is inside afterwards. */
static void bind_clear_slot(unsigned int slot)
{
	struct strata_link_net *ln;
	struct strata_link *link;

	WRITE_ONCE(bind_types[slot], 0);
	list_for_each_entry(ln, &strata_link_nets, node)
		list_for_each_entry(link, &ln->links, node)
			if (link->binds[slot])
				__dev_remove_pack(&link->binds[slot]->type);
	synchronize_net();
	list_for_each_entry(ln, &strata_link_nets, node)
		list_for_each_entry(link, &ln->links, node) {
			kfree(link->binds[slot]);
			link->binds[slot] = NULL;
		}
}

static int bind_protocol(const struct strata_l3_ops *ops)
{
	int slot = bind_slot(ops);
	struct strata_link_net *ln;
	struct strata_link *link;
	int err;

	if (slot < 0)
		return slot;
	list_for_each_entry(ln, &strata_link_nets, node) {
		list_for_each_entry(link, &ln->links, node) {
			err = bind_one(link, slot, ops);
			if (err) {
				bind_clear_slot(slot);
				return err;
			}
		}
	}
	WRITE_ONCE(bind_types[slot], ops->type);
	return 0;
}

static void unbind_protocol(const struct strata_l3_ops *ops)
{
	int slot = bind_slot(ops);

	if (slot >= 0)
		bind_clear_slot(slot);
}

static const struct strata_l3_binder bind_binder = {
	.bind = bind_protocol,
	.unbind = unbind_protocol,
};

/**
 * strata_bind_init() - bind protocols as they are registered
 *
 * Context: module load. Return: 0 or -errno.
 */
int strata_bind_init(void)
{
	return strata_l3_set_binder(&bind_binder);
}

/**
 * strata_bind_exit() - undo strata_bind_init()
 *
 * Context: module unload.
 */
void strata_bind_exit(void)
{
	strata_l3_clear_binder();
}
