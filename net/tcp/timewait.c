// SPDX-License-Identifier: GPL-2.0
/*
 * Connections in TIME-WAIT, as small objects.
 *
 * The connection's socket is gone, or free for another. A FIN-WAIT-2 that no
 * program waits for is kept in the same form.
 */
#include <linux/slab.h>
#include <linux/tcp.h>
#include "far.h"
#include "port.h"
#include "reply.h"
#include "request.h"
#include "sign.h"
#include "table.h"
#include "timewait.h"
#include "wheel.h"

/* Segments out of window are answered no more often (RFC 5961 7). */
#define ACK_INTERVAL	(HZ / 2)

/* Not a drop: the segment was what it should be. */
#define TAKEN	STRATA_DROP_MAX

static struct kmem_cache *timewait_cache;

static void free_rcu(struct rcu_head *head)
{
	kmem_cache_free(timewait_cache,
			container_of(head, struct strata_tcp_timewait, rcu));
}

/**
 * strata_tcp_timewait_free() - the end of a timewait
 * @tw: taken out of the table of connections by the caller
 *
 * Context: any; no lock of port.c or wheel.c held.
 */
void strata_tcp_timewait_free(struct strata_tcp_timewait *tw)
{
	strata_tcp_port_leave(tw);
	strata_tcp_wheel_remove(tw);
	strata_tcp_sign_drop(tw->kept);
	atomic_dec(&tw->sn->tcp->timewaits);
	call_rcu(&tw->rcu, free_rcu);
}

/**
 * strata_tcp_timewait_kill() - end a timewait, unless another CPU just does
 * @tw: found under RCU
 *
 * Context: RCU read side; no lock of port.c or wheel.c held.
 */
void strata_tcp_timewait_kill(struct strata_tcp_timewait *tw)
{
	if (strata_tcp_take(tw->sn->tcp, (struct sock *)tw))
		strata_tcp_timewait_free(tw);
}

static struct strata_tcp_timewait *alloc_timewait(struct strata_net *sn,
						  const struct sock *sk)
{
	struct strata_tcp_timewait *tw;

	if (atomic_inc_return(&sn->tcp->timewaits) > TCP_TIMEWAIT_MAX)
		goto full;
	tw = kmem_cache_zalloc(timewait_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!tw)
		goto full;
	if (strata_tcp_sign_keep(sk, &tw->kept))
		return tw;
	kmem_cache_free(timewait_cache, tw);
full:
	atomic_dec(&sn->tcp->timewaits);
	strata_count(sn, TCP_TIMEWAIT_OVERFLOW);
	return NULL;
}

static void copy_common(struct sock_common *common, const struct sock *sk)
{
	common->skc_family = sk->sk_family;
	common->skc_state = TCP_TIME_WAIT;
	common->skc_reuse = sk->sk_reuse;
	common->skc_reuseport = !!(strata_sock(sk)->flags &
				   STRATA_SOCK_REUSEPORT);
	common->skc_bound_dev_if = sk->sk_bound_dev_if;
	common->skc_v6_daddr = sk->sk_v6_daddr;
	common->skc_v6_rcv_saddr = sk->sk_v6_rcv_saddr;
	common->skc_dport = sk->sk_dport;
	common->skc_num = sk->sk_num;
	common->skc_hash = sk->sk_hash;
}

static void copy_connection(struct strata_tcp_timewait *tw,
			    const struct strata_tcp *tp)
{
	tw->rcv_nxt = tp->rcv_nxt;
	tw->snd_nxt = tp->snd_nxt;
	tw->rcv_wnd = tcp_receive_window(tp);
	tw->window = min_t(u32, tw->rcv_wnd >> tp->rcv_wscale, U16_MAX);
	tw->ts_ok = tp->ts_ok;
	tw->ts_recent = tp->ts_recent;
	tw->ts_recent_s = tp->ts_recent_s;
	tw->ts_offset = tp->ts_offset;
	tw->tos = tp->ss.tos;
	tw->last_ack = (u32)jiffies - ACK_INTERVAL;
}

