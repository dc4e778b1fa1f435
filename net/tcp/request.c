// SPDX-License-Identifier: GPL-2.0
/*
 * Connections in SYN-RECEIVED, as small objects.
 *
 * A SYN costs a request, not a socket; the socket is made when the handshake is
 * complete and there is room in the accept queue. Listeners are not locked:
 * requests are found in the table of connections, and two CPUs may work on one
 * at a time. The one that takes it out of the table decides what became of it.
 */
#include <linux/slab.h>
#include <linux/tcp.h>
#include "cookie.h"
#include "options.h"
#include "request.h"
#include "savesyn.h"
#include "sign.h"
#include "synack.h"
#include "table.h"

/* The SYN was answered. */
#define ANSWERED	STRATA_DROP_MAX

static struct kmem_cache *request_cache;

static void free_rcu(struct rcu_head *head)
{
	struct strata_tcp_request *req = container_of(head, typeof(*req), rcu);

	kfree(req->saved_syn);
	kmem_cache_free(request_cache, req);
}

/**
 * strata_tcp_request_free() - the end of a request
 * @req: taken out of the table of connections by the caller, or never in it
 *
 * Its listener stays readable until the end of the RCU read side.
 *
 * Context: any.
 */
void strata_tcp_request_free(struct strata_tcp_request *req)
{
	/* Not armed again: that takes being hashed. */
	del_timer(&req->timer);
	atomic_dec(&strata_tcp(req->listener)->listener.requests);
	sock_put(req->listener);
	call_rcu(&req->rcu, free_rcu);
}

/**
 * strata_tcp_request_drop() - give up a request, unless another CPU just decides
 * @req: found under RCU
 *
 * Context: RCU read side.
 */
void strata_tcp_request_drop(struct strata_tcp_request *req)
{
	struct strata_net *sn = strata_tcp_request_net(req);

	if (!strata_tcp_take(sn->tcp, (struct sock *)req))
		return;
	strata_count(sn, TCP_ATTEMPT_FAILS);
	strata_tcp_request_free(req);
}

static struct strata_tcp_request *
find_of_listener(struct strata_tcp_bucket *bucket, const struct sock *listener)
{
	const struct hlist_nulls_node *node;
	struct sock *sk;

	sk_nulls_for_each(sk, node, &bucket->chain)
		if (sk->sk_state == TCP_NEW_SYN_RECV &&
		    strata_tcp_request(sk)->listener == listener)
			return strata_tcp_request(sk);
	return NULL;
}

/**
 * strata_tcp_request_purge() - give up the requests of a listener
 * @listener: no longer in TCP_LISTEN
 *
 * They point to it and would keep it for a minute. Walks the whole table, but
 * only if there are any.
 *
 * Context: process.
 */
void strata_tcp_request_purge(struct sock *listener)
{
	const struct strata_tcp_net *tn = strata_sock_net(listener)->tcp;
	struct strata_tcp_request *req;
	int i;

	for (i = 0; i < TCP_EHASH_SLOTS; i++) {
		if (!atomic_read(&strata_tcp(listener)->listener.requests))
			return;
		if (hlist_nulls_empty(&tn->ehash[i].chain))
			continue;
		do {
			spin_lock_bh(&tn->ehash[i].lock);
			req = find_of_listener(&tn->ehash[i], listener);
			if (req)
				__sk_nulls_del_node_init_rcu((struct sock *)req);
			spin_unlock_bh(&tn->ehash[i].lock);
			if (req)
				strata_tcp_request_free(req);
		} while (req);
		cond_resched();
	}
}

static bool rearm(struct strata_tcp_request *req, unsigned long delay)
{
	struct strata_tcp_bucket *bucket;
	bool hashed;

	bucket = strata_tcp_bucket(strata_tcp_request_net(req)->tcp, req->common.skc_hash);
	spin_lock(&bucket->lock);
	hashed = !sk_unhashed((struct sock *)req);
	if (hashed)
		mod_timer(&req->timer, jiffies + delay);
	spin_unlock(&bucket->lock);
	return hashed;
}

