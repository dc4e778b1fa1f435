// SPDX-License-Identifier: GPL-2.0
/*
 * What the link suites stand on; see bench.h.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <strata/packet.h>
#include "bench.h"

/* ------- a device that keeps what is sent ------- */

struct bench_priv {
	struct sk_buff_head sent;
};

static netdev_tx_t bench_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct bench_priv *priv = netdev_priv(dev);

	skb_queue_tail(&priv->sent, skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops bench_netdev_ops = {
	.ndo_start_xmit = bench_xmit,
};

static void bench_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &bench_netdev_ops;
	dev->priv_flags |= IFF_NO_QUEUE;
	eth_hw_addr_random(dev);
}

/* As a tun device: no link-layer header, no link-layer address. */
static void bench_setup_l3(struct net_device *dev)
{
	dev->type = ARPHRD_NONE;
	dev->mtu = 1500;
	dev->flags = IFF_POINTOPOINT | IFF_NOARP;
	dev->netdev_ops = &bench_netdev_ops;
	dev->priv_flags |= IFF_NO_QUEUE;
}

/* A registered device that is up; bench_device_gone() ends it. */
struct net_device *bench_device(struct kunit *test, bool ethernet)
{
	struct bench_priv *priv;
	struct net_device *dev;
	int err;

	dev = alloc_netdev(sizeof(*priv), "kunit%d", NET_NAME_UNKNOWN,
			   ethernet ? bench_setup : bench_setup_l3);
	KUNIT_ASSERT_NOT_NULL(test, dev);
	priv = netdev_priv(dev);
	skb_queue_head_init(&priv->sent);
	rtnl_lock();
	err = register_netdevice(dev);
	if (!err)
		err = dev_open(dev, NULL);
	rtnl_unlock();
	KUNIT_ASSERT_EQ(test, err, 0);
	return dev;
}

void bench_device_gone(struct net_device *dev)
{
	struct bench_priv *priv = netdev_priv(dev);

	unregister_netdev(dev);
	skb_queue_purge(&priv->sent);
	free_netdev(dev);
}

struct sk_buff_head *bench_sent(struct net_device *dev)
{
	struct bench_priv *priv = netdev_priv(dev);

	return &priv->sent;
}

/* ------- a family that notes what it is asked ------- */

static struct bench *bench_of(const struct strata_link *link)
{
	return container_of(link->sn, struct bench, sn);
}

static void bench_solicit(struct strata_link *link, const struct in6_addr *addr,
			  const u8 *lladdr, const struct sk_buff *queued)
{
	struct bench *bench = bench_of(link);

	bench->solicits++;
	bench->unicast = lladdr;
	if (lladdr)
		ether_addr_copy(bench->lladdr, lladdr);
	bench->quoted = queued;
}

static int bench_map(const struct strata_link *link,
		     const struct in6_addr *addr, u8 *lladdr)
{
	if (!ipv4_is_multicast(strata_addr_to4(addr)))
		return -EINVAL;
	eth_broadcast_addr(lladdr);
	return 0;
}

static void bench_unreachable(struct strata_link *link, struct sk_buff *skb)
{
	bench_of(link)->unreachable++;
	strata_drop(link->sn, skb, STRATA_DROP_NEIGH_UNRESOLVED);
}

const struct strata_neigh_ops bench_ops = {
	.family = AF_INET,
	.solicit = bench_solicit,
	.map = bench_map,
	.unreachable = bench_unreachable,
};

/* ------- the stack ------- */

static struct strata_link *bench_link(struct kunit *test, struct bench *bench)
{
	struct strata_link *link = kzalloc(sizeof(*link), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, link);
	link->sn = &bench->sn;
	link->dev = bench->dev;
	link->ifindex = bench->dev->ifindex;
	refcount_set(&link->refcnt, 1);
	return link;
}

int bench_init(struct kunit *test)
{
	struct bench *bench = kunit_kzalloc(test, sizeof(*bench), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bench);
	test->priv = bench;
	bench->sn.net = &init_net;
	mutex_init(&bench->sn.config);
	bench->sn.counters = alloc_percpu(struct strata_counters);
	KUNIT_ASSERT_NOT_NULL(test, bench->sn.counters);
	bench->sn.neigh = strata_neigh_table_create(&bench->sn);
	KUNIT_ASSERT_NOT_NULL(test, bench->sn.neigh);
	skb_queue_head_init(&bench->sent);
	bench->dev = bench_device(test, true);
	bench->link = bench_link(test, bench);
	return 0;
}

void bench_exit(struct kunit *test)
{
	struct bench *bench = test->priv;

	mutex_lock(&bench->sn.config);
	WRITE_ONCE(bench->link->dead, true);
	strata_neigh_link_gone(bench->link);
	mutex_unlock(&bench->sn.config);
	synchronize_net();
	rcu_barrier();
	/* Every entry let go of the link. */
	KUNIT_EXPECT_EQ(test, refcount_read(&bench->link->refcnt), 1);
	strata_link_put(bench->link);
	strata_neigh_table_destroy(bench->sn.neigh);
	bench_device_gone(bench->dev);
	free_percpu(bench->sn.counters);
}

/* An IPv4 packet, so far as the link cares, that can be told by its @mark. */
struct sk_buff *bench_packet(struct kunit *test, u32 mark)
{
	struct sk_buff *skb = alloc_skb(256, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, 64);
	skb_put_zero(skb, sizeof(struct iphdr));
	skb_reset_network_header(skb);
	skb->protocol = htons(ETH_P_IP);
	skb->mark = mark;
	return skb;
}

/* 10.0.0.0 plus @host. */
void bench_address(struct in6_addr *addr, u32 host)
{
	strata_addr_from4(addr, htonl(0x0a000000 + host));
}

/* Context: RCU read side. */
struct strata_neigh *bench_neigh(struct kunit *test, u32 host)
{
	struct bench *bench = test->priv;
	struct strata_neigh *neigh;
	struct in6_addr addr;

	bench_address(&addr, host);
	neigh = strata_neigh_create(bench->sn.neigh, bench->link, &addr,
				    &bench_ops);
	KUNIT_ASSERT_NOT_NULL(test, neigh);
	return neigh;
}
