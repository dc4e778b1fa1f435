// SPDX-License-Identifier: GPL-2.0
/*
 * Attaching real devices of the initial namespace, receiving from them, and
 * giving them back.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include "../fault.h"
#include "bench.h"

/* What one test sees of L3 and of the links' events; one test at a time. */
static struct {
	unsigned int packets;
	unsigned int batches;
	struct strata_link *link;
	u8 pkt_type;
	char events[16];
} seen;

/* ------- an L3 protocol ------- */

static void probe_rcv(struct strata_link *link, struct sk_buff *skb)
{
	seen.packets++;
	seen.link = link;
	seen.pkt_type = skb->pkt_type;
	consume_skb(skb);
}

static void probe_rcv_list(struct strata_link *link, struct list_head *skbs)
{
	struct sk_buff *skb, *next;

	seen.batches++;
	list_for_each_entry_safe(skb, next, skbs, list) {
		skb_list_del_init(skb);
		probe_rcv(link, skb);
	}
}

static const struct strata_l3_ops probe_l3 = {
	.name = "kunit",
	.type = htons(BENCH_ETHERTYPE),
	.rcv = probe_rcv,
	.rcv_list = probe_rcv_list,
};

/* ------- a follower of links ------- */

static const char event_letters[] = {
	[STRATA_LINK_ATTACHED] = 'A',
	[STRATA_LINK_DETACHING] = 'D',
	[STRATA_LINK_UP] = 'u',
	[STRATA_LINK_DOWN] = 'd',
	[STRATA_LINK_MTU] = 'm',
	[STRATA_LINK_ADDRESS] = 'a',
};

static int probe_event(struct notifier_block *nb, unsigned long event,
		       void *data)
{
	struct strata_link *link = data;
	size_t len = strlen(seen.events);

	if (strncmp(link->dev->name, "kunit", 5) || len == sizeof(seen.events) - 1)
		return NOTIFY_DONE;
	seen.events[len] = event_letters[event];
	return NOTIFY_DONE;
}

static struct notifier_block probe_notifier = {
	.notifier_call = probe_event,
};

static int attach_init(struct kunit *test)
{
	int err;

	memset(&seen, 0, sizeof(seen));
	err = strata_l3_register(&probe_l3);
	KUNIT_ASSERT_EQ(test, err, 0);
	return strata_link_notifier_register(&probe_notifier);
}

static void attach_exit(struct kunit *test)
{
	strata_link_notifier_unregister(&probe_notifier);
	strata_l3_unregister(&probe_l3);
}

static int attach(struct net_device *dev, struct netlink_ext_ack *extack)
{
	int err;

	rtnl_lock();
	err = strata_link_attach(dev, extack);
	rtnl_unlock();
	return err;
}

static int detach(struct net_device *dev)
{
	int err;

	rtnl_lock();
	err = strata_link_detach(dev, NULL);
	rtnl_unlock();
	return err;
}

static struct sk_buff *frame(struct kunit *test, struct net_device *dev,
			     const u8 *dest, u16 type)
{
	struct sk_buff *skb = alloc_skb(128, GFP_KERNEL);
	struct ethhdr *eth;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb->dev = dev;
	if (dev->type != ARPHRD_ETHER) {
		skb_put_zero(skb, 60);
		skb_reset_mac_header(skb);
		skb->protocol = htons(type);
		return skb;
	}
	eth = skb_put_zero(skb, ETH_ZLEN);
	ether_addr_copy(eth->h_dest, dest);
	eth->h_proto = htons(type);
	skb->protocol = eth_type_trans(skb, dev);
	return skb;
}

static void receive(struct sk_buff *skb)
{
	local_bh_disable();
	netif_receive_skb(skb);
	local_bh_enable();
}

static u64 dropped(enum strata_drop_reason reason)
{
	return strata_drop_read(strata_net(&init_net), reason);
}

/* ------- the tests ------- */

static void receives_until_detached(struct kunit *test)
{
	struct net_device *dev = bench_device(test, true);

	receive(frame(test, dev, dev->dev_addr, BENCH_ETHERTYPE));
	KUNIT_EXPECT_EQ(test, seen.packets, 0);
	KUNIT_ASSERT_EQ(test, attach(dev, NULL), 0);
	receive(frame(test, dev, dev->dev_addr, BENCH_ETHERTYPE));
	KUNIT_EXPECT_EQ(test, seen.packets, 1);
	KUNIT_EXPECT_PTR_EQ(test, seen.link->dev, dev);
	receive(frame(test, dev, dev->broadcast, BENCH_ETHERTYPE));
	KUNIT_EXPECT_EQ(test, seen.packets, 2);
	KUNIT_EXPECT_EQ(test, seen.pkt_type, PACKET_BROADCAST);
	KUNIT_EXPECT_EQ(test, detach(dev), 0);
	receive(frame(test, dev, dev->dev_addr, BENCH_ETHERTYPE));
	KUNIT_EXPECT_EQ(test, seen.packets, 2);
	KUNIT_EXPECT_EQ(test, detach(dev), -ENOENT);
	bench_device_gone(dev);
}

