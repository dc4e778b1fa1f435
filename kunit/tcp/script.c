// SPDX-License-Identifier: GPL-2.0
/*
 * The interpreter of the TCP test language: a fake network layer below, socket
 * calls above.
 */
#include <linux/delay.h>
#include <linux/ipv6.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <linux/unaligned.h>
#include <net/ip6_checksum.h>
#include <linux/strata.h>
#include <strata/l4.h>
#include <strata/link.h>
#include "script.h"

#define TCPOPT_EOL_KIND		0
#define TCPOPT_NOP_KIND		1
#define TCPOPT_MSS_KIND		2
#define TCPOPT_WSCALE_KIND	3
#define TCPOPT_TS_KIND		8

/* The conversation that runs; suites run one test at a time. */
static struct script *running;

/* Any fixed sequence with a long period shows a byte out of place. */
static u8 pattern(u64 offset)
{
	return offset * 131 + (offset >> 8) * 7 + 1;
}

/* ---- the fake network layer ---- */

static int fake_route(struct strata_net *sn, struct strata_flow *flow,
		      struct strata_path *path)
{
	struct strata_link *link = strata_link_loopback(sn);

	if (!running || !link)
		return -ENETUNREACH;
	if (ipv6_addr_any(&flow->saddr))
		flow->saddr = running->laddr;
	path->af = strata_af(AF_INET6);
	path->link = link;
	path->neigh = NULL;
	path->genid = strata_net_genid(sn);
	path->mtu = running->mtu;
	path->type = STRATA_PATH_UNICAST;
	return 0;
}

static void parse_option(struct seg *seg, const u8 *opt)
{
	switch (opt[0]) {
	case TCPOPT_MSS_KIND:
		seg->mss = get_unaligned_be16(opt + 2);
		break;
	case TCPOPT_WSCALE_KIND:
		seg->wscale = opt[2] + 1;
		break;
	case TCPOPT_TS_KIND:
		seg->ts = true;
		seg->tsval = get_unaligned_be32(opt + 2);
		seg->tsecr = get_unaligned_be32(opt + 6);
		break;
	}
}

static void parse_options(struct seg *seg, const u8 *opt, const u8 *end)
{
	while (opt < end && *opt != TCPOPT_EOL_KIND) {
		if (*opt == TCPOPT_NOP_KIND) {
			opt++;
			continue;
		}
		if (end - opt < 2 || opt[1] < 2 || opt[1] > end - opt)
			return;
		parse_option(seg, opt);
		opt += opt[1];
	}
}

static bool sum_is_right(const struct sk_buff *skb, const struct strata_flow *flow)
{
	__sum16 pseudo = ~csum_ipv6_magic(&flow->saddr, &flow->daddr, skb->len,
					  IPPROTO_TCP, 0);

	if (skb->ip_summed == CHECKSUM_PARTIAL)
		return tcp_hdr(skb)->check == pseudo;
	return !csum_ipv6_magic(&flow->saddr, &flow->daddr, skb->len,
				IPPROTO_TCP, skb_checksum(skb, 0, skb->len, 0));
}

static bool payload_is_right(const struct sk_buff *skb, unsigned int from,
			     u64 offset)
{
	unsigned int i;
	u8 byte;

	for (i = from; i < skb->len; i++)
		if (skb_copy_bits(skb, i, &byte, 1) ||
		    byte != pattern(offset + i - from))
			return false;
	return true;
}

