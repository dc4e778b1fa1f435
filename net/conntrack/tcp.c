// SPDX-License-Identifier: GPL-2.0
/*
 * TCP as one in the middle sees it (RFC 9293, RFC 5382 4, RFC 7857 2).
 *
 * A segment belongs to a connection if an endpoint could have sent it: inside
 * the window that the other side opened, not older than one window, and with an
 * acknowledgment of what was sent. What was seen of each sender is written by
 * that sender's segments, its edge by the other's: whoever loses a race writes a
 * value that was right a segment ago.
 */
#include <linux/module.h>
#include <linux/tcp.h>
#include <linux/unaligned.h>
#include <net/tcp.h>
#include <strata/visibility.h>
#include "conntrack.h"

#define ESTABLISHED_s	7440	/* RFC 5382 REQ-5: 2 hours and 4 minutes */
#define TRANSITORY_s	240	/* REQ-5, too: opening or closing */
#define ONE_SIDED_s	300	/* taken up in the middle, no answer yet */
#define CLOSED_s	10	/* an exact RST: neither side goes on */

#define ACK_WINDOW_MIN	66000U	/* how old an acknowledgment may be */
#define HEADER_MAX	60

static u8 state_of(u32 state)
{
	return state & CT_TCP_STATE;
}

/* ------- reading ------- */

/* RFC 9293 3.10.7: flags that nobody sends together. */
static bool flags_possible(u8 flags)
{
	if (flags & TCPHDR_SYN)
		return !(flags & (TCPHDR_FIN | TCPHDR_RST));
	if (flags & TCPHDR_RST)
		return !(flags & TCPHDR_FIN);
	return flags & TCPHDR_ACK;
}

/* The window scale option of a SYN (RFC 7323 2.2). */
static u8 scale_of(const u8 *option, const u8 *end)
{
	while (option < end && *option != TCPOPT_EOL) {
		if (*option == TCPOPT_NOP) {
			option++;
			continue;
		}
		if (end - option < 2 || option[1] < 2 ||
		    option[1] > end - option)
			break;
		if (option[0] == TCPOPT_WINDOW &&
		    option[1] == TCPOLEN_WINDOW)
			return min_t(u8, option[2], TCP_MAX_WSCALE);
		option += option[1];
	}
	return CT_TCP_UNSCALED;
}

/**
 * strata_ct_tcp_parse() - what matters of a segment
 * @skb: skb->data at the IP header
 * @packet: its segment: out
 *
 * Context: softirq or process. Return: false: it is malformed.
 */
bool strata_ct_tcp_parse(const struct sk_buff *skb, struct ct_packet *packet)
{
	struct ct_segment *segment = &packet->segment;
	u8 buffer[HEADER_MAX];
	const struct tcphdr *th;
	unsigned int bytes;

	th = skb_header_pointer(skb, packet->offset, sizeof(*th), buffer);
	if (unlikely(!th || th->doff * 4 < sizeof(*th) ||
		     th->doff * 4 > packet->len))
		return false;
	bytes = th->doff * 4;
	segment->flags = tcp_flag_byte(th);
	if (unlikely(!flags_possible(segment->flags)))
		return false;
	segment->seq = ntohl(th->seq);
	segment->ack = th->ack ? ntohl(th->ack_seq) : 0;
	segment->end = segment->seq + packet->len - bytes + th->syn + th->fin;
	segment->window = ntohs(th->window);
	segment->scale = CT_TCP_UNSCALED;
	if (likely(!th->syn))
		return true;
	th = skb_header_pointer(skb, packet->offset, bytes, buffer);
	if (unlikely(!th))
		return false;
	segment->scale = scale_of((const u8 *)(th + 1), (const u8 *)th + bytes);
	return true;
}

/* ------- windows ------- */

/* Only if both offer it (RFC 7323 2.2), and never in a SYN. */
static u32 window_of(const struct ct_tcp *tcp, const struct ct_segment *segment,
		     bool reply)
{
	if (segment->flags & TCPHDR_SYN ||
	    READ_ONCE(tcp->side[0].scale) == CT_TCP_UNSCALED ||
	    READ_ONCE(tcp->side[1].scale) == CT_TCP_UNSCALED)
		return segment->window;
	return (u32)segment->window << READ_ONCE(tcp->side[reply].scale);
}

static bool ack_possible(const struct ct_tcp_side *from,
			 const struct ct_tcp_side *to, u32 ack)
{
	u32 end = READ_ONCE(to->end);
	u32 oldest = end - max(READ_ONCE(from->window), ACK_WINDOW_MIN);

	return !READ_ONCE(to->seen) || (!after(ack, end) && !before(ack, oldest));
}

