// SPDX-License-Identifier: GPL-2.0
/*
 * IPv4 forwarding: what goes on, how it is changed, what does not, and what its
 * sender hears of that. Every checksum is computed anew.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <net/ip.h>
#include <strata/forward.h>
#include <strata/hook.h>
#include "../../net/ipv4/ipv4.h"
#include "router.h"

#define RESOLVED_ms	4000	/* RFC 4861 10: or not */

static void forward_goes_on(struct kunit *test)
{
	u64 before = strata_counter_read(strata_station.sn,
					 STRATA_COUNT_IP4_FORWARDED);
	struct sk_buff *skb = strata_router_datagram(test, STATION_BEYOND, 100);
	u64 drops = strata_station_drops();

	/* When a datagram for a network behind a router arrives */
	strata_station_rcv(skb);
	/* Then it goes to that router, one hop less, with nothing else changed */
	skb = strata_router_sent(test);
	KUNIT_EXPECT_PTR_EQ(test, skb->dev, strata_station.far_dev);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(eth_hdr(skb)->h_dest,
						 strata_station_far_peer_ll));
	KUNIT_EXPECT_EQ(test, (int)ip_hdr(skb)->ttl, ROUTER_TTL - 1);
	KUNIT_EXPECT_EQ(test, ntohl(ip_hdr(skb)->saddr), STATION_PEER);
	KUNIT_EXPECT_EQ(test, ntohl(ip_hdr(skb)->daddr), STATION_BEYOND);
	KUNIT_EXPECT_EQ(test, skb->len, 100 + (u32)sizeof(struct iphdr));
	KUNIT_EXPECT_EQ(test, memcmp(ip_hdr(skb) + 1, strata_router_payload, 100), 0);
	KUNIT_EXPECT_EQ(test, strata_counter_read(strata_station.sn,
						  STRATA_COUNT_IP4_FORWARDED),
			before + 1);
	KUNIT_EXPECT_EQ(test, strata_station_drops(), drops);
	strata_router_silent(test);
	kfree_skb(skb);
}

/* A batch of which every second is for another destination: what is remembered
 * of one must not be applied to the next.
 */
static void forward_batch(struct kunit *test)
{
	static const u32 to[] = { STATION_BEYOND, STATION_FAR_PEER,
				  STATION_ADDR, STATION_BEYOND, STATION_BEYOND };
	LIST_HEAD(batch);
	struct sk_buff *skb;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(to); i++)
		list_add_tail(&strata_router_datagram(test, to[i], 20)->list, &batch);
	local_bh_disable();
	rcu_read_lock();
	strata_ipv4_l3.rcv_list(strata_station.link, &batch);
	rcu_read_unlock();
	local_bh_enable();

	KUNIT_EXPECT_EQ(test, strata_station.delivered, 1U);
	for (i = 0; i < ARRAY_SIZE(to); i++) {
		if (to[i] == STATION_ADDR)
			continue;
		skb = strata_router_sent(test);
		KUNIT_EXPECT_EQ(test, ntohl(ip_hdr(skb)->daddr), to[i]);
		kfree_skb(skb);
	}
	strata_router_silent(test);
}

/**
 * struct refuse_case - what does not go on
 * @name: for the report
 * @saddr: source, 0: the neighbour
 * @daddr: destination
 * @pkt_type: what L2 says
 * @reason: it is dropped for
 * @told: its sender hears of it: by this ICMP type
 * @code: and code
 */
struct refuse_case {
	const char *name;
	u32 saddr;
	u32 daddr;
	u8 pkt_type;
	enum strata_drop_reason reason;
	u8 told;
	u8 code;
};

