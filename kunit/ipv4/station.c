// SPDX-License-Identifier: GPL-2.0
/*
 * The station that tests of IPv4 and ARP drive; see station.h.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <strata/l4.h>
#include <strata/neigh.h>
#include "../../net/ipv4/ipv4.h"
#include "station.h"

struct strata_station strata_station;
const u8 strata_station_peer_ll[ETH_ALEN] = { 2, 0, 0, 0, 0, 2 };
const u8 strata_station_far_peer_ll[ETH_ALEN] = { 2, 0, 0, 0, 0, 4 };

static const u8 station_ll[ETH_ALEN] = { 2, 0, 0, 0, 0, 1 };
static struct sk_buff_head station_sent;
static struct strata_l4_error station_error;

static netdev_tx_t station_xmit(struct sk_buff *skb, struct net_device *dev)
{
	skb_queue_tail(&station_sent, skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops station_ops = {
	.ndo_start_xmit = station_xmit,
};

static void station_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &station_ops;
	dev->priv_flags |= IFF_NO_QUEUE;
	eth_hw_addr_set(dev, station_ll);
}

static void station_l4_rcv(struct strata_net *sn, struct sk_buff *skb)
{
	strata_station.delivered++;
	consume_skb(skb);
}

static void station_l4_err(struct strata_net *sn,
			   const struct strata_l4_error *error)
{
	strata_station.errors++;
	station_error = *error;
	station_error.header = NULL;
}

static const struct strata_l4_ops station_l4 = {
	.name = "station",
	.protocol = STATION_PROTO,
	.rcv = station_l4_rcv,
	.err = station_l4_err,
};

static int station_attach(struct net_device *dev)
{
	int err;

	rtnl_lock();
	err = dev_open(dev, NULL) ?: strata_link_attach(dev, NULL);
	rtnl_unlock();
	return err;
}

/* A station says nothing of its own accord: no IPv6 but what a test gives it. */
static void station_hush(const struct strata_link *link)
{
	struct strata_addr *addr = NULL;

	while ((addr = strata_addr_next(link->sn, addr))) {
		if (addr->link != link)
			continue;
		strata_addr_del(addr->link, &addr->addr, addr->plen, NULL);
		addr = NULL;
	}
}

static int station_configure(struct strata_station *station)
{
	struct in6_addr own = strata_station_addr(STATION_ADDR);
	struct in6_addr peer = strata_station_addr(STATION_PEER);
	int err = -ENODEV;

	mutex_lock(&station->sn->config);
	station->link = strata_link_by_index(station->sn,
					     station->dev->ifindex);
	if (station->link) {
		station_hush(station->link);
		err = strata_addr_add(station->link, &own, STATION_PLEN, NULL);
	}
	if (!err)
		err = strata_neigh_add(station->link, &peer,
				       strata_station_peer_ll, false, NULL);
	mutex_unlock(&station->sn->config);
	return err;
}

/**
 * strata_station_init() - for the init member of a suite
 * @test: that is about to run
 */
int strata_station_init(struct kunit *test)
{
	struct strata_station *station = &strata_station;
	int err;

	memset(station, 0, sizeof(*station));
	skb_queue_head_init(&station_sent);
	station->sent = &station_sent;
	station->error = &station_error;
	station->sn = strata_net(&init_net);
	station->dev = alloc_netdev(0, "station%d", NET_NAME_ENUM,
				    station_setup);
	KUNIT_ASSERT_NOT_NULL(test, station->dev);
	err = register_netdev(station->dev) ?: station_attach(station->dev) ?:
	      station_configure(station) ?: strata_l4_register(&station_l4);
	/* Announcements, and what the host said before it lost the device. */
	skb_queue_purge(&station_sent);
	return err;
}

/**
 * strata_station_configure() - what a link does from now on, for both families
 * @link: the link
 * @conf: what
 */
void strata_station_configure(struct strata_link *link,
			      const struct strata_link_conf *conf)
{
	rtnl_lock();
	mutex_lock(&link->sn->config);
	strata_link_configure(link, conf, conf, NULL);
	mutex_unlock(&link->sn->config);
	rtnl_unlock();
}