static bool in_window(const struct ct_tcp *tcp,
		      const struct ct_segment *segment, bool reply)
{
	const struct ct_tcp_side *from = &tcp->side[reply];
	const struct ct_tcp_side *to = &tcp->side[!reply];

	if (segment->flags & TCPHDR_ACK &&
	    !ack_possible(from, to, segment->ack))
		return false;
	if (!READ_ONCE(from->seen))
		return true;
	return !after(segment->seq, READ_ONCE(from->edge)) &&
	       !before(segment->end,
		       READ_ONCE(from->end) - READ_ONCE(to->window));
}

static void see_first(struct ct_tcp *tcp, const struct ct_segment *segment,
		      bool reply)
{
	struct ct_tcp_side *from = &tcp->side[reply];

	WRITE_ONCE(from->end, segment->end);
	WRITE_ONCE(from->edge, segment->end +
		   max(READ_ONCE(tcp->side[!reply].window), 1U));
	WRITE_ONCE(from->window, max_t(u32, segment->window, 1));
	WRITE_ONCE(from->scale, segment->scale);
	WRITE_ONCE(from->seen, true);
}

static void see(struct ct_tcp *tcp, const struct ct_segment *segment,
		bool reply)
{
	struct ct_tcp_side *from = &tcp->side[reply];
	struct ct_tcp_side *to = &tcp->side[!reply];
	u32 window;

	if (unlikely(!READ_ONCE(from->seen)))
		see_first(tcp, segment, reply);
	window = window_of(tcp, segment, reply);
	if (after(segment->end, READ_ONCE(from->end)))
		WRITE_ONCE(from->end, segment->end);
	if (window > READ_ONCE(from->window))
		WRITE_ONCE(from->window, window);
	if (segment->flags & TCPHDR_ACK &&
	    after(segment->ack + window, READ_ONCE(to->edge)))
		WRITE_ONCE(to->edge, segment->ack + window);
}

/* ------- states ------- */

static u8 after_syn(u8 state, u8 flags, bool reply)
{
	bool ack = flags & TCPHDR_ACK;

	if (state == STRATA_CT_TCP_SYN_SENT && reply)
		return ack ? STRATA_CT_TCP_SYN_RECV : STRATA_CT_TCP_SYN_SENT2;
	if (state == STRATA_CT_TCP_SYN_SENT2 && ack)
		return STRATA_CT_TCP_SYN_RECV;
	return state;
}

static u32 after_fin(u32 state, bool reply)
{
	if (state_of(state) >= STRATA_CT_TCP_TIME_WAIT)
		return state;
	state |= CT_TCP_FIN(reply);
	state &= ~CT_TCP_STATE;
	return state | (state & CT_TCP_FIN(!reply) ? STRATA_CT_TCP_LAST_ACK :
						     STRATA_CT_TCP_FIN_WAIT);
}

static u8 after_ack(const struct ct_tcp *tcp, u8 state,
		    const struct ct_segment *segment, bool reply)
{
	if (state == STRATA_CT_TCP_SYN_RECV && !reply)
		return STRATA_CT_TCP_ESTABLISHED;
	if (state == STRATA_CT_TCP_LAST_ACK &&
	    segment->ack == READ_ONCE(tcp->side[!reply].end))
		return STRATA_CT_TCP_TIME_WAIT;
	return state;
}

/* RFC 5961 3.2: an endpoint obeys no other; it answers, and the connection goes
 * on or somebody says it again.
 */
static bool rst_is_exact(const struct ct_tcp *tcp,
			 const struct ct_segment *segment, bool reply)
{
	const struct ct_tcp_side *from = &tcp->side[reply];

	return !READ_ONCE(from->seen) || segment->seq == READ_ONCE(from->end) ||
	       READ_ONCE(tcp->state) & CT_TCP_LOOSE;
}

static u32 state_after(const struct ct_tcp *tcp, u32 state,
		       const struct ct_segment *segment, bool reply)
{
	u32 rest = state & ~CT_TCP_STATE;
	u8 now = state_of(state);

	if (segment->flags & TCPHDR_RST)
		return rst_is_exact(tcp, segment, reply) ?
		       rest | STRATA_CT_TCP_CLOSED : state;
	if (segment->flags & TCPHDR_SYN)
		return rest | after_syn(now, segment->flags, reply);
	if (segment->flags & TCPHDR_FIN)
		return after_fin(state, reply);
	return rest | after_ack(tcp, now, segment, reply);
}

static void change_state(struct ct_tcp *tcp, const struct ct_segment *segment,
			 bool reply)
{
	u32 state = READ_ONCE(tcp->state), next, seen;

	while ((next = state_after(tcp, state, segment, reply)) != state) {
		seen = cmpxchg(&tcp->state, state, next);
		if (seen == state)
			return;
		state = seen;
	}
}

