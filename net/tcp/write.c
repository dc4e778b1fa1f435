// SPDX-License-Identifier: GPL-2.0
/*
 * What may be sent now: the peer's window, the congestion window, Nagle, and
 * how much goes down in one GSO buffer.
 */
#include <linux/tcp.h>
#include <strata/link.h>
#include <strata/visibility.h>
#include "sign.h"
#include "options.h"
#include "tcp.h"

/* How to treat a last segment that is not full. */
enum nagle {
	NAGLE_NORMAL,	/* RFC 9293 3.7.4 with Minshall's change */
	NAGLE_PUSH,	/* send it */
	NAGLE_CORK,	/* the program says that more comes */
};

/* A new child has no path yet, but knows its peer. */
static u32 l3_header_len(const struct sock *sk)
{
	const struct strata_af_ops *af = strata_sock(sk)->path.af;
	u32 len;

	rcu_read_lock();
	if (!af)
		af = strata_af_of(&sk->sk_v6_daddr);
	len = af->header_len;
	rcu_read_unlock();
	return len;
}

/**
 * strata_tcp_mss_of_mtu() - payload of a full segment
 * @sk: flow and timestamps are settled
 * @mtu: bytes of an L3 datagram
 *
 * RFC 9293 3.7.1: what the peer takes, less our options. Context: any.
 */
u32 strata_tcp_mss_of_mtu(const struct sock *sk, u32 mtu)
{
	const struct strata_tcp *tp = strata_tcp(sk);
	u32 header = l3_header_len(sk), signature = tcp_sign_bytes(sk);
	u32 mss = mtu > header + sizeof(struct tcphdr) ?
		  mtu - header - sizeof(struct tcphdr) : 0;

	mss = min(mss, tp->mss_peer ?: strata_tcp_mss_default(&sk->sk_v6_daddr));
	if (tp->user_mss)
		mss = min_t(u32, mss, tp->user_mss);
	if (tp->ts_ok)
		mss = mss > 12 ? mss - 12 : 0;
	if (unlikely(signature))
		mss = mss > signature ? mss - signature : 0;
	/* 3.8.6.2.1: a peer with a tiny buffer gets two segments of it. */
	if (tp->max_window && mss > tp->max_window / 2)
		mss = tp->max_window > TCP_MSS_DEFAULT ?
		      tp->max_window / 2 : min(mss, tp->max_window);
	return max_t(u32, mss, TCP_MSS_MIN - 40);
}

/**
 * strata_tcp_sync_mss() - take over a path MTU
 * @sk: locked
 * @path_mtu: bytes, 0: that of the cached path
 *
 * Context: socket locked.
 */
void strata_tcp_sync_mss(struct sock *sk, u32 path_mtu)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (path_mtu)
		tp->path_mtu = path_mtu;
	else if (tp->ss.path.af)
		tp->path_mtu = tp->ss.path.mtu;
	/* RFC 4821 5.2: what routers tell bounds the search. */
	if (tp->path_mtu && tp->mtu.high > tp->path_mtu)
		tp->mtu.high = tp->path_mtu;
	tp->mss = strata_tcp_mss_of_mtu(sk, unlikely(tp->mtu.on) ?
					min_not_zero(tp->path_mtu, tp->mtu.low) :
					tp->path_mtu);
	tp->cong.mss = tp->mss;
}

/**
 * strata_tcp_fresh_mss() - the MSS, after looking whether the path changed
 * @sk: locked, connected
 *
 * Context: socket locked. Return: tp->mss.
 */
u32 strata_tcp_fresh_mss(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (unlikely(!strata_path_valid(strata_sock_net(sk), &tp->ss.path))) {
		struct strata_path *path;

		rcu_read_lock();
		path = strata_sock_path(sk);
		if (!IS_ERR(path) && path->mtu != tp->path_mtu)
			strata_tcp_sync_mss(sk, path->mtu);
		rcu_read_unlock();
	}
	return tp->mss;
}