static void capture(struct script *s, struct sk_buff *skb,
		    const struct strata_flow *flow)
{
	const struct tcphdr *th = (const struct tcphdr *)skb->data;
	unsigned int header = th->doff * 4;
	struct seg *seg;

	if (s->tail == SCRIPT_CAPTURE) {
		KUNIT_FAIL(s->test, "more than %d segments", SCRIPT_CAPTURE);
		return;
	}
	skb_set_transport_header(skb, 0);
	KUNIT_EXPECT_TRUE_MSG(s->test, sum_is_right(skb, flow), "checksum");
	KUNIT_EXPECT_EQ(s->test, ntohs(th->source), s->lport);
	KUNIT_EXPECT_EQ(s->test, ntohs(th->dest), s->fport);
	seg = &s->captured[s->tail++];
	memset(seg, 0, sizeof(*seg));
	seg->flags = ((const u8 *)th)[13];
	if (seg->flags & SYN && !s->local_isn_known) {
		s->local_isn = ntohl(th->seq);
		s->local_isn_known = true;
	}
	seg->seq = ntohl(th->seq) - s->local_isn;
	seg->ack = ntohl(th->ack_seq) - PEER_ISN;
	seg->win = ntohs(th->window);
	seg->len = skb->len - header;
	parse_options(seg, (const u8 *)(th + 1), skb->data + header);
	if (seg->len && !(seg->flags & SYN))
		KUNIT_EXPECT_TRUE_MSG(s->test,
				      payload_is_right(skb, header, seg->seq - 1),
				      "payload of seq %u", seg->seq);
}

static int fake_output(struct strata_net *sn, struct sock *sk,
		       struct sk_buff *skb, const struct strata_flow *flow,
		       const struct strata_path *path)
{
	if (running)
		capture(running, skb, flow);
	consume_skb(skb);
	return 0;
}

static enum strata_addr_type fake_addr_type(struct strata_net *sn,
					    const struct in6_addr *addr,
					    int ifindex)
{
	if (ipv6_addr_any(addr))
		return STRATA_ADDR_ANY;
	if (running && ipv6_addr_equal(addr, &running->laddr))
		return STRATA_ADDR_LOCAL;
	return STRATA_ADDR_OTHER;
}

static void fake_unreachable(struct strata_net *sn, struct sk_buff *skb,
			     enum strata_unreachable what)
{
}

static void fake_confirm(const struct strata_path *path)
{
}

static const struct strata_af_ops fake_af = {
	.family = AF_INET6,
	.header_len = sizeof(struct ipv6hdr),
	.min_mtu = IPV6_MIN_MTU,
	.route = fake_route,
	.output = fake_output,
	.addr_type = fake_addr_type,
	.unreachable = fake_unreachable,
	.confirm = fake_confirm,
};

/* ---- segments to TCP ---- */

static u8 *put_option_head(struct sk_buff *skb, u8 kind, u8 len, u8 nops)
{
	u8 *opt = skb_put(skb, nops + len);

	memset(opt, TCPOPT_NOP_KIND, nops);
	opt[nops] = kind;
	opt[nops + 1] = len;
	return opt + nops + 2;
}

static void put_options(struct sk_buff *skb, const struct seg *seg)
{
	u8 *opt;

	if (seg->mss)
		put_unaligned_be16(seg->mss,
				   put_option_head(skb, TCPOPT_MSS_KIND, 4, 0));
	if (seg->wscale)
		*put_option_head(skb, TCPOPT_WSCALE_KIND, 3, 1) = seg->wscale - 1;
	if (seg->ts) {
		opt = put_option_head(skb, TCPOPT_TS_KIND, 10, 2);
		put_unaligned_be32(seg->tsval, opt);
		put_unaligned_be32(seg->tsecr, opt + 4);
	}
}

static void put_network_header(const struct script *s, struct sk_buff *skb)
{
	struct ipv6hdr *ip6h = skb_put_zero(skb, sizeof(*ip6h));

	skb_reset_network_header(skb);
	ip6h->version = 6;
	ip6h->nexthdr = IPPROTO_TCP;
	ip6h->hop_limit = 64;
	ip6h->saddr = s->faddr;
	ip6h->daddr = s->laddr;
	skb_pull(skb, sizeof(*ip6h));
}

