// SPDX-License-Identifier: GPL-2.0
/*
 * SYN cookies (RFC 4987 3.6 and appendix A): a handshake that costs no memory.
 *
 * When a listener has as many half-open connections as it may, a SYN is answered
 * and forgotten. Our initial sequence number then says what the request would
 * have remembered, under a keyed hash that nobody else can make, and the peer's
 * ACK brings it back:
 *
 *	 31      27 26     24 23                        0
 *	+----------+---------+---------------------------+
 *	|  minute  |   MSS   |           hash            |
 *	+----------+---------+---------------------------+
 *
 * Options of the SYN that do not fit there come back in the echo of our
 * timestamp, whose lowest bits say them. A peer without timestamps has to do
 * without window scaling, SACK and ECN.
 */
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include "cookie.h"
#include "request.h"
#include "synack.h"
#include "table.h"

#define PERIOD		(60 * HZ)	/* the "minute" */
#define PERIODS		2		/* a cookie is good in its own and the next */

#define MINUTE_SHIFT	27
#define MSS_SHIFT	24
#define MSS_MASK	7
#define HASH_MASK	(BIT(MSS_SHIFT) - 1)

/* The lowest bits of a timestamp: window scale, or that there is none; others. */
#define TS_WSCALE_MASK	0xf
#define TS_WSCALE_NONE	0xf
#define TS_SACK		BIT(4)
#define TS_ECN		BIT(5)
#define TS_MASK		0x3f

/*
 * What an MSS option is rounded down to: the least that is accepted, the
 * defaults of IPv4 and IPv6 (RFC 9293 3.7.1), IPv6's on Ethernet, through a
 * tunnel and without, IPv4's through PPPoE and without, jumbo frames.
 */
static const u16 mss_table[MSS_MASK + 1] = {
	TCP_MSS_MIN, 536, 1220, 1360, 1440, 1452, 1460, 8940
};

static siphash_key_t cookie_key __read_mostly;

static u32 minute_now(void)
{
	return (u32)div_u64(get_jiffies_64(), PERIOD);
}

/* @isn: the peer's initial sequence number. */
static u32 hash(const struct sk_buff *skb, u32 isn, u32 minute, u32 mss)
{
	const struct tcphdr *th = (const struct tcphdr *)skb->data;
	struct {
		struct in6_addr faddr;
		struct in6_addr laddr;
		__be16 fport;
		__be16 lport;
		u32 isn;
		u32 minute;
		u32 mss;
	} __aligned(SIPHASH_ALIGNMENT) said = {
		.fport = th->source,
		.lport = th->dest,
		.isn = isn,
		.minute = minute,
		.mss = mss,
	};

	strata_packet_addrs(skb, &said.faddr, &said.laddr);
	return siphash(&said, sizeof(said), &cookie_key) & HASH_MASK;
}

static u32 mss_index(u16 mss)
{
	u32 i = ARRAY_SIZE(mss_table) - 1;

	while (i && mss_table[i] > mss)
		i--;
	return i;
}

/* The sequence number that answers a SYN; rounds @mss down to what it says. */
static u32 make(const struct sk_buff *skb, u16 *mss)
{
	u32 minute = minute_now();
	u32 i = mss_index(*mss);

	*mss = mss_table[i];
	return minute << MINUTE_SHIFT | i << MSS_SHIFT |
	       hash(skb, tcp_seg(skb)->seq, minute, i);
}

/* The MSS that the cookie acknowledged by @skb says; 0 if it is not ours. */
static u16 check(const struct sk_buff *skb)
{
	u32 cookie = tcp_seg(skb)->ack_seq - 1;
	u32 i = cookie >> MSS_SHIFT & MSS_MASK;
	u32 minute = minute_now();
	u32 age = (minute - (cookie >> MINUTE_SHIFT)) &
		  (U32_MAX >> MINUTE_SHIFT);

	if (age >= PERIODS ||
	    hash(skb, tcp_seg(skb)->seq - 1, minute - age, i) !=
	    (cookie & HASH_MASK))
		return 0;
	return mss_table[i];
}

/* Not in the future: what follows must not be older (RFC 7323 4.3). */
static u32 clock_saying(const struct strata_tcp_request *req)
{
	u32 now = tcp_clock_ms();
	u32 ts = now & ~TS_MASK;

	ts |= req->wscale_ok ? req->snd_wscale : TS_WSCALE_NONE;
	if (req->sack_ok)
		ts |= TS_SACK;
	if (req->ecn_ok)
		ts |= TS_ECN;
	return ts > now ? ts - (TS_MASK + 1) : ts;
}

/* What the SYN offered, from the echo of @ts. */
static void read_clock(u32 ts, struct strata_tcp_request *req)
{
	u8 wscale = ts & TS_WSCALE_MASK;

	req->wscale_ok = wscale != TS_WSCALE_NONE;
	if (req->wscale_ok)
		req->snd_wscale = min_t(u8, wscale, TCP_WSCALE_MAX);
	req->sack_ok = !!(ts & TS_SACK);
	req->ecn_ok = !!(ts & TS_ECN);
}

/* Written once in a second at most: all CPUs read it. */
static void note_sent(struct strata_tcp_listener *listener)
{
	unsigned long until = jiffies + PERIODS * PERIOD;
	unsigned long old = READ_ONCE(listener->cookies_until);

	if (!old || until - old >= HZ)
		WRITE_ONCE(listener->cookies_until, until ?: 1);
}

