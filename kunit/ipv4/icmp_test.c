// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP: what errors mean, what they are never sent about, echo.
 */
#include <linux/icmp.h>
#include <linux/if_ether.h>
#include <net/icmp.h>
#include "../../net/ipv4/ipv4.h"
#include "station.h"

#define ECHO_ID		0x1234
#define STATION_FLOODER	0x0a63004dU	/* 10.99.0.77 */
#define QUOTED_LEN	(sizeof(struct iphdr) + 8)

/* Payload of an ICMP message to be, as big as the tests need. */
struct message {
	struct icmphdr icmph;
	u8 data[1472];
} __packed;

static void meaning_is_the_kernels(struct kunit *test)
{
	struct strata_icmp_meaning meaning;
	u8 code;

	/* The table that programs know is exported by the kernel's stack. */
	for (code = 0; code <= NR_ICMP_UNREACH; code++) {
		meaning = strata_icmp_meaning(ICMP_DEST_UNREACH, code);
		KUNIT_EXPECT_EQ(test, meaning.err,
				icmp_err_convert[code].errno);
		KUNIT_EXPECT_EQ(test, meaning.hard,
				(bool)icmp_err_convert[code].fatal);
	}
	KUNIT_EXPECT_EQ(test, strata_icmp_meaning(ICMP_TIME_EXCEEDED, 0).err,
			EHOSTUNREACH);
	KUNIT_EXPECT_FALSE(test, strata_icmp_meaning(ICMP_TIME_EXCEEDED,
						     0).hard);
	KUNIT_EXPECT_EQ(test, strata_icmp_meaning(ICMP_PARAMETERPROB, 0).err,
			EPROTO);
}

static void meaning_of_the_rest_is_nothing(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, strata_icmp_meaning(ICMP_DEST_UNREACH,
						  NR_ICMP_UNREACH + 1).err, 0);
	/* RFC 6633 */
	KUNIT_EXPECT_EQ(test, strata_icmp_meaning(ICMP_SOURCE_QUENCH, 0).err,
			0);
	KUNIT_EXPECT_EQ(test, strata_icmp_meaning(ICMP_REDIRECT, 0).err, 0);
}

/**
 * struct answer_case - may an error be sent about it? (RFC 1122 3.2.2)
 * @name: for the report
 * @saddr: source
 * @daddr: destination
 * @proto: IP protocol
 * @icmp_type: the first byte after the header
 * @frag_off: as in the header, host order
 * @pkt_type: what L2 says
 * @may: the answer
 */
struct answer_case {
	const char *name;
	u32 saddr;
	u32 daddr;
	u8 proto;
	u8 icmp_type;
	u16 frag_off;
	u8 pkt_type;
	bool may;
};

static const struct answer_case answer_cases[] = {
	{ "datagram", STATION_PEER, STATION_ADDR, 17, .may = true },
	{ "first fragment", STATION_PEER, STATION_ADDR, 17,
	  .frag_off = IP_MF, .may = true },
	{ "later fragment", STATION_PEER, STATION_ADDR, 17, .frag_off = 1 },
	{ "echo request", STATION_PEER, STATION_ADDR, 1, ICMP_ECHO,
	  .may = true },
	{ "unreachable", STATION_PEER, STATION_ADDR, 1, ICMP_DEST_UNREACH },
	{ "source quench", STATION_PEER, STATION_ADDR, 1, ICMP_SOURCE_QUENCH },
	{ "redirect", STATION_PEER, STATION_ADDR, 1, ICMP_REDIRECT },
	{ "time exceeded", STATION_PEER, STATION_ADDR, 1, ICMP_TIME_EXCEEDED },
	{ "parameter problem", STATION_PEER, STATION_ADDR, 1,
	  ICMP_PARAMETERPROB },
	{ "ICMP of no known type", STATION_PEER, STATION_ADDR, 1, 200 },
	{ "to everybody", STATION_PEER, INADDR_BROADCAST, 17 },
	{ "to the subnet", STATION_PEER, STATION_CAST, 17 },
	{ "to a group", STATION_PEER, 0xe0000001, 17 },
	{ "in a broadcast frame", STATION_PEER, STATION_ADDR, 17,
	  .pkt_type = PACKET_BROADCAST },
	{ "in a multicast frame", STATION_PEER, STATION_ADDR, 17,
	  .pkt_type = PACKET_MULTICAST },
	{ "from nobody", 0, STATION_ADDR, 17 },
	{ "from a group", 0xe0000001, STATION_ADDR, 17 },
	{ "from class E", 0xf0000001, STATION_ADDR, 17 },
	{ "from the subnet's broadcast address", STATION_CAST, STATION_ADDR,
	  17 },
};

