// SPDX-License-Identifier: GPL-2.0
/*
 * Packets rewritten: what changed by differences is what one gets by summing up
 * anew, for each protocol, each family and each state of the checksum.
 */
#include <kunit/test.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/prandom.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include "../../net/conntrack/conntrack.h"

#define SEED	99
#define ROUNDS	200
#define PAYLOAD	24

struct kind {
	const char *name;
	bool ip4;
	u8 proto;
	u8 ip_summed;
};

static const struct kind kinds[] = {
	{ "TCP", true, IPPROTO_TCP, CHECKSUM_NONE },
	{ "TCP, left to the device", true, IPPROTO_TCP, CHECKSUM_PARTIAL },
	{ "TCP, summed up by the device", true, IPPROTO_TCP, CHECKSUM_COMPLETE },
	{ "UDP", true, IPPROTO_UDP, CHECKSUM_NONE },
	{ "UDP, left to the device", true, IPPROTO_UDP, CHECKSUM_PARTIAL },
	{ "ICMP", true, IPPROTO_ICMP, CHECKSUM_NONE },
	{ "TCP over IPv6", false, IPPROTO_TCP, CHECKSUM_NONE },
	{ "TCP over IPv6, left to the device", false, IPPROTO_TCP, CHECKSUM_PARTIAL },
	{ "UDP over IPv6", false, IPPROTO_UDP, CHECKSUM_NONE },
	{ "ICMPv6", false, IPPROTO_ICMPV6, CHECKSUM_NONE },
};

static struct rnd_state rnd;

static void random_addr(struct in6_addr *addr, bool ip4)
{
	prandom_bytes_state(&rnd, addr, sizeof(*addr));
	addr->s6_addr[0] = 0x20;
	if (ip4)
		strata_addr_from4(addr, addr->s6_addr32[3]);
}

static unsigned int header_len(const struct kind *kind)
{
	return kind->ip4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
}

static __sum16 *check_of(const struct kind *kind, u8 *header)
{
	switch (kind->proto) {
	case IPPROTO_TCP:
		return &((struct tcphdr *)header)->check;
	case IPPROTO_UDP:
		return &((struct udphdr *)header)->check;
	default:
		return &((struct icmphdr *)header)->checksum;
	}
}

static __wsum pseudo(const struct kind *kind, const struct sk_buff *skb,
		     unsigned int len)
{
	if (kind->proto == IPPROTO_ICMP)
		return 0;
	if (kind->ip4)
		return csum_tcpudp_nofold(ip_hdr(skb)->saddr,
					  ip_hdr(skb)->daddr, len, kind->proto, 0);
	return ~csum_unfold(csum_ipv6_magic(&ipv6_hdr(skb)->saddr,
					    &ipv6_hdr(skb)->daddr, len,
					    kind->proto, 0));
}

static void push_header(const struct kind *kind, struct sk_buff *skb,
			const struct strata_ct_tuple *tuple)
{
	unsigned int len = skb->len;

	skb_push(skb, header_len(kind));
	skb_reset_network_header(skb);
	memset(skb->data, 0, header_len(kind));
	skb->protocol = htons(kind->ip4 ? ETH_P_IP : ETH_P_IPV6);
	if (kind->ip4) {
		struct iphdr *iph = ip_hdr(skb);

		iph->version = 4;
		iph->ihl = 5;
		iph->protocol = kind->proto;
		iph->tot_len = htons(skb->len);
		iph->saddr = strata_addr_to4(&tuple->saddr);
		iph->daddr = strata_addr_to4(&tuple->daddr);
		ip_send_check(iph);
	} else {
		struct ipv6hdr *ip6h = ipv6_hdr(skb);

		ip6h->version = 6;
		ip6h->nexthdr = kind->proto;
		ip6h->payload_len = htons(len);
		ip6h->saddr = tuple->saddr;
		ip6h->daddr = tuple->daddr;
	}
}

static void fill_transport(const struct kind *kind, u8 *header,
			   const struct strata_ct_tuple *tuple)
{
	if (kind->proto == IPPROTO_ICMP || kind->proto == IPPROTO_ICMPV6) {
		struct icmphdr *icmph = (struct icmphdr *)header;

		icmph->type = kind->ip4 ? ICMP_ECHO : ICMPV6_ECHO_REQUEST;
		icmph->code = 0;
		icmph->un.echo.id = tuple->sport;
		return;
	}
	((__be16 *)header)[0] = tuple->sport;
	((__be16 *)header)[1] = tuple->dport;
	if (kind->proto == IPPROTO_TCP)
		((struct tcphdr *)header)->doff = 5;
	else
		((struct udphdr *)header)->len =
			htons(sizeof(struct tcphdr) + PAYLOAD);
}

