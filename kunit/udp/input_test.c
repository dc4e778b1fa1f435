// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams from the network layer: RFC 768's checks, checksum states of
 * devices, ICMP errors, and the receive queue.
 */
#include "bench.h"

#define PORT		5354
#define PEER_PORT	4001

static const char payload[] = "the payload";

/**
 * struct bad_case - how a datagram is spoiled, and what becomes of it
 * @name: for the report
 * @claimed: length field
 * @cut: bytes that are missing at the end
 * @spoil: bit to flip in the checksum
 * @reason: why it is dropped
 */
struct bad_case {
	const char *name;
	u16 claimed;
	u16 cut;
	u16 spoil;
	enum strata_drop_reason reason;
};

#define WHOLE	(sizeof(struct udphdr) + sizeof(payload))

static const struct bad_case bad_cases[] = {
	{ "shorter than a header", WHOLE, WHOLE - 7, 0,
	  STRATA_DROP_L4_TRUNCATED },
	{ "nothing at all", WHOLE, WHOLE, 0, STRATA_DROP_L4_TRUNCATED },
	{ "length 0", 0, 0, 0, STRATA_DROP_L4_TRUNCATED },
	{ "length less than the header", 7, 0, 0, STRATA_DROP_L4_TRUNCATED },
	{ "length beyond the datagram", WHOLE + 1, 0, 0,
	  STRATA_DROP_L4_TRUNCATED },
	{ "length 65535", 65535, 0, 0, STRATA_DROP_L4_TRUNCATED },
	{ "cut short", WHOLE, 1, 0, STRATA_DROP_L4_TRUNCATED },
	{ "checksum", WHOLE, 0, 1, STRATA_DROP_L4_CHECKSUM },
	{ "checksum's other end", WHOLE, 0, 0x8000, STRATA_DROP_L4_CHECKSUM },
	{ "length smaller than the sum covers", WHOLE - 1, 0, 0,
	  STRATA_DROP_L4_CHECKSUM },
};

