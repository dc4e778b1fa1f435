// SPDX-License-Identifier: GPL-2.0
/*
 * The TCP test language's wire: a fake network layer below TCP, the segments that
 * tests send, and the comparison of what TCP sends with what they expect.
 */
#include <linux/delay.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/unaligned.h>
#include <net/ip6_checksum.h>
#include <strata/l4.h>
#include <strata/link.h>
#include "script.h"

#define TCPOPT_EOL_KIND		0
#define TCPOPT_NOP_KIND		1
#define TCPOPT_MSS_KIND		2
#define TCPOPT_WSCALE_KIND	3
#define TCPOPT_SACK_OK_KIND	4
#define TCPOPT_SACK_KIND	5
#define TCPOPT_TS_KIND		8

/* The conversation that runs; suites run one test at a time. */
static struct script *script_running;

/* Any fixed sequence with a long period shows a byte out of place. */
u8 script_pattern(u64 offset)
{
	return offset * 131 + (offset >> 8) * 7 + 1;
}

/* ---- the fake network layer ---- */

static int fake_route(struct strata_net *sn, struct strata_flow *flow,
		      struct strata_path *path)
{
	struct strata_link *link = strata_link_loopback(sn);

	if (!script_running || !link)
		return -ENETUNREACH;
	if (ipv6_addr_any(&flow->saddr))
		flow->saddr = script_running->laddr;
	path->af = strata_af(AF_INET6);
	path->link = link;
	path->neigh = NULL;
	path->genid = strata_net_genid(sn);
	path->mtu = script_running->mtu;
	path->own_mtu = path->mtu;
	path->type = STRATA_PATH_UNICAST;
	return 0;
}

static void parse_sack(struct seg *seg, const u8 *opt)
{
	int i;

	for (i = 0; i < SCRIPT_SACKS && 2 + 8 * (i + 1) <= opt[1]; i++) {
		seg->sack[i][0] = get_unaligned_be32(opt + 2 + 8 * i) - PEER_ISN;
		seg->sack[i][1] = get_unaligned_be32(opt + 6 + 8 * i) - PEER_ISN;
	}
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
	case TCPOPT_SACK_OK_KIND:
		seg->sack_ok = 1;
		break;
	case TCPOPT_SACK_KIND:
		parse_sack(seg, opt);
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
		    byte != script_pattern(offset + i - from))
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
	seg->tos = flow->tos;
	if (skb->tstamp)
		seg->due_ms = ktime_ms_delta(skb->tstamp, ktime_get());
	if (seg->flags & SYN && !s->local_isn_known) {
		s->local_isn = ntohl(th->seq);
		s->local_isn_known = true;
	}
	seg->seq = ntohl(th->seq) - s->local_isn;
	seg->ack = ntohl(th->ack_seq) - PEER_ISN;
	seg->win = ntohs(th->window);
	seg->len = skb->len - header;
	seg->urg = ntohs(th->urg_ptr);
	parse_options(seg, (const u8 *)(th + 1), skb->data + header);
	seg->md5 = script_md5_seen(s, skb);
	if (seg->len && !(seg->flags & SYN))
		KUNIT_EXPECT_TRUE_MSG(s->test,
				      payload_is_right(skb, header, seg->seq - 1),
				      "payload of seq %u", seg->seq);
}

static int fake_output(struct strata_net *sn, struct sock *sk,
		       struct sk_buff *skb, const struct strata_flow *flow,
		       const struct strata_path *path)
{
	if (script_running)
		capture(script_running, skb, flow);
	consume_skb(skb);
	return 0;
}

static enum strata_addr_type fake_addr_type(struct strata_net *sn,
					    const struct in6_addr *addr,
					    int ifindex)
{
	if (ipv6_addr_any(addr))
		return STRATA_ADDR_ANY;
	if (script_running && ipv6_addr_equal(addr, &script_running->laddr))
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
	.output_whole = fake_output,
	.addr_type = fake_addr_type,
	.unreachable = fake_unreachable,
	.confirm = fake_confirm,
};

/* What it stands in for while a test runs. */
static const struct strata_af_ops *real_af;

/* ---- segments to TCP ---- */

static u8 *put_option_head(struct sk_buff *skb, u8 kind, u8 len, u8 nops)
{
	u8 *opt = skb_put(skb, nops + len);

	memset(opt, TCPOPT_NOP_KIND, nops);
	opt[nops] = kind;
	opt[nops + 1] = len;
	return opt + nops + 2;
}

static int sacks(const struct seg *seg)
{
	int i = 0;

	while (i < SCRIPT_SACKS && seg->sack[i][1])
		i++;
	return i;
}

static void put_sack(const struct script *s, struct sk_buff *skb,
		     const struct seg *seg)
{
	int i, count = sacks(seg);
	u8 *opt;

	if (!count)
		return;
	opt = put_option_head(skb, TCPOPT_SACK_KIND, 2 + 8 * count, 2);
	for (i = 0; i < count; i++) {
		put_unaligned_be32(s->local_isn + seg->sack[i][0], opt + 8 * i);
		put_unaligned_be32(s->local_isn + seg->sack[i][1],
				   opt + 8 * i + 4);
	}
}