static struct sk_buff *build(const struct script *s, const struct seg *seg)
{
	struct sk_buff *skb = alloc_skb(256 + seg->len, GFP_KERNEL);
	struct tcphdr *th;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(s->test, skb);
	skb_reserve(skb, 64);
	put_network_header(s, skb);
	th = skb_put_zero(skb, sizeof(*th));
	skb_reset_transport_header(skb);
	put_options(skb, seg);
	th->source = htons(s->fport);
	th->dest = htons(s->lport);
	th->seq = htonl(PEER_ISN + seg->seq);
	th->ack_seq = seg->flags & ACK ? htonl(s->local_isn + seg->ack) : 0;
	((u8 *)th)[13] = seg->flags;
	th->window = htons(seg->win);
	th->doff = seg->doff ?: skb->len / 4;
	for (i = 0; i < seg->len; i++)
		skb_put_u8(skb, pattern(seg->seq - 1 + i));
	th->check = csum_ipv6_magic(&s->faddr, &s->laddr, skb->len, IPPROTO_TCP,
				    csum_partial(th, skb->len, 0));
	if (seg->bad_sum)
		th->check ^= 1;
	skb->protocol = htons(ETH_P_IPV6);
	skb->ip_summed = CHECKSUM_NONE;
	strata_cb(skb)->family = AF_INET6;
	strata_cb(skb)->ttl = 64;
	return skb;
}

void script_send(struct script *s, const struct seg *seg)
{
	struct sk_buff *skb = build(s, seg);

	local_bh_disable();
	rcu_read_lock();
	strata_l4(IPPROTO_TCP)->rcv(strata_net(&init_net), skb);
	rcu_read_unlock();
	local_bh_enable();
}

/* ---- segments from TCP ---- */

static void describe(char *buf, size_t size, const struct seg *seg)
{
	snprintf(buf, size, "%s%s%s%s%s%sseq %u ack %u len %u win %d mss %d wscale %d",
		 seg->flags & SYN ? "SYN " : "", seg->flags & FIN ? "FIN " : "",
		 seg->flags & RST ? "RST " : "", seg->flags & PSH ? "PSH " : "",
		 seg->flags & ACK ? "ACK " : "", seg->flags & URG ? "URG " : "",
		 seg->seq, seg->ack, seg->len, seg->win, seg->mss,
		 seg->wscale - 1);
}

static bool option_fits(int want, int got)
{
	return !want || (want == NO_OPTION ? !got : got == want);
}

static bool fits(const struct seg *want, const struct seg *got)
{
	u8 compared = want->flags & PSH ? 0xff : (u8)~PSH;

	return (got->flags & compared) == want->flags &&
	       got->seq == want->seq && got->len == want->len &&
	       (!(want->flags & ACK) || got->ack == want->ack) &&
	       (!want->win || got->win == (want->win == WIN_ZERO ? 0 : want->win)) &&
	       option_fits(want->mss, got->mss) &&
	       option_fits(want->wscale, got->wscale) &&
	       (!want->ts || (got->ts && got->tsecr == want->tsecr));
}

void script_expect(struct script *s, const struct seg *want, const char *file,
		   int line)
{
	char wanted[128], seen[128] = "nothing";

	describe(wanted, sizeof(wanted), want);
	if (s->head == s->tail) {
		KUNIT_FAIL(s->test, "%s:%d: wanted %s, saw nothing", file, line,
			   wanted);
		return;
	}
	describe(seen, sizeof(seen), &s->captured[s->head]);
	KUNIT_EXPECT_TRUE_MSG(s->test, fits(want, &s->captured[s->head]),
			      "%s:%d: wanted %s, saw %s", file, line, wanted,
			      seen);
	s->head++;
}

void script_expect_nothing(struct script *s, const char *file, int line)
{
	char seen[128];

	if (s->head == s->tail)
		return;
	describe(seen, sizeof(seen), &s->captured[s->head]);
	KUNIT_FAIL(s->test, "%s:%d: wanted nothing, saw %s", file, line, seen);
	s->head = s->tail;
}