/* The administrator may have turned GSO off (`ethtool -K`). */
static bool gso_is_off(const struct strata_tcp *tp)
{
	const struct strata_link *link = tp->ss.path.link;
	bool off;

	rcu_read_lock();
	off = link && !READ_ONCE(link->dead) &&
	      !(link->dev->features & NETIF_F_GSO);
	rcu_read_unlock();
	return off;
}

/**
 * strata_tcp_goal() - bytes of payload to collect in one GSO buffer
 * @tp: connection
 *
 * Context: socket locked. Return: a multiple of the MSS.
 */
u32 strata_tcp_goal(const struct strata_tcp *tp)
{
	u32 goal = TCP_GSO_MAX;

	/* Each segment needs a signature of its own. */
	if (unlikely(gso_is_off(tp) || tcp_sign_bytes(&tp->ss.sk)))
		return tp->mss;
	if (tcp_is_paced(&tp->ss.sk))
		goal = strata_tcp_pacing_quantum(&tp->ss.sk);
	/* A small window would have to be cut out of a large buffer. */
	if (tp->max_window && goal > tp->max_window / 2)
		goal = tp->max_window / 2;
	return goal < 2 * tp->mss ? tp->mss : rounddown(goal, tp->mss);
}

/* How many segments the buffer makes on the wire. */
static void set_segs(struct strata_tcp_seg *seg, u32 bytes, u32 mss)
{
	if (bytes <= mss) {
		seg->segs = 1;
		seg->gso = 0;
	} else {
		seg->segs = DIV_ROUND_UP(bytes, mss);
		seg->gso = mss;
	}
}

/**
 * strata_tcp_flight() - segments that are thought to be on their way
 * @tp: connection
 *
 * Context: socket locked.
 */
u32 strata_tcp_flight(const struct strata_tcp *tp)
{
	u32 gone = tcp_board_gone(&tp->board), octets, segs;

	if (likely(!gone && !tp->dupacks))
		return tp->packets_out;
	/* Their share of the octets that are neither lost nor with the peer. */
	octets = tp->snd_nxt - tp->snd_una;
	if (gone >= octets)
		return 0;
	segs = max_t(u32, 1, DIV_ROUND_CLOSEST_ULL((u64)tp->packets_out *
						   (octets - gone), octets));
	return segs > tp->dupacks ? segs - tp->dupacks : 0;
}

/**
 * strata_tcp_cwnd_room() - segments the congestion window has room for
 * @tp: connection
 *
 * Context: socket locked.
 */
u32 strata_tcp_cwnd_room(const struct strata_tcp *tp)
{
	u32 flight = strata_tcp_flight(tp);

	return tp->cong.cwnd > flight ? tp->cong.cwnd - flight : 0;
}

/**
 * strata_tcp_split_unsent() - cut a buffer that was never sent (and so has no clone)
 * @sk: locked
 * @skb: in the transmit queue
 * @len: bytes that stay; the rest is a buffer of its own behind it
 *
 * Context: socket locked. Return: 0 or -ENOMEM.
 */
int strata_tcp_split_unsent(struct sock *sk, struct sk_buff *skb, u32 len)
{
	struct strata_tcp_seg *seg = tcp_seg(skb), *rest_seg;
	struct sk_buff *rest;
	int moved;

	rest = alloc_skb_fclone(TCP_HEADROOM + TCP_LINEAR_MAX,
				GFP_ATOMIC | __GFP_NOWARN);
	if (!rest)
		return -ENOMEM;
	skb_reserve(rest, TCP_HEADROOM);
	rest->ip_summed = CHECKSUM_PARTIAL;
	sk_wmem_queued_add(sk, rest->truesize);
	sk_mem_charge(sk, rest->truesize);

	moved = skb->len - len;
	skb_split(skb, rest, len);
	skb->truesize -= moved;
	rest->truesize += moved;

	rest_seg = tcp_seg(rest);
	*rest_seg = *seg;
	rest_seg->seq = seg->seq + len;
	seg->end_seq = rest_seg->seq;
	seg->flags &= ~(TCPF_HDR_PSH | TCPF_HDR_FIN);
	__skb_header_release(rest);
	__skb_queue_after(&sk->sk_write_queue, skb, rest);
	return 0;
}