static void receives_in_batches(struct kunit *test)
{
	struct net_device *dev = bench_device(test, true);
	struct sk_buff *skb;
	LIST_HEAD(batch);
	int i;

	KUNIT_ASSERT_EQ(test, attach(dev, NULL), 0);
	for (i = 0; i < 8; i++) {
		skb = frame(test, dev, dev->dev_addr, BENCH_ETHERTYPE);
		list_add_tail(&skb->list, &batch);
	}
	local_bh_disable();
	netif_receive_skb_list(&batch);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, seen.packets, 8);
	KUNIT_EXPECT_EQ(test, seen.batches, 1);
	bench_device_gone(dev);
}

static void frames_for_others_are_dropped(struct kunit *test)
{
	static const u8 other[ETH_ALEN] = { 0x02, 1, 2, 3, 4, 5 };
	struct net_device *dev = bench_device(test, true);
	u64 before;

	KUNIT_ASSERT_EQ(test, attach(dev, NULL), 0);
	before = dropped(STRATA_DROP_L2_NOT_FOR_US);
	receive(frame(test, dev, other, BENCH_ETHERTYPE));
	KUNIT_EXPECT_EQ(test, seen.packets, 0);
	KUNIT_EXPECT_EQ(test, dropped(STRATA_DROP_L2_NOT_FOR_US), before + 1);
	bench_device_gone(dev);
}

static void unknown_protocols_are_counted(struct kunit *test)
{
	struct net_device *dev = bench_device(test, true);
	u64 before;

	KUNIT_ASSERT_EQ(test, attach(dev, NULL), 0);
	before = dropped(STRATA_DROP_L3_UNKNOWN);
	receive(frame(test, dev, dev->dev_addr, ETH_P_802_EX1 + 1));
	KUNIT_EXPECT_EQ(test, dropped(STRATA_DROP_L3_UNKNOWN), before + 1);
	bench_device_gone(dev);
}

static void shared_buffers_are_copied(struct kunit *test)
{
	struct net_device *dev = bench_device(test, true);
	struct sk_buff *skb;

	KUNIT_ASSERT_EQ(test, attach(dev, NULL), 0);
	skb = frame(test, dev, dev->dev_addr, BENCH_ETHERTYPE);
	skb_get(skb);
	receive(skb);
	KUNIT_EXPECT_EQ(test, seen.packets, 1);
	KUNIT_EXPECT_EQ(test, refcount_read(&skb->users), 1);
	kfree_skb(skb);
	bench_device_gone(dev);
}

static void protocol_comes_while_attached(struct kunit *test)
{
	struct net_device *dev = bench_device(test, true);

	KUNIT_ASSERT_EQ(test, attach(dev, NULL), 0);
	strata_l3_unregister(&probe_l3);
	receive(frame(test, dev, dev->dev_addr, BENCH_ETHERTYPE));
	KUNIT_EXPECT_EQ(test, seen.packets, 0);
	KUNIT_ASSERT_EQ(test, strata_l3_register(&probe_l3), 0);
	receive(frame(test, dev, dev->dev_addr, BENCH_ETHERTYPE));
	KUNIT_EXPECT_EQ(test, seen.packets, 1);
	bench_device_gone(dev);
}

/* As a tun device: no link-layer header either way. */
static void device_without_addresses(struct kunit *test)
{
	struct net_device *dev = bench_device(test, false);
	struct strata_link *link;
	struct sk_buff *skb;

	KUNIT_ASSERT_EQ(test, attach(dev, NULL), 0);
	receive(frame(test, dev, NULL, BENCH_ETHERTYPE));
	KUNIT_EXPECT_EQ(test, seen.packets, 1);

	rcu_read_lock();
	link = strata_link_by_index(strata_net(&init_net), dev->ifindex);
	KUNIT_ASSERT_NOT_NULL(test, link);
	KUNIT_EXPECT_EQ(test, link->flags, STRATA_LINK_NOARP);
	KUNIT_EXPECT_EQ(test, strata_link_xmit(link, bench_packet(test, 7)), 0);
	rcu_read_unlock();
	skb = skb_dequeue(bench_sent(dev));
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb->mark, 7);
	KUNIT_EXPECT_EQ(test, skb->len, 20);
	kfree_skb(skb);
	bench_device_gone(dev);
}

