// SPDX-License-Identifier: GPL-2.0
/*
 * One segment on its way to L3: header, options, checksum.
 */
#include <linux/tcp.h>
#include "options.h"
#include "sign.h"
#include "tcp.h"
#include "urgent.h"

/* RFC 2018 3: NOPs that align it, kind, length, one block. */
#define SACK_BYTES_MIN	12

/**
 * struct header - what every segment but a SYN tells besides its data
 * @seq: of its first octet
 * @flags: TCPF_HDR_*
 * @sack_room: bytes of options that a SACK may take
 */
struct header {
	u32 seq;
	u8 flags;
	u8 sack_room;
};

/* Our ACK goes out with this segment: none is owed any more. */
static void ack_sent(struct strata_tcp *tp)
{
	if (tp->quickack)
		tp->quickack--;
	tp->ack_flags = 0;
}

/* RFC 9293 3.1; the pseudo-header is summed up, the rest left to the device. */
static void push_checksum(struct sock *sk, struct sk_buff *skb,
			  struct tcphdr *th)
{
	const struct strata_flow *flow = &strata_sock(sk)->flow;

	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);
	th->check = ~strata_pseudo_magic(&flow->saddr, &flow->daddr, skb->len,
					 IPPROTO_TCP, 0);
}

/* The fixed part; @bytes of header in all. */
static struct tcphdr *push_fixed(struct sock *sk, struct sk_buff *skb,
				 const struct header *header,
				 unsigned int bytes)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct tcphdr *th = skb_push(skb, bytes);

	skb_reset_transport_header(skb);
	th->source = htons(sk->sk_num);
	th->dest = sk->sk_dport;
	th->seq = htonl(header->seq);
	th->ack_seq = header->flags & TCPF_HDR_ACK ? htonl(tp->rcv_nxt) : 0;
	/* Data offset in words, four reserved bits, flags. */
	((__be16 *)th)[6] = htons(bytes << 10 | header->flags);
	th->urg_ptr = 0;
	return th;
}

/* RFC 9293 3.8.5; the segments of a GSO buffer would all have the same pointer. */
static void push_urgent(const struct strata_tcp *tp, const struct sk_buff *skb,
			struct tcphdr *th, u32 seq)
{
	u16 pointer = strata_tcp_urgent_pointer(tp, seq);

	if (!pointer || skb_is_gso(skb))
		return;
	th->urg = 1;
	th->urg_ptr = htons(pointer);
}

/* Where there is a key: the last option, at @option. */
static void sign(struct sock *sk, struct sk_buff *skb, void *option,
		 const struct strata_tcp_signer *signer)
{
	const struct strata_flow *flow = &strata_sock(sk)->flow;

	/* One that is not signed, and should be, is dropped by the peer as if it were lost. */
	if (!IS_ERR_OR_NULL(signer))
		strata_tcp_sign(signer, skb, option, &flow->saddr, &flow->daddr);
}

/* Is there room for a SACK option of one block, ever? */
static bool room_for_sack(unsigned int bytes)
{
	return bytes + SACK_BYTES_MIN <= TCP_HEADER_MAX;
}

/* Our ACK goes out with this segment; true if all of it does that can. */
static bool push_header(struct sock *sk, struct sk_buff *skb,
			const struct header *header)
{
	struct strata_tcp_signer room;
	const struct strata_tcp_signer *signer = tcp_signer(sk, false, &room);
	__be32 sack[STRATA_TCP_OPTIONS_MAX / 4];
	struct strata_tcp *tp = strata_tcp(sk);
	unsigned int bytes = sizeof(struct tcphdr), sack_bytes = 0;
	bool sacks = tcp_sack_any(&tp->sack);
	__be32 *options;
	struct tcphdr *th;

	if (likely(tp->ts_ok))
		bytes += STRATA_TCP_TS_BYTES;
	if (unlikely(signer)) {
		bytes += tcp_signer_bytes(signer);
		sacks &= room_for_sack(bytes);
	}
	if (unlikely(sacks))
		sack_bytes = strata_tcp_sack_put(tp, sack,
						 min_t(u32, header->sack_room,
						       TCP_HEADER_MAX - bytes));
	th = push_fixed(sk, skb, header, bytes + sack_bytes);
	th->window = htons(strata_tcp_select_window(sk));
	if (unlikely(tp->snd_urgent))
		push_urgent(tp, skb, th, header->seq);
	options = (__be32 *)(th + 1);
	if (likely(tp->ts_ok))
		options = tcp_ts_put(options, tcp_tsval(tp), tp->ts_recent);
	if (unlikely(sack_bytes))
		memcpy(options, sack, sack_bytes);
	sign(sk, skb, (u8 *)options + sack_bytes, signer);
	push_checksum(sk, skb, th);
	return likely(!sacks) || sack_bytes;
}