static void put_options(const struct script *s, struct sk_buff *skb,
			const struct seg *seg)
{
	u8 *opt;

	if (seg->mss)
		put_unaligned_be16(seg->mss,
				   put_option_head(skb, TCPOPT_MSS_KIND, 4, 0));
	if (seg->wscale)
		*put_option_head(skb, TCPOPT_WSCALE_KIND, 3, 1) = seg->wscale - 1;
	if (seg->sack_ok)
		put_option_head(skb, TCPOPT_SACK_OK_KIND, 2, 2);
	if (seg->ts) {
		opt = put_option_head(skb, TCPOPT_TS_KIND, 10, 2);
		put_unaligned_be32(seg->tsval, opt);
		put_unaligned_be32(seg->tsecr, opt + 4);
	}
	put_sack(s, skb, seg);
	script_md5_put(s, skb, seg);
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
	put_options(s, skb, seg);
	th->source = htons(s->fport);
	th->dest = htons(s->lport);
	th->seq = htonl(PEER_ISN + seg->seq);
	th->ack_seq = seg->flags & ACK ? htonl(s->local_isn + seg->ack) : 0;
	((u8 *)th)[13] = seg->flags;
	th->window = htons(seg->win);
	th->urg_ptr = htons(seg->urg);
	th->doff = seg->doff ?: skb->len / 4;
	for (i = 0; i < seg->len; i++)
		skb_put_u8(skb, script_pattern(seg->seq - 1 + i));
	script_md5_sign(s, skb, seg);
	th->check = csum_ipv6_magic(&s->faddr, &s->laddr, skb->len, IPPROTO_TCP,
				    csum_partial(th, skb->len, 0));
	if (seg->bad_sum)
		th->check ^= 1;
	skb->protocol = htons(ETH_P_IPV6);
	skb->ip_summed = CHECKSUM_NONE;
	strata_cb(skb)->family = AF_INET6;
	strata_cb(skb)->ttl = seg->ttl ?: 64;
	strata_cb(skb)->tos = seg->tos;
	return skb;
}

void script_send(struct script *s, const struct seg *seg)
{
	struct sk_buff *skb = build(s, seg);

	local_bh_disable();
	rcu_read_lock();
	strata_l4(IPPROTO_TCP, AF_INET6)->rcv(strata_net(&init_net), skb);
	rcu_read_unlock();
	local_bh_enable();
}

/* ---- segments from TCP ---- */

static void describe_sack(char *buf, size_t size, const struct seg *seg)
{
	size_t used = strlen(buf);
	int i;

	for (i = 0; i < sacks(seg); i++)
		used += scnprintf(buf + used, size - used, " sack %u:%u",
				  seg->sack[i][0], seg->sack[i][1]);
}

static void describe(char *buf, size_t size, const struct seg *seg)
{
	snprintf(buf, size, "%s%s%s%s%s%s%s%sseq %u ack %u len %u win %d mss %d wscale %d urg %u",
		 seg->flags & SYN ? "SYN " : "", seg->flags & FIN ? "FIN " : "",
		 seg->flags & RST ? "RST " : "", seg->flags & PSH ? "PSH " : "",
		 seg->flags & ACK ? "ACK " : "", seg->flags & URG ? "URG " : "",
		 seg->flags & ECE ? "ECE " : "", seg->flags & CWR ? "CWR " : "",
		 seg->seq, seg->ack, seg->len, seg->win, seg->mss,
		 seg->wscale - 1, seg->urg);
	if (seg->md5 == MD5_RIGHT || seg->md5 == MD5_WRONG)
		strlcat(buf, seg->md5 == MD5_RIGHT ? " signed" : " signed wrongly",
			size);
	describe_sack(buf, size, seg);
}

static bool option_fits(int want, int got)
{
	return !want || (want == NO_OPTION ? !got : got == want);
}

static bool sack_fits(const struct seg *want, const struct seg *got)
{
	if (want->no_sack)
		return !sacks(got);
	return !sacks(want) || !memcmp(want->sack, got->sack, sizeof(got->sack));
}

static bool fits(const struct script *s, const struct seg *want,
		 const struct seg *got)
{
	u8 compared = want->flags & PSH ? 0xff : (u8)~PSH;

	return (got->flags & compared) == want->flags &&
	       script_md5_fits(s, want->md5, got->md5) &&
	       got->seq == want->seq && got->len == want->len &&
	       (!(want->flags & ACK) || got->ack == want->ack) &&
	       (!want->win || got->win == (want->win == WIN_ZERO ? 0 : want->win)) &&
	       option_fits(want->mss, got->mss) &&
	       option_fits(want->wscale, got->wscale) &&
	       option_fits(want->sack_ok, got->sack_ok) &&
	       sack_fits(want, got) &&
	       (!want->urg || got->urg == want->urg) &&
	       (!want->ts || (got->ts && got->tsecr == want->tsecr));
}

void script_expect(struct script *s, const struct seg *want, const char *file,
		   int line)
{
	char wanted[256], seen[256] = "nothing";

	describe(wanted, sizeof(wanted), want);
	if (s->head == s->tail) {
		KUNIT_FAIL(s->test, "%s:%d: wanted %s, saw nothing", file, line,
			   wanted);
		return;
	}
	describe(seen, sizeof(seen), &s->captured[s->head]);
	KUNIT_EXPECT_TRUE_MSG(s->test, fits(s, want, &s->captured[s->head]),
			      "%s:%d: wanted %s, saw %s", file, line, wanted,
			      seen);
	s->head++;
}

void script_expect_nothing(struct script *s, const char *file, int line)
{
	char seen[256];

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
	char seen[256];

	while (seq != end && s->head != s->tail) {
		const struct seg *got = &s->captured[s->head];

		if (got->seq != seq || !got->len || got->len > end - seq ||
		    !script_md5_fits(s, MD5_BY_SCRIPT, got->md5)) {
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
	s->head = 0;
	s->tail = 0;
}

/* Put the wire under TCP. */
void script_wire_begin(struct script *s)
{
	script_md5_begin(s);
	real_af = strata_af_exchange(AF_INET6, &fake_af);
	script_running = s;
}

void script_wire_end(void)
{
	script_running = NULL;
	strata_af_exchange(AF_INET6, real_af);
	script_md5_end();
}
