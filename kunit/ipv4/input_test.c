// SPDX-License-Identifier: GPL-2.0
/*
 * IPv4 input: malformed and impossible datagrams, each dropped under its own
 * reason and delivered to nobody.
 */
#include <linux/icmp.h>
#include <linux/if_ether.h>
#include "../../net/ipv4/ipv4.h"
#include "station.h"

#define OPTIONS_LEN	4

static const u8 payload[8] = "strata";

/**
 * struct input_case - what is wrong with a datagram
 * @name: for the report
 * @saddr: source, 0: the peer
 * @daddr: destination, 0: the station
 * @mangle: makes it wrong; the checksum is made right afterwards. Optional
 * @break_sum: breaks the checksum as well
 * @pkt_type: what L2 says
 * @reason: it is dropped for; STRATA_IPV4_PASS: delivered
 */
struct input_case {
	const char *name;
	u32 saddr;
	u32 daddr;
	void (*mangle)(struct sk_buff *skb, struct iphdr *iph);
	bool break_sum;
	u8 pkt_type;
	enum strata_drop_reason reason;
};

static void cut_header(struct sk_buff *skb, struct iphdr *iph)
{
	skb_trim(skb, sizeof(*iph) - 1);
}

static void version_6(struct sk_buff *skb, struct iphdr *iph)
{
	iph->version = 6;
}

static void ihl_4(struct sk_buff *skb, struct iphdr *iph)
{
	iph->ihl = 4;
}

static void ihl_beyond_total(struct sk_buff *skb, struct iphdr *iph)
{
	iph->ihl = 15;
}

static void ihl_beyond_packet(struct sk_buff *skb, struct iphdr *iph)
{
	iph->ihl = 15;
	iph->tot_len = htons(15 * 4);
}

static void total_below_header(struct sk_buff *skb, struct iphdr *iph)
{
	iph->tot_len = htons(sizeof(*iph) - 1);
}

static void total_beyond_packet(struct sk_buff *skb, struct iphdr *iph)
{
	iph->tot_len = htons(skb->len + 1);
}

static void padding(struct sk_buff *skb, struct iphdr *iph)
{
	iph->tot_len = htons(skb->len - 2);
}

static void odd_fragment(struct sk_buff *skb, struct iphdr *iph)
{
	iph->frag_off = htons(IP_MF);
	skb_trim(skb, skb->len - 1);
	iph->tot_len = htons(skb->len);
}

static void empty_fragment(struct sk_buff *skb, struct iphdr *iph)
{
	iph->frag_off = htons(1);
	skb_trim(skb, sizeof(*iph));
	iph->tot_len = htons(skb->len);
}

static void far_fragment(struct sk_buff *skb, struct iphdr *iph)
{
	iph->frag_off = htons(IP_OFFSET);
}

/* The payload's first word becomes options. */
static void set_options(struct sk_buff *skb, struct iphdr *iph, u8 a, u8 b,
			u8 c, u8 d)
{
	u8 *option = (u8 *)(iph + 1);

	iph->ihl += OPTIONS_LEN / 4;
	option[0] = a;
	option[1] = b;
	option[2] = c;
	option[3] = d;
}

static void option_too_long(struct sk_buff *skb, struct iphdr *iph)
{
	set_options(skb, iph, 7, 5, 4, 0);
}

static void source_route(struct sk_buff *skb, struct iphdr *iph)
{
	set_options(skb, iph, 131, 3, 4, 0);
}

static void router_alert(struct sk_buff *skb, struct iphdr *iph)
{
	set_options(skb, iph, 148, 4, 0, 0);
}