static int station_far_configure(struct strata_station *station)
{
	struct in6_addr own = strata_station_addr(STATION_FAR_ADDR);
	struct in6_addr peer = strata_station_addr(STATION_FAR_PEER);
	struct strata_route beyond = {
		.prefix = strata_station_addr(STATION_BEYOND & 0xffff0000),
		.plen = 96 + 16,
		.gateway = peer,
		.origin = STRATA_ROUTE_STATIC,
	};
	int err = -ENODEV;

	mutex_lock(&station->sn->config);
	station->far = strata_link_by_index(station->sn,
					    station->far_dev->ifindex);
	if (station->far) {
		station_hush(station->far);
		err = strata_addr_add(station->far, &own, STATION_PLEN, NULL) ?:
		      strata_neigh_add(station->far, &peer,
				       strata_station_far_peer_ll, false,
				       NULL) ?:
		      strata_route_add(station->sn, &beyond, false, NULL);
	}
	mutex_unlock(&station->sn->config);
	return err;
}

/**
 * strata_station_far_add() - give the station its second device
 * @test: that is about to run
 */
int strata_station_far_add(struct kunit *test)
{
	struct strata_station *station = &strata_station;

	station->far_dev = alloc_netdev(0, "station%d", NET_NAME_ENUM,
					station_setup);
	KUNIT_ASSERT_NOT_NULL(test, station->far_dev);
	return register_netdev(station->far_dev) ?:
	       station_attach(station->far_dev) ?:
	       station_far_configure(station);
}

/**
 * strata_station_far_init() - for the init member of a suite that forwards
 * @test: that is about to run
 */
int strata_station_far_init(struct kunit *test)
{
	static const struct strata_link_conf router = {
		.forwarding = true,
		.redirects = true,
	};
	int err = strata_station_init(test) ?: strata_station_far_add(test);

	if (err)
		return err;
	strata_station_configure(strata_station.link, &router);
	strata_station_configure(strata_station.far, &router);
	skb_queue_purge(&station_sent);
	return 0;
}

static void station_remove(struct net_device *dev)
{
	if (!dev)
		return;
	if (dev->reg_state == NETREG_REGISTERED)
		unregister_netdev(dev);
	free_netdev(dev);
}

/**
 * strata_station_exit() - for the exit member of a suite
 * @test: that has run
 */
void strata_station_exit(struct kunit *test)
{
	struct net_device *dev = strata_station.dev;

	if (!dev)
		return;
	strata_l4_unregister(&station_l4);
	station_remove(strata_station.far_dev);
	station_remove(dev);
	skb_queue_purge(&station_sent);
	strata_station.far_dev = NULL;
	strata_station.dev = NULL;
}

/**
 * strata_station_datagram() - a datagram as the device would hand it up
 * @test: that needs it
 * @saddr: source, host order
 * @daddr: destination, host order
 * @proto: IP protocol
 * @payload: after the header
 * @len: bytes of it
 */
struct sk_buff *strata_station_datagram(struct kunit *test, u32 saddr,
					u32 daddr, u8 proto,
					const void *payload, unsigned int len)
{
	struct sk_buff *skb;
	struct iphdr *iph;

	skb = alloc_skb(ETH_HLEN + NET_IP_ALIGN + sizeof(*iph) + len,
			GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, ETH_HLEN + NET_IP_ALIGN);
	iph = skb_put_zero(skb, sizeof(*iph));
	if (len)
		skb_put_data(skb, payload, len);
	skb_reset_network_header(skb);
	iph->version = 4;
	iph->ihl = 5;
	iph->tot_len = htons(skb->len);
	iph->ttl = 64;
	iph->protocol = proto;
	iph->saddr = htonl(saddr);
	iph->daddr = htonl(daddr);
	skb->protocol = htons(ETH_P_IP);
	skb->pkt_type = PACKET_HOST;
	skb->dev = strata_station.dev;
	strata_station_sum(skb);
	return skb;
}

/**
 * strata_station_sum() - make the header's checksum right
 * @skb: of strata_station_datagram(), options included
 */
void strata_station_sum(struct sk_buff *skb)
{
	struct iphdr *iph = ip_hdr(skb);

	iph->check = 0;
	iph->check = ip_compute_csum(iph, iph->ihl * 4);
}

/**
 * strata_station_rcv() - the device received a datagram
 * @skb: owned
 */
void strata_station_rcv(struct sk_buff *skb)
{
	local_bh_disable();
	rcu_read_lock();
	strata_ipv4_rcv(strata_station.link, skb);
	rcu_read_unlock();
	local_bh_enable();
}

/**
 * strata_station_drops() - packets dropped so far, for whatever reason
 */
u64 strata_station_drops(void)
{
	enum strata_drop_reason reason;
	u64 sum = 0;

	for (reason = 0; reason < STRATA_DROP_MAX; reason++)
		sum += strata_drop_read(strata_station.sn, reason);
	return sum;
}
