// SPDX-License-Identifier: GPL-2.0
/*
 * The station as a router; see router.h.
 */
#include <linux/delay.h>
#include <linux/icmp.h>
#include <linux/if_ether.h>
#include <net/ip.h>
#include "router.h"

/* By then whoever was told of errors is told again. */
#define PATIENCE_ms	7000

u8 strata_router_payload[ROUTER_PAYLOAD_MAX];

/**
 * strata_router_init() - for the init member of a suite
 * @test: that is about to run
 */
int strata_router_init(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < sizeof(strata_router_payload); i++)
		strata_router_payload[i] = i * 7 + i / 256;
	return strata_station_far_init(test);
}

/**
 * strata_router_exit() - for the exit member of a suite
 * @test: that has run
 */
void strata_router_exit(struct kunit *test)
{
	msleep(PATIENCE_ms);
	strata_station_exit(test);
}

/**
 * strata_router_datagram() - a datagram of the neighbour's
 * @test: that needs it
 * @daddr: destination, host order
 * @len: bytes of strata_router_payload in it
 */
struct sk_buff *strata_router_datagram(struct kunit *test, u32 daddr,
				       unsigned int len)
{
	return strata_station_datagram(test, STATION_PEER, daddr, STATION_PROTO,
				       strata_router_payload, len);
}

/**
 * strata_router_sent() - the next frame that was sent
 * @test: that expects one, with a header that is right
 *
 * Return: skb->data at the IP header, its network header; for kfree_skb().
 */
struct sk_buff *strata_router_sent(struct kunit *test)
{
	struct sk_buff *skb = skb_dequeue(strata_station.sent);
	const struct iphdr *iph;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_pull(skb, ETH_HLEN);
	skb_reset_network_header(skb);
	iph = ip_hdr(skb);
	KUNIT_EXPECT_EQ(test, (int)ip_compute_csum(iph, iph->ihl * 4), 0);
	KUNIT_EXPECT_EQ(test, (unsigned int)ntohs(iph->tot_len), skb->len);
	return skb;
}

/**
 * strata_router_silent() - nothing more was sent
 * @test: that expects so
 */
void strata_router_silent(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, skb_queue_len(strata_station.sent), 0U);
}

/**
 * strata_router_told() - the next frame is an ICMP error to the neighbour
 * @test: that expects one
 * @type: its type
 * @code: its code
 * @rest: its second word, host order
 * @about: header of the datagram that it quotes
 */
void strata_router_told(struct kunit *test, u8 type, u8 code, u32 rest,
			const struct iphdr *about)
{
	struct sk_buff *skb = strata_router_sent(test);
	const struct icmphdr *icmph = (struct icmphdr *)(ip_hdr(skb) + 1);

	KUNIT_EXPECT_PTR_EQ(test, skb->dev, strata_station.dev);
	KUNIT_EXPECT_EQ(test, ntohl(ip_hdr(skb)->daddr), STATION_PEER);
	KUNIT_EXPECT_EQ(test, ntohl(ip_hdr(skb)->saddr), STATION_ADDR);
	KUNIT_EXPECT_EQ(test, (int)ip_hdr(skb)->protocol, IPPROTO_ICMP);
	KUNIT_EXPECT_EQ(test, icmph->type, type);
	KUNIT_EXPECT_EQ(test, icmph->code, code);
	KUNIT_EXPECT_EQ(test, ntohl(icmph->un.gateway), rest);
	KUNIT_EXPECT_EQ(test, (int)ip_compute_csum(icmph, skb->len -
						   sizeof(struct iphdr)), 0);
	KUNIT_EXPECT_EQ(test, memcmp(icmph + 1, about, about->ihl * 4), 0);
	kfree_skb(skb);
}