static void answer_describe(const struct answer_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(answer, answer_cases, answer_describe);

static void answer_is_permitted(struct kunit *test)
{
	const struct answer_case *c = test->param_value;
	u8 data[8] = { c->icmp_type };
	struct sk_buff *skb;

	skb = strata_station_datagram(test, c->saddr, c->daddr, c->proto, data,
				      sizeof(data));
	ip_hdr(skb)->frag_off = htons(c->frag_off);
	skb->pkt_type = c->pkt_type;

	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, strata_icmp_may_answer(strata_station.sn, skb),
			c->may);
	rcu_read_unlock();
	kfree_skb(skb);
}

/* Sends the station an ICMP message; the checksum is made right. */
static void icmp_arrives(struct kunit *test, u32 daddr, u8 pkt_type,
			 struct message *message, unsigned int len)
{
	struct sk_buff *skb;

	message->icmph.checksum = 0;
	message->icmph.checksum = ip_compute_csum(message, len);
	skb = strata_station_datagram(test, STATION_PEER, daddr, IPPROTO_ICMP,
				      message, len);
	skb->pkt_type = pkt_type;
	strata_station_rcv(skb);
}

static struct message *echo_request(struct kunit *test)
{
	struct message *message = kunit_kzalloc(test, sizeof(*message),
						GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, message);
	message->icmph.type = ICMP_ECHO;
	message->icmph.un.echo.id = htons(ECHO_ID);
	message->icmph.un.echo.sequence = htons(7);
	for (i = 0; i < sizeof(message->data); i++)
		message->data[i] = i;
	return message;
}

static const unsigned int echo_sizes[] = { 0, 1, 2, 55, 56, 1471, 1472 };

static void size_describe(const unsigned int *size, char *text)
{
	snprintf(text, KUNIT_PARAM_DESC_SIZE, "%u bytes", *size);
}

KUNIT_ARRAY_PARAM(size, echo_sizes, size_describe);

static void echo_returns_the_data(struct kunit *test)
{
	unsigned int len = *(const unsigned int *)test->param_value;
	struct message *asked = echo_request(test);
	const struct message *said;
	const struct iphdr *iph;
	struct sk_buff *skb;

	len += sizeof(asked->icmph);
	icmp_arrives(test, STATION_ADDR, PACKET_HOST, asked, len);
	/* RFC 1122 3.2.2.6 */
	skb = skb_dequeue(strata_station.sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_EQ(test, skb->len, ETH_HLEN + sizeof(*iph) + len);
	iph = (const struct iphdr *)(skb->data + ETH_HLEN);
	KUNIT_EXPECT_EQ(test, ntohl(iph->saddr), STATION_ADDR);
	KUNIT_EXPECT_EQ(test, ntohl(iph->daddr), STATION_PEER);
	KUNIT_EXPECT_EQ(test, ip_compute_csum(iph, sizeof(*iph)), 0);
	said = (const struct message *)(iph + 1);
	KUNIT_EXPECT_EQ(test, said->icmph.type, ICMP_ECHOREPLY);
	KUNIT_EXPECT_EQ(test, said->icmph.un.gateway, asked->icmph.un.gateway);
	KUNIT_EXPECT_EQ(test, ip_compute_csum(said, len), 0);
	KUNIT_EXPECT_EQ(test, memcmp(said->data, asked->data,
				     len - sizeof(asked->icmph)), 0);
	kfree_skb(skb);
}

static void echo_to_broadcast_is_ignored(struct kunit *test)
{
	u64 before = strata_drop_read(strata_station.sn,
				      STRATA_DROP_ICMP_IGNORED);

	icmp_arrives(test, STATION_CAST, PACKET_BROADCAST, echo_request(test),
		     64);
	icmp_arrives(test, INADDR_BROADCAST, PACKET_BROADCAST,
		     echo_request(test), 64);
	icmp_arrives(test, 0xe0000001, PACKET_MULTICAST, echo_request(test),
		     64);
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(strata_station.sent));
	KUNIT_EXPECT_EQ(test, strata_drop_read(strata_station.sn,
					       STRATA_DROP_ICMP_IGNORED),
			before + 3);
}

static void checksum_wrong_is_dropped(struct kunit *test)
{
	u64 before = strata_drop_read(strata_station.sn,
				      STRATA_DROP_ICMP_CHECKSUM);
	struct message *message = echo_request(test);
	struct sk_buff *skb;

	message->icmph.checksum = htons(0xdead);
	skb = strata_station_datagram(test, STATION_PEER, STATION_ADDR,
				      IPPROTO_ICMP, message, 64);
	strata_station_rcv(skb);
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(strata_station.sent));
	KUNIT_EXPECT_EQ(test, strata_drop_read(strata_station.sn,
					       STRATA_DROP_ICMP_CHECKSUM),
			before + 1);
}