/**
 * strata_ct_tcp_begins() - may a connection begin with this segment?
 * @segment: of no connection that is known
 * @loose: what is in its middle may
 *
 * Context: any.
 */
bool strata_ct_tcp_begins(const struct ct_segment *segment, bool loose)
{
	u8 flags = segment->flags;

	if (flags & TCPHDR_RST)
		return false;
	if (flags & TCPHDR_SYN)
		return !(flags & TCPHDR_ACK);
	return loose && !(flags & TCPHDR_FIN);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_tcp_begins);

/**
 * strata_ct_tcp_reopens() - does a new connection take the place of an old one?
 * @tcp: the old one
 * @segment: with its addresses and ports
 *
 * RFC 9293 3.6.1: TIME-WAIT ends with a SYN.
 *
 * Context: any.
 */
bool strata_ct_tcp_reopens(const struct ct_tcp *tcp,
			   const struct ct_segment *segment)
{
	u8 state = state_of(READ_ONCE(tcp->state));

	return state >= STRATA_CT_TCP_TIME_WAIT &&
	       (segment->flags & (TCPHDR_SYN | TCPHDR_ACK)) == TCPHDR_SYN;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_tcp_reopens);

/**
 * strata_ct_tcp_first() - a connection begins
 * @tcp: zeroed
 * @segment: the first
 *
 * Context: any; nobody else sees @tcp yet.
 */
void strata_ct_tcp_first(struct ct_tcp *tcp, const struct ct_segment *segment)
{
	tcp->side[1].scale = CT_TCP_UNSCALED;
	see_first(tcp, segment, false);
	tcp->state = segment->flags & TCPHDR_SYN ?
		     STRATA_CT_TCP_SYN_SENT :
		     STRATA_CT_TCP_ESTABLISHED | CT_TCP_LOOSE;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_tcp_first);

/**
 * strata_ct_tcp_next() - one more segment of a connection
 * @tcp: the connection
 * @segment: the segment
 * @reply: it goes the way of the answers
 *
 * Context: any. Return: false: no endpoint can have sent it; nothing changed.
 */
bool strata_ct_tcp_next(struct ct_tcp *tcp, const struct ct_segment *segment,
			bool reply)
{
	u32 state = READ_ONCE(tcp->state);
	bool syn = segment->flags & TCPHDR_SYN;

	/* A new try, maybe with another initial sequence number. */
	if (syn && state_of(state) == STRATA_CT_TCP_SYN_SENT && !reply) {
		if (segment->flags & TCPHDR_ACK)
			return false;
		see_first(tcp, segment, false);
		return true;
	}
	/* One to a connection that is open is answered by the endpoint, which
	 * knows better (RFC 5961 4).
	 */
	if (syn && state_of(state) >= STRATA_CT_TCP_SYN_RECV &&
	    !(segment->flags & TCPHDR_ACK))
		return true;
	if (!(state & CT_TCP_LOOSE)) {
		if (!in_window(tcp, segment, reply))
			return false;
		/* One that is only near the mark is to move nothing. */
		if (!(segment->flags & TCPHDR_RST))
			see(tcp, segment, reply);
	}
	change_state(tcp, segment, reply);
	return true;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_tcp_next);

/**
 * strata_ct_tcp_sent() - was this sent lately? (RFC 5927 4)
 * @tcp: the connection
 * @seq: of a segment that an ICMP error quotes
 * @reply: which went the way of the answers
 *
 * Context: any.
 */
bool strata_ct_tcp_sent(const struct ct_tcp *tcp, u32 seq, bool reply)
{
	u32 end = READ_ONCE(tcp->side[reply].end);
	u32 window = max(READ_ONCE(tcp->side[!reply].window), ACK_WINDOW_MIN);

	if (READ_ONCE(tcp->state) & CT_TCP_LOOSE)
		return true;
	return READ_ONCE(tcp->side[reply].seen) && !after(seq, end) &&
	       !before(seq, end - window);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_tcp_sent);

/**
 * strata_ct_tcp_timeout_s() - how long a connection may be silent
 * @tcp: the connection
 * @replied: both sides were heard
 * @flags: of the latest segment
 *
 * RFC 7857 2.2: a RST that may not be one shortens what is left.
 *
 * Context: any.
 */
unsigned int strata_ct_tcp_timeout_s(const struct ct_tcp *tcp, bool replied,
				     u8 flags)
{
	switch (state_of(READ_ONCE(tcp->state))) {
	case STRATA_CT_TCP_ESTABLISHED:
		if (!replied)
			return ONE_SIDED_s;
		return flags & TCPHDR_RST ? TRANSITORY_s : ESTABLISHED_s;
	case STRATA_CT_TCP_CLOSED:
		return CLOSED_s;
	default:
		return TRANSITORY_s;
	}
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_tcp_timeout_s);