void script_expect_last(struct script *s, const struct seg *want,
			const char *file, int line)
{
	if (s->tail > s->head)
		s->head = s->tail - 1;
	script_expect(s, want, file, line);
}

void script_expect_bytes(struct script *s, u32 seq, u32 len, const char *file,
			 int line)
{
	u32 end = seq + len;
	char seen[128];

	while (seq != end && s->head != s->tail) {
		const struct seg *got = &s->captured[s->head];

		if (got->seq != seq || !got->len || got->len > end - seq) {
			describe(seen, sizeof(seen), got);
			KUNIT_FAIL(s->test, "%s:%d: wanted octets %u to %u, saw %s",
				   file, line, seq, end, seen);
			return;
		}
		seq += got->len;
		s->head++;
	}
	KUNIT_EXPECT_EQ_MSG(s->test, seq, end, "%s:%d: octets missing", file,
			    line);
}

int until_segment(struct script *s, int max_ms)
{
	ktime_t start = ktime_get();

	while (s->head == s->tail) {
		if (ktime_ms_delta(ktime_get(), start) > max_ms)
			return -1;
		usleep_range(500, 1000);
	}
	return ktime_ms_delta(ktime_get(), start);
}

void script_expect_state(struct script *s, int state, const char *file, int line)
{
	KUNIT_EXPECT_EQ_MSG(s->test, (int)s->sock->sk->sk_state, state,
			    "%s:%d", file, line);
}

void forget(struct script *s)
{
	s->head = s->tail;
}

/* ---- calls of the program ---- */

static struct socket *new_sock(struct script *s)
{
	struct socket *sock;
	int err = sock_create_kern(&init_net, AF_STRATA, SOCK_STREAM,
				   STRATA_PROTOCOL(AF_INET6, IPPROTO_TCP), &sock);

	KUNIT_ASSERT_EQ(s->test, err, 0);
	return sock;
}

static void bind_local(struct script *s, struct socket *sock)
{
	struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6,
		.sin6_addr = s->laddr,
		.sin6_port = htons(s->lport),
	};

	sock_set_reuseaddr(sock->sk);
	KUNIT_ASSERT_EQ(s->test, kernel_bind(sock, (struct sockaddr *)&addr,
					     sizeof(addr)), 0);
}

void listen_on(struct script *s)
{
	s->listener = new_sock(s);
	bind_local(s, s->listener);
	KUNIT_ASSERT_EQ(s->test, kernel_listen(s->listener, 8), 0);
}

void connect_to(struct script *s)
{
	struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6,
		.sin6_addr = s->faddr,
		.sin6_port = htons(s->fport),
	};

	s->sock = new_sock(s);
	bind_local(s, s->sock);
	KUNIT_ASSERT_EQ(s->test,
			kernel_connect(s->sock, (struct sockaddr *)&addr,
				       sizeof(addr), O_NONBLOCK), -EINPROGRESS);
}

void accept_on(struct script *s)
{
	int err = kernel_accept(s->listener, &s->sock, O_NONBLOCK);

	KUNIT_ASSERT_EQ_MSG(s->test, err, 0, "accept");
}

void no_accept(struct script *s)
{
	struct socket *sock;

	KUNIT_EXPECT_EQ(s->test, kernel_accept(s->listener, &sock, O_NONBLOCK),
			-EAGAIN);
}

void write_bytes(struct script *s, u32 bytes)
{
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };
	struct kvec vec = { .iov_len = bytes };
	u8 *data = kvmalloc(bytes, GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(s->test, data);
	for (i = 0; i < bytes; i++)
		data[i] = pattern(s->written + i);
	vec.iov_base = data;
	KUNIT_EXPECT_EQ(s->test, kernel_sendmsg(s->sock, &msg, &vec, 1, bytes),
			(int)bytes);
	s->written += bytes;
	kvfree(data);
}