/* Next to data, a SACK has the room that a full segment leaves. */
static u8 sack_room(const struct strata_tcp *tp, const struct sk_buff *skb)
{
	return skb->len < tp->mss ? min_t(u32, tp->mss - skb->len, U8_MAX) : 0;
}

/*
 * To L3. Owns @skb. 0 or -errno. A route that went away meanwhile makes the
 * segment a lost one: the timers decide how long that may last.
 */
static int send_down(struct sock *sk, struct sk_buff *skb)
{
	struct strata_sock *ss = strata_sock(sk);
	struct strata_net *sn = strata_sock_net(sk);
	struct strata_path *path;
	int err;

	strata_tcp(sk)->segs_out++;
	strata_count(sn, TCP_TX);
	skb->mark = READ_ONCE(sk->sk_mark);
	skb->priority = READ_ONCE(sk->sk_priority);
	rcu_read_lock();
	path = strata_sock_path(sk);
	if (IS_ERR(path)) {
		err = PTR_ERR(path);
		kfree_skb(skb);
	} else {
		err = path->af->output(sn, sk, skb, &ss->flow, path);
	}
	rcu_read_unlock();
	return err;
}

/* The reference on @skb's data that goes down: its header is our own. */
static struct sk_buff *clone_for_output(struct sk_buff *skb, gfp_t gfp)
{
	/* The last transmission is still on its way: its header is in use. */
	if (unlikely(skb_cloned(skb)))
		return pskb_copy(skb, gfp);
	return skb_clone(skb, gfp);
}

static void set_gso(struct sock *sk, struct sk_buff *skb,
		    const struct strata_tcp_seg *seg)
{
	struct skb_shared_info *shinfo = skb_shinfo(skb);

	shinfo->gso_size = seg->gso;
	shinfo->gso_segs = seg->segs;
	if (!seg->gso) {
		shinfo->gso_type = 0;
		return;
	}
	shinfo->gso_type = strata_addr_is4(&strata_sock(sk)->flow.daddr) ?
			   SKB_GSO_TCPV4 : SKB_GSO_TCPV6;
	strata_tcp(sk)->segs_out += seg->segs - 1;
	strata_count_add(strata_sock_net(sk), TCP_TX, seg->segs - 1);
}

/**
 * strata_tcp_transmit() - send a segment with data or a FIN
 * @sk: locked; tp->mstamp_us is fresh
 * @skb: tcp_seg() filled in
 * @clone: send a clone; otherwise @skb itself, which is then owned
 * @gfp: for the clone
 *
 * Context: socket locked, process or softirq.
 * Return: 0; -ENOMEM if nothing was sent for want of memory; another -errno if
 * L3 refused it, which is as good as lost on the way.
 */
int strata_tcp_transmit(struct sock *sk, struct sk_buff *skb, bool clone,
			gfp_t gfp)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct strata_tcp_seg *seg = tcp_seg(skb);
	struct header header = { .seq = seg->seq,
				 .flags = seg->flags | TCPF_HDR_ACK,
				 .sack_room = sack_room(tp, skb) };

	seg->sent_us = (u32)tp->mstamp_us;
	if (clone) {
		skb = clone_for_output(skb, gfp);
		if (unlikely(!skb))
			return -ENOMEM;
	}
	if (tcp_is_paced(sk))
		strata_tcp_pacing_sent(sk, skb, seg);
	if (likely(skb->len))
		tp->data_segs_out += seg->segs;
	set_gso(sk, skb, seg);
	if (unlikely(tp->ecn.ok))
		header.flags |= strata_tcp_ecn_send(sk, skb, skb->len &&
						    seg->seq == tp->snd_nxt);
	if (likely(push_header(sk, skb, &header)))
		ack_sent(tp);
	strata_tcp_tsq_own(sk, skb);
	return send_down(sk, skb);
}