static const struct input_case input_cases[] = {
	{ "good", .reason = STRATA_IPV4_PASS },
	{ "padded (RFC 894)", .mangle = padding, .reason = STRATA_IPV4_PASS },
	{ "router alert (RFC 2113)", .mangle = router_alert,
	  .reason = STRATA_IPV4_PASS },
	{ "to everybody (RFC 919 7)", .daddr = INADDR_BROADCAST,
	  .pkt_type = PACKET_BROADCAST, .reason = STRATA_IPV4_PASS },
	{ "to the subnet (RFC 919 7)", .daddr = STATION_CAST,
	  .pkt_type = PACKET_BROADCAST, .reason = STRATA_IPV4_PASS },
	{ "to all hosts (RFC 1112 4)", .daddr = 0xe0000001,
	  .pkt_type = PACKET_MULTICAST, .reason = STRATA_IPV4_PASS },
	{ "header cut off", .mangle = cut_header,
	  .reason = STRATA_DROP_IP_TRUNCATED },
	{ "version 6 (RFC 1122 3.2.1.1)", .mangle = version_6,
	  .reason = STRATA_DROP_IP_VERSION },
	{ "four words of header", .mangle = ihl_4,
	  .reason = STRATA_DROP_IP_HEADER_LENGTH },
	{ "header longer than the datagram", .mangle = ihl_beyond_total,
	  .reason = STRATA_DROP_IP_HEADER_LENGTH },
	{ "header longer than the packet", .mangle = ihl_beyond_packet,
	  .reason = STRATA_DROP_IP_TRUNCATED },
	{ "total length below the header's", .mangle = total_below_header,
	  .reason = STRATA_DROP_IP_HEADER_LENGTH },
	{ "total length beyond the packet", .mangle = total_beyond_packet,
	  .reason = STRATA_DROP_IP_TRUNCATED },
	{ "checksum wrong (RFC 1122 3.2.1.2)", .break_sum = true,
	  .reason = STRATA_DROP_IP_CHECKSUM },
	{ "option too long (RFC 1122 3.2.1.8)", .mangle = option_too_long,
	  .reason = STRATA_DROP_IP_OPTIONS },
	{ "source route (RFC 7126 4.3)", .mangle = source_route,
	  .reason = STRATA_DROP_IP_OPTIONS },
	{ "fragment of 7 bytes, not the last (RFC 791 3.2)",
	  .mangle = odd_fragment, .reason = STRATA_DROP_FRAG_MALFORMED },
	{ "empty fragment", .mangle = empty_fragment,
	  .reason = STRATA_DROP_FRAG_MALFORMED },
	{ "fragment beyond 65535 bytes", .mangle = far_fragment,
	  .reason = STRATA_DROP_FRAG_MALFORMED },
	{ "from multicast (RFC 1122 3.2.1.3)", .saddr = 0xe0000001,
	  .reason = STRATA_DROP_IP_MARTIAN_SOURCE },
	{ "from everybody", .saddr = INADDR_BROADCAST,
	  .reason = STRATA_DROP_IP_MARTIAN_SOURCE },
	{ "from the subnet's broadcast address", .saddr = STATION_CAST,
	  .reason = STRATA_DROP_IP_MARTIAN_SOURCE },
	{ "from class E", .saddr = 0xf0000001,
	  .reason = STRATA_DROP_IP_MARTIAN_SOURCE },
	{ "from 0.1.2.3", .saddr = 0x00010203,
	  .reason = STRATA_DROP_IP_MARTIAN_SOURCE },
	{ "from 127.0.0.1 outside", .saddr = INADDR_LOOPBACK,
	  .reason = STRATA_DROP_IP_MARTIAN_SOURCE },
	{ "from ourselves outside", .saddr = STATION_ADDR,
	  .reason = STRATA_DROP_IP_MARTIAN_SOURCE },
	{ "to 127.0.0.1 from outside", .daddr = INADDR_LOOPBACK,
	  .reason = STRATA_DROP_IP_MARTIAN_DEST },
	{ "to 127.9.9.9 from outside", .daddr = 0x7f090909,
	  .reason = STRATA_DROP_IP_MARTIAN_DEST },
	{ "to 0.1.2.3", .daddr = 0x00010203,
	  .reason = STRATA_DROP_IP_MARTIAN_DEST },
	{ "to class E", .daddr = 0xf0000001,
	  .reason = STRATA_DROP_IP_MARTIAN_DEST },
	{ "to another host", .daddr = STATION_OUTSIDE,
	  .reason = STRATA_DROP_IP_NOT_LOCAL },
	{ "to a group we are not in", .daddr = 0xe0000102,
	  .pkt_type = PACKET_MULTICAST, .reason = STRATA_DROP_IP_NOT_LOCAL },
	{ "unicast in a broadcast frame (RFC 1122 3.3.6)",
	  .pkt_type = PACKET_BROADCAST, .reason = STRATA_DROP_IP_L2_CAST },
	{ "unicast in a multicast frame (RFC 1122 3.3.6)",
	  .pkt_type = PACKET_MULTICAST, .reason = STRATA_DROP_IP_L2_CAST },
};