/* An error about a datagram from @saddr, which @len bytes of message quote. */
static void error_arrives(struct kunit *test, u32 saddr, u8 code,
			  unsigned int len)
{
	struct message *message = echo_request(test);
	struct iphdr *quoted = (struct iphdr *)message->data;

	memset(&message->icmph, 0, sizeof(message->icmph));
	message->icmph.type = ICMP_DEST_UNREACH;
	message->icmph.code = code;
	message->icmph.un.frag.mtu = htons(1400);
	memset(quoted, 0, sizeof(*quoted));
	quoted->version = 4;
	quoted->ihl = 5;
	quoted->tot_len = htons(1500);
	quoted->protocol = STATION_PROTO;
	quoted->saddr = htonl(saddr);
	quoted->daddr = htonl(STATION_OUTSIDE);
	icmp_arrives(test, STATION_ADDR, PACKET_HOST, message,
		     sizeof(message->icmph) + len);
}

static void error_reaches_its_protocol(struct kunit *test)
{
	struct in6_addr outside = strata_station_addr(STATION_OUTSIDE);

	error_arrives(test, STATION_ADDR, ICMP_FRAG_NEEDED, QUOTED_LEN);
	KUNIT_ASSERT_EQ(test, strata_station.errors, 1);
	KUNIT_EXPECT_EQ(test, strata_station.error->err, EMSGSIZE);
	KUNIT_EXPECT_EQ(test, strata_station.error->mtu, 1400);
	KUNIT_EXPECT_EQ(test, strata_station.error->header_len, 8);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&strata_station.error->daddr,
						&outside));
}

static void error_about_others_is_ignored(struct kunit *test)
{
	error_arrives(test, STATION_OUTSIDE, ICMP_PORT_UNREACH, QUOTED_LEN);
	KUNIT_EXPECT_EQ(test, strata_station.errors, 0);
}

static void error_that_quotes_too_little_is_dropped(struct kunit *test)
{
	u64 before = strata_drop_read(strata_station.sn,
				      STRATA_DROP_ICMP_TRUNCATED);
	unsigned int len;

	/* RFC 792: header and 64 bits */
	for (len = 0; len < QUOTED_LEN; len++)
		error_arrives(test, STATION_ADDR, ICMP_PORT_UNREACH, len);
	KUNIT_EXPECT_EQ(test, strata_station.errors, 0);
	KUNIT_EXPECT_EQ(test, strata_drop_read(strata_station.sn,
					       STRATA_DROP_ICMP_TRUNCATED),
			before + QUOTED_LEN);
}

static void error_sent_is_limited(struct kunit *test)
{
	u64 held = strata_counter_read(strata_station.sn,
				       STRATA_COUNT_ICMP4_RATELIMITED);
	u64 sent = strata_counter_read(strata_station.sn,
				       STRATA_COUNT_ICMP4_TX);
	struct sk_buff *skb;
	unsigned int i;

	/* When thirty datagrams come from one host that nobody wants */
	for (i = 0; i < 30; i++) {
		skb = strata_station_datagram(test, STATION_FLOODER,
					      STATION_ADDR, STATION_PROTO + 1,
					      "x", 1);
		strata_station_rcv(skb);
	}
	/* Then it hears of a few of them (RFC 1812 4.3.2.8) */
	sent = strata_counter_read(strata_station.sn, STRATA_COUNT_ICMP4_TX) -
	       sent;
	held = strata_counter_read(strata_station.sn,
				   STRATA_COUNT_ICMP4_RATELIMITED) - held;
	KUNIT_EXPECT_GE(test, sent, 1);
	KUNIT_EXPECT_LE(test, sent, 10);
	KUNIT_EXPECT_EQ(test, sent + held, 30);
}

static struct kunit_case icmp_tests[] = {
	KUNIT_CASE(meaning_is_the_kernels),
	KUNIT_CASE(meaning_of_the_rest_is_nothing),
	KUNIT_CASE_PARAM(answer_is_permitted, answer_gen_params),
	KUNIT_CASE_PARAM(echo_returns_the_data, size_gen_params),
	KUNIT_CASE(echo_to_broadcast_is_ignored),
	KUNIT_CASE(checksum_wrong_is_dropped),
	KUNIT_CASE(error_reaches_its_protocol),
	KUNIT_CASE(error_about_others_is_ignored),
	KUNIT_CASE(error_that_quotes_too_little_is_dropped),
	KUNIT_CASE(error_sent_is_limited),
	{}
};

static struct kunit_suite icmp_suite = {
	.name = "strata_ipv4_icmp",
	.init = strata_station_init,
	.exit = strata_station_exit,
	.test_cases = icmp_tests,
};

kunit_test_suite(icmp_suite);