/* A segment without data. No socket owns it: nothing waits for it to be gone. */
static bool send_dataless(struct sock *sk, u32 seq, u8 flags, gfp_t gfp)
{
	struct header header = { .seq = seq, .flags = flags,
				 .sack_room = U8_MAX };
	struct sk_buff *skb = alloc_skb(TCP_HEADROOM, gfp);

	if (unlikely(!skb))
		return false;
	skb_reserve(skb, TCP_HEADROOM);
	if (unlikely(strata_tcp(sk)->ecn.ok))
		header.flags |= strata_tcp_ecn_send(sk, skb, false);
	push_header(sk, skb, &header);
	if (flags & TCPF_HDR_ACK)
		ack_sent(strata_tcp(sk));
	send_down(sk, skb);
	return true;
}

/**
 * strata_tcp_send_ack() - acknowledge what has come, now
 * @sk: locked; tp->mstamp_us is fresh
 *
 * Context: socket locked.
 */
void strata_tcp_send_ack(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (unlikely(sk->sk_state == TCP_CLOSE))
		return;
	if (likely(send_dataless(sk, tp->snd_nxt, TCPF_HDR_ACK,
				 GFP_ATOMIC | __GFP_NOWARN)))
		return;
	tp->ack_flags |= TCP_ACK_PENDING;
	strata_tcp_delack_arm(sk, TCP_DELACK_MAX);
}

/**
 * strata_tcp_send_probe() - make the peer answer
 * @sk: locked; tp->mstamp_us is fresh
 *
 * A sequence number that was acknowledged long ago is outside the peer's window
 * and has to be answered with an ACK (RFC 9293 3.10.7.4, first step): for
 * zero-window (3.8.6.1) and keepalive (3.8.4) probes.
 *
 * Context: socket locked. Return: false if there was no memory.
 */
bool strata_tcp_send_probe(struct sock *sk)
{
	const struct strata_tcp *tp = strata_tcp(sk);

	/* What is urgent has to be told, even through a closed window. */
	if (unlikely(tp->snd_urgent))
		send_dataless(sk, tp->snd_una, TCPF_HDR_ACK,
			      GFP_ATOMIC | __GFP_NOWARN);
	return send_dataless(sk, tp->snd_una - 1, TCPF_HDR_ACK,
			     GFP_ATOMIC | __GFP_NOWARN);
}

/**
 * strata_tcp_send_reset() - tell the peer that the connection is aborted
 * @sk: locked
 * @gfp: how to allocate
 *
 * RFC 9293 3.10.5. Context: socket locked.
 */
void strata_tcp_send_reset(struct sock *sk, gfp_t gfp)
{
	struct strata_tcp *tp = strata_tcp(sk);

	tcp_mstamp_refresh(tp);
	strata_count(strata_sock_net(sk), TCP_RESETS_TX);
	send_dataless(sk, tp->snd_nxt, TCPF_HDR_RST | TCPF_HDR_ACK,
		      gfp | __GFP_NOWARN);
}

/* A SYN signed by MD5 offers no timestamps, as the kernel's: they leave no room for SACK. */
static void syn_options(const struct strata_tcp *tp, bool answer,
			const struct strata_tcp_signer *signer,
			const struct strata_tcp_fastopen_syn *syn,
			struct strata_tcp_options *opts)
{
	*opts = (struct strata_tcp_options) {
		.mss = tp->mss_advertised,
		.tsval = tcp_tsval(tp),
		.tsecr = answer ? tp->ts_recent : 0,
		.has_ts = answer ? tp->ts_ok : !tcp_signer_is_md5(signer),
		.has_wscale = !answer || tp->wscale_ok,
		.wscale = tp->rcv_wscale,
		.sack_ok = !answer || tp->sack_ok,
		.cookie = syn ? syn->cookie : NULL,
		.cookie_len = syn ? syn->cookie_len : 0,
		.cookie_experimental = syn && syn->experimental,
		.reserved = tcp_signer_bytes(signer),
	};
}

static u8 opening_flags(struct sock *sk, bool answer)
{
	if (!answer)
		return TCPF_HDR_SYN | strata_tcp_ecn_ask(sk);
	return TCPF_HDR_SYN | TCPF_HDR_ACK |
	       (strata_tcp(sk)->ecn.ok ? TCPF_HDR_ECE : 0);
}