static void input_describe(const struct input_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(input, input_cases, input_describe);

static struct sk_buff *input_build(struct kunit *test,
				   const struct input_case *c)
{
	struct sk_buff *skb;

	skb = strata_station_datagram(test, c->saddr ?: STATION_PEER,
				      c->daddr ?: STATION_ADDR, STATION_PROTO,
				      payload, sizeof(payload));
	if (c->mangle)
		c->mangle(skb, ip_hdr(skb));
	/* A checksum over bytes that are not there is nobody's to make. */
	if (ip_hdr(skb)->ihl * 4 <= skb->len)
		strata_station_sum(skb);
	if (c->break_sum)
		ip_hdr(skb)->check ^= htons(1);
	skb->pkt_type = c->pkt_type;
	return skb;
}

static void input_is_judged(struct kunit *test)
{
	const struct input_case *c = test->param_value;
	bool good = c->reason == STRATA_IPV4_PASS;
	u64 drops = strata_station_drops();
	struct sk_buff *skb;
	u64 before = 0;

	/* Given one datagram */
	skb = input_build(test, c);
	if (!good)
		before = strata_drop_read(strata_station.sn, c->reason);
	/* When it arrives */
	strata_station_rcv(skb);
	/* Then it is delivered, or dropped once and for this reason */
	KUNIT_EXPECT_EQ(test, strata_station.delivered, good ? 1 : 0);
	KUNIT_EXPECT_EQ(test, strata_station_drops() - drops, good ? 0 : 1);
	if (!good)
		KUNIT_EXPECT_EQ(test, strata_drop_read(strata_station.sn,
						       c->reason), before + 1);
}

static void input_nonlinear_is_pulled(struct kunit *test)
{
	struct sk_buff *skb, *tail;

	/* Given a datagram of which only ten bytes are linear */
	skb = strata_station_datagram(test, STATION_PEER, STATION_ADDR,
				      STATION_PROTO, payload, sizeof(payload));
	tail = skb_clone(skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, tail);
	tail = skb_unshare(tail, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, tail);
	__skb_pull(tail, 10);
	skb_trim(skb, 10);
	skb_shinfo(skb)->frag_list = tail;
	skb->len += tail->len;
	skb->data_len += tail->len;
	skb->truesize += tail->truesize;
	/* When it arrives, then it is delivered */
	strata_station_rcv(skb);
	KUNIT_EXPECT_EQ(test, strata_station.delivered, 1);
}

static void input_unknown_protocol_is_reported(struct kunit *test)
{
	u64 before = strata_drop_read(strata_station.sn,
				      STRATA_DROP_IP_NO_PROTOCOL);
	const struct icmphdr *icmph;
	struct sk_buff *skb;

	/* When a datagram of a protocol arrives that nobody registered */
	skb = strata_station_datagram(test, STATION_PEER, STATION_ADDR,
				      STATION_PROTO + 1, payload,
				      sizeof(payload));
	strata_station_rcv(skb);
	/* Then its sender is told (RFC 1122 3.2.2.1) */
	KUNIT_EXPECT_EQ(test, strata_drop_read(strata_station.sn,
					       STRATA_DROP_IP_NO_PROTOCOL),
			before + 1);
	skb = skb_dequeue(strata_station.sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	icmph = (struct icmphdr *)(skb->data + ETH_HLEN + sizeof(struct iphdr));
	KUNIT_EXPECT_EQ(test, icmph->type, ICMP_DEST_UNREACH);
	KUNIT_EXPECT_EQ(test, icmph->code, ICMP_PROT_UNREACH);
	kfree_skb(skb);
}

static struct kunit_case input_tests[] = {
	KUNIT_CASE_PARAM(input_is_judged, input_gen_params),
	KUNIT_CASE(input_nonlinear_is_pulled),
	KUNIT_CASE(input_unknown_protocol_is_reported),
	{}
};

static struct kunit_suite input_suite = {
	.name = "strata_ipv4_input",
	.init = strata_station_init,
	.exit = strata_station_exit,
	.test_cases = input_tests,
};

kunit_test_suite(input_suite);
