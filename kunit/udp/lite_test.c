// SPDX-License-Identifier: GPL-2.0
/*
 * UDP-Lite's checksum (RFC 3828): what it covers, on the way out and in, and what a
 * socket may ask of it.
 */
#include "../../net/udp/lite/udplite.h"
#include "../sock.h"
#include "bench.h"

#define PORT		5353
#define PEER_PORT	4000
#define PAYLOAD		100
#define WHOLE		(sizeof(struct udphdr) + PAYLOAD)
#define ANY		UDPLITE_COVERAGE_UNSET
#define NOWHERE		0	/* in the header, where it cannot pass for damage */

/* RFC 1071, word by word: of the pseudo-header and of @covered bytes. */
static u16 plain_sum(const u8 *data, unsigned int covered, unsigned int len)
{
	u32 sum = (BENCH_PEER >> 16) + (BENCH_PEER & 0xffff) +
		  (BENCH_LOCAL >> 16) + (BENCH_LOCAL & 0xffff) +
		  IPPROTO_UDPLITE + len;
	unsigned int i;

	for (i = 0; i < covered; i++)
		sum += i & 1 ? data[i] : data[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* A datagram whose header claims @coverage, and whose checksum covers @covered. */
static struct sk_buff *datagram(struct kunit *test, u16 coverage,
				unsigned int covered)
{
	struct sk_buff *skb;
	struct udphdr *uh;
	unsigned int i;

	skb = strata_bench_datagram(test, PEER_PORT, PORT, NULL, PAYLOAD);
	for (i = sizeof(*uh); i < WHOLE; i++)
		skb->data[i] = 3 * i;
	ip_hdr(skb)->protocol = IPPROTO_UDPLITE;
	uh = (struct udphdr *)skb->data;
	uh->len = htons(coverage);
	uh->check = 0;
	uh->check = (__force __sum16)htons(~plain_sum(skb->data, covered,
						      WHOLE));
	return skb;
}

static void receive(struct sk_buff *skb)
{
	local_bh_disable();
	rcu_read_lock();
	strata_udplite_rcv(strata_net(&init_net), skb);
	rcu_read_unlock();
	local_bh_enable();
}

static int ask_for(struct socket *sock, int option, int val)
{
	return sock->ops->setsockopt(sock, SOL_UDPLITE, option,
				     KERNEL_SOCKPTR(&val), sizeof(val));
}

static struct socket *receiver(struct kunit *test, int least)
{
	struct socket *sock = test_socket(test, SOCK_DGRAM, IPPROTO_UDPLITE);

	KUNIT_ASSERT_EQ(test, strata_bench_bind(sock, BENCH_LOCAL, PORT), 0);
	if (least != ANY)
		KUNIT_ASSERT_EQ(test, ask_for(sock, UDPLITE_RECV_CSCOV, least),
				0);
	return sock;
}

struct rcv_case {
	const char *name;
	u16 coverage;		/* the header's */
	unsigned int covered;	/* truly */
	unsigned int damaged;	/* a bit in this byte, or NOWHERE */
	int least;		/* the socket's */
	int reason;		/* to drop it, STRATA_DROP_MAX: it arrives */
};

#define ARRIVES		STRATA_DROP_MAX

static const struct rcv_case rcv_cases[] = {
	{ "whole", WHOLE, WHOLE, NOWHERE, ANY, ARRIVES },
	{ "whole, said as 0", 0, WHOLE, NOWHERE, ANY, ARRIVES },
	{ "header alone", 8, 8, NOWHERE, ANY, ARRIVES },
	{ "an odd number", 21, 21, NOWHERE, ANY, ARRIVES },
	{ "all but the last byte", WHOLE - 1, WHOLE - 1, NOWHERE, ANY, ARRIVES },
	{ "damaged behind it", 20, 20, 20, ANY, ARRIVES },
	{ "damaged at the end", 20, 20, WHOLE - 1, ANY, ARRIVES },
	{ "damaged at its end", 20, 20, 19, ANY, STRATA_DROP_L4_CHECKSUM },
	{ "damaged in an odd last byte", 21, 21, 20, ANY, STRATA_DROP_L4_CHECKSUM },
	{ "damaged where all is covered", WHOLE, WHOLE, WHOLE - 1, ANY,
	  STRATA_DROP_L4_CHECKSUM },
	{ "damaged where 0 covers all", 0, WHOLE, WHOLE - 1, ANY,
	  STRATA_DROP_L4_CHECKSUM },
	{ "covers more than it says", 20, 22, NOWHERE, ANY, STRATA_DROP_L4_CHECKSUM },
	{ "not the header", 7, 7, NOWHERE, ANY, STRATA_DROP_L4_TRUNCATED },
	{ "one byte", 1, 1, NOWHERE, ANY, STRATA_DROP_L4_TRUNCATED },
	{ "more than there is", WHOLE + 1, WHOLE, NOWHERE, ANY,
	  STRATA_DROP_L4_TRUNCATED },
	{ "as much as asked for", 20, 20, NOWHERE, 20, ARRIVES },
	{ "less than asked for", 19, 19, NOWHERE, 20, STRATA_DROP_SOCKET_COVERAGE },
	{ "all, where more was asked for", WHOLE, WHOLE, NOWHERE, 2000, ARRIVES },
	{ "not all, where all was asked for", WHOLE - 1, WHOLE - 1, NOWHERE, 0,
	  STRATA_DROP_SOCKET_COVERAGE },
	{ "all, as asked for", 0, WHOLE, NOWHERE, 0, ARRIVES },
};

static void rcv_describe(const struct rcv_case *c, char *description)
{
	strscpy(description, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(rcv, rcv_cases, rcv_describe);

static void what_is_covered_must_be_whole(struct kunit *test)
{
	const struct rcv_case *c = test->param_value;
	struct socket *sock = receiver(test, c->least);
	struct sk_buff *skb = datagram(test, c->coverage, c->covered);
	bool arrives = c->reason == ARRIVES;
	u64 before = arrives ? 0 : strata_bench_dropped(c->reason);
	u8 buf[WHOLE];

	if (c->damaged != NOWHERE)
		skb->data[c->damaged] ^= 4;
	receive(skb);
	KUNIT_EXPECT_EQ(test, strata_bench_recv(sock, buf, sizeof(buf), 0),
			arrives ? PAYLOAD : -EAGAIN);
	if (!arrives)
		KUNIT_EXPECT_EQ(test, strata_bench_dropped(c->reason),
				before + 1);
}

/* RFC 3828 3.1: it is never all zero, not even over IPv4. */
static void a_datagram_without_checksum_is_refused(struct kunit *test)
{
	u64 before = strata_bench_dropped(STRATA_DROP_L4_CHECKSUM);
	struct socket *sock = receiver(test, ANY);
	struct sk_buff *skb = datagram(test, 8, 8);
	u8 buf[WHOLE];

	((struct udphdr *)skb->data)->check = 0;
	receive(skb);
	KUNIT_EXPECT_EQ(test, strata_bench_recv(sock, buf, sizeof(buf), 0),
			-EAGAIN);
	KUNIT_EXPECT_EQ(test, strata_bench_dropped(STRATA_DROP_L4_CHECKSUM),
			before + 1);
}

static void udp_has_other_ports(struct kunit *test)
{
	struct socket *sock = receiver(test, ANY);
	struct socket *udp = strata_bench_socket(test);
	u8 buf[WHOLE];

	KUNIT_ASSERT_EQ(test, strata_bench_bind(udp, BENCH_LOCAL, PORT), 0);
	receive(datagram(test, 0, WHOLE));
	KUNIT_EXPECT_EQ(test, strata_bench_recv(udp, buf, sizeof(buf), 0),
			-EAGAIN);
	KUNIT_EXPECT_EQ(test, strata_bench_recv(sock, buf, sizeof(buf), 0),
			PAYLOAD);
}

struct option_case {
	int asked;
	int got;
};

/* Linux refuses no value. */
static const struct option_case option_cases[] = {
	{ 0, 0 }, { 1, 8 }, { 7, 8 }, { 8, 8 }, { 9, 9 }, { -1, 8 },
	{ INT_MIN, 8 }, { 0xffff, 0xffff }, { 0x10000, 0xffff },
	{ INT_MAX, 0xffff },
};

static void any_number_will_do(struct kunit *test)
{
	struct socket *sock = test_socket(test, SOCK_DGRAM, IPPROTO_UDPLITE);
	const struct udplite_sock *ls = udplite_sock(sock->sk);
	const struct option_case *c;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(option_cases); i++) {
		c = &option_cases[i];
		KUNIT_EXPECT_EQ(test, ask_for(sock, UDPLITE_SEND_CSCOV,
					      c->asked), 0);
		KUNIT_EXPECT_EQ(test, ls->send_coverage, c->got);
		KUNIT_EXPECT_EQ(test, ask_for(sock, UDPLITE_RECV_CSCOV,
					      c->asked), 0);
		KUNIT_EXPECT_EQ(test, ls->recv_coverage, c->got);
	}
}

struct seal_case {
	int asked;		/* UDPLITE_SEND_CSCOV */
	u16 coverage;		/* the header's */
	unsigned int covered;	/* truly */
};

static const struct seal_case seal_cases[] = {
	{ ANY, WHOLE, WHOLE },
	{ 0, 0, WHOLE },
	{ 8, 8, 8 },
	{ 21, 21, 21 },
	{ WHOLE - 1, WHOLE - 1, WHOLE - 1 },
	{ WHOLE, WHOLE, WHOLE },
	{ 2000, WHOLE, WHOLE },
};

static void seal_describe(const struct seal_case *c, char *description)
{
	snprintf(description, KUNIT_PARAM_DESC_SIZE, "%d", c->asked);
}

KUNIT_ARRAY_PARAM(seal, seal_cases, seal_describe);

static void a_sent_datagram_covers_what_was_asked_for(struct kunit *test)
{
	struct socket *sock = test_socket(test, SOCK_DGRAM, IPPROTO_UDPLITE);
	const struct seal_case *c = test->param_value;
	struct sk_buff *skb = datagram(test, WHOLE, WHOLE);
	struct strata_flow flow = {};

	strata_addr_from4(&flow.saddr, htonl(BENCH_LOCAL));
	strata_addr_from4(&flow.daddr, htonl(BENCH_PEER));
	if (c->asked != ANY)
		KUNIT_ASSERT_EQ(test, ask_for(sock, UDPLITE_SEND_CSCOV,
					      c->asked), 0);
	skb_reset_transport_header(skb);
	udp_hdr(skb)->check = 0;
	skb->ip_summed = CHECKSUM_PARTIAL;
	strata_udplite_seal(sock->sk, skb, &flow);
	KUNIT_EXPECT_EQ(test, ntohs(udp_hdr(skb)->len), c->coverage);
	KUNIT_EXPECT_EQ(test, plain_sum(skb->data, c->covered, WHOLE), 0xffff);
	/* No device is to add to it. */
	KUNIT_EXPECT_TRUE(test, skb->ip_summed == CHECKSUM_NONE);
	kfree_skb(skb);
}

static struct kunit_case lite_cases[] = {
	KUNIT_CASE_PARAM(what_is_covered_must_be_whole, rcv_gen_params),
	KUNIT_CASE(a_datagram_without_checksum_is_refused),
	KUNIT_CASE(udp_has_other_ports),
	KUNIT_CASE(any_number_will_do),
	KUNIT_CASE_PARAM(a_sent_datagram_covers_what_was_asked_for,
			 seal_gen_params),
	{}
};

static struct kunit_suite lite_suite = {
	.name = "strata_udp_lite",
	.test_cases = lite_cases,
};

kunit_test_suite(lite_suite);
