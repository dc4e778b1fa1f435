// SPDX-License-Identifier: GPL-2.0
/*
 * The socket of an accepted connection: cloned from its listener, whose options
 * it inherits, and filled from its request.
 */
#include <linux/tcp.h>
#include "close.h"
#include "port.h"
#include "request.h"
#include "sign.h"
#include "table.h"
#include "timewait.h"

/* What the clone must not share with its listener. */
static void init_clone(struct sock *child, const struct strata_tcp_request *req,
		       struct proto *creator)
{
	struct strata_tcp *tp = strata_tcp(child);

	/* sk_clone_lock() took the namespace's struct proto, which may go first. */
	child->sk_prot_creator = creator;
	child->sk_state = req->fast ? TCP_SYN_RECV : TCP_ESTABLISHED;
	child->sk_ack_backlog = 0;
	child->sk_shutdown = 0;
	tp->port = NULL;
	tp->ss.flags &= ~STRATA_SOCK_BOUND_PORT;
	tp->saved_syn = NULL;
	memset(&tp->ss.path, 0, sizeof(tp->ss.path));
	strata_tcp_listener_init(&tp->listener);
	strata_tcp_forget(child);
	strata_tcp_timers_init(child);
}

static void copy_addresses(struct sock *child,
			   const struct strata_tcp_request *req)
{
	child->sk_v6_daddr = req->common.skc_v6_daddr;
	child->sk_v6_rcv_saddr = req->common.skc_v6_rcv_saddr;
	child->sk_num = req->common.skc_num;
	child->sk_dport = req->common.skc_dport;
	child->sk_bound_dev_if = req->common.skc_bound_dev_if;
	strata_sock(child)->saddr = req->common.skc_v6_rcv_saddr;
	strata_sock_flow(child);
}

/* Window and acknowledgment of the segment that completed the handshake, or of the SYN. */
static void copy_send_state(struct strata_tcp *tp,
			    const struct strata_tcp_request *req,
			    const struct strata_tcp_seg *seg)
{
	tp->iss = req->snt_isn;
	tp->snd_una = req->snt_isn + 1;
	tp->snd_nxt = tp->snd_una;
	tp->write_seq = tp->snd_una;
	tp->pushed_seq = tp->snd_una;
	tp->snd_sml = tp->snd_una;
	tp->snd_wscale = req->snd_wscale;
	/* RFC 7323 2.2: the window of a SYN is never scaled. */
	tp->snd_wnd = (u32)seg->window << (req->fast ? 0 : req->snd_wscale);
	tp->snd_wl1 = seg->seq;
	tp->max_window = tp->snd_wnd;
	tp->mss_peer = req->mss_peer;
	tp->path_mtu = req->path_mtu;
	tp->ts_offset = req->ts_offset;
}

static void copy_receive_state(struct strata_tcp *tp,
			       const struct strata_tcp_request *req)
{
	tp->irs = req->rcv_isn;
	tp->rcv_nxt = req->rcv_isn + 1;
	tp->rcv_wup = tp->rcv_nxt;
	tp->copied_seq = tp->rcv_nxt;
	tp->rcv_wnd = req->rcv_wnd;
	tp->rcv_ssthresh = req->rcv_wnd;
	tp->window_clamp = req->window_clamp;
	tp->rcv_wscale = req->rcv_wscale;
	tp->wscale_ok = req->wscale_ok;
	tp->mss_advertised = req->mss_advertised;
	tp->sack_ok = req->sack_ok;
	tp->ts_ok = req->ts_ok;
	tp->ecn.ok = req->ecn_ok;
	tp->ts_recent = req->ts_recent;
	if (req->ts_ok)
		tp->ts_recent_s = tcp_clock_s();
	tp->last_rcv = jiffies;
	tp->segs_in = 1;
}

static void establish(struct sock *child, const struct strata_tcp_request *req)
{
	struct strata_tcp *tp = strata_tcp(child);

	strata_tcp_cong_inherit(child, req->listener);
	strata_tcp_established(child);
	/* RFC 6298 3 (Karn): not of a SYN+ACK sent twice. */
	if (!req->retransmits && !req->fast)
		strata_tcp_rtt_sample(tp, tcp_clock_us32() - req->sent_us);
	/* RFC 6928 2 has it lost once; the kernel takes one for a slow way. */
	if (req->retransmits > 1)
		tp->cong.cwnd = 1;
}

/* A child that nobody will accept. Locked, with the reference of the clone. */
static void discard(struct sock *child)
{
	/* sk_clone_lock() took it: for sparse. */
	__acquire(&child->sk_lock.slock);
	sock_set_flag(child, SOCK_DEAD);
	strata_tcp_orphan_count(child);
	strata_tcp_done(child);
	bh_unlock_sock(child);
	sock_put(child);
}

/* Into the table, the request's place, and into the accept queue. */
static bool publish(struct sock *child, struct strata_tcp_request *req)
{
	struct strata_net *sn = strata_sock_net(child);

	if (strata_tcp_port_inherit(child, req->listener))
		return false;
	if (!strata_tcp_replace(sn->tcp, (struct sock *)req, child))
		return false;
	strata_count(sn, TCP_PASSIVE_OPENS);
	/* Out of the table, it is ours alone. */
	strata_tcp(child)->saved_syn = req->saved_syn;
	req->saved_syn = NULL;
	if (strata_tcp_accept_add(req->listener, child)) {
		strata_tcp_request_free(req);
		return true;
	}
	/* The listener was closed: as closing it does to the others. */
	strata_tcp_send_reset(child, GFP_ATOMIC);
	strata_tcp_request_free(req);
	return false;
}

/**
 * strata_tcp_child_create() - the handshake is complete, or may be: make the socket
 * @req: hashed; freed if this succeeds
 * @skb: the segment that completed it, or for @req->fast the SYN; not owned
 *
 * Context: softirq, RCU.
 * Return: the child, in the accept queue, its spinlock held and with a reference
 * for the caller; NULL without memory, or if another CPU did it or the
 * listener went.
 */
struct sock *strata_tcp_child_create(struct strata_tcp_request *req,
				     const struct sk_buff *skb)
{
	struct sock *child = sk_clone_lock(req->listener,
					   GFP_ATOMIC | __GFP_NOWARN);
	bool inherited;

	if (!child)
		return NULL;
	init_clone(child, req, req->listener->sk_prot_creator);
	copy_addresses(child, req);
	copy_send_state(strata_tcp(child), req, tcp_seg(skb));
	copy_receive_state(strata_tcp(child), req);
	strata_tcp(child)->peer_ttl = strata_cb(skb)->ttl;
	inherited = strata_tcp_sign_inherit(child, req);
	establish(child, req);
	if (inherited && publish(child, req))
		return child;
	discard(child);
	return NULL;
}