/* Was one sent that may still be good? */
static bool sent_lately(const struct strata_tcp_listener *listener)
{
	unsigned long until = READ_ONCE(listener->cookies_until);

	return until && time_before(jiffies, until);
}

/**
 * strata_tcp_cookie_send() - answer a SYN and forget it
 * @listener: to whom it came
 * @skb: the SYN; tcp_seg() is filled in, skb->data at the TCP header; not owned
 * @opts: its options; what a cookie cannot say is taken out
 *
 * Context: softirq, RCU; @listener is not locked.
 */
void strata_tcp_cookie_send(struct sock *listener, const struct sk_buff *skb,
			    struct strata_tcp_options *opts)
{
	struct strata_tcp_request req = {};
	struct strata_tcp_synack synack;

	if (!opts->has_ts) {
		opts->sack_ok = false;
		opts->has_wscale = false;
	}
	strata_tcp_request_fill(&req, listener, skb, opts);
	req.ecn_ok &= opts->has_ts;
	req.snt_isn = make(skb, &req.mss_peer);
	if (strata_tcp_synack_prepare(&req, &synack))
		return;
	if (opts->has_ts)
		synack.opts.tsval = clock_saying(&req) + req.ts_offset;
	note_sent(&strata_tcp(listener)->listener);
	strata_count(strata_sock_net(listener), TCP_COOKIES_TX);
	strata_tcp_reply_output(strata_sock_net(listener), &synack.reply,
				&synack.flow, &synack.path);
}

/* The request that was not remembered, or NULL without memory. */
static struct strata_tcp_request *remember(struct sock *listener,
					   const struct sk_buff *skb,
					   const struct strata_tcp_options *opts)
{
	struct strata_tcp_request *req;

	req = strata_tcp_request_create(listener, skb, opts);
	if (!req)
		return NULL;
	/* What we have is not the SYN. */
	kfree(req->saved_syn);
	req->saved_syn = NULL;
	req->rcv_isn = tcp_seg(skb)->seq - 1;
	req->snt_isn = tcp_seg(skb)->ack_seq - 1;
	req->ecn_ok = false;
	if (opts->has_ts)
		read_clock(opts->tsecr - req->ts_offset, req);
	/* When our SYN+ACK went out is not known: no sample of the RTT. */
	req->retransmits = 1;
	return req;
}

/* Makes the connection that a good cookie stands for. Owns @skb. */
static void make_child(struct sock *listener, struct sk_buff *skb,
		       const struct strata_tcp_options *opts)
{
	enum strata_drop_reason reason = STRATA_DROP_NO_MEMORY;
	struct strata_net *sn = strata_sock_net(listener);
	struct strata_tcp_request *req;
	struct strata_tcp_synack synack;

	req = remember(listener, skb, opts);
	if (!req)
		goto drop;
	reason = STRATA_DROP_IP_NO_ROUTE;
	if (strata_tcp_synack_prepare(req, &synack))
		goto free;
	reason = STRATA_DROP_TCP_DUPLICATE;
	if (!strata_tcp_insert_request(sn->tcp, req, jiffies + TCP_RTO_INIT))
		goto free;
	if (!strata_tcp_request_complete(req, skb))
		strata_tcp_request_drop(req);
	return;

free:
	strata_tcp_request_free(req);
drop:
	strata_drop(sn, skb, reason);
}

/**
 * strata_tcp_cookie_input() - an ACK of nothing that we remember
 * @listener: to whom
 * @skb: tcp_seg() is filled in, with ACK and without RST; skb->data at the TCP
 *	header; owned if this returns true
 *
 * TCP_DEFER_ACCEPT does not hold: waiting for data would be remembering.
 *
 * Context: softirq, RCU; @listener is not locked.
 * Return: whether it acknowledges a cookie of ours.
 */
bool strata_tcp_cookie_input(struct sock *listener, struct sk_buff *skb)
{
	struct strata_net *sn = strata_sock_net(listener);
	struct strata_tcp_options opts;
	u16 mss;

	if (!READ_ONCE(sn->tcp->syncookies) ||
	    !sent_lately(&strata_tcp(listener)->listener) ||
	    READ_ONCE(listener->sk_state) != TCP_LISTEN ||
	    tcp_seg(skb)->flags & TCPF_HDR_SYN ||
	    !strata_tcp_options_parse(skb, &opts))
		return false;
	mss = check(skb);
	if (!mss) {
		strata_count(sn, TCP_COOKIES_BAD);
		return false;
	}
	strata_count(sn, TCP_COOKIES_RX);
	if (sk_acceptq_is_full(listener)) {
		/* The peer's first data brings the cookie again. */
		strata_count(sn, TCP_LISTEN_OVERFLOW);
		strata_drop(sn, skb, STRATA_DROP_TCP_BACKLOG);
		return true;
	}
	opts.mss = mss;
	make_child(listener, skb, &opts);
	return true;
}

/**
 * strata_tcp_cookie_init() - draw the secret
 *
 * Context: process.
 */
void strata_tcp_cookie_init(void)
{
	get_random_bytes(&cookie_key, sizeof(cookie_key));
}