/* RFC 9293 3.7.4; Minshall: only a small segment in flight holds another. */
static bool nagle_allows(const struct strata_tcp *tp, enum nagle nagle)
{
	if (nagle == NAGLE_PUSH || tp->snd_urgent)
		return true;
	if (nagle == NAGLE_CORK || tp->cork)
		return false;
	return tp->nonagle || !tp->packets_out ||
	       !seq_after(tp->snd_sml, tp->snd_una);
}

/*
 * Bytes the peer's window lets out from @seq on, by the sender's side of silly
 * window avoidance (RFC 9293 3.8.6.2.1): whole segments, or all of @len, or at
 * least half of the largest window seen when nothing is on its way.
 */
static u32 window_room(const struct strata_tcp *tp, u32 seq, u32 len)
{
	u32 end = tcp_wnd_end(tp);
	u32 room = seq_before(seq, end) ? end - seq : 0;

	if (room >= len)
		return len;
	if (room >= tp->mss)
		return rounddown(room, tp->mss);
	if (!tp->packets_out && room && room >= tp->max_window / 2)
		return room;
	return 0;
}

/*
 * A buffer of which only a little may go now: wait for the ACKs that are on
 * their way to let out more at once, unless there are none.
 */
static bool worth_waiting(const struct strata_tcp *tp, const struct sk_buff *skb,
			  u32 allowed)
{
	u64 window;

	/* RFC 3042: where segments go missing, each that arrives lets one out. */
	if (!tp->packets_out || !tcp_recovery_idle(tp) ||
	    (tcp_seg(skb)->flags & TCPF_HDR_FIN))
		return false;
	window = min_t(u64, (u64)tp->cong.cwnd * tp->mss, tp->snd_wnd);
	return allowed < window / 4;
}

/* How much of @skb may be sent now; 0: nothing. Sets @full (cwv.c). */
static u32 sendable(struct strata_tcp *tp, const struct sk_buff *skb,
		    bool last, enum nagle nagle, bool *full)
{
	u32 room = strata_tcp_cwnd_room(tp);
	u32 len = skb->len, allowed, partial;

	/* A FIN alone */
	if (!len)
		return 0;
	if (!room) {
		*full = true;
		return 0;
	}
	allowed = window_room(tp, tcp_seg(skb)->seq, len);
	if (len > tp->mss && allowed > (u64)room * tp->mss) {
		*full = true;
		allowed = room * tp->mss;
	}
	/* One segment each, for its own urgent pointer (RFC 9293 3.8.5) or signature. */
	if (unlikely(tp->snd_urgent || tcp_sign_bytes(&tp->ss.sk))) {
		allowed = min(allowed, tp->mss);
		if (allowed < len)
			return allowed;
	}
	if (tcp_is_paced(&tp->ss.sk)) {
		allowed = min(allowed, strata_tcp_pacing_quantum(&tp->ss.sk));
		if (allowed < len)
			return allowed;
	}
	if (allowed < len)
		return worth_waiting(tp, skb, allowed) ? 0 : allowed;
	if (!last || nagle_allows(tp, nagle) ||
	    (tcp_seg(skb)->flags & TCPF_HDR_FIN))
		return len;
	partial = len < tp->mss ? len : len % tp->mss;
	return len - partial;
}

