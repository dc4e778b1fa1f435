// SPDX-License-Identifier: GPL-2.0
/*
 * Reading IGMP and MLD: what each type says, and that no length is believed.
 */
#include <linux/icmpv6.h>
#include <linux/igmp.h>
#include <linux/inet.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/random.h>
#include <net/ip6_checksum.h>
#include "bench.h"

#define ROOM	256

/* A frame: the message @bytes behind an IP header, with the right sum. */
static struct sk_buff *frame(struct kunit *test, unsigned int header,
			     const void *bytes, unsigned int count,
			     __be16 proto)
{
	struct sk_buff *skb = alloc_skb(ROOM + 2048, GFP_KERNEL);
	struct ethhdr *eth;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, ROOM);
	skb_put_data(skb, bytes, count);
	skb_push(skb, header);
	eth = skb_push(skb, ETH_HLEN);
	memset(eth, 0, ETH_HLEN);
	eth->h_proto = proto;
	skb_reset_mac_header(skb);
	skb_pull(skb, ETH_HLEN);
	return skb;
}

static struct sk_buff *igmp(struct kunit *test, __be32 daddr, const u8 *message,
			    unsigned int count)
{
	struct sk_buff *skb = frame(test, sizeof(struct iphdr), message, count,
				    htons(ETH_P_IP));
	struct iphdr *ip = (struct iphdr *)skb->data;
	u8 *igmp = (u8 *)(ip + 1);

	*ip = (struct iphdr) {
		.version = 4, .ihl = 5, .ttl = 1, .protocol = IPPROTO_IGMP,
		.tot_len = htons(skb->len), .daddr = daddr,
		.saddr = htonl(0x0a000001),
	};
	if (count >= 4) {
		put_unaligned(0, (u16 *)(igmp + 2));
		put_unaligned((__force u16)ip_compute_csum(igmp, count),
			      (u16 *)(igmp + 2));
	}
	return skb;
}

static struct sk_buff *mld(struct kunit *test, const char *daddr,
			   const u8 *message, unsigned int count)
{
	static const u8 alert[] = { IPPROTO_ICMPV6, 0, 5, 2, 0, 0, 1, 0 };
	struct sk_buff *skb = frame(test, sizeof(struct ipv6hdr) + sizeof(alert),
				    message, count, htons(ETH_P_IPV6));
	struct ipv6hdr *ip = (struct ipv6hdr *)skb->data;
	u8 *icmp = (u8 *)(ip + 1) + sizeof(alert);
	__sum16 sum;

	*ip = (struct ipv6hdr) {
		.version = 6, .hop_limit = 1, .nexthdr = NEXTHDR_HOP,
		.payload_len = htons(count + sizeof(alert)),
	};
	memcpy(ip + 1, alert, sizeof(alert));
	in6_pton("fe80::1", -1, ip->saddr.s6_addr, -1, NULL);
	in6_pton(daddr, -1, ip->daddr.s6_addr, -1, NULL);
	if (count >= 4) {
		put_unaligned(0, (u16 *)(icmp + 2));
		sum = csum_ipv6_magic(&ip->saddr, &ip->daddr, count,
				      IPPROTO_ICMPV6, csum_partial(icmp, count, 0));
		put_unaligned((__force u16)sum, (u16 *)(icmp + 2));
	}
	return skb;
}

static void read(struct sk_buff *skb, struct strata_mcast_message *message)
{
	strata_mcast_parse(skb, message);
	kfree_skb(skb);
}