/* The timewait takes the socket's place. Readers find either at any moment. */
static void swap_in(struct strata_tcp_timewait *tw, struct sock *sk)
{
	struct strata_tcp_bucket *bucket = strata_tcp_bucket(tw->sn->tcp,
							     sk->sk_hash);

	spin_lock_bh(&bucket->lock);
	__sk_nulls_add_node_rcu((struct sock *)tw, &bucket->chain);
	strata_tcp_wheel_add(tw);
	__sk_nulls_del_node_init_rcu(sk);
	spin_unlock_bh(&bucket->lock);
}

/**
 * strata_tcp_timewait_enter() - leave a connection to a timewait
 * @sk: both sides have closed, or ours has and no program waits for the other;
 *	closed afterwards, and gone if no program has it
 * @substate: TCP_TIME_WAIT or TCP_FIN_WAIT2
 * @timeout: for TCP_FIN_WAIT2, at most TCP_TIMEWAIT_LEN
 *
 * Without memory, or with too many timewaits, the connection just ends.
 *
 * Context: any, socket locked.
 */
void strata_tcp_timewait_enter(struct sock *sk, int substate,
			       unsigned long timeout)
{
	struct strata_net *sn = strata_sock_net(sk);
	struct strata_tcp *tp = strata_tcp(sk);
	struct strata_tcp_timewait *tw = NULL;

	if (tp->port && sk_hashed(sk))
		tw = alloc_timewait(sn, sk);
	if (tw) {
		tw->sn = sn;
		tw->substate = substate;
		if (substate == TCP_TIME_WAIT)
			timeout = TCP_TIMEWAIT_LEN;
		else
			timeout = clamp_t(unsigned long, timeout,
					  4 * tp->rto, TCP_TIMEWAIT_LEN);
		tw->expires = jiffies + timeout;
		copy_common(&tw->common, sk);
		copy_connection(tw, tp);
		strata_tcp_port_handover(sk, tw);
		swap_in(tw, sk);
		strata_count(sn, TCP_TIMEWAIT);
	}
	strata_tcp_done(sk);
}

/**
 * strata_tcp_timewait_reuse() - may a new connection take a timewait's place?
 * @tw: with the same four-tuple, its bucket locked
 * @sk: connects; its sequence numbers start behind those of @tw then
 * @picked: the stack picked the port, and could pick another
 *
 * Safe if the peer's PAWS tells the new connection's segments from the old
 * one's (RFC 6191 2), that is, if our timestamp clock has ticked since.
 *
 * Context: BH off, @sk locked.
 */
bool strata_tcp_timewait_reuse(const struct strata_tcp_timewait *tw,
			       struct sock *sk, bool picked)
{
	u32 now_s = tcp_clock_s();
	struct strata_tcp *tp = strata_tcp(sk);

	if (!tw->ts_ok || !tw->ts_recent_s)
		return false;
	if (picked && (tw->substate == TCP_FIN_WAIT2 ||
		       !seq_after(now_s, tw->ts_recent_s)))
		return false;
	/* Behind what the largest window may have let the old one send. */
	tp->iss = tw->snd_nxt + U16_MAX + 2 ? : 1;
	tp->ts_recent = tw->ts_recent;
	tp->ts_recent_s = tw->ts_recent_s;
	return true;
}

/* ACK what we had received (RFC 9293 3.10.7.4), unless it is about a loop. */
static void send_ack(struct strata_tcp_timewait *tw, const struct sk_buff *skb)
{
	const struct strata_tcp_seg *seg = tcp_seg(skb);
	struct strata_tcp_signer room;
	const struct strata_tcp_reply reply = {
		.laddr = tw->common.skc_v6_rcv_saddr,
		.faddr = tw->common.skc_v6_daddr,
		.lport = htons(tw->common.skc_num),
		.fport = tw->common.skc_dport,
		.oif = tw->common.skc_bound_dev_if,
		.seq = tw->snd_nxt,
		.ack = tw->rcv_nxt,
		.flags = TCPF_HDR_ACK,
		.window = tw->window,
		.tos = tw->tos,
		.has_ts = tw->ts_ok,
		.tsval = tcp_clock_ms() + tw->ts_offset,
		.tsecr = tw->ts_recent,
		.signer = strata_tcp_sign_timewait(tw, &room),
	};
	u32 now = (u32)jiffies;

	/* Only dataless ones can come in answer to this one. */
	if (seg->seq == seg->end_seq && now - tw->last_ack < ACK_INTERVAL)
		return;
	tw->last_ack = now;
	strata_tcp_reply_send(tw->sn, &reply);
}