/*
 * The SYN+ACK or its answer was lost (RFC 6298), or the answer came while the
 * accept queue was full: then ours makes the peer say it again. With
 * TCP_DEFER_ACCEPT a complete handshake waits in silence for data, but for the
 * last time.
 */
static void timeout(struct timer_list *timer)
{
	struct strata_tcp_request *req = from_timer(req, timer, timer);
	const struct sock *listener = req->listener;
	u8 defer, limit;

	rcu_read_lock();
	defer = READ_ONCE(strata_tcp(listener)->defer_accept);
	limit = max_t(u8, TCP_SYNACK_RETRIES, req->acked ? defer : 0);
	if (READ_ONCE(listener->sk_state) != TCP_LISTEN ||
	    req->retransmits >= limit) {
		strata_tcp_request_drop(req);
	} else {
		req->retransmits++;
		if (rearm(req, min_t(u64, (u64)TCP_RTO_INIT << req->retransmits,
				     TCP_RTO_MAX)) &&
		    (!req->acked || req->retransmits >= defer))
			strata_tcp_synack_resend(req);
	}
	rcu_read_unlock();
}

static void copy_addresses(struct strata_tcp_request *req,
			   const struct sock *listener,
			   const struct sk_buff *skb)
{
	const struct tcphdr *th = (const struct tcphdr *)skb->data;
	struct sock_common *common = &req->common;

	strata_packet_addrs(skb, &common->skc_v6_daddr,
			    &common->skc_v6_rcv_saddr);
	common->skc_family = listener->sk_family;
	common->skc_state = TCP_NEW_SYN_RECV;
	common->skc_bound_dev_if = listener->sk_bound_dev_if;
	if (!common->skc_bound_dev_if &&
	    ipv6_addr_type(&common->skc_v6_daddr) & IPV6_ADDR_LINKLOCAL)
		common->skc_bound_dev_if = strata_cb(skb)->iif;
	common->skc_num = ntohs(th->dest);
	common->skc_dport = th->source;
	common->skc_hash = strata_tcp_hash_of(&common->skc_v6_rcv_saddr,
					      th->dest, &common->skc_v6_daddr,
					      th->source);
}

static void copy_options(struct strata_tcp_request *req,
			 const struct sk_buff *skb,
			 const struct strata_tcp_options *opts)
{
	req->rcv_isn = tcp_seg(skb)->seq;
	req->mss_peer = opts->mss ? :
			strata_tcp_mss_default(&req->common.skc_v6_daddr);
	req->ts_ok = opts->has_ts;
	req->ts_recent = opts->has_ts ? opts->tsval : 0;
	req->wscale_ok = opts->has_wscale;
	req->snd_wscale = opts->has_wscale ? opts->wscale : 0;
	req->sack_ok = opts->sack_ok;
	req->ecn_ok = strata_tcp_ecn_asks(req->listener, skb);
}

/* With which keys its peer wants to speak; nobody asks who has none. */
static void copy_key_ids(struct strata_tcp_request *req, const struct sk_buff *skb)
{
	const u8 *md5, *ao;

	if (!static_branch_unlikely(&strata_tcp_sign_used))
		return;
	strata_tcp_options_signed(tcp_hdr(skb), &md5, &ao);
	if (!ao)
		return;
	req->ao = true;
	req->ao_sndid = ao[STRATA_TCP_AO_RNEXT];
	req->ao_rcvid = ao[STRATA_TCP_AO_KEYID];
}

/**
 * strata_tcp_request_fill() - what a SYN asks for
 * @req: zeroed
 * @listener: whom it asks; not referenced
 * @skb: the SYN, or the ACK of a cookie; for addresses and ports
 * @opts: its options
 *
 * Our initial sequence number is a fresh one; what we announce is missing.
 *
 * Context: softirq, RCU.
 */