/* RFC 1112, RFC 2236 2, RFC 3376 4 */
static const struct {
	const char *what;
	u32 daddr;
	u8 bytes[32];
	unsigned int count;
	enum strata_mcast_kind kind;
	u8 version;
	u32 group;
} igmp_cases[] = {
	{ "v1 query", INADDR_ALLHOSTS_GROUP, { 0x11 }, 8,
	  STRATA_MCAST_QUERY, 1, 0 },
	{ "v2 query", INADDR_ALLHOSTS_GROUP, { 0x11, 100 }, 8,
	  STRATA_MCAST_QUERY, 2, 0 },
	{ "query of a group", 0xef010203,
	  { 0x11, 10, 0, 0, 0xef, 1, 2, 3 }, 8,
	  STRATA_MCAST_QUERY, 2, 0xef010203 },
	{ "general query to a group", 0xef010203, { 0x11, 10 }, 8,
	  STRATA_MCAST_BAD },
	{ "query of no group", 0xef010203,
	  { 0x11, 10, 0, 0, 10, 1, 2, 3 }, 8, STRATA_MCAST_BAD },
	{ "between v2 and v3", INADDR_ALLHOSTS_GROUP, { 0x11 }, 11,
	  STRATA_MCAST_BAD },
	{ "v3 query", INADDR_ALLHOSTS_GROUP, { 0x11, 100 }, 12,
	  STRATA_MCAST_QUERY, 3, 0 },
	{ "v3 query with a source", 0xef010203,
	  { 0x11, 100, 0, 0, 0xef, 1, 2, 3, 0, 0, 0, 1, 10, 0, 0, 9 }, 16,
	  STRATA_MCAST_QUERY, 3, 0xef010203 },
	{ "a source that is not there", 0xef010203,
	  { 0x11, 100, 0, 0, 0xef, 1, 2, 3, 0, 0, 0, 2, 10, 0, 0, 9 }, 16,
	  STRATA_MCAST_BAD },
	{ "65535 sources", 0xef010203,
	  { 0x11, 100, 0, 0, 0xef, 1, 2, 3, 0, 0, 255, 255 }, 16,
	  STRATA_MCAST_BAD },
	{ "sources of all groups", INADDR_ALLHOSTS_GROUP,
	  { 0x11, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 10, 0, 0, 9 }, 16,
	  STRATA_MCAST_BAD },
	{ "v1 report", 0xef010203, { 0x12, 0, 0, 0, 0xef, 1, 2, 3 }, 8,
	  STRATA_MCAST_JOIN, 1, 0xef010203 },
	{ "v2 report", 0xef010203, { 0x16, 0, 0, 0, 0xef, 1, 2, 3 }, 8,
	  STRATA_MCAST_JOIN, 2, 0xef010203 },
	{ "report of no group", 0xef010203, { 0x16, 0, 0, 0, 10, 1, 2, 3 },
	  8, STRATA_MCAST_BAD },
	{ "leave", INADDR_ALLRTRS_GROUP, { 0x17, 0, 0, 0, 0xef, 1, 2, 3 },
	  8, STRATA_MCAST_LEAVE, 2, 0xef010203 },
	{ "half a report", 0xef010203, { 0x16, 0, 0, 0, 0xef }, 5,
	  STRATA_MCAST_BAD },
	{ "v3 report without records", 0xe0000016, { 0x22 }, 8,
	  STRATA_MCAST_RECORDS, 3, 0 },
	{ "v3 report", 0xe0000016,
	  { 0x22, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 0, 0xef, 1, 2, 3 }, 16,
	  STRATA_MCAST_RECORDS, 3, 0 },
	{ "a record that is not there", 0xe0000016,
	  { 0x22, 0, 0, 0, 0, 0, 0, 2, 4, 0, 0, 0, 0xef, 1, 2, 3 }, 16,
	  STRATA_MCAST_BAD },
	{ "65535 records", 0xe0000016,
	  { 0x22, 0, 0, 0, 0, 0, 255, 255, 4, 0, 0, 0, 0xef, 1, 2, 3 }, 16,
	  STRATA_MCAST_BAD },
	{ "a record's sources beyond the end", 0xe0000016,
	  { 0x22, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 2, 0xef, 1, 2, 3, 10, 0, 0,
	    9 }, 20, STRATA_MCAST_BAD },
	{ "auxiliary data beyond the end", 0xe0000016,
	  { 0x22, 0, 0, 0, 0, 0, 0, 1, 4, 255, 0, 0, 0xef, 1, 2, 3 }, 16,
	  STRATA_MCAST_BAD },
	{ "a record of no group", 0xe0000016,
	  { 0x22, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 0, 10, 1, 2, 3 }, 16,
	  STRATA_MCAST_BAD },
	{ "a router, RFC 4286", 0xe000006a, { 0x30 }, 8,
	  STRATA_MCAST_ROUTER },
	{ "somebody else's", 0xe0000005, { 0x14 }, 8, STRATA_MCAST_FLOOD },
};

static void igmp_types(struct kunit *test)
{
	struct strata_mcast_message message;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(igmp_cases); i++) {
		read(igmp(test, htonl(igmp_cases[i].daddr), igmp_cases[i].bytes,
			  igmp_cases[i].count), &message);
		KUNIT_EXPECT_EQ_MSG(test, message.kind, igmp_cases[i].kind, "%s",
				    igmp_cases[i].what);
		if (!igmp_cases[i].version)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, message.version, igmp_cases[i].version,
				    "%s", igmp_cases[i].what);
		if (igmp_cases[i].kind != STRATA_MCAST_RECORDS)
			KUNIT_EXPECT_EQ_MSG(test,
					    ntohl(message.group.s6_addr32[3]),
					    igmp_cases[i].group, "%s", igmp_cases[i].what);
	}
}