static struct sk_buff *packet(struct kunit *test, const struct kind *kind,
			      const struct strata_ct_tuple *tuple)
{
	unsigned int len = sizeof(struct tcphdr) + PAYLOAD;
	struct sk_buff *skb = alloc_skb(128 + len, GFP_KERNEL);
	__sum16 *check;
	u8 *header;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, 128);
	header = skb_put(skb, len);
	prandom_bytes_state(&rnd, header, len);
	fill_transport(kind, header, tuple);
	check = check_of(kind, header);
	*check = 0;
	push_header(kind, skb, tuple);
	if (kind->ip_summed == CHECKSUM_PARTIAL) {
		*check = ~csum_fold(pseudo(kind, skb, len));
		skb->csum_start = header - skb->head;
		skb->csum_offset = (u8 *)check - header;
	} else {
		*check = csum_fold(csum_partial(header, len,
						pseudo(kind, skb, len)));
		skb->csum = csum_partial(skb->data, skb->len, 0);
	}
	skb->ip_summed = kind->ip_summed;
	return skb;
}

static void is_right(struct kunit *test, const struct kind *kind,
		     struct sk_buff *skb)
{
	unsigned int at = header_len(kind), len = skb->len - at;
	u8 *header = skb->data + at;

	if (kind->ip4)
		KUNIT_EXPECT_EQ(test, 0, ip_fast_csum(skb->data, 5));
	if (kind->ip_summed == CHECKSUM_PARTIAL) {
		KUNIT_EXPECT_EQ(test, (u16)~csum_fold(pseudo(kind, skb, len)),
				(__force u16)*check_of(kind, header));
		return;
	}
	KUNIT_EXPECT_EQ(test, 0, (__force u16)
			csum_fold(csum_partial(header, len,
					       pseudo(kind, skb, len))));
	if (kind->ip_summed == CHECKSUM_COMPLETE)
		KUNIT_EXPECT_EQ(test, (__force u16)csum_fold(skb->csum),
				(__force u16)csum_fold(csum_partial(skb->data, skb->len, 0)));
}

static void looks_so(struct kunit *test, const struct sk_buff *skb,
		     const struct strata_ct_tuple *tuple)
{
	struct ct_packet packet, wanted;

	KUNIT_ASSERT_EQ(test, CT_PARSED,
			strata_ct_parse(skb, 0, 0, false, &packet));
	wanted.proto = packet.proto;
	strata_ct_key_set(&wanted, tuple, 0);
	KUNIT_EXPECT_EQ(test, 0, memcmp(&packet.key, &wanted.key,
					sizeof(packet.key)));
	KUNIT_EXPECT_EQ(test, packet.high, wanted.high);
}

static void random_tuple(const struct kind *kind, struct strata_ct_tuple *tuple)
{
	bool query = kind->proto == IPPROTO_ICMP ||
		     kind->proto == IPPROTO_ICMPV6;

	random_addr(&tuple->saddr, kind->ip4);
	random_addr(&tuple->daddr, kind->ip4);
	tuple->sport = htons(prandom_u32_state(&rnd));
	tuple->dport = query ? htons(kind->ip4 ? ICMP_ECHO : ICMPV6_ECHO_REQUEST) :
			       htons(prandom_u32_state(&rnd));
}

static void mangle_sums(struct kunit *test)
{
	const struct kind *kind = test->param_value;
	struct strata_ct_tuple from, to;
	struct sk_buff *skb;
	unsigned int round;

	prandom_seed_state(&rnd, SEED);
	for (round = 0; round < ROUNDS; round++) {
		random_tuple(kind, &from);
		random_tuple(kind, &to);
		skb = packet(test, kind, &from);
		is_right(test, kind, skb);
		KUNIT_ASSERT_TRUE(test, strata_ct_mangle(skb, &to, true));
		KUNIT_ASSERT_TRUE(test, strata_ct_mangle(skb, &to, false));
		is_right(test, kind, skb);
		looks_so(test, skb, &to);
		kfree_skb(skb);
	}
}

static void kind_name(const struct kind *kind, char *name)
{
	strscpy(name, kind->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(mangle_sums, kinds, kind_name);

/* RFC 768: no checksum stays none. */
static void mangle_no_sum(struct kunit *test)
{
	const struct kind kind = { "", true, IPPROTO_UDP, CHECKSUM_NONE };
	struct strata_ct_tuple from, to;
	struct sk_buff *skb;

	prandom_seed_state(&rnd, SEED);
	random_tuple(&kind, &from);
	random_tuple(&kind, &to);
	skb = packet(test, &kind, &from);
	*check_of(&kind, skb->data + header_len(&kind)) = 0;
	KUNIT_EXPECT_TRUE(test, strata_ct_mangle(skb, &to, true));
	KUNIT_EXPECT_EQ(test, 0, (__force u16)
			*check_of(&kind, skb->data + header_len(&kind)));
	kfree_skb(skb);
}

static struct kunit_case mangle_cases[] = {
	KUNIT_CASE_PARAM(mangle_sums, mangle_sums_gen_params),
	KUNIT_CASE(mangle_no_sum),
	{}
};

static struct kunit_suite mangle_suite = {
	.name = "strata-conntrack-mangle",
	.test_cases = mangle_cases,
};

kunit_test_suite(mangle_suite);
