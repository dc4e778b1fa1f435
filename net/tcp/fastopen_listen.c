// SPDX-License-Identifier: GPL-2.0
/*
 * Fast Open for a listener (RFC 7413 4.2.2 and 5.1).
 *
 * A SYN that shows a good cookie makes the child at once, in SYN-RECEIVED, and
 * brings it data. The child is a full socket as that of a simultaneous open: its
 * own timer repeats the SYN+ACK, and a program may accept it, read and write.
 * How many such children a listener has is bounded by TCP_FASTOPEN: a SYN from
 * a forged address costs a socket.
 */
#include <linux/slab.h>
#include <linux/tcp.h>
#include "fastopen.h"
#include "input.h"
#include "request.h"
#include "synack.h"

/* For so long a child that was reset counts as if it were there (5.1). */
#define RESET_COUNTS	(60 * HZ)

/**
 * strata_tcp_fastopen_listen() - TCP_FASTOPEN: let children open fast
 * @sk: the listener, or a socket that will be one
 * @qlen: how many may be in SYN-RECEIVED; 0: none; at most net.core.somaxconn
 *
 * Context: process, socket locked. Return: 0 or -EINVAL.
 */
int strata_tcp_fastopen_listen(struct sock *sk, int qlen)
{
	int most = READ_ONCE(sock_net(sk)->core.sysctl_somaxconn);

	if (qlen < 0 || !((1 << sk->sk_state) & (TCPF_CLOSE | TCPF_LISTEN)))
		return -EINVAL;
	WRITE_ONCE(strata_tcp(sk)->listener.fastopen_max, min(qlen, most));
	return 0;
}

/* The oldest of the reset ones, if it has counted for long enough. */
static struct strata_tcp_fastopen_pending *
expired(struct strata_tcp_listener *listener)
{
	struct strata_tcp_fastopen_pending *pending;

	pending = list_first_entry_or_null(&listener->resets,
					   struct strata_tcp_fastopen_pending,
					   node);
	if (!pending || time_before(jiffies, pending->expires))
		return NULL;
	list_del(&pending->node);
	return pending;
}

/* A place for one more child. */
static bool reserve(struct sock *sk)
{
	struct strata_tcp_listener *listener = &strata_tcp(sk)->listener;
	struct strata_tcp_fastopen_pending *old = NULL;
	bool room;

	spin_lock(&listener->lock);
	room = listener->fastopen_pending < READ_ONCE(listener->fastopen_max);
	if (room) {
		listener->fastopen_pending++;
	} else {
		old = expired(listener);
		room = old;
	}
	spin_unlock(&listener->lock);
	kfree(old);
	if (!room)
		strata_count(strata_sock_net(sk), TCP_FASTOPEN_OVERFLOW);
	return room;
}

/**
 * strata_tcp_fastopen_release() - a child counts no more
 * @listener: that it was counted at
 *
 * Context: any.
 */
void strata_tcp_fastopen_release(struct sock *listener)
{
	struct strata_tcp_listener *of = &strata_tcp(listener)->listener;

	spin_lock_bh(&of->lock);
	of->fastopen_pending--;
	spin_unlock_bh(&of->lock);
}

/* The SYN+ACK gives a cookie, for the next time, by the option that the SYN had. */
static void give_cookie(struct strata_tcp_synack *synack,
			const struct strata_tcp_options *opts)
{
	synack->opts.cookie = synack->cookie;
	synack->opts.cookie_experimental = opts->cookie_experimental;
	synack->opts.cookie_len = sizeof(synack->cookie);
}

/**
 * strata_tcp_fastopen_judge() - may this SYN open a connection at once?
 * @req: filled in from it
 * @skb: the SYN
 * @opts: its options
 * @synack: in and out: prepared; gets a cookie where the client needs one
 *
 * Context: softirq, RCU; the listener is not locked.
 * Return: true: a place is reserved, for strata_tcp_fastopen_child() or
 * strata_tcp_fastopen_release().
 */
bool strata_tcp_fastopen_judge(struct strata_tcp_request *req,
			       const struct sk_buff *skb,
			       const struct strata_tcp_options *opts,
			       struct strata_tcp_synack *synack)
{
	struct strata_net *sn = strata_tcp_request_net(req);
	u32 mode = READ_ONCE(sn->tcp->fastopen);
	bool data = tcp_seg(skb)->end_seq != tcp_seg(skb)->seq + 1;
	int match;