/* RFC 2710 3, RFC 3810 5 */
static void mld_types(struct kunit *test)
{
	static const struct {
		const char *what, *daddr;
		u8 type;
		bool grouped;	/* about ff15::1 */
		u8 tail[24];	/* from the 24th byte on */
		unsigned int count;
		enum strata_mcast_kind kind;
		u8 version;
	} cases[] = {
		{ "v1 query", "ff02::1", 130, false, {}, 24,
		  STRATA_MCAST_QUERY, 1 },
		{ "v1 query of a group", "ff15::1", 130, true, {}, 24,
		  STRATA_MCAST_QUERY, 1 },
		{ "general query to a group", "ff15::1", 130, false, {}, 24,
		  STRATA_MCAST_BAD },
		{ "v2 query", "ff02::1", 130, false, {}, 28,
		  STRATA_MCAST_QUERY, 2 },
		{ "between v1 and v2", "ff02::1", 130, false, {}, 27,
		  STRATA_MCAST_BAD },
		{ "a source that is not there", "ff15::1", 130, true,
		  { 0, 0, 0, 1 }, 28, STRATA_MCAST_BAD },
		{ "report", "ff15::1", 131, true, {}, 24, STRATA_MCAST_JOIN, 1 },
		{ "report of no group", "ff15::1", 131, false, {}, 24,
		  STRATA_MCAST_BAD },
		{ "done", "ff02::2", 132, true, {}, 24, STRATA_MCAST_LEAVE, 1 },
		{ "half a report", "ff15::1", 131, true, {}, 20,
		  STRATA_MCAST_BAD },
		{ "v2 report without records", "ff02::16", 143, false, {}, 8,
		  STRATA_MCAST_RECORDS, 2 },
		{ "ping", "ff15::1", 128, true, {}, 24, STRATA_MCAST_DATA },
		{ "a router, RFC 4286", "ff02::6a", 151, false, {}, 8,
		  STRATA_MCAST_ROUTER },
	};
	static const u8 group[] = { 0xff, 0x15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
				    0, 1 };
	struct strata_mcast_message message;
	u8 bytes[48];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		memset(bytes, 0, sizeof(bytes));
		bytes[0] = cases[i].type;
		if (cases[i].grouped)
			memcpy(bytes + 8, group, sizeof(group));
		memcpy(bytes + 24, cases[i].tail, sizeof(cases[i].tail));
		read(mld(test, cases[i].daddr, bytes, cases[i].count), &message);
		KUNIT_EXPECT_EQ_MSG(test, message.kind, cases[i].kind, "%s",
				    cases[i].what);
		if (cases[i].version)
			KUNIT_EXPECT_EQ_MSG(test, message.version,
					    cases[i].version, "%s", cases[i].what);
	}
}

static void a_report_is_walked(struct kunit *test)
{
	static const u8 bytes[] = {
		0x22, 0, 0, 0, 0, 0, 0, 2,
		/* TO_IN of two sources, with a word of auxiliary data */
		3, 1, 0, 2, 0xef, 1, 2, 3, 10, 0, 0, 8, 10, 0, 0, 9, 1, 2, 3, 4,
		/* BLOCK of none */
		6, 0, 0, 0, 0xef, 1, 2, 4,
	};
	struct sk_buff *skb = igmp(test, htonl(0xe0000016), bytes, sizeof(bytes));
	struct strata_mcast_message message;
	struct strata_mcast_record record;
	struct in6_addr source;

	strata_mcast_parse(skb, &message);
	KUNIT_EXPECT_EQ(test, message.count, 2);
	KUNIT_ASSERT_TRUE(test, strata_mcast_next_record(skb, &message, &record));
	KUNIT_EXPECT_EQ(test, record.type, STRATA_MCAST_TO_IN);
	KUNIT_EXPECT_EQ(test, record.count, 2);
	KUNIT_ASSERT_TRUE(test, strata_mcast_source_at(skb, message.family,
						       record.offset, 1, &source));
	KUNIT_EXPECT_EQ(test, ntohl(source.s6_addr32[3]), 0x0a000009);
	KUNIT_ASSERT_TRUE(test, strata_mcast_next_record(skb, &message, &record));
	KUNIT_EXPECT_EQ(test, record.type, STRATA_MCAST_BLOCK);
	KUNIT_EXPECT_EQ(test, ntohl(record.group.s6_addr32[3]), 0xef010204);
	KUNIT_EXPECT_FALSE(test, strata_mcast_next_record(skb, &message, &record));
	kfree_skb(skb);
}

/* RFC 3376 4.1.1, RFC 3810 5.1.3 */
static void response_times(struct kunit *test)
{
	static const struct {
		u8 code;
		u32 ms;
	} igmp3[] = { { 10, 1000 }, { 127, 12700 }, { 128, 12800 },
		      { 143, 24800 }, { 255, 3174400 } };
	u8 bytes[12] = { 0x11 };
	struct strata_mcast_message message;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(igmp3); i++) {
		bytes[1] = igmp3[i].code;
		read(igmp(test, htonl(INADDR_ALLHOSTS_GROUP), bytes, sizeof(bytes)),
		     &message);
		KUNIT_EXPECT_EQ(test, message.response_ms, igmp3[i].ms);
	}
}