static const struct refuse_case refuse_cases[] = {
	{ "no route (RFC 1812 5.2.7.1)", .daddr = STATION_OUTSIDE,
	  .reason = STRATA_DROP_IP_NO_ROUTE,
	  .told = ICMP_DEST_UNREACH, .code = ICMP_NET_UNREACH },
	{ "from a link-local address (RFC 3927 2.6.2)", .saddr = 0xa9fe0102,
	  .daddr = STATION_BEYOND, .reason = STRATA_DROP_IP_SCOPE },
	{ "to a link-local address", .daddr = 0xa9fe0102,
	  .reason = STRATA_DROP_IP_SCOPE },
	{ "to another subnet's broadcast address (RFC 2644)",
	  .daddr = STATION_FAR_CAST, .reason = STRATA_DROP_IP_BROADCAST },
	{ "in a broadcast frame (RFC 1812 5.3.4)", .daddr = STATION_BEYOND,
	  .pkt_type = PACKET_BROADCAST, .reason = STRATA_DROP_IP_L2_CAST },
	{ "in a multicast frame", .daddr = STATION_BEYOND,
	  .pkt_type = PACKET_MULTICAST, .reason = STRATA_DROP_IP_L2_CAST },
	{ "to a group", .daddr = 0xe0000105, .pkt_type = PACKET_MULTICAST,
	  .reason = STRATA_DROP_IP_NOT_LOCAL },
	{ "to class E", .daddr = 0xf0000001,
	  .reason = STRATA_DROP_IP_MARTIAN_DEST },
	{ "to 127.0.0.1", .daddr = INADDR_LOOPBACK,
	  .reason = STRATA_DROP_IP_MARTIAN_DEST },
	{ "from 127.0.0.1", .saddr = INADDR_LOOPBACK, .daddr = STATION_BEYOND,
	  .reason = STRATA_DROP_IP_MARTIAN_SOURCE },
	{ "from the router's other address", .saddr = STATION_FAR_ADDR,
	  .daddr = STATION_BEYOND, .reason = STRATA_DROP_IP_MARTIAN_SOURCE },
};