	if (opts->cookie && !opts->cookie_len)
		strata_count(sn, TCP_FASTOPEN_REQUESTED);
	if (!(mode & TCP_FASTOPEN_MODE_SERVER) || !(data || opts->cookie) ||
	    !reserve(req->listener))
		return false;
	if (mode & TCP_FASTOPEN_MODE_SERVER_BARE ||
	    strata_tcp(req->listener)->fastopen_bare)
		return true;
	if (opts->cookie) {
		match = strata_tcp_fastopen_match(strata_tcp_fastopen_keys(req->listener),
						  &req->common.skc_v6_daddr,
						  &req->common.skc_v6_rcv_saddr,
						  opts, synack->cookie);
		if (match != 1)
			give_cookie(synack, opts);
		if (match)
			return true;
		if (opts->cookie_len)
			strata_count(sn, TCP_FASTOPEN_PASSIVE_FAIL);
	}
	strata_tcp_fastopen_release(req->listener);
	return false;
}

/* What the SYN brought. Without memory it is sent again. */
static void take_data(struct sock *child, const struct sk_buff *syn)
{
	const struct strata_tcp_options opts = {};
	struct strata_tcp *tp = strata_tcp(child);
	struct strata_tcp_seg *seg;
	struct sk_buff *skb;

	if (tcp_seg(syn)->end_seq == tcp_seg(syn)->seq + 1)
		return;
	skb = skb_clone((struct sk_buff *)syn, GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return;
	skb->dev = NULL;
	__skb_pull(skb, tcp_hdr(skb)->doff * 4);
	seg = tcp_seg(skb);
	seg->flags &= ~TCPF_HDR_SYN;
	seg->seq++;
	strata_tcp_data(child, skb, &opts);
	tp->syn_data_acked = tp->rcv_nxt != tp->irs + 1;
	/* The SYN+ACK acknowledges it. */
	tp->rcv_wup = tp->rcv_nxt;
	tp->ack_flags = 0;
}

static void answer(struct sock *child, struct strata_tcp_synack *synack)
{
	struct strata_tcp *tp = strata_tcp(child);

	synack->reply.ack = tp->rcv_nxt;
	tp->retrans_stamp_us = (u32)tp->mstamp_us ?: 1;
	tp->segs_out++;
	strata_tcp_reply_output(strata_sock_net(child), &synack->reply,
				&synack->flow, &synack->path);
	strata_tcp_timer_arm(child, TCP_TIMER_RETRANS, tp->rto);
}

static struct strata_tcp_fastopen_pending *pending_of(struct sock *listener)
{
	struct strata_tcp_fastopen_pending *pending;

	pending = kmalloc(sizeof(*pending), GFP_ATOMIC | __GFP_NOWARN);
	if (!pending)
		return NULL;
	pending->listener = listener;
	sock_hold(listener);
	return pending;
}

static void free_pending(struct strata_tcp_fastopen_pending *pending)
{
	if (!pending)
		return;
	sock_put(pending->listener);
	kfree(pending);
}

/**
 * strata_tcp_fastopen_child() - make the child of a SYN, and answer it
 * @req: hashed; strata_tcp_fastopen_judge() said yes; freed if this succeeds
 * @skb: the SYN; not owned
 * @synack: the answer; acknowledges what was taken of the data
 *
 * Context: softirq, RCU. Return: false: nothing was sent, the place is given
 * back; @req is not hashed any more if its listener went.
 */
bool strata_tcp_fastopen_child(struct strata_tcp_request *req,
			       const struct sk_buff *skb,
			       struct strata_tcp_synack *synack)
{
	struct sock *listener = req->listener, *child = NULL;
	struct strata_tcp_fastopen_pending *pending = pending_of(listener);

	req->fast = true;
	if (pending)
		child = strata_tcp_child_create(req, skb);
	if (!child) {
		req->fast = false;
		free_pending(pending);
		strata_tcp_fastopen_release(listener);
		strata_count(strata_sock_net(listener), TCP_FASTOPEN_PASSIVE_FAIL);
		return false;
	}
	/* sk_clone_lock() took it: for sparse. */
	__acquire(&child->sk_lock.slock);
	strata_tcp(child)->fastopen = pending;
	strata_count(strata_sock_net(child), TCP_FASTOPEN_PASSIVE);
	take_data(child, skb);
	answer(child, synack);
	bh_unlock_sock(child);
	listener->sk_data_ready(listener);
	sock_put(child);
	return true;
}

static struct strata_tcp_fastopen_pending *take_pending(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct strata_tcp_fastopen_pending *pending = tp->fastopen;

	WRITE_ONCE(tp->fastopen, NULL);
	return pending;
}

/**
 * strata_tcp_fastopen_end() - a child's handshake is over
 * @sk: the child, locked; strata_tcp.fastopen is set
 *
 * Context: any.
 */
void strata_tcp_fastopen_end(struct sock *sk)
{
	struct strata_tcp_fastopen_pending *pending = take_pending(sk);

	strata_tcp_fastopen_release(pending->listener);
	free_pending(pending);
}

/**
 * strata_tcp_fastopen_reset() - a child in SYN-RECEIVED was reset
 * @sk: the child, locked; strata_tcp.fastopen is set
 *
 * RFC 7413 5.1: a victim of forged SYNs answers our SYN+ACKs by RSTs. If that made
 * room at once, there would be no bound on what is sent to it.
 *
 * Context: softirq or process.
 */
void strata_tcp_fastopen_reset(struct sock *sk)
{
	struct strata_tcp_fastopen_pending *pending = take_pending(sk);
	struct sock *listener = pending->listener;
	struct strata_tcp_listener *of = &strata_tcp(listener)->listener;

	spin_lock_bh(&of->lock);
	if (listener->sk_state == TCP_LISTEN) {
		pending->expires = jiffies + RESET_COUNTS;
		list_add_tail(&pending->node, &of->resets);
		pending = NULL;
	} else {
		of->fastopen_pending--;
	}
	spin_unlock_bh(&of->lock);
	kfree(pending);
	sock_put(listener);
}

/**
 * strata_tcp_fastopen_listen_stop() - a listener has closed
 * @listener: not in TCP_LISTEN any more
 *
 * Context: process, socket locked.
 */
void strata_tcp_fastopen_listen_stop(struct sock *listener)
{
	struct strata_tcp_listener *of = &strata_tcp(listener)->listener;
	struct strata_tcp_fastopen_pending *pending, *next;
	LIST_HEAD(resets);

	spin_lock_bh(&of->lock);
	list_splice_init(&of->resets, &resets);
	list_for_each_entry(pending, &resets, node)
		of->fastopen_pending--;
	spin_unlock_bh(&of->lock);
	list_for_each_entry_safe(pending, next, &resets, node)
		kfree(pending);
}

/**
 * strata_tcp_fastopen_acked() - the fifth step for a child in SYN-RECEIVED
 * @sk: the child, locked; strata_tcp.fastopen is set. The program may have sent data,
 *	or closed it
 * @seg: acceptable, with ACK
 *
 * Context: socket locked, tp->mstamp_us fresh.
 * Return: false: it acknowledges what we did not send.
 */
bool strata_tcp_fastopen_acked(struct sock *sk, const struct strata_tcp_seg *seg)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (!seq_after(seg->ack_seq, tp->iss) ||
	    seq_after(seg->ack_seq, tp->snd_nxt))
		return false;
	/* RFC 6298 3 (Karn): not of a SYN+ACK sent twice. */
	if (!tp->retransmits)
		strata_tcp_rtt_sample(tp, (u32)tp->mstamp_us -
					  tp->retrans_stamp_us);
	tp->snd_wnd = (u32)seg->window << tp->snd_wscale;
	tp->snd_wl1 = seg->seq;
	tp->max_window = max(tp->max_window, tp->snd_wnd);
	tp->retransmits = 0;
	tp->backoff = 0;
	strata_tcp_timer_cancel(sk);
	strata_tcp_fastopen_end(sk);
	strata_tcp_sync_mss(sk, tp->path_mtu);
	if (tp->packets_out)
		strata_tcp_timer_choose(sk, true);
	if (sk->sk_state != TCP_SYN_RECV)
		return true;
	strata_tcp_set_state(sk, TCP_ESTABLISHED);
	sk->sk_state_change(sk);
	sk_wake_async(sk, SOCK_WAKE_IO, POLL_OUT);
	return true;
}