static void note_timestamp(struct strata_tcp_timewait *tw,
			   const struct strata_tcp_options *opts)
{
	if (!tw->ts_ok || !opts->has_ts)
		return;
	tw->ts_recent = opts->tsval;
	tw->ts_recent_s = tcp_clock_s();
}

/* The wheel finds out when it comes to the old deadline. */
static void restart(struct strata_tcp_timewait *tw)
{
	WRITE_ONCE(tw->expires, jiffies + TCP_TIMEWAIT_LEN);
}

/* RFC 7323 5.3: is the segment's timestamp older than the last? */
static bool paws_rejects(const struct strata_tcp_timewait *tw,
			 const struct sk_buff *skb,
			 const struct strata_tcp_options *opts)
{
	u32 age_s = tcp_clock_s() - tw->ts_recent_s;

	return tw->ts_ok && opts->has_ts && tw->ts_recent_s &&
	       seq_before(opts->tsval, tw->ts_recent) &&
	       age_s < TCP_PAWS_24DAYS_S &&
	       !(tcp_seg(skb)->flags & TCPF_HDR_RST);
}

static bool in_window(const struct strata_tcp_timewait *tw,
		      const struct strata_tcp_seg *seg)
{
	u32 end = tw->rcv_nxt + tw->rcv_wnd;

	if (seg->seq == tw->rcv_nxt)
		return true;
	if (seq_after(seg->end_seq, tw->rcv_nxt) && seq_before(seg->seq, end))
		return true;
	return seg->seq == end && seg->seq == seg->end_seq;
}

/* Data or an open request for a side that is closed for good. */
static enum strata_drop_reason abort_fin_wait2(struct strata_tcp_timewait *tw,
					       struct sk_buff *skb)
{
	struct strata_tcp_signer room;

	strata_tcp_reply_reset(tw->sn, skb, strata_tcp_sign_timewait(tw, &room));
	strata_tcp_timewait_kill(tw);
	return STRATA_DROP_TCP_CLOSED;
}

/* RFC 9293 3.10.7.4 in FIN-WAIT-2, where only a FIN may still come. */
static enum strata_drop_reason fin_wait2(struct strata_tcp_timewait *tw,
					 struct sk_buff *skb,
					 const struct strata_tcp_options *opts)
{
	const struct strata_tcp_seg *seg = tcp_seg(skb);

	if (paws_rejects(tw, skb, opts) || !in_window(tw, seg)) {
		if (!(seg->flags & TCPF_HDR_RST))
			send_ack(tw, skb);
		return STRATA_DROP_TCP_SEQUENCE;
	}
	if (seg->flags & TCPF_HDR_RST) {
		/* RFC 5961 3: exact, or challenge it. */
		if (seg->seq == tw->rcv_nxt)
			strata_tcp_timewait_kill(tw);
		else
			send_ack(tw, skb);
		return STRATA_DROP_TCP_RESET;
	}
	if ((seg->flags & TCPF_HDR_SYN) && !seq_before(seg->seq, tw->rcv_nxt))
		return abort_fin_wait2(tw, skb);
	if (!(seg->flags & TCPF_HDR_ACK) || seg->seq == seg->end_seq ||
	    !seq_after(seg->end_seq, tw->rcv_nxt))
		return TAKEN;
	if (!(seg->flags & TCPF_HDR_FIN) || seg->end_seq != tw->rcv_nxt + 1)
		return abort_fin_wait2(tw, skb);

	tw->substate = TCP_TIME_WAIT;
	tw->rcv_nxt = seg->end_seq;
	note_timestamp(tw, opts);
	restart(tw);
	send_ack(tw, skb);
	return TAKEN;
}

/*
 * A SYN that cannot be an old duplicate opens a new connection (RFC 9293
 * 3.10.7.4, RFC 6191 2): newer sequence number, or newer timestamp.
 */