static void refuse_describe(const struct refuse_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(refuse, refuse_cases, refuse_describe);

static void forward_refuses(struct kunit *test)
{
	const struct refuse_case *c = test->param_value;
	u64 before = strata_drop_read(strata_station.sn, c->reason);
	struct sk_buff *skb;
	struct iphdr about;

	skb = strata_station_datagram(test, c->saddr ?: STATION_PEER, c->daddr,
				      STATION_PROTO, strata_router_payload, 40);
	skb->pkt_type = c->pkt_type;
	about = *ip_hdr(skb);
	strata_station_rcv(skb);
	KUNIT_EXPECT_EQ(test, strata_drop_read(strata_station.sn, c->reason),
			before + 1);
	if (c->told)
		strata_router_told(test, c->told, c->code, 0, &about);
	strata_router_silent(test);
}

/* RFC 1812 5.3.1: what has used up its hops is not sent on. */
static void forward_ttl(struct kunit *test)
{
	u8 ttl;

	for (ttl = 0; ttl < 2; ttl++) {
		struct sk_buff *skb = strata_router_datagram(test, STATION_BEYOND, 40);
		struct iphdr about;

		ip_hdr(skb)->ttl = ttl;
		strata_station_sum(skb);
		about = *ip_hdr(skb);
		strata_station_rcv(skb);
		strata_router_told(test, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0, &about);
		strata_router_silent(test);
	}
}

/* RFC 1191 4: with the MTU that is needed. */
static void forward_too_big(struct kunit *test)
{
	struct sk_buff *skb = strata_router_datagram(test, STATION_BEYOND, 1481);
	struct iphdr about;

	ip_hdr(skb)->frag_off = htons(IP_DF);
	strata_station_sum(skb);
	about = *ip_hdr(skb);
	strata_station_rcv(skb);
	strata_router_told(test, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 1500, &about);
	strata_router_silent(test);
	/* One byte less fits. */
	skb = strata_router_datagram(test, STATION_BEYOND, 1480);
	ip_hdr(skb)->frag_off = htons(IP_DF);
	strata_station_sum(skb);
	strata_station_rcv(skb);
	kfree_skb(strata_router_sent(test));
	strata_router_silent(test);
}

/* RFC 1812 5.2.7.1: nobody answers to the last hop's questions. */
static void forward_unreachable(struct kunit *test)
{
	struct sk_buff *skb = strata_router_datagram(test,
						     STATION_FAR_PEER + 9, 40);
	struct iphdr about = *ip_hdr(skb);

	ip_decrease_ttl(&about);
	strata_station_rcv(skb);
	msleep(RESOLVED_ms);
	/* Beside the questions a router tells others of its groups. */
	while ((skb = skb_peek(strata_station.sent)) &&
	       skb->protocol != htons(ETH_P_IP))
		kfree_skb(skb_dequeue(strata_station.sent));
	strata_router_told(test, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0,
			   &about);
}

static void forward_switch(struct kunit *test)
{
	static const struct strata_link_conf host = { .redirects = true };
	u64 before = strata_drop_read(strata_station.sn,
				      STRATA_DROP_IP_NOT_LOCAL);

	/* The switch is that of the link it comes in on. */
	strata_station_configure(strata_station.far, &host);
	skb_queue_purge(strata_station.sent);
	strata_station_rcv(strata_router_datagram(test, STATION_BEYOND, 40));
	kfree_skb(strata_router_sent(test));
	strata_station_configure(strata_station.link, &host);
	skb_queue_purge(strata_station.sent);
	strata_station_rcv(strata_router_datagram(test, STATION_BEYOND, 40));
	strata_router_silent(test);
	KUNIT_EXPECT_EQ(test, strata_drop_read(strata_station.sn,
					       STRATA_DROP_IP_NOT_LOCAL),
			before + 1);
}

/* What the device computed on the way in covers a header that has changed. */
static void forward_forgets_sum(struct kunit *test)
{
	struct sk_buff *skb = strata_router_datagram(test, STATION_BEYOND, 40);

	skb->csum = csum_partial(skb->data, skb->len, 0);
	skb->ip_summed = CHECKSUM_COMPLETE;
	strata_station_rcv(skb);
	skb = strata_router_sent(test);
	KUNIT_EXPECT_EQ(test, (int)skb->ip_summed, CHECKSUM_NONE);
	kfree_skb(skb);
}

/* Whoever taps the link sees what came in. */
static void forward_leaves_taps(struct kunit *test)
{
	struct sk_buff *skb = strata_router_datagram(test, STATION_BEYOND, 40);
	struct sk_buff *tap = skb_clone(skb, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, tap);
	strata_station_rcv(skb);
	KUNIT_EXPECT_EQ(test, (int)ip_hdr(tap)->ttl, ROUTER_TTL);
	skb = strata_router_sent(test);
	KUNIT_EXPECT_EQ(test, (int)ip_hdr(skb)->ttl, ROUTER_TTL - 1);
	kfree_skb(skb);
	kfree_skb(tap);
}

/* RFC 1812 5.2.7.2: to a neighbour of ours that goes back by its own link. */
static void forward_redirects(struct kunit *test)
{
	struct sk_buff *skb = strata_router_datagram(test, STATION_PEER + 1, 40);
	static const struct strata_link_conf quiet = { .forwarding = true };
	struct in6_addr near = strata_station_addr(STATION_PEER + 1);
	struct iphdr about;

	mutex_lock(&strata_station.sn->config);
	strata_neigh_add(strata_station.link, &near, strata_station_peer_ll,
			 false, NULL);
	mutex_unlock(&strata_station.sn->config);
	about = *ip_hdr(skb);
	ip_decrease_ttl(&about);
	strata_station_rcv(skb);
	strata_router_told(test, ICMP_REDIRECT, ICMP_REDIR_HOST, STATION_PEER + 1, &about);
	skb = strata_router_sent(test);
	KUNIT_EXPECT_EQ(test, ntohl(ip_hdr(skb)->daddr), STATION_PEER + 1);
	kfree_skb(skb);
	/* One who is not on the link is not told, nor anybody when it is off. */
	skb = strata_station_datagram(test, STATION_BEYOND, STATION_PEER + 1,
				      STATION_PROTO, strata_router_payload, 40);
	strata_station_rcv(skb);
	kfree_skb(strata_router_sent(test));
	strata_router_silent(test);
	strata_station_configure(strata_station.link, &quiet);
	strata_station_rcv(strata_router_datagram(test, STATION_PEER + 1, 40));
	kfree_skb(strata_router_sent(test));
	strata_router_silent(test);
}

/* RFC 3704 2.2, 2.4 */
static void forward_reverse_path(struct kunit *test)
{
	static const struct {
		u32 saddr;
		u8 rp_filter;
		bool passes;
	} cases[] = {
		{ STATION_PEER, STRATA_RPF_STRICT, true },
		{ STATION_BEYOND + 9, STRATA_RPF_OFF, true },
		{ STATION_BEYOND + 9, STRATA_RPF_STRICT, false },
		{ STATION_BEYOND + 9, STRATA_RPF_LOOSE, true },
		{ STATION_OUTSIDE, STRATA_RPF_OFF, true },
		{ STATION_OUTSIDE, STRATA_RPF_STRICT, false },
		{ STATION_OUTSIDE, STRATA_RPF_LOOSE, false },
	};
	struct strata_link_conf conf = { .forwarding = true };
	struct sk_buff *skb;
	enum strata_drop_reason reason = STRATA_DROP_IP_REVERSE_PATH;
	u64 before, dropped;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		conf.rp_filter = cases[i].rp_filter;
		strata_station_configure(strata_station.link, &conf);
		before = strata_drop_read(strata_station.sn, reason);
		skb = strata_station_datagram(test, cases[i].saddr,
					      STATION_BEYOND, STATION_PROTO,
					      strata_router_payload, 40);
		strata_station_rcv(skb);
		KUNIT_EXPECT_EQ_MSG(test, skb_queue_len(strata_station.sent),
				    (u32)cases[i].passes, "case %u", i);
		dropped = strata_drop_read(strata_station.sn, reason) - before;
		KUNIT_EXPECT_EQ_MSG(test, dropped, (u64)!cases[i].passes,
				    "case %u", i);
		skb_queue_purge(strata_station.sent);
	}
	/* It is asked of what is for us, too. */
	conf.rp_filter = STRATA_RPF_STRICT;
	strata_station_configure(strata_station.link, &conf);
	strata_station_rcv(strata_station_datagram(test, STATION_BEYOND,
						   STATION_ADDR, STATION_PROTO,
						   strata_router_payload, 40));
	KUNIT_EXPECT_EQ(test, strata_station.delivered, 0U);
}

