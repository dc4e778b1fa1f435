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
#include "reply.h"
#include "request.h"
#include "table.h"

/* Segments out of window are answered no more often (RFC 5961 7). */
#define ACK_INTERVAL	(HZ / 2)

/* A segment that completes the handshake. */
#define COMPLETE	STRATA_DROP_MAX

static struct kmem_cache *request_cache;

static struct strata_net *request_net(const struct strata_tcp_request *req)
{
	return strata_sock_net(req->listener);
}

static void free_rcu(struct rcu_head *head)
{
	kmem_cache_free(request_cache,
			container_of(head, struct strata_tcp_request, rcu));
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
	struct strata_net *sn = request_net(req);

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

static void fill_reply(const struct strata_tcp_request *req,
		       struct strata_tcp_reply *reply)
{
	*reply = (struct strata_tcp_reply) {
		.laddr = req->common.skc_v6_rcv_saddr,
		.faddr = req->common.skc_v6_daddr,
		.lport = htons(req->common.skc_num),
		.fport = req->common.skc_dport,
		.oif = req->common.skc_bound_dev_if,
		.tos = req->tos,
	};
}

static void fill_synack(const struct strata_tcp_request *req,
			struct strata_tcp_reply *reply,
			struct strata_tcp_options *opts)
{
	*opts = (struct strata_tcp_options) {
		.mss = req->mss_advertised,
		.has_wscale = req->wscale_ok,
		.wscale = req->rcv_wscale,
		.has_ts = req->ts_ok,
		.tsval = tcp_clock_ms() + req->ts_offset,
		.tsecr = req->ts_recent,
		.sack_ok = req->sack_ok,
	};
	reply->seq = req->snt_isn;
	reply->ack = req->rcv_isn + 1;
	reply->flags = TCPF_HDR_SYN | TCPF_HDR_ACK;
	/* RFC 7323 2.2: the window of a SYN is never scaled. */
	reply->window = min_t(u32, req->rcv_wnd, U16_MAX);
	reply->syn = opts;
}

static void resend_synack(struct strata_tcp_request *req)
{
	struct strata_tcp_options opts;
	struct strata_tcp_reply reply;

	fill_reply(req, &reply);
	fill_synack(req, &reply, &opts);
	strata_count(request_net(req), TCP_RETRANS);
	strata_tcp_reply_send(request_net(req), &reply);
}

/* ACK what we have: the SYN. */
static void send_ack(struct strata_tcp_request *req)
{
	struct strata_tcp_reply reply;
	u32 now = (u32)jiffies;

	if (now - req->last_ack < ACK_INTERVAL)
		return;
	req->last_ack = now;
	fill_reply(req, &reply);
	reply.seq = req->snt_isn + 1;
	reply.ack = req->rcv_isn + 1;
	reply.flags = TCPF_HDR_ACK;
	reply.window = min_t(u32, req->rcv_wnd >> req->rcv_wscale, U16_MAX);
	reply.has_ts = req->ts_ok;
	reply.tsval = tcp_clock_ms() + req->ts_offset;
	reply.tsecr = req->ts_recent;
	strata_tcp_reply_send(request_net(req), &reply);
}

static bool rearm(struct strata_tcp_request *req, unsigned long delay)
{
	struct strata_tcp_bucket *bucket;
	bool hashed;

	bucket = strata_tcp_bucket(request_net(req)->tcp, req->common.skc_hash);
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
			resend_synack(req);
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
	req->mss_peer = opts->mss ? : TCP_MSS_DEFAULT;
	req->ts_ok = opts->has_ts;
	req->ts_recent = opts->has_ts ? opts->tsval : 0;
	req->wscale_ok = opts->has_wscale;
	req->snd_wscale = opts->has_wscale ? opts->wscale : 0;
	req->sack_ok = opts->sack_ok;
}

/* What our SYN+ACK announces: segment size and window. */
static void announce(struct strata_tcp_request *req,
		     const struct strata_path *path)
{
	const struct strata_tcp *tp = strata_tcp(req->listener);
	u32 mss = path->mtu - path->af->header_len - sizeof(struct tcphdr);
	u16 user_mss = READ_ONCE(tp->user_mss);

	if (user_mss)
		mss = min_t(u32, mss, user_mss);
	req->path_mtu = path->mtu;
	req->mss_advertised = clamp_t(u32, mss, TCP_MSS_MIN, U16_MAX);
	strata_tcp_initial_window(READ_ONCE(req->listener->sk_rcvbuf),
				  req->mss_advertised, req->wscale_ok,
				  &req->rcv_wnd, &req->window_clamp,
				  &req->rcv_wscale);
}

static struct strata_tcp_request *
create_request(struct sock *listener, const struct sk_buff *skb,
	       const struct strata_tcp_options *opts, u32 isn)
{
	struct strata_tcp_request *req;
	struct sock_common *common;

	req = kmem_cache_zalloc(request_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!req)
		return NULL;
	common = &req->common;
	copy_addresses(req, listener, skb);
	copy_options(req, skb, opts);
	req->snt_isn = strata_tcp_isn(&common->skc_v6_rcv_saddr,
				      &common->skc_v6_daddr,
				      htons(common->skc_num),
				      common->skc_dport, &req->ts_offset);
	if (isn)
		req->snt_isn = isn;
	req->tos = strata_sock(listener)->tos;
	req->last_ack = (u32)jiffies - ACK_INTERVAL;
	timer_setup(&req->timer, timeout, 0);
	sock_hold(listener);
	req->listener = listener;
	atomic_inc(&strata_tcp(listener)->listener.requests);
	return req;
}

/* Route, announce, hash, answer. */
static enum strata_drop_reason open_request(struct strata_net *sn,
					    struct strata_tcp_request *req)
{
	struct strata_tcp_options opts;
	struct strata_tcp_reply reply;
	struct strata_path path = {};
	struct strata_flow flow;

	fill_reply(req, &reply);
	if (strata_tcp_reply_route(sn, &reply, &flow, &path))
		return STRATA_DROP_IP_NO_ROUTE;
	announce(req, &path);
	fill_synack(req, &reply, &opts);
	req->sent_us = tcp_clock_us32();
	if (!strata_tcp_insert_request(sn->tcp, req, jiffies + TCP_RTO_INIT))
		return STRATA_DROP_TCP_DUPLICATE;
	/* Another CPU may free @req from now on. */
	strata_tcp_reply_output(sn, &reply, &flow, &path);
	return COMPLETE;
}

static bool queue_full(struct strata_net *sn, const struct sock *listener)
{
	int limit = clamp_t(u32, READ_ONCE(listener->sk_max_ack_backlog),
			    TCP_SYN_QUEUE_MIN, TCP_SYN_QUEUE_MAX);

	if (sk_acceptq_is_full(listener)) {
		strata_count(sn, TCP_LISTEN_OVERFLOW);
		return true;
	}
	if (atomic_read(&strata_tcp(listener)->listener.requests) >= limit) {
		strata_count(sn, TCP_SYN_QUEUE_FULL);
		return true;
	}
	return false;
}

/**
 * strata_tcp_listen_syn() - a peer opens a connection
 * @listener: to whom
 * @skb: its SYN; tcp_seg() is filled in, skb->data at the TCP header; owned
 * @isn: initial sequence number to answer with, 0: a fresh one
 *
 * RFC 9293 3.10.7.2, third step. Data in the SYN is left to be sent again.
 *
 * Context: softirq, RCU; @listener is not locked.
 */
void strata_tcp_listen_syn(struct sock *listener, struct sk_buff *skb, u32 isn)
{
	enum strata_drop_reason reason = STRATA_DROP_NO_MEMORY;
	struct strata_net *sn = strata_sock_net(listener);
	struct strata_tcp_options opts;
	struct strata_tcp_request *req;

	if (!strata_tcp_options_parse(skb, &opts)) {
		strata_drop(sn, skb, STRATA_DROP_TCP_HEADER);
		return;
	}
	if (queue_full(sn, listener)) {
		strata_drop(sn, skb, STRATA_DROP_TCP_BACKLOG);
		return;
	}
	req = create_request(listener, skb, &opts, isn);
	if (req) {
		reason = open_request(sn, req);
		if (reason != COMPLETE)
			strata_tcp_request_free(req);
	}
	if (reason == COMPLETE)
		consume_skb(skb);
	else
		strata_drop(sn, skb, reason);
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
		strata_tcp_reply_reset(sn, skb);
		strata_drop(sn, skb, STRATA_DROP_TCP_ACK);
	} else if (READ_ONCE(listener->sk_state) != TCP_LISTEN) {
		/* Closed since it was found. */
		strata_tcp_reply_reset(sn, skb);
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
		if ((u32)jiffies - req->last_ack >= ACK_INTERVAL) {
			req->last_ack = (u32)jiffies;
			resend_synack(req);
		}
		return STRATA_DROP_TCP_DUPLICATE;
	}
	if (!old && in_window(req, seg))
		return COMPLETE;
	if (!(seg->flags & TCPF_HDR_RST))
		send_ack(req);
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
			send_ack(req);
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
		strata_tcp_reply_reset(sn, skb);
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
		strata_tcp_reply_reset(sn, skb);
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
 * strata_tcp_request_input() - a segment for a connection in SYN-RECEIVED
 * @req: who owns it
 * @skb: tcp_seg() is filled in, skb->data at the TCP header; owned
 *
 * RFC 9293 3.10.7.4. Makes the socket when the handshake is complete.
 *
 * Context: softirq, RCU.
 */
void strata_tcp_request_input(struct strata_tcp_request *req,
			      struct sk_buff *skb)
{
	struct strata_net *sn = request_net(req);
	struct sock *listener = req->listener;
	enum strata_drop_reason reason = check(sn, req, skb);
	struct sock *child;

	if (reason != COMPLETE) {
		strata_drop(sn, skb, reason);
		return;
	}
	child = strata_tcp_child_create(req, skb);
	if (!child) {
		strata_drop(sn, skb, STRATA_DROP_NO_MEMORY);
		return;
	}
	/* sk_clone_lock() took it: for sparse. */
	__acquire(&child->sk_lock.slock);
	feed_child(child, skb);
	bh_unlock_sock(child);
	listener->sk_data_ready(listener);
	sock_put(child);
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
