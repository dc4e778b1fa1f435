// SPDX-License-Identifier: GPL-2.0
/*
 * What a router does to a datagram beside taking a hop off: it cuts up what is
 * too big, takes apart what GRO has merged, and writes into options. Every
 * checksum is computed anew.
 */
#include <linux/icmp.h>
#include <linux/if_ether.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include "../../net/ipv4/ipv4.h"
#include "router.h"

/* Put @len bytes of options, a multiple of 4, behind the header of @skb. */
static void set_options(struct sk_buff *skb, const u8 *options,
			unsigned int len)
{
	struct iphdr *iph = ip_hdr(skb);

	iph->ihl += len / 4;
	memcpy(iph + 1, options, len);
	strata_station_sum(skb);
}

/* The fragments that were sent make @len bytes of the strata_router_payload, from @offset on;
 * @more: none of them is the last. Returns how many they are.
 */
static unsigned int fragments(struct kunit *test, unsigned int offset,
			      unsigned int len, bool more)
{
	unsigned int at = offset, count = 0;
	unsigned int bytes, header;
	const struct iphdr *iph;
	struct sk_buff *skb;

	while (skb_queue_len(strata_station.sent)) {
		skb = strata_router_sent(test);
		iph = ip_hdr(skb);
		header = iph->ihl * 4;
		bytes = skb->len - header;
		count++;
		KUNIT_EXPECT_LE(test, skb->len, 1500U);
		KUNIT_EXPECT_EQ(test, (ntohs(iph->frag_off) & IP_OFFSET) * 8U,
				at);
		KUNIT_EXPECT_EQ(test, (int)iph->ttl, ROUTER_TTL - 1);
		KUNIT_EXPECT_EQ(test, ntohs(iph->id), 77);
		KUNIT_EXPECT_EQ(test, memcmp(skb->data + header,
					     strata_router_payload + header -
					     sizeof(*iph) + at - offset,
					     bytes), 0);
		at += bytes;
		KUNIT_EXPECT_EQ(test, !!(iph->frag_off & htons(IP_MF)),
				more || at < offset + len);
		kfree_skb(skb);
	}
	KUNIT_EXPECT_EQ(test, at, offset + len);
	return count;
}

/* RFC 791 3.2 */
static void forward_cuts(struct kunit *test)
{
	struct sk_buff *skb = strata_router_datagram(test, STATION_BEYOND, 3001);

	ip_hdr(skb)->id = htons(77);
	strata_station_sum(skb);
	strata_station_rcv(skb);
	KUNIT_EXPECT_EQ(test, fragments(test, 0, 3001, false), 3U);
	/* A fragment, not the last, is cut again. */
	skb = strata_router_datagram(test, STATION_BEYOND, 2000);
	ip_hdr(skb)->id = htons(77);
	ip_hdr(skb)->frag_off = htons(IP_MF | 100);
	strata_station_sum(skb);
	strata_station_rcv(skb);
	KUNIT_EXPECT_EQ(test, fragments(test, 800, 2000, true), 2U);
}

/* RFC 791 3.1: Record Route is not copied, Router Alert is. */
static void forward_cuts_options(struct kunit *test)
{
	static const u8 options[12] = { 7, 7, 4, 0, 0, 0, 0, 1, 148, 4, 0, 0 };
	struct sk_buff *skb = strata_router_datagram(test, STATION_BEYOND, 3012);
	const u8 *header;

	ip_hdr(skb)->id = htons(77);
	set_options(skb, options, sizeof(options));
	strata_station_rcv(skb);
	/* The first has been recorded in. */
	header = skb_peek(strata_station.sent)->data + ETH_HLEN;
	KUNIT_EXPECT_EQ(test, (int)header[20], 7);
	KUNIT_EXPECT_EQ(test, (int)header[22], 8);
	KUNIT_EXPECT_EQ(test, memcmp(header + 28, "\x94\x04\0\0", 4), 0);
	header = skb_peek_tail(strata_station.sent)->data + ETH_HLEN;
	KUNIT_EXPECT_EQ(test, memcmp(header + 20,
				     "\1\1\1\1\1\1\1\1\x94\x04\0\0", 12),
			0);
	KUNIT_EXPECT_EQ(test, fragments(test, 0, 3000, false), 3U);
}