/* A buffer has gone: what was to be sent is now to be acknowledged. */
static void sent(struct sock *sk, struct sk_buff *skb)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct strata_tcp_seg *seg = tcp_seg(skb);

	tp->send_head = skb_queue_is_last(&sk->sk_write_queue, skb) ?
			NULL : skb->next;
	tp->snd_nxt = seg->end_seq;
	tp->packets_out += seg->segs;
	if (skb->len < (seg->gso ?: tp->mss) || (seg->gso && skb->len % seg->gso))
		tp->snd_sml = seg->end_seq;
}

/* Does the other side answer (RFC 9293 3.8.6.3)? */
static void data_sent(struct strata_tcp *tp)
{
	tp->lsndtime = (u32)jiffies;
	if (jiffies - tp->ack_rcv_time < TCP_DELACK_MIN)
		tp->pingpong = 1;
}

/* Stamp and send the head. False: it has to wait. */
static bool send_head(struct sock *sk, struct sk_buff *skb)
{
	struct strata_tcp *tp = strata_tcp(sk);

	data_sent(tp);
	if (strata_tcp_transmit(sk, skb, true, GFP_ATOMIC | __GFP_NOWARN) ==
	    -ENOMEM)
		return false;
	tcp_rate_sent(tp, tcp_seg(skb));
	sent(sk, skb);
	return true;
}

/* Cut the head first, if not all of it may go. */
static bool send_one(struct sock *sk, struct sk_buff *skb, u32 len)
{
	if (len < skb->len && strata_tcp_split_unsent(sk, skb, len))
		return false;
	set_segs(tcp_seg(skb), skb->len, strata_tcp(sk)->mss);
	return send_head(sk, skb);
}

/**
 * strata_tcp_send_whole() - send the head as one segment, however large it is
 * @sk: locked; tp->mstamp_us is fresh
 * @skb: the head of what was never sent
 *
 * Context: socket locked. Return: false if it has to wait.
 */
bool strata_tcp_send_whole(struct sock *sk, struct sk_buff *skb)
{
	set_segs(tcp_seg(skb), skb->len, skb->len);
	return send_head(sk, skb);
}

/* May a FIN without data go? Its octet of sequence space needs no window. */
static bool fin_alone(const struct sk_buff *skb)
{
	return !skb->len && (tcp_seg(skb)->flags & TCPF_HDR_FIN);
}

/*
 * With nothing on its way, no ACK will call us again: the probe timer has to,
 * for a closed window (RFC 9293 3.8.6.1), for the override timeout of 3.8.6.2.1,
 * for a cork that is left in, and after a failed allocation.
 */
static void wait_for_window(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (tp->packets_out || !tp->send_head ||
	    tp->retransmit_timer_kind == TCP_TIMER_PROBE ||
	    strata_tcp_pacing_pending(tp))
		return;
	tp->probes = 0;
	tp->backoff = 0;
	strata_tcp_timer_arm(sk, TCP_TIMER_PROBE, tp->rto);
}

/*
 * What leaves after the program has let the window run empty shows its rate, not the
 * path's, until all that is out now has arrived (rate.c).
 */
static void note_limit(struct sock *sk, bool full)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct strata_cong *cong = &tp->cong;

	strata_tcp_cwv_sent(sk, full || strata_tcp_flight(tp) >= cong->cwnd);
	if (!tp->send_head && tp->packets_out < cong->cwnd)
		cong->app_limited = (cong->delivered + tp->snd_nxt -
				     tp->snd_una) ?: 1;
}

