// SPDX-License-Identifier: GPL-2.0
/*
 * Several datagrams in one buffer: what may be sent so, how a buffer is marked, to
 * whom one that arrives is given whole, and what joins while it waits.
 */
#include "bench.h"

#define PORT		5355
#define PEER_PORT	4002
#define SIZE		1000

/**
 * struct check_case - what a program asks for
 * @name: for the report
 * @len: bytes in all
 * @size: bytes in each
 * @no_check: SO_NO_CHECK
 * @err: the kernel's answer
 */
struct check_case {
	const char *name;
	size_t len;
	u16 size;
	bool no_check;
	int err;
};

static const struct check_case check_cases[] = {
	{ "fills the MTU", 44 * 1472, 1472, false, 0 },
	{ "one byte more", 44 * 1472, 1473, false, -EMSGSIZE },
	{ "one that fits though its size would not", 1472, 9000, false, 0 },
	{ "one that does not", 1473, 9000, false, -EMSGSIZE },
	{ "as many as may be", 100 * UDP_MAX_SEGMENTS, 100, false, 0 },
	{ "one too many", 100 * UDP_MAX_SEGMENTS + 1, 100, false, -EINVAL },
	{ "too large is said first", 65507, 1473, true, -EMSGSIZE },
	{ "no checksum", 3000, 1000, true, -EINVAL },
	{ "no checksum, and only one", 10, 1000, true, -EINVAL },
	{ "nothing", 0, 1000, false, 0 },
};