/* RFC 1812 5.2.4.2, 5.2.4.3 */
static void forward_writes_options(struct kunit *test)
{
	static const struct {
		const char *what;
		u8 in[12];
		u8 out[12];
		bool time;	/* the last 4 bytes are the time of day */
	} cases[] = {
		{ "record route", { 7, 11, 8, 1, 2, 3, 4, 0, 0, 0, 0, 0 },
		  { 7, 11, 12, 1, 2, 3, 4, 10, 98, 0, 1, 0 } },
		{ "full", { 7, 7, 8, 1, 2, 3, 4, 0, 0, 0, 0, 0 },
		  { 7, 7, 8, 1, 2, 3, 4, 0, 0, 0, 0, 0 } },
		{ "time", { 68, 8, 5, 0, 0, 0, 0, 0, 1, 1, 1, 1 },
		  { 68, 8, 9, 0, 0, 0, 0, 0, 1, 1, 1, 1 } },
		{ "address and time", { 68, 12, 5, 1 },
		  { 68, 12, 13, 1, 10, 98, 0, 1 }, true },
		{ "our time", { 68, 12, 5, 3, 10, 99, 0, 1 },
		  { 68, 12, 13, 3, 10, 99, 0, 1 }, true },
		{ "another's time", { 68, 12, 5, 3, 10, 99, 0, 9 },
		  { 68, 12, 5, 3, 10, 99, 0, 9 } },
		{ "one more missed", { 68, 8, 9, 0x20, 1, 2, 3, 4, 0 },
		  { 68, 8, 9, 0x30, 1, 2, 3, 4, 0 } },
		{ "unknown", { 200, 12, 1, 2, 3 }, { 200, 12, 1, 2, 3 } },
	};
	unsigned int i, len;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sk_buff *skb = strata_router_datagram(test, STATION_BEYOND, 40);
		const u8 *out;

		set_options(skb, cases[i].in, sizeof(cases[i].in));
		strata_station_rcv(skb);
		skb = strata_router_sent(test);
		out = (u8 *)(ip_hdr(skb) + 1);
		len = sizeof(cases[i].out);
		if (cases[i].time)
			len -= sizeof(__be32);
		if (cases[i].in[3] == 0 && cases[i].in[0] == 68) {
			/* The time stands in the middle. */
			KUNIT_EXPECT_NE(test, memcmp(out + 4, "\0\0\0\0", 4), 0);
			memset((u8 *)out + 4, 0, 4);
		}
		KUNIT_EXPECT_EQ_MSG(test, memcmp(out, cases[i].out, len), 0,
				    "%s: %*ph", cases[i].what, 12, out);
		if (cases[i].time)
			KUNIT_EXPECT_NE(test, memcmp(out + 8, "\0\0\0\0", 4), 0);
		kfree_skb(skb);
	}
}

static void forward_refuses_options(struct kunit *test)
{
	static const u8 routed[8] = { 131, 7, 4, 10, 98, 0, 2, 0 };
	static const u8 cut_off[4] = { 7, 5, 4, 0 };
	struct sk_buff *skb = strata_router_datagram(test, STATION_BEYOND, 40);

	/* RFC 7126 4.3 */
	set_options(skb, routed, sizeof(routed));
	strata_station_rcv(skb);
	strata_router_silent(test);
	skb = strata_router_datagram(test, STATION_BEYOND, 40);
	set_options(skb, cut_off, sizeof(cut_off));
	strata_station_rcv(skb);
	skb = skb_peek(strata_station.sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	/* Pointer: the option's first byte. The quote has the options too. */
	KUNIT_EXPECT_EQ(test, (int)skb->data[ETH_HLEN + 20],
			ICMP_PARAMETERPROB);
	KUNIT_EXPECT_EQ(test, (int)skb->data[ETH_HLEN + 24], 20);
	skb_queue_purge(strata_station.sent);
}

/* A TCP segment of @segments times @size bytes that a device is to cut. */
static struct sk_buff *gso(struct kunit *test, unsigned int segments,
			   unsigned int size, bool df)
{
	unsigned int len = segments * size;
	struct sk_buff *skb;
	struct tcphdr *th;

	skb = strata_station_datagram(test, STATION_PEER, STATION_BEYOND,
				      IPPROTO_TCP, strata_router_payload,
				      sizeof(*th) + len);
	th = (struct tcphdr *)(ip_hdr(skb) + 1);
	memset(th, 0, sizeof(*th));
	th->doff = sizeof(*th) / 4;
	th->ack = true;
	th->check = ~csum_tcpudp_magic(ip_hdr(skb)->saddr, ip_hdr(skb)->daddr,
				       sizeof(*th) + len, IPPROTO_TCP, 0);
	ip_hdr(skb)->frag_off = df ? htons(IP_DF) : 0;
	ip_hdr(skb)->id = htons(77);
	strata_station_sum(skb);
	skb_set_transport_header(skb, sizeof(struct iphdr));
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);
	skb_shinfo(skb)->gso_size = size;
	skb_shinfo(skb)->gso_segs = segments;
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	return skb;
}