static unsigned int hook_ran;

static enum strata_verdict hook_look(const struct strata_hook_state *state,
				     struct sk_buff *skb)
{
	if (state->in == strata_station.dev &&
	    state->out == strata_station.far_dev &&
	    skb->data == skb_network_header(skb) &&
	    ip_hdr(skb)->ttl == ROUTER_TTL - 1)
		hook_ran |= BIT(state->stage);
	return state->stage == STRATA_HOOK_L3_FORWARD ? STRATA_ACCEPT :
							STRATA_DROP;
}

static void forward_asks_hooks(struct kunit *test)
{
	static const struct strata_hook_ops forward = {
		.stage = STRATA_HOOK_L3_FORWARD, .priority = 4711,
		.hook = hook_look,
	}, postrouting = {
		.stage = STRATA_HOOK_L3_POSTROUTING, .priority = 4711,
		.hook = hook_look,
	};

	hook_ran = 0;
	KUNIT_ASSERT_EQ(test, strata_hook_register(&forward), 0);
	KUNIT_ASSERT_EQ(test, strata_hook_register(&postrouting), 0);
	strata_station_rcv(strata_router_datagram(test, STATION_BEYOND, 40));
	strata_hook_unregister(&postrouting);
	strata_hook_unregister(&forward);
	KUNIT_EXPECT_EQ(test, hook_ran,
			(unsigned int)(BIT(STRATA_HOOK_L3_FORWARD) |
				       BIT(STRATA_HOOK_L3_POSTROUTING)));
	strata_router_silent(test);
}

static struct kunit_case forward_tests[] = {
	KUNIT_CASE(forward_goes_on),
	KUNIT_CASE(forward_batch),
	KUNIT_CASE_PARAM(forward_refuses, refuse_gen_params),
	KUNIT_CASE(forward_ttl),
	KUNIT_CASE(forward_too_big),
	KUNIT_CASE(forward_unreachable),
	KUNIT_CASE(forward_switch),
	KUNIT_CASE(forward_forgets_sum),
	KUNIT_CASE(forward_leaves_taps),
	KUNIT_CASE(forward_redirects),
	KUNIT_CASE(forward_reverse_path),
	KUNIT_CASE(forward_asks_hooks),
	{}
};

static struct kunit_suite forward_suite = {
	.name = "strata_ipv4_forward",
	.init = strata_router_init,
	.exit = strata_router_exit,
	.test_cases = forward_tests,
};

kunit_test_suite(forward_suite);