static void a_wrong_sum_is_bad(struct kunit *test)
{
	static const u8 bytes[] = { 0x16, 0, 0, 0, 0xef, 1, 2, 3 };
	struct sk_buff *skb = igmp(test, htonl(0xef010203), bytes, sizeof(bytes));
	struct strata_mcast_message message;

	skb->data[skb->len - 1] ^= 1;
	read(skb, &message);
	KUNIT_EXPECT_EQ(test, message.kind, STRATA_MCAST_BAD);
}

/* RFC 3810 5: one hop, from the link */
static void mld_from_elsewhere_is_bad(struct kunit *test)
{
	static const u8 bytes[24] = { 131, 0, 0, 0, 0, 0, 0, 0, 0xff, 0x15 };
	struct strata_mcast_message message;
	struct sk_buff *skb;

	skb = mld(test, "ff15::1", bytes, sizeof(bytes));
	((struct ipv6hdr *)skb->data)->hop_limit = 2;
	read(skb, &message);
	KUNIT_EXPECT_EQ(test, message.kind, STRATA_MCAST_BAD);
	skb = mld(test, "ff15::1", bytes, sizeof(bytes));
	((struct ipv6hdr *)skb->data)->saddr.s6_addr[0] = 0x20;
	read(skb, &message);
	KUNIT_EXPECT_EQ(test, message.kind, STRATA_MCAST_BAD);
}

/* RFC 4541 2.1.2 */
static void what_is_data(struct kunit *test)
{
	static const struct {
		u32 daddr;
		enum strata_mcast_kind kind;
	} cases[] = {
		{ 0xe00000fb, STRATA_MCAST_FLOOD },	/* 224.0.0.251 */
		{ 0xe0000100, STRATA_MCAST_DATA },
		{ 0xefffffff, STRATA_MCAST_DATA },
	};
	static const u8 bytes[8];
	struct strata_mcast_message message;
	struct sk_buff *skb;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		skb = igmp(test, htonl(cases[i].daddr), bytes, sizeof(bytes));
		((struct iphdr *)skb->data)->protocol = IPPROTO_UDP;
		read(skb, &message);
		KUNIT_EXPECT_EQ(test, message.kind, cases[i].kind);
	}
	skb = igmp(test, htonl(0xef010203), bytes, sizeof(bytes));
	((struct iphdr *)skb->data)->version = 5;
	read(skb, &message);
	KUNIT_EXPECT_EQ(test, message.kind, STRATA_MCAST_FLOOD);
}

/* Cut anywhere, and with any byte changed: under KASAN, nothing is read beyond. */
static void anything_may_come(struct kunit *test)
{
	static const u8 igmp_types_known[] = { 0x11, 0x12, 0x16, 0x17, 0x22 };
	static const u8 mld_types_known[] = { 130, 131, 132, 143 };
	struct strata_mcast_message message;
	struct sk_buff *skb;
	unsigned int i, cut;
	u8 bytes[64];

	for (i = 0; i < 4000; i++) {
		get_random_bytes(bytes, sizeof(bytes));
		if (i & 1) {
			bytes[0] = igmp_types_known[i % ARRAY_SIZE(igmp_types_known)];
			skb = igmp(test, htonl(0xe0000016), bytes, sizeof(bytes));
		} else {
			bytes[0] = mld_types_known[i / 2 % ARRAY_SIZE(mld_types_known)];
			skb = mld(test, "ff02::16", bytes, sizeof(bytes));
		}
		cut = get_random_u32() % (skb->len + 1);
		if (i & 2)
			skb_trim(skb, cut);
		if (i & 4 && skb->len)
			skb->data[get_random_u32() % skb->len] ^= 1 << (i % 8);
		read(skb, &message);
		KUNIT_ASSERT_LE(test, message.kind, STRATA_MCAST_BAD);
	}
}

static struct kunit_case mcast_parse_cases[] = {
	KUNIT_CASE(igmp_types),
	KUNIT_CASE(mld_types),
	KUNIT_CASE(a_report_is_walked),
	KUNIT_CASE(response_times),
	KUNIT_CASE(a_wrong_sum_is_bad),
	KUNIT_CASE(mld_from_elsewhere_is_bad),
	KUNIT_CASE(what_is_data),
	KUNIT_CASE(anything_may_come),
	{}
};

static struct kunit_suite mcast_parse_suite = {
	.name = "strata_bridge_mcast_parse",
	.test_cases = mcast_parse_cases,
};

kunit_test_suite(mcast_parse_suite);