/* The @len bytes of a whole segment @tcp have a checksum that is right. */
static void expect_sum(struct kunit *test, const struct iphdr *iph,
		       const void *tcp, unsigned int len)
{
	__wsum sum = csum_partial(tcp, len, 0);

	KUNIT_EXPECT_EQ(test, (int)csum_tcpudp_magic(iph->saddr, iph->daddr,
						     len, IPPROTO_TCP, sum), 0);
}

/* Segments that fit go on, each with the checksum it must have. */
static void forward_gso(struct kunit *test)
{
	unsigned int i, len;
	struct sk_buff *skb;

	strata_station_rcv(gso(test, 2, 1400, true));
	for (i = 0; i < 2; i++) {
		skb = strata_router_sent(test);
		len = skb->len - sizeof(struct iphdr);
		KUNIT_EXPECT_EQ(test, skb->len, 1400U + 40);
		KUNIT_EXPECT_EQ(test, (int)ip_hdr(skb)->ttl, ROUTER_TTL - 1);
		expect_sum(test, ip_hdr(skb), ip_hdr(skb) + 1, len);
		kfree_skb(skb);
	}
	strata_router_silent(test);
}

/* The segments' size counts, not the buffer's (RFC 1191). */
static void forward_gso_too_big(struct kunit *test)
{
	struct sk_buff *skb = gso(test, 2, 1461, true);
	struct iphdr about = *ip_hdr(skb);

	strata_station_rcv(skb);
	strata_router_told(test, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 1500, &about);
	strata_router_silent(test);
}

/* Without DF each segment is cut up, with its checksum made before. */
static void forward_gso_cuts(struct kunit *test)
{
	u8 *segment = kunit_kzalloc(test, 2000, GFP_KERNEL);
	unsigned int at = 0, bytes;
	struct sk_buff *skb;

	KUNIT_ASSERT_NOT_NULL(test, segment);
	strata_station_rcv(gso(test, 2, 1800, false));
	KUNIT_EXPECT_EQ(test, skb_queue_len(strata_station.sent), 4U);
	while (skb_queue_len(strata_station.sent)) {
		skb = strata_router_sent(test);
		bytes = skb->len - sizeof(struct iphdr);
		KUNIT_ASSERT_LE(test, at + bytes, 2000U);
		memcpy(segment + at, ip_hdr(skb) + 1, bytes);
		at += bytes;
		if (!(ip_hdr(skb)->frag_off & htons(IP_MF))) {
			KUNIT_EXPECT_EQ(test, at, 1820U);
			expect_sum(test, ip_hdr(skb), segment, at);
			at = 0;
		}
		kfree_skb(skb);
	}
	KUNIT_EXPECT_EQ(test, at, 0U);
}

static struct kunit_case cut_tests[] = {
	KUNIT_CASE(forward_cuts),
	KUNIT_CASE(forward_cuts_options),
	KUNIT_CASE(forward_writes_options),
	KUNIT_CASE(forward_refuses_options),
	KUNIT_CASE(forward_gso),
	KUNIT_CASE(forward_gso_too_big),
	KUNIT_CASE(forward_gso_cuts),
	{}
};

static struct kunit_suite cut_suite = {
	.name = "strata_ipv4_cut",
	.init = strata_router_init,
	.exit = strata_router_exit,
	.test_cases = cut_tests,
};

kunit_test_suite(cut_suite);