static void write_queue(struct sock *sk, enum nagle nagle)
{
	struct strata_tcp *tp = strata_tcp(sk);
	bool any = false, full = false;
	struct sk_buff *skb;
	u32 len;

	strata_tcp_fresh_mss(sk);
	if (!tp->packets_out && (u32)jiffies - tp->lsndtime > tp->rto)
		strata_tcp_cwv_idle(sk);
	if (unlikely(tp->mtu.on)) {
		enum strata_tcp_probed probed = strata_tcp_mtu_probe(sk);

		if (probed == TCP_PROBED_WAIT)
			return;
		any = probed == TCP_PROBED_SENT;
	}
	while ((skb = tp->send_head)) {
		if (unlikely(strata_tcp_tsq_full(sk)) ||
		    (tcp_is_paced(sk) && strata_tcp_pacing_waits(sk)))
			break;
		len = sendable(tp, skb,
			       skb_queue_is_last(&sk->sk_write_queue, skb),
			       nagle, &full);
		if (!len && !fin_alone(skb))
			break;
		if (!send_one(sk, skb, len))
			break;
		any = true;
	}
	if (any || full)
		note_limit(sk, full);
	if (any) {
		strata_tcp_timer_sent(sk);
		if (unlikely(tp->notsent_lowat))
			strata_tcp_wake_writer(sk);
	}
	if (unlikely(tp->send_head))
		wait_for_window(sk);
}

/**
 * strata_tcp_write() - send what may be sent now
 * @sk: locked, synchronised; tp->mstamp_us is fresh
 * @push: also a last segment that is not full
 *
 * Context: socket locked, process or softirq.
 */
void strata_tcp_write(struct sock *sk, bool push)
{
	if (strata_tcp(sk)->send_head)
		write_queue(sk, push ? NAGLE_PUSH : NAGLE_NORMAL);
}

/**
 * strata_tcp_write_corked() - send full segments only (MSG_MORE)
 * @sk: locked, synchronised; tp->mstamp_us is fresh
 *
 * Context: socket locked, process.
 */
void strata_tcp_write_corked(struct sock *sk)
{
	if (strata_tcp(sk)->send_head)
		write_queue(sk, NAGLE_CORK);
}

/**
 * strata_tcp_write_override() - the timer insists: send into what room there is
 * @sk: locked; something waits to be sent; tp->mstamp_us is fresh
 *
 * RFC 9293 3.8.6.2.1, the override timeout, and RFC 8985 7.3, a probe: one
 * segment, whatever the congestion window says.
 *
 * Context: softirq, socket locked. Return: true if something was sent.
 */
bool strata_tcp_write_override(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *skb = tp->send_head;
	u32 end = tcp_wnd_end(tp), seq = tcp_seg(skb)->seq, len;

	if (!seq_before(seq, end) && !fin_alone(skb))
		return false;
	len = min3(end - seq, skb->len, tp->mss);
	tcp_seg(skb)->flags |= TCPF_HDR_PSH;
	if (!send_one(sk, skb, len))
		return false;
	strata_tcp_timer_sent(sk);
	return true;
}

/* The FIN goes with the last octets, where they have not been sent. */
static struct sk_buff *fin_carrier(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *skb = skb_peek_tail(&sk->sk_write_queue);

	if (tp->send_head)
		return skb;
	skb = strata_tcp_skb_alloc(sk, sk->sk_allocation | __GFP_NOWARN);
	if (skb)
		return skb;
	/* No memory: as if it had been sent with what was; it is resent. */
	return skb_peek_tail(&sk->sk_write_queue);
}

/**
 * strata_tcp_send_fin() - no more will be sent: queue a FIN
 * @sk: locked, in the state after the close
 *
 * Context: socket locked, process. Sends what windows allow.
 */
void strata_tcp_send_fin(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *skb = fin_carrier(sk);

	tcp_mstamp_refresh(tp);
	tp->fin_queued = 1;
	if (unlikely(!skb)) {
		/* Nothing can carry it: do not leave the peer waiting. */
		strata_tcp_send_reset(sk, sk->sk_allocation);
		strata_tcp_done(sk);
		return;
	}
	tcp_seg(skb)->flags |= TCPF_HDR_FIN;
	tcp_seg(skb)->end_seq++;
	tp->write_seq++;
	if (!tp->send_head)
		tp->snd_nxt++;
	strata_tcp_write(sk, true);
}