/* A buffer for a SYN, with what it is to carry. The copy in the queue is for later. */
static struct sk_buff *opening_skb(const struct sk_buff *data, gfp_t gfp)
{
	u32 len = data ? data->len : 0;
	struct sk_buff *skb = alloc_skb(TCP_HEADROOM + len, gfp | __GFP_NOWARN);

	if (!skb)
		return NULL;
	skb_reserve(skb, TCP_HEADROOM);
	if (len && skb_copy_bits(data, 0, skb_put(skb, len), len)) {
		kfree_skb(skb);
		return NULL;
	}
	return skb;
}

/* A SYN, or with @answer a SYN+ACK. The window of either is never scaled. */
static void send_opening(struct sock *sk, bool answer,
			 const struct strata_tcp_fastopen_syn *syn, gfp_t gfp)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct header header = { .seq = tp->iss,
				 .flags = opening_flags(sk, answer) };
	struct strata_tcp_signer room;
	const struct strata_tcp_signer *signer = tcp_signer(sk, !answer, &room);
	__be32 options[STRATA_TCP_OPTIONS_MAX / 4];
	struct strata_tcp_options opts;
	unsigned int bytes;
	struct tcphdr *th;
	struct sk_buff *skb;

	skb = opening_skb(syn ? syn->data : NULL, gfp);
	if (!skb)
		return;
	syn_options(tp, answer, signer, syn, &opts);
	bytes = strata_tcp_options_syn(options, &opts);
	th = push_fixed(sk, skb, &header, sizeof(*th) + bytes + opts.reserved);
	memcpy(th + 1, options, bytes);
	th->window = htons(min_t(u32, tp->rcv_wnd, U16_MAX));
	sign(sk, skb, (u8 *)(th + 1) + bytes, signer);
	push_checksum(sk, skb, th);
	send_down(sk, skb);
}

/* What the SYN says of us: segment size (RFC 6691 3: the path back may take more
 * than the one there) and window.
 */
static void announce(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	const struct strata_path *path = &strata_sock(sk)->path;
	u32 mss = path->own_mtu - path->af->header_len - sizeof(struct tcphdr);

	if (tp->user_mss)
		mss = min_t(u32, mss, tp->user_mss);
	tp->mss_advertised = clamp_t(u32, mss, TCP_MSS_MIN, U16_MAX);
	strata_tcp_initial_window(sk, tp->mss_advertised, true, &tp->rcv_wnd,
				  &tp->window_clamp, &tp->rcv_wscale);
	tp->rcv_ssthresh = tp->rcv_wnd;
}

/**
 * strata_tcp_send_syn() - open actively: send the SYN, arm the timer
 * @sk: locked, in SYN-SENT; flow, path, iss and ts_offset are set. On the first
 *	call snd_nxt is iss
 * @syn: what it has for Fast Open, or NULL
 *
 * Context: socket locked, process or softirq (timer). Return: 0 or -errno of
 * the route.
 */
int strata_tcp_send_syn(struct sock *sk,
			const struct strata_tcp_fastopen_syn *syn)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct strata_path *path;
	int err = 0;

	rcu_read_lock();
	path = strata_sock_path(sk);
	if (IS_ERR(path))
		err = PTR_ERR(path);
	else if (!tp->path_mtu)
		tp->path_mtu = path->mtu;
	if (!err && tp->snd_nxt == tp->iss)
		announce(sk);
	rcu_read_unlock();
	if (err && tp->snd_nxt == tp->iss)
		return err;

	tcp_mstamp_refresh(tp);
	if (tp->snd_nxt == tp->iss) {
		tp->snd_nxt = tp->iss + 1;
		if (tp->write_seq == tp->iss)
			tp->write_seq = tp->snd_nxt;
		tp->retrans_stamp_us = (u32)tp->mstamp_us;
		tp->retransmits = 0;
	}
	if (!err)
		send_opening(sk, false, syn, GFP_ATOMIC);
	strata_tcp_timer_arm(sk, TCP_TIMER_RETRANS, tp->rto);
	return 0;
}

/**
 * strata_tcp_send_synack() - answer the SYN of a simultaneous open, or again that of
 *	a child that was opened fast
 * @sk: locked, its SYN not acknowledged; tp->mstamp_us is fresh
 *
 * RFC 9293 3.5, figure 8. The caller arms the timer. Context: socket locked.
 */
void strata_tcp_send_synack(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	tp->rcv_wup = tp->rcv_nxt;
	send_opening(sk, true, NULL, GFP_ATOMIC);
}