static int read_some(struct script *s, u8 *data, u32 bytes)
{
	struct msghdr msg = {};
	struct kvec vec = { .iov_base = data, .iov_len = bytes };

	return kernel_recvmsg(s->sock, &msg, &vec, 1, bytes, MSG_DONTWAIT);
}

void read_bytes(struct script *s, u32 bytes)
{
	u8 *data = kvmalloc(bytes + 1, GFP_KERNEL);
	u32 i, wrong = 0;

	KUNIT_ASSERT_NOT_NULL(s->test, data);
	KUNIT_EXPECT_EQ(s->test, read_some(s, data, bytes), (int)bytes);
	for (i = 0; i < bytes; i++)
		wrong += data[i] != pattern(s->read + i);
	KUNIT_EXPECT_EQ_MSG(s->test, wrong, 0U, "bytes altered");
	s->read += bytes;
	kvfree(data);
}

void read_end(struct script *s)
{
	u8 byte;

	KUNIT_EXPECT_EQ(s->test, read_some(s, &byte, 1), 0);
}

void read_error(struct script *s, int err)
{
	u8 byte;

	KUNIT_EXPECT_EQ(s->test, read_some(s, &byte, 1), err);
}

void set_option(struct script *s, int level, int option, int value)
{
	struct socket *sock = s->sock ?: s->listener;

	KUNIT_EXPECT_EQ(s->test,
			sock->ops->setsockopt(sock, level, option,
					      KERNEL_SOCKPTR(&value),
					      sizeof(value)), 0);
}

void shutdown_write(struct script *s)
{
	KUNIT_EXPECT_EQ(s->test, kernel_sock_shutdown(s->sock, SHUT_WR), 0);
}

void close_sock(struct script *s)
{
	sock_release(s->sock);
	s->sock = NULL;
}

void wait_ms(unsigned int ms)
{
	/* Hours may pass: not a hung task. */
	msleep_interruptible(ms);
}

void establish_passive(struct script *s, int mss, int win)
{
	listen_on(s);
	send(s, SYN, .seq = 0, .mss = mss, .win = win);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
	send(s, ACK, .seq = 1, .ack = 1, .win = win);
	accept_on(s);
	expect_nothing(s);
	expect_state(s, TCP_ESTABLISHED);
}

void establish_active(struct script *s, int mss, int win)
{
	connect_to(s);
	expect(s, SYN, .seq = 0);
	send(s, SYN | ACK, .seq = 0, .ack = 1, .mss = mss, .win = win);
	expect(s, ACK, .seq = 1, .ack = 1);
	expect_nothing(s);
	expect_state(s, TCP_ESTABLISHED);
}

/* ---- a suite's frame ---- */

u64 script_counter(int counter)
{
	return strata_counter_read(strata_net(&init_net), counter);
}

u64 script_drops(int reason)
{
	return strata_drop_read(strata_net(&init_net), reason);
}

int script_init(struct kunit *test)
{
	static u16 next_port = 20000;	/* tests do not meet in TIME-WAIT */
	struct script *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	int err;

	if (!s)
		return -ENOMEM;
	s->test = test;
	s->mtu = 1500;
	s->laddr = (struct in6_addr){ .s6_addr = { 0xfd, [15] = 1 } };
	s->faddr = (struct in6_addr){ .s6_addr = { 0xfd, [15] = 2 } };
	s->lport = next_port++;
	s->fport = 7;
	err = strata_af_register(&fake_af);
	if (err)
		return err;
	running = s;
	test->priv = s;
	return 0;
}

void script_exit(struct kunit *test)
{
	struct script *s = test->priv;

	if (!s)
		return;
	/* A reset ends what the test left open, now rather than in minutes. */
	if (s->sock) {
		sock_no_linger(s->sock->sk);
		sock_release(s->sock);
	}
	if (s->listener)
		sock_release(s->listener);
	running = NULL;
	strata_af_unregister(&fake_af);
}