static bool is_new_connection(const struct strata_tcp_timewait *tw,
			      const struct strata_tcp_seg *seg,
			      const struct strata_tcp_options *opts)
{
	if ((seg->flags & (TCPF_HDR_SYN | TCPF_HDR_ACK | TCPF_HDR_RST)) !=
	    TCPF_HDR_SYN)
		return false;
	return seq_after(seg->seq, tw->rcv_nxt) ||
	       (tw->ts_ok && opts->has_ts &&
		seq_after(opts->tsval, tw->ts_recent));
}

/* True: @skb went to a listener. */
static bool reopen(struct strata_tcp_timewait *tw, struct sk_buff *skb)
{
	struct sock *listener;
	u32 isn = tw->snd_nxt + U16_MAX + 2 ? : 1;

	listener = strata_tcp_lookup_listener(tw->sn,
					      &tw->common.skc_v6_rcv_saddr,
					      htons(tw->common.skc_num),
					      &tw->common.skc_v6_daddr,
					      tw->common.skc_dport,
					      strata_cb(skb)->iif);
	if (!listener)
		return false;
	strata_tcp_timewait_kill(tw);
	if (tcp_too_far(listener, skb))
		strata_tcp_drop_far(listener, skb);
	else if (tcp_sign_admits(listener, NULL, skb))
		strata_tcp_listen_syn(listener, skb, isn);
	return true;
}

/* RFC 9293 3.10.7.4 in TIME-WAIT: answer, and wait again. */
static enum strata_drop_reason time_wait(struct strata_tcp_timewait *tw,
					 struct sk_buff *skb, bool old,
					 const struct strata_tcp_options *opts)
{
	const struct strata_tcp_seg *seg = tcp_seg(skb);

	/* RFC 1337 3: a RST does not end TIME-WAIT early. */
	if (seg->flags & TCPF_HDR_RST)
		return STRATA_DROP_TCP_RESET;
	if (!old && seg->seq == tw->rcv_nxt && seg->seq == seg->end_seq) {
		note_timestamp(tw, opts);
		restart(tw);
		return TAKEN;
	}
	/* A SYN without ACK may be a new one with an unlucky number. */
	if (old || (seg->flags & TCPF_HDR_ACK))
		restart(tw);
	send_ack(tw, skb);
	return old ? STRATA_DROP_TCP_PAWS : STRATA_DROP_TCP_TIMEWAIT;
}

/**
 * strata_tcp_timewait_input() - a segment for a connection that has ended
 * @sn: the namespace's stack
 * @tw: who owns it
 * @skb: tcp_seg() is filled in, skb->data at the TCP header; owned
 *
 * Context: softirq, RCU.
 */
void strata_tcp_timewait_input(struct strata_net *sn,
			       struct strata_tcp_timewait *tw,
			       struct sk_buff *skb)
{
	enum strata_drop_reason reason;
	struct strata_tcp_options opts;
	bool old;

	reason = strata_tcp_sign_check_timewait(tw, skb);
	if (unlikely(reason != TAKEN)) {
		strata_drop(sn, skb, reason);
		return;
	}
	if (!strata_tcp_options_parse(skb, &opts)) {
		strata_drop(sn, skb, STRATA_DROP_TCP_HEADER);
		return;
	}
	if (tw->substate == TCP_FIN_WAIT2) {
		reason = fin_wait2(tw, skb, &opts);
	} else {
		old = paws_rejects(tw, skb, &opts);
		if (!old && is_new_connection(tw, tcp_seg(skb), &opts) &&
		    reopen(tw, skb))
			return;
		reason = time_wait(tw, skb, old, &opts);
	}
	if (reason == TAKEN)
		consume_skb(skb);
	else
		strata_drop(sn, skb, reason);
}

/**
 * strata_tcp_timewait_init() - the cache of timewaits
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int strata_tcp_timewait_init(void)
{
	timewait_cache = KMEM_CACHE(strata_tcp_timewait, SLAB_HWCACHE_ALIGN);
	return timewait_cache ? 0 : -ENOMEM;
}

/**
 * strata_tcp_timewait_exit() - free the cache of timewaits
 *
 * Context: process; every namespace has been purged.
 */
void strata_tcp_timewait_exit(void)
{
	rcu_barrier();
	kmem_cache_destroy(timewait_cache);
}