static void followers_learn_in_order(struct kunit *test)
{
	struct net_device *dev = bench_device(test, true);

	KUNIT_ASSERT_EQ(test, attach(dev, NULL), 0);
	rtnl_lock();
	dev_set_mtu(dev, 1400);
	dev_close(dev);
	KUNIT_EXPECT_EQ(test, dev_open(dev, NULL), 0);
	rtnl_unlock();
	/* The device is deleted while attached: it goes down first. */
	bench_device_gone(dev);
	KUNIT_EXPECT_STREQ(test, seen.events, "AumdudD");
}

static void newcomers_are_told_of_all_links(struct kunit *test)
{
	struct net_device *dev = bench_device(test, true);

	KUNIT_ASSERT_EQ(test, attach(dev, NULL), 0);
	strata_link_notifier_unregister(&probe_notifier);
	memset(seen.events, 0, sizeof(seen.events));
	KUNIT_EXPECT_EQ(test, strata_link_notifier_register(&probe_notifier), 0);
	KUNIT_EXPECT_STREQ(test, seen.events, "Au");
	bench_device_gone(dev);
}

static void says_why_it_refuses(struct kunit *test)
{
	struct net_device *dev = bench_device(test, true);
	struct netlink_ext_ack extack = {};

	KUNIT_EXPECT_EQ(test, attach(init_net.loopback_dev, &extack), -EINVAL);
	KUNIT_EXPECT_NOT_NULL(test, extack._msg);
	KUNIT_ASSERT_EQ(test, attach(dev, NULL), 0);
	extack._msg = NULL;
	KUNIT_EXPECT_EQ(test, attach(dev, &extack), -EEXIST);
	KUNIT_EXPECT_NOT_NULL(test, extack._msg);
	bench_device_gone(dev);
}

/* What goes out through slo comes in through slo, an ordinary frame. */
static void loopback_comes_back(struct kunit *test)
{
	struct strata_link *link;
	struct sk_buff *skb = bench_packet(test, 1);

	skb->protocol = htons(BENCH_ETHERTYPE);
	local_bh_disable();
	rcu_read_lock();
	link = strata_link_loopback(strata_net(&init_net));
	KUNIT_ASSERT_NOT_NULL(test, link);
	KUNIT_EXPECT_EQ(test, strata_link_xmit(link, skb), 0);
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, seen.packets, 1);
	KUNIT_EXPECT_PTR_EQ(test, seen.link, link);
	KUNIT_EXPECT_EQ(test, seen.pkt_type, PACKET_HOST);
}

static int attach_it(void *arg)
{
	return attach(arg, NULL);
}

static void attached_or_left_alone(struct kunit *test, int err, void *arg)
{
	struct net_device *dev = arg;
	unsigned int before = seen.packets;

	receive(frame(test, dev, dev->dev_addr, BENCH_ETHERTYPE));
	KUNIT_EXPECT_EQ(test, seen.packets, before + !err);
	KUNIT_EXPECT_EQ(test, detach(dev), err ? -ENOENT : 0);
}

static void attaching_needs_all_its_memory(struct kunit *test)
{
	struct net_device *dev = bench_device(test, true);

	fault_each(test, attach_it, attached_or_left_alone, dev);
	bench_device_gone(dev);
}

static struct kunit_case attach_cases[] = {
	KUNIT_CASE(receives_until_detached),
	KUNIT_CASE(receives_in_batches),
	KUNIT_CASE(attaching_needs_all_its_memory),
	KUNIT_CASE(frames_for_others_are_dropped),
	KUNIT_CASE(unknown_protocols_are_counted),
	KUNIT_CASE(shared_buffers_are_copied),
	KUNIT_CASE(protocol_comes_while_attached),
	KUNIT_CASE(device_without_addresses),
	KUNIT_CASE(followers_learn_in_order),
	KUNIT_CASE(newcomers_are_told_of_all_links),
	KUNIT_CASE(says_why_it_refuses),
	KUNIT_CASE(loopback_comes_back),
	{}
};

static struct kunit_suite attach_suite = {
	.name = "strata_link_attach",
	.init = attach_init,
	.exit = attach_exit,
	.test_cases = attach_cases,
};

kunit_test_suite(attach_suite);