static void check_case_name(const struct check_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(check, check_cases, check_case_name);

static void what_is_refused_is_told_why(struct kunit *test)
{
	const struct strata_af_ops af = { .header_len = sizeof(struct iphdr) };
	const struct check_case *c = test->param_value;
	struct sock *sk = strata_bench_socket(test)->sk;
	struct udp_route route = { .path = { .af = &af, .mtu = 1500 } };

	strata_addr_from4(&route.flow.daddr, htonl(BENCH_PEER));
	sk->sk_no_check_tx = c->no_check;
	KUNIT_EXPECT_EQ(test, strata_udp_gso_check(sk, c->len, c->size, &route),
			c->err);
	/* RFC 8200 8.1: over IPv6 there always is a checksum. */
	route.flow.daddr = in6addr_loopback;
	if (c->no_check && c->err == -EINVAL)
		KUNIT_EXPECT_EQ(test, strata_udp_gso_check(sk, c->len, c->size,
							   &route), 0);
}

static struct sk_buff *datagram(struct kunit *test, unsigned int len)
{
	return strata_bench_datagram(test, PEER_PORT, PORT, NULL, len);
}

static void a_buffer_says_what_it_is_cut_into(struct kunit *test)
{
	struct sk_buff *skb = datagram(test, 2500);

	KUNIT_EXPECT_EQ(test, strata_udp_gso_mark(skb, 2500), 1U);
	KUNIT_EXPECT_FALSE(test, skb_is_gso(skb));
	KUNIT_EXPECT_EQ(test, strata_udp_gso_mark(skb, 2499), 2U);
	KUNIT_EXPECT_EQ(test, strata_udp_gso_mark(skb, SIZE), 3U);
	KUNIT_EXPECT_EQ(test, skb_shinfo(skb)->gso_size, SIZE);
	KUNIT_EXPECT_EQ(test, skb_shinfo(skb)->gso_segs, 3);
	KUNIT_EXPECT_EQ(test, skb_shinfo(skb)->gso_type,
			(unsigned int)SKB_GSO_UDP_L4);
	kfree_skb(skb);
}

static void only_who_forbids_fragments_has_none(struct kunit *test)
{
	struct strata_flow many, flow = { .flags = STRATA_FLOW_DF };

	KUNIT_EXPECT_PTR_EQ(test, strata_udp_gso_flow(&flow, &many),
			    (const struct strata_flow *)&flow);
	flow.flags |= STRATA_FLOW_FRAGMENT;
	KUNIT_EXPECT_EQ(test, strata_udp_gso_flow(&flow, &many)->flags,
			STRATA_FLOW_FRAGMENT);
}

static struct socket *receiver(struct kunit *test, bool gro)
{
	struct socket *sock = strata_bench_socket(test);

	KUNIT_ASSERT_EQ(test, strata_bench_bind(sock, BENCH_LOCAL, PORT), 0);
	udp_sock(sock->sk)->gro = gro;
	return sock;
}

/* As it leaves a socket, and arrives where nobody had to cut it up. */
static struct sk_buff *buffer(struct kunit *test, unsigned int len)
{
	struct sk_buff *skb = datagram(test, len);
	struct udphdr *uh = (struct udphdr *)skb->data;

	uh->check = ~csum_tcpudp_magic(ip_hdr(skb)->saddr, ip_hdr(skb)->daddr,
				       skb->len, IPPROTO_UDP, 0);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->data - skb->head;
	skb->csum_offset = offsetof(struct udphdr, check);
	skb_reset_mac_len(skb);
	strata_udp_gso_mark(skb, SIZE);
	return skb;
}

/* Bytes of the next message, and the size it was told; 0: none. */
static int next(struct socket *sock, int *size)
{
	char buf[4], control[CMSG_SPACE(sizeof(int))];
	struct kvec vec = { .iov_base = buf, .iov_len = sizeof(buf) };
	struct msghdr msg = { .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg = (struct cmsghdr *)control;
	int len;

	len = kernel_recvmsg(sock, &msg, &vec, 1, sizeof(buf),
			     MSG_DONTWAIT | MSG_TRUNC);
	*size = 0;
	if (msg.msg_controllen < sizeof(control) &&
	    cmsg->cmsg_level == SOL_UDP && cmsg->cmsg_type == UDP_GRO)
		*size = *(int *)CMSG_DATA(cmsg);
	return len;
}

#define EXPECT_NEXT(test, sock, wanted_len, wanted_size)		\
do {									\
	int size_;							\
									\
	KUNIT_EXPECT_EQ(test, next(sock, &size_), wanted_len);		\
	KUNIT_EXPECT_EQ(test, size_, wanted_size);			\
} while (0)

static void who_asked_is_given_it_whole(struct kunit *test)
{
	struct socket *sock = receiver(test, true);

	strata_bench_rcv(buffer(test, 2500));
	EXPECT_NEXT(test, sock, 2500, SIZE);
	strata_bench_rcv(datagram(test, 50));
	EXPECT_NEXT(test, sock, 50, 0);
	EXPECT_NEXT(test, sock, -EAGAIN, 0);
}

static void others_are_given_its_parts(struct kunit *test)
{
	struct socket *sock = receiver(test, false);

	strata_bench_rcv(buffer(test, 2500));
	EXPECT_NEXT(test, sock, SIZE, 0);
	EXPECT_NEXT(test, sock, SIZE, 0);
	EXPECT_NEXT(test, sock, 500, 0);
	EXPECT_NEXT(test, sock, -EAGAIN, 0);
	KUNIT_EXPECT_EQ(test, strata_udp_queue_bytes(sock->sk), 0U);
}

static void nobody_is_given_what_was_not_verified(struct kunit *test)
{
	u64 before = strata_bench_dropped(STRATA_DROP_L4_CHECKSUM);
	struct socket *sock = receiver(test, true);
	struct sk_buff *skb = datagram(test, 2500);

	strata_udp_gso_mark(skb, SIZE);
	strata_bench_rcv(skb);
	EXPECT_NEXT(test, sock, -EAGAIN, 0);
	KUNIT_EXPECT_EQ(test, strata_bench_dropped(STRATA_DROP_L4_CHECKSUM),
			before + 1);
}

/* One whose checksum is known already. */
static void arrive(struct kunit *test, unsigned int len)
{
	struct sk_buff *skb = datagram(test, len);

	skb->ip_summed = CHECKSUM_UNNECESSARY;
	strata_bench_rcv(skb);
}

static void what_waits_is_joined(struct kunit *test)
{
	struct socket *sock = receiver(test, true);

	arrive(test, SIZE);
	arrive(test, SIZE);
	arrive(test, 300);
	/* A shorter one was the last of its buffer. */
	arrive(test, 300);
	arrive(test, 300);
	/* A larger one begins another. */
	arrive(test, 301);
	/* An empty one is alone. */
	arrive(test, 0);
	arrive(test, 0);
	EXPECT_NEXT(test, sock, 2 * SIZE + 300, SIZE);
	EXPECT_NEXT(test, sock, 600, 300);
	EXPECT_NEXT(test, sock, 301, 0);
	EXPECT_NEXT(test, sock, 0, 0);
	EXPECT_NEXT(test, sock, 0, 0);
	EXPECT_NEXT(test, sock, -EAGAIN, 0);
	KUNIT_EXPECT_EQ(test, strata_udp_queue_bytes(sock->sk), 0U);
}

static void what_arrived_whole_goes_on(struct kunit *test)
{
	struct socket *sock = receiver(test, true);

	strata_bench_rcv(buffer(test, 2 * SIZE));
	arrive(test, SIZE);
	strata_bench_rcv(buffer(test, 2 * SIZE));
	EXPECT_NEXT(test, sock, 3 * SIZE, SIZE);
	EXPECT_NEXT(test, sock, 2 * SIZE, SIZE);
	EXPECT_NEXT(test, sock, -EAGAIN, 0);
}

static void joining_has_a_bound(struct kunit *test)
{
	struct socket *sock = receiver(test, true);
	int i;

	for (i = 0; i < UDP_GRO_MAX + 1; i++)
		arrive(test, 10);
	EXPECT_NEXT(test, sock, UDP_GRO_MAX * 10, 10);
	EXPECT_NEXT(test, sock, 10, 0);
	sock->sk->sk_rcvbuf = 1 << 20;
	for (i = 0; i < 7; i++)
		arrive(test, 10000);
	EXPECT_NEXT(test, sock, 60000, 10000);
	EXPECT_NEXT(test, sock, 10000, 0);
	EXPECT_NEXT(test, sock, -EAGAIN, 0);
}

/**
 * struct differs_case - how a datagram is not of the flow that waits
 * @name: for the report
 * @change: makes it so; skb->data is at the UDP header, checksum not looked at
 */
struct differs_case {
	const char *name;
	void (*change)(struct sk_buff *skb);
};

static void other_port(struct sk_buff *skb)
{
	((struct udphdr *)skb->data)->source = htons(PEER_PORT + 1);
}

static void other_source(struct sk_buff *skb)
{
	ip_hdr(skb)->saddr = htonl(BENCH_OTHER);
}

static void other_destination(struct sk_buff *skb)
{
	ip_hdr(skb)->daddr = htonl(BENCH_OTHER);
}

static void other_tos(struct sk_buff *skb)
{
	strata_cb(skb)->tos = 1;
}

static void other_ttl(struct sk_buff *skb)
{
	strata_cb(skb)->ttl = 63;
}

static void other_device(struct sk_buff *skb)
{
	strata_cb(skb)->iif = 1;
}

static void not_verified(struct sk_buff *skb)
{
	skb->ip_summed = CHECKSUM_NONE;
}

static const struct differs_case differs_cases[] = {
	{ "port", other_port },
	{ "source", other_source },
	{ "destination", other_destination },
	{ "traffic class", other_tos },
	{ "hop limit", other_ttl },
	{ "device", other_device },
	{ "checksum to be verified", not_verified },
};

static void differs_case_name(const struct differs_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(differs, differs_cases, differs_case_name);

static void another_flow_is_not_joined(struct kunit *test)
{
	const struct differs_case *c = test->param_value;
	struct socket *sock = strata_bench_socket(test);
	struct sk_buff *skb;

	KUNIT_ASSERT_EQ(test, strata_bench_bind(sock, INADDR_ANY, PORT), 0);
	udp_sock(sock->sk)->gro = true;
	arrive(test, SIZE);
	skb = datagram(test, SIZE);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	c->change(skb);
	strata_bench_rcv(skb);
	EXPECT_NEXT(test, sock, SIZE, 0);
	EXPECT_NEXT(test, sock, SIZE, 0);
	EXPECT_NEXT(test, sock, -EAGAIN, 0);
}

/* Every byte is where it was sent, however its buffer joined. */
static void joined_bytes_are_in_order(struct kunit *test)
{
	struct socket *sock = receiver(test, true);
	u8 *sent, *got;
	int i;

	sent = kunit_kzalloc(test, 5 * SIZE, GFP_KERNEL);
	got = kunit_kzalloc(test, 5 * SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sent);
	KUNIT_ASSERT_NOT_NULL(test, got);
	get_random_bytes(sent, 5 * SIZE);
	for (i = 0; i < 5; i++) {
		struct sk_buff *skb;

		skb = strata_bench_datagram(test, PEER_PORT, PORT,
					    sent + i * SIZE, SIZE);
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		strata_bench_rcv(skb);
	}
	KUNIT_EXPECT_EQ(test, strata_bench_recv(sock, got, 5 * SIZE, MSG_PEEK),
			5 * SIZE);
	KUNIT_EXPECT_EQ(test, strata_bench_recv(sock, got, 5 * SIZE, 0),
			5 * SIZE);
	KUNIT_EXPECT_EQ(test, memcmp(sent, got, 5 * SIZE), 0);
	KUNIT_EXPECT_EQ(test, strata_udp_queue_bytes(sock->sk), 0U);
}

static struct kunit_case gso_cases[] = {
	KUNIT_CASE_PARAM(what_is_refused_is_told_why, check_gen_params),
	KUNIT_CASE(a_buffer_says_what_it_is_cut_into),
	KUNIT_CASE(only_who_forbids_fragments_has_none),
	KUNIT_CASE(who_asked_is_given_it_whole),
	KUNIT_CASE(others_are_given_its_parts),
	KUNIT_CASE(nobody_is_given_what_was_not_verified),
	KUNIT_CASE(what_waits_is_joined),
	KUNIT_CASE(what_arrived_whole_goes_on),
	KUNIT_CASE(joining_has_a_bound),
	KUNIT_CASE_PARAM(another_flow_is_not_joined, differs_gen_params),
	KUNIT_CASE(joined_bytes_are_in_order),
	{}
};

static struct kunit_suite gso_suite = {
	.name = "strata_udp_gso",
	.test_cases = gso_cases,
};

kunit_test_suite(gso_suite);