static void bad_case_name(const struct bad_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(bad, bad_cases, bad_case_name);

static struct socket *receiver(struct kunit *test)
{
	struct socket *sock = strata_bench_socket(test);

	KUNIT_ASSERT_EQ(test, strata_bench_bind(sock, BENCH_LOCAL, PORT), 0);
	return sock;
}

static struct sk_buff *datagram(struct kunit *test)
{
	return strata_bench_datagram(test, PEER_PORT, PORT, payload,
				     sizeof(payload));
}

static struct udphdr *header_of(struct sk_buff *skb)
{
	return (struct udphdr *)skb->data;
}

static void a_bad_datagram_is_dropped_with_its_reason(struct kunit *test)
{
	const struct bad_case *c = test->param_value;
	struct socket *sock = receiver(test);
	struct sk_buff *skb = datagram(test);
	u64 before = strata_bench_dropped(c->reason);
	char buf[32];

	header_of(skb)->len = htons(c->claimed);
	header_of(skb)->check ^= (__force __sum16)htons(c->spoil);
	skb_trim(skb, skb->len - c->cut);
	strata_bench_rcv(skb);
	KUNIT_EXPECT_EQ(test, strata_bench_dropped(c->reason), before + 1);
	KUNIT_EXPECT_EQ(test, strata_bench_recv(sock, buf, sizeof(buf), 0),
			-EAGAIN);
}

static void expect_payload(struct kunit *test, struct socket *sock)
{
	char buf[32] = "";

	KUNIT_EXPECT_EQ(test, strata_bench_recv(sock, buf, sizeof(buf), 0),
			(int)sizeof(payload));
	KUNIT_EXPECT_STREQ(test, buf, payload);
}

static void a_good_datagram_arrives(struct kunit *test)
{
	struct socket *sock = receiver(test);

	strata_bench_rcv(datagram(test));
	expect_payload(test, sock);
}

/* RFC 768: an all zero transmitted checksum: the sender generated none. */
static void no_checksum_is_a_good_checksum(struct kunit *test)
{
	struct socket *sock = receiver(test);
	struct sk_buff *skb = datagram(test);

	header_of(skb)->check = 0;
	strata_bench_rcv(skb);
	expect_payload(test, sock);
}

static void padding_is_trimmed(struct kunit *test)
{
	struct socket *sock = receiver(test);
	struct sk_buff *skb;

	skb = strata_bench_datagram(test, PEER_PORT, PORT, NULL,
				    sizeof(payload) + 20);
	memcpy(skb->data + sizeof(struct udphdr), payload, sizeof(payload));
	header_of(skb)->len = htons(WHOLE);
	header_of(skb)->check = 0;
	strata_bench_rcv(skb);
	expect_payload(test, sock);
}

static void a_device_that_summed_up_is_believed(struct kunit *test)
{
	struct socket *sock = receiver(test);
	struct sk_buff *skb;
	char buf[8];

	skb = datagram(test);
	skb->ip_summed = CHECKSUM_COMPLETE;
	skb->csum = csum_partial(skb->data, skb->len, 0);
	strata_bench_rcv(skb);
	expect_payload(test, sock);

	/* One that says it is wrong is checked on: here it was wrong itself. */
	skb = strata_bench_datagram(test, PEER_PORT, PORT, NULL, 1000);
	skb->ip_summed = CHECKSUM_COMPLETE;
	skb->csum = (__force __wsum)0x1234;
	strata_bench_rcv(skb);
	KUNIT_EXPECT_EQ(test, strata_bench_recv(sock, buf, sizeof(buf),
						MSG_TRUNC), 1000);

	skb = datagram(test);
	header_of(skb)->check = (__force __sum16)0xbad;
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	strata_bench_rcv(skb);
	expect_payload(test, sock);
}

/* A long one is verified when it is read; nobody must see a broken one. */
static void a_long_broken_datagram_is_never_seen(struct kunit *test)
{
	u64 before = strata_bench_dropped(STRATA_DROP_L4_CHECKSUM);
	struct socket *sock = receiver(test);
	struct sk_buff *skb;
	char buf[8];
	int i;

	for (i = 0; i < 3; i++) {
		skb = strata_bench_datagram(test, PEER_PORT, PORT, NULL, 1000);
		skb->data[500] ^= 1;
		strata_bench_rcv(skb);
	}
	strata_bench_rcv(datagram(test));
	/* Neither its size … */
	KUNIT_EXPECT_EQ(test, strata_udp_first_len(sock->sk),
			(int)sizeof(payload));
	skb = strata_bench_datagram(test, PEER_PORT, PORT, NULL, 1000);
	skb->data[500] ^= 1;
	strata_bench_rcv(skb);
	/* … nor its bytes. */
	expect_payload(test, sock);
	KUNIT_EXPECT_EQ(test, strata_bench_recv(sock, buf, sizeof(buf),
						MSG_PEEK), -EAGAIN);
	KUNIT_EXPECT_EQ(test, strata_bench_dropped(STRATA_DROP_L4_CHECKSUM),
			before + 4);
	KUNIT_EXPECT_EQ(test, strata_udp_queue_bytes(sock->sk), 0U);
}

static void a_full_queue_refuses_and_counts(struct kunit *test)
{
	struct socket *sock = receiver(test);
	u64 before = strata_bench_dropped(STRATA_DROP_SOCKET_RCVBUF);
	int received = 0, i;
	char buf[32];

	WRITE_ONCE(sock->sk->sk_rcvbuf, 8 * 1024);
	for (i = 0; i < 100; i++)
		strata_bench_rcv(datagram(test));
	KUNIT_EXPECT_LT(test, strata_udp_queue_bytes(sock->sk), 10U * 1024);
	while (strata_bench_recv(sock, buf, sizeof(buf), 0) > 0)
		received++;
	KUNIT_EXPECT_GT(test, received, 1);
	KUNIT_EXPECT_LT(test, received, 100);
	KUNIT_EXPECT_EQ(test, strata_bench_dropped(STRATA_DROP_SOCKET_RCVBUF),
			before + 100 - received);
	KUNIT_EXPECT_EQ(test, atomic_read(&sock->sk->sk_drops), 100 - received);
	/* Read empty, it has all of its room again. */
	KUNIT_EXPECT_EQ(test, strata_udp_queue_bytes(sock->sk), 0U);
	strata_bench_rcv(datagram(test));
	expect_payload(test, sock);
}

static void peeking_leaves_the_datagram(struct kunit *test)
{
	struct socket *sock = receiver(test);
	char buf[4];

	strata_bench_rcv(datagram(test));
	KUNIT_EXPECT_EQ(test, strata_bench_recv(sock, buf, sizeof(buf),
						MSG_PEEK), 4);
	KUNIT_EXPECT_EQ(test, strata_bench_recv(sock, buf, sizeof(buf),
						MSG_PEEK | MSG_TRUNC),
			(int)sizeof(payload));
	expect_payload(test, sock);
	KUNIT_EXPECT_EQ(test, strata_bench_recv(sock, buf, sizeof(buf), 0),
			-EAGAIN);
}

static void a_broadcast_reaches_everybody(struct kunit *test)
{
	struct socket *sock[3];
	struct sk_buff *skb;
	int i;

	for (i = 0; i < 3; i++) {
		sock[i] = strata_bench_socket(test);
		sock[i]->sk->sk_reuse = SK_CAN_REUSE;
		KUNIT_ASSERT_EQ(test, strata_bench_bind(sock[i], INADDR_ANY,
							PORT), 0);
	}
	skb = datagram(test);
	strata_cb(skb)->flags = STRATA_CB_BROADCAST;
	strata_bench_rcv(skb);
	for (i = 0; i < 3; i++)
		expect_payload(test, sock[i]);
}

static struct strata_l4_error error_about(const struct udphdr *quoted)
{
	struct strata_l4_error error = {
		.header = (const u8 *)quoted,
		.header_len = sizeof(*quoted),
		.err = ECONNREFUSED,
		.hard = true,
		.icmp_type = 3,
		.icmp_code = 3,
	};

	strata_addr_from4(&error.saddr, htonl(BENCH_LOCAL));
	strata_addr_from4(&error.daddr, htonl(BENCH_PEER));
	error.reporter = error.daddr;
	return error;
}

static void report(const struct strata_l4_error *error)
{
	local_bh_disable();
	rcu_read_lock();
	strata_udp_err(strata_net(&init_net), error);
	rcu_read_unlock();
	local_bh_enable();
}

/* RFC 1122 4.1.3.3. */
static void errors_go_to_connected_sockets(struct kunit *test)
{
	struct udphdr quoted = { .source = htons(PORT),
				 .dest = htons(PEER_PORT) };
	struct strata_l4_error error = error_about(&quoted);
	struct socket *sock = receiver(test);
	char c;

	report(&error);
	KUNIT_EXPECT_EQ(test, strata_bench_recv(sock, &c, 1, 0), -EAGAIN);
	KUNIT_ASSERT_EQ(test, strata_bench_connect(sock, BENCH_PEER, PEER_PORT),
			0);
	report(&error);
	KUNIT_EXPECT_EQ(test, strata_bench_recv(sock, &c, 1, 0), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, strata_bench_recv(sock, &c, 1, 0), -EAGAIN);
	/* Soft ones may pass; and what somebody else's peer says is not ours. */
	error.hard = false;
	report(&error);
	KUNIT_EXPECT_EQ(test, strata_bench_recv(sock, &c, 1, 0), -EAGAIN);
	error.hard = true;
	quoted.dest = htons(PEER_PORT + 1);
	report(&error);
	KUNIT_EXPECT_EQ(test, strata_bench_recv(sock, &c, 1, 0), -EAGAIN);
	/* A quote too short to name the ports says nothing. */
	quoted.dest = htons(PEER_PORT);
	error.header_len = 7;
	report(&error);
	KUNIT_EXPECT_EQ(test, strata_bench_recv(sock, &c, 1, 0), -EAGAIN);
}

static struct kunit_case input_cases[] = {
	KUNIT_CASE_PARAM(a_bad_datagram_is_dropped_with_its_reason,
			 bad_gen_params),
	KUNIT_CASE(a_good_datagram_arrives),
	KUNIT_CASE(no_checksum_is_a_good_checksum),
	KUNIT_CASE(padding_is_trimmed),
	KUNIT_CASE(a_device_that_summed_up_is_believed),
	KUNIT_CASE(a_long_broken_datagram_is_never_seen),
	KUNIT_CASE(a_full_queue_refuses_and_counts),
	KUNIT_CASE(peeking_leaves_the_datagram),
	KUNIT_CASE(a_broadcast_reaches_everybody),
	KUNIT_CASE(errors_go_to_connected_sockets),
	{}
};

static struct kunit_suite input_suite = {
	.name = "strata_udp_input",
	.test_cases = input_cases,
};

kunit_test_suite(input_suite);