void strata_tcp_request_fill(struct strata_tcp_request *req,
			     struct sock *listener, const struct sk_buff *skb,
			     const struct strata_tcp_options *opts)
{
	const struct sock_common *common = &req->common;

	req->listener = listener;
	copy_addresses(req, listener, skb);
	copy_options(req, skb, opts);
	copy_key_ids(req, skb);
	req->snt_isn = strata_tcp_isn(&common->skc_v6_rcv_saddr,
				      &common->skc_v6_daddr,
				      htons(common->skc_num),
				      common->skc_dport, &req->ts_offset);
	req->tos = strata_sock(listener)->tos;
	req->last_ack = (u32)jiffies - STRATA_TCP_REQUEST_ACK_INTERVAL;
}

/**
 * strata_tcp_request_create() - a request that may be hashed
 * @listener: referenced
 * @skb: as strata_tcp_request_fill()
 * @opts: likewise
 *
 * Context: softirq, RCU.
 * Return: for strata_tcp_request_free(), or NULL without memory.
 */
struct strata_tcp_request *
strata_tcp_request_create(struct sock *listener, const struct sk_buff *skb,
			  const struct strata_tcp_options *opts)
{
	struct strata_tcp_request *req;

	req = kmem_cache_zalloc(request_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!req)
		return NULL;
	strata_tcp_request_fill(req, listener, skb, opts);
	req->saved_syn = strata_tcp_save_syn(listener, skb);
	timer_setup(&req->timer, timeout, 0);
	sock_hold(listener);
	atomic_inc(&strata_tcp(listener)->listener.requests);
	return req;
}

/* Listeners that open fast are few. */
static bool opens_fast(struct strata_tcp_request *req, const struct sk_buff *skb,
		       const struct strata_tcp_options *opts,
		       struct strata_tcp_synack *synack)
{
	if (likely(!READ_ONCE(strata_tcp(req->listener)->listener.fastopen_max)))
		return false;
	return strata_tcp_fastopen_judge(req, skb, opts, synack);
}

/* Route, announce, hash, answer. */
static enum strata_drop_reason
open_request(struct strata_net *sn, struct strata_tcp_request *req,
	     const struct sk_buff *skb, const struct strata_tcp_options *opts)
{
	struct strata_tcp_synack synack;
	bool fast;
	int err;

	err = strata_tcp_synack_prepare(req, &synack);
	if (err)
		return err == -ENOKEY ? STRATA_DROP_TCP_AO_KEY_NOT_FOUND :
					STRATA_DROP_IP_NO_ROUTE;
	fast = opens_fast(req, skb, opts, &synack);
	req->sent_us = tcp_clock_us32();
	if (!strata_tcp_insert_request(sn->tcp, req, jiffies + TCP_RTO_INIT)) {
		if (fast)
			strata_tcp_fastopen_release(req->listener);
		return STRATA_DROP_TCP_DUPLICATE;
	}
	/* Another CPU may free @req from now on. */
	if (fast && (strata_tcp_fastopen_child(req, skb, &synack) ||
		     sk_unhashed((struct sock *)req)))
		return ANSWERED;
	strata_tcp_reply_output(sn, &synack.reply, &synack.flow, &synack.path);
	return ANSWERED;
}

static enum strata_drop_reason answer(struct sock *listener,
				      const struct sk_buff *skb,
				      const struct strata_tcp_options *opts,
				      u32 isn)
{
	enum strata_drop_reason reason;
	struct strata_tcp_request *req;

	req = strata_tcp_request_create(listener, skb, opts);
	if (!req)
		return STRATA_DROP_NO_MEMORY;
	if (isn)
		req->snt_isn = isn;
	/* As in the kernel: with timestamps, too, there were no room for SACK blocks. */
	if (req->sack_ok && tcp_md5_key(listener, &req->common.skc_v6_daddr))
		req->ts_ok = 0;
	reason = open_request(strata_sock_net(listener), req, skb, opts);
	if (reason != ANSWERED)
		strata_tcp_request_free(req);
	return reason;
}

static bool syn_queue_is_full(const struct sock *listener)
{
	int limit = clamp_t(u32, READ_ONCE(listener->sk_max_ack_backlog),
			    TCP_SYN_QUEUE_MIN, TCP_SYN_QUEUE_MAX);

	return atomic_read(&strata_tcp(listener)->listener.requests) >= limit;
}

