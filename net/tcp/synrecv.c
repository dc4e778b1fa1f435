// SPDX-License-Identifier: GPL-2.0
/*
 * A segment for a connection in SYN-RECEIVED: RFC 9293 3.10.7.4, step by step,
 * up to the one that completes the handshake.
 */
#include <linux/tcp.h>
#include "request.h"
#include "sign.h"
#include "synack.h"

/* A segment that completes the handshake. */
#define COMPLETE	STRATA_DROP_MAX

static void reset(struct strata_net *sn, const struct strata_tcp_request *req,
		  struct sk_buff *skb)
{
	struct strata_tcp_signer room;

	strata_tcp_reply_reset(sn, skb, strata_tcp_sign_request(req, &room));
}

static bool in_window(const struct strata_tcp_request *req,
		      const struct strata_tcp_seg *seg)
{
	u32 next = req->rcv_isn + 1;
	u32 end = next + req->rcv_wnd;

	if (seg->seq == next)
		return true;
	if (seq_after(seg->end_seq, next) && seq_before(seg->seq, end))
		return true;
	return seg->seq == end && seg->seq == seg->end_seq;
}

static bool is_same_syn(const struct strata_tcp_request *req,
			const struct strata_tcp_seg *seg)
{
	return seg->seq == req->rcv_isn &&
	       (seg->flags & (TCPF_HDR_SYN | TCPF_HDR_ACK | TCPF_HDR_RST)) ==
	       TCPF_HDR_SYN;
}

/* RFC 9293 3.10.7.4 in SYN-RECEIVED, first step: the sequence number. */
static enum strata_drop_reason check_sequence(struct strata_tcp_request *req,
					      const struct strata_tcp_seg *seg,
					      const struct strata_tcp_options *opts)
{
	bool old = req->ts_ok && opts->has_ts &&
		   seq_before(opts->tsval, req->ts_recent);

	if (is_same_syn(req, seg)) {
		/* Our SYN+ACK was lost; but not with every duplicate. */
		if ((u32)jiffies - req->last_ack >= STRATA_TCP_REQUEST_ACK_INTERVAL) {
			req->last_ack = (u32)jiffies;
			strata_tcp_synack_resend(req);
		}
		return STRATA_DROP_TCP_DUPLICATE;
	}
	if (!old && in_window(req, seg))
		return COMPLETE;
	if (!(seg->flags & TCPF_HDR_RST))
		strata_tcp_synack_ack(req);
	return old ? STRATA_DROP_TCP_PAWS : STRATA_DROP_TCP_SEQUENCE;
}

/* Second to fifth steps: RST, SYN, ACK. */
static enum strata_drop_reason check_flags(struct strata_tcp_request *req,
					   const struct strata_tcp_seg *seg)
{
	if (seg->flags & TCPF_HDR_RST) {
		/* RFC 5961 3: believed only if exact. */
		if (seg->seq == req->rcv_isn + 1)
			strata_tcp_request_drop(req);
		else
			strata_tcp_synack_ack(req);
		return STRATA_DROP_TCP_RESET;
	}
	/* A passive open returns to LISTEN. */
	if ((seg->flags & TCPF_HDR_SYN) && seg->seq != req->rcv_isn) {
		strata_tcp_request_drop(req);
		return STRATA_DROP_TCP_FLAGS;
	}
	if (!(seg->flags & TCPF_HDR_ACK))
		return STRATA_DROP_TCP_FLAGS;
	return COMPLETE;
}

/* May the connection go to the program? */
static enum strata_drop_reason check_listener(struct strata_net *sn,
					      struct strata_tcp_request *req,
					      struct sk_buff *skb)
{
	const struct sock *listener = req->listener;

	if (READ_ONCE(listener->sk_state) != TCP_LISTEN) {
		strata_tcp_request_drop(req);
		reset(sn, req, skb);
		return STRATA_DROP_SOCKET_CLOSED;
	}
	if (req->retransmits < READ_ONCE(strata_tcp(listener)->defer_accept) &&
	    tcp_seg(skb)->end_seq == req->rcv_isn + 1) {
		req->acked = true;
		return STRATA_DROP_TCP_BACKLOG;
	}
	if (sk_acceptq_is_full(listener)) {
		req->acked = true;
		strata_count(sn, TCP_LISTEN_OVERFLOW);
		return STRATA_DROP_TCP_BACKLOG;
	}
	return COMPLETE;
}

static enum strata_drop_reason check(struct strata_net *sn,
				     struct strata_tcp_request *req,
				     struct sk_buff *skb)
{
	const struct strata_tcp_seg *seg = tcp_seg(skb);
	enum strata_drop_reason reason;
	struct strata_tcp_options opts;

	if (!strata_tcp_options_parse(skb, &opts))
		return STRATA_DROP_TCP_HEADER;
	/* An ACK of what we never sent is refused even out of window (3.5.2). */
	if ((seg->flags & TCPF_HDR_ACK) && seg->ack_seq != req->snt_isn + 1) {
		reset(sn, req, skb);
		return STRATA_DROP_TCP_ACK;
	}
	reason = check_sequence(req, seg, &opts);
	if (reason != COMPLETE)
		return reason;
	if (req->ts_ok && opts.has_ts && !seq_after(seg->seq, req->rcv_isn + 1))
		req->ts_recent = opts.tsval;
	reason = check_flags(req, seg);
	if (reason != COMPLETE)
		return reason;
	return check_listener(sn, req, skb);
}

/* The segment that completed the handshake may carry data, or a FIN. */
static void feed_child(struct sock *child, struct sk_buff *skb)
{
	const struct strata_tcp_seg *seg = tcp_seg(skb);

	if (seg->seq == seg->end_seq && seg->seq == strata_tcp(child)->rcv_nxt)
		consume_skb(skb);
	else
		strata_tcp_input(child, skb);
}

/**
 * strata_tcp_request_complete() - the handshake is complete
 * @req: hashed; freed if this succeeds
 * @skb: the segment that completed it; owned
 *
 * Makes the socket, gives it what the segment carries and wakes the program.
 *
 * Context: softirq, RCU. Return: whether there is a socket now.
 */
bool strata_tcp_request_complete(struct strata_tcp_request *req,
				 struct sk_buff *skb)
{
	struct sock *listener = req->listener;
	struct sock *child = strata_tcp_child_create(req, skb);

	if (!child) {
		strata_drop(strata_sock_net(listener), skb,
			    STRATA_DROP_NO_MEMORY);
		return false;
	}
	/* sk_clone_lock() took it: for sparse. */
	__acquire(&child->sk_lock.slock);
	feed_child(child, skb);
	bh_unlock_sock(child);
	listener->sk_data_ready(listener);
	sock_put(child);
	return true;
}

/**
 * strata_tcp_request_input() - a segment for a connection in SYN-RECEIVED
 * @req: who owns it
 * @skb: tcp_seg() is filled in, skb->data at the TCP header; owned
 *
 * RFC 9293 3.10.7.4. Makes the socket when the handshake is complete. Signatures are
 * by the keys that the listener has by now.
 *
 * Context: softirq, RCU.
 */
void strata_tcp_request_input(struct strata_tcp_request *req,
			      struct sk_buff *skb)
{
	struct strata_net *sn = strata_tcp_request_net(req);
	enum strata_drop_reason reason;

	if (!tcp_sign_admits(req->listener, req, skb))
		return;
	reason = check(sn, req, skb);
	if (reason == COMPLETE)
		strata_tcp_request_complete(req, skb);
	else
		strata_drop(sn, skb, reason);
}
