// SPDX-License-Identifier: GPL-2.0
/*
 * The station that tests of IPv6 drive; see station6.h.
 */
#include <linux/delay.h>
#include <linux/icmpv6.h>
#include <linux/if_ether.h>
#include <linux/inet.h>
#include <strata/neigh.h>
#include "../../net/ipv6/ipv6.h"
#include "station6.h"

/**
 * strata_station6_addr() - an address from its text
 * @text: without a prefix length
 */
struct in6_addr strata_station6_addr(const char *text)
{
	struct in6_addr addr = {};

	WARN_ON(!in6_pton(text, -1, addr.s6_addr, -1, NULL));
	return addr;
}

/**
 * strata_station6_link_local() - the link-local address of the station
 */
struct in6_addr strata_station6_link_local(void)
{
	struct in6_addr addr = strata_station6_addr("fe80::");

	strata_stable_id(strata_station.link, 0, &addr);
	return addr;
}

/* RFC 4861 6.3.7: by then the link has asked for routers in vain. */
#define SETTLED_ms	20000

/**
 * strata_station6_init() - for the init member of a suite; the exit member is
 *	strata_station_exit
 * @test: that is about to run
 */
int strata_station6_init(struct kunit *test)
{
	struct in6_addr own = strata_station6_addr(STATION6_ADDR);
	struct in6_addr peer = strata_station6_addr(STATION6_PEER);
	int err = strata_station_init(test);
	struct in6_addr local;

	if (err)
		return err;
	local = strata_station6_link_local();
	mutex_lock(&strata_station.sn->config);
	err = strata_addr_add(strata_station.link, &local, STATION6_PLEN,
			      NULL) ?:
	      strata_addr_add(strata_station.link, &own, STATION6_PLEN, NULL) ?:
	      strata_neigh_add(strata_station.link, &peer,
			       strata_station_peer_ll, false, NULL);
	mutex_unlock(&strata_station.sn->config);
	msleep(SETTLED_ms);
	skb_queue_purge(strata_station.sent);
	return err;
}

/**
 * strata_station6_datagram() - a datagram as the device would hand it up
 * @test: that needs it
 * @saddr: source
 * @daddr: destination
 * @nexthdr: what follows the header
 * @payload: after the header
 * @len: bytes of it
 */
struct sk_buff *strata_station6_datagram(struct kunit *test, const char *saddr,
					 const char *daddr, u8 nexthdr,
					 const void *payload, unsigned int len)
{
	struct ipv6hdr *ip6h;
	struct sk_buff *skb;

	skb = alloc_skb(ETH_HLEN + NET_IP_ALIGN + sizeof(*ip6h) + len,
			GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, ETH_HLEN + NET_IP_ALIGN);
	ip6h = skb_put_zero(skb, sizeof(*ip6h));
	if (len)
		skb_put_data(skb, payload, len);
	skb_reset_network_header(skb);
	ip6h->version = 6;
	ip6h->payload_len = htons(len);
	ip6h->nexthdr = nexthdr;
	ip6h->hop_limit = 64;
	ip6h->saddr = strata_station6_addr(saddr);
	ip6h->daddr = strata_station6_addr(daddr);
	skb->protocol = htons(ETH_P_IPV6);
	skb->pkt_type = ipv6_addr_is_multicast(&ip6h->daddr) ?
			PACKET_MULTICAST : PACKET_HOST;
	skb->dev = strata_station.dev;
	return skb;
}

/**
 * strata_station6_sum() - make the checksum of an ICMPv6 message right
 * @skb: of strata_station6_datagram(), without extension headers
 */
void strata_station6_sum(struct sk_buff *skb)
{
	struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct icmp6hdr *icmph = (struct icmp6hdr *)(ip6h + 1);
	unsigned int len = skb->len - sizeof(*ip6h);

	icmph->icmp6_cksum = 0;
	icmph->icmp6_cksum = csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len,
					     IPPROTO_ICMPV6,
					     csum_partial(icmph, len, 0));
}

/**
 * strata_station6_rcv() - the device received a datagram
 * @skb: owned
 */
void strata_station6_rcv(struct sk_buff *skb)
{
	local_bh_disable();
	rcu_read_lock();
	strata_ipv6_rcv(strata_station.link, skb);
	rcu_read_unlock();
	local_bh_enable();
}

/**
 * strata_station6_sent() - the next frame that the station sent
 *
 * Return: skb->data at the IPv6 header, its network header; NULL: none.
 */
struct sk_buff *strata_station6_sent(void)
{
	struct sk_buff *skb = skb_dequeue(strata_station.sent);

	if (!skb)
		return NULL;
	skb_pull(skb, ETH_HLEN);
	skb_reset_network_header(skb);
	return skb;
}