/**
 * strata_tcp_listen_syn() - a peer opens a connection
 * @listener: to whom
 * @skb: its SYN; tcp_seg() is filled in, skb->data at the TCP header; owned
 * @isn: initial sequence number to answer with, 0: a fresh one
 *
 * RFC 9293 3.10.7.2, third step. Data in the SYN is left to be sent again, but
 * for TCP_FASTOPEN. When too many handshakes are open, this one is answered
 * without being remembered (net.strata.tcp_syncookies).
 *
 * Context: softirq, RCU; @listener is not locked.
 */
void strata_tcp_listen_syn(struct sock *listener, struct sk_buff *skb, u32 isn)
{
	enum strata_drop_reason reason = ANSWERED;
	struct strata_net *sn = strata_sock_net(listener);
	u8 cookies = READ_ONCE(sn->tcp->syncookies);
	struct strata_tcp_options opts;

	if (!strata_tcp_options_parse(skb, &opts)) {
		reason = STRATA_DROP_TCP_HEADER;
	} else if (sk_acceptq_is_full(listener)) {
		strata_count(sn, TCP_LISTEN_OVERFLOW);
		reason = STRATA_DROP_TCP_BACKLOG;
	} else if (cookies == TCP_SYNCOOKIES_ALWAYS ||
		   (cookies && syn_queue_is_full(listener))) {
		strata_tcp_cookie_send(listener, skb, &opts);
	} else if (syn_queue_is_full(listener)) {
		reason = STRATA_DROP_TCP_BACKLOG;
	} else {
		reason = answer(listener, skb, &opts, isn);
	}
	if (reason == ANSWERED)
		consume_skb(skb);
	else
		strata_drop(sn, skb, reason);
}

static void refuse(const struct sock *listener, struct sk_buff *skb)
{
	struct strata_tcp_signer room;

	strata_tcp_reply_reset(strata_sock_net(listener), skb,
			       strata_tcp_sign_refusal(listener, skb, &room));
}

/**
 * strata_tcp_listen_input() - a segment for a listener
 * @listener: found by strata_tcp_lookup()
 * @skb: tcp_seg() is filled in, skb->data at the TCP header; owned
 *
 * RFC 9293 3.10.7.2.
 *
 * Context: softirq, RCU; @listener is not locked.
 */
void strata_tcp_listen_input(struct sock *listener, struct sk_buff *skb)
{
	struct strata_net *sn = strata_sock_net(listener);
	u8 flags = tcp_seg(skb)->flags;

	/* First, a RST; second, an ACK: of what? */
	if (flags & TCPF_HDR_RST) {
		strata_drop(sn, skb, STRATA_DROP_TCP_RESET);
	} else if (flags & TCPF_HDR_ACK) {
		if (strata_tcp_cookie_input(listener, skb))
			return;
		refuse(listener, skb);
		strata_drop(sn, skb, STRATA_DROP_TCP_ACK);
	} else if (READ_ONCE(listener->sk_state) != TCP_LISTEN) {
		/* Closed since it was found. */
		refuse(listener, skb);
		strata_drop(sn, skb, STRATA_DROP_SOCKET_CLOSED);
	} else if ((flags & (TCPF_HDR_SYN | TCPF_HDR_FIN)) != TCPF_HDR_SYN ||
		   strata_cb(skb)->flags & (STRATA_CB_BROADCAST |
					    STRATA_CB_MULTICAST |
					    STRATA_CB_L2_CAST)) {
		strata_drop(sn, skb, STRATA_DROP_TCP_FLAGS);
	} else {
		strata_tcp_listen_syn(listener, skb, 0);
	}
}

/**
 * strata_tcp_request_init() - the cache of requests
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int strata_tcp_request_init(void)
{
	request_cache = KMEM_CACHE(strata_tcp_request, SLAB_HWCACHE_ALIGN);
	return request_cache ? 0 : -ENOMEM;
}

/**
 * strata_tcp_request_exit() - free the cache of requests
 *
 * Context: process; no listener is left.
 */
void strata_tcp_request_exit(void)
{
	rcu_barrier();
	kmem_cache_destroy(request_cache);
}
