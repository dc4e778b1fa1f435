/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the data path offers: a segment's way in and out, timers, windows,
 * congestion control, and the program's reads and writes. For tcp.h, which
 * includes it.
 */
#ifndef _NET_TCP_DATAPATH_H
#define _NET_TCP_DATAPATH_H

/* ---- data path: rcv.c input.c synsent.c options.c ack.c data.c ---- */

/* strata_l4_ops.rcv. Owns @skb. Softirq, RCU. */
void strata_tcp_rcv(struct strata_net *sn, struct sk_buff *skb);
/* A segment for a full socket, locked (or BH-owned). Owns @skb. Also
 * proto.backlog_rcv (returns 0).
 */
int strata_tcp_input(struct sock *sk, struct sk_buff *skb);
/* SYN-SENT. Owns @skb. */
void strata_tcp_synsent_input(struct sock *sk, struct sk_buff *skb,
			      const struct strata_tcp_options *opts);
/* False: malformed. @skb's TCP header is linear. */
bool strata_tcp_options_parse(const struct sk_buff *skb,
			      struct strata_tcp_options *opts);
/*
 * Write SYN options (MSS, SACK-permitted, timestamps, window scale) at @ptr;
 * returns bytes, a multiple of 4. tsecr 0 in a SYN.
 */
unsigned int strata_tcp_options_syn(__be32 *ptr,
				    const struct strata_tcp_options *opts);
/* Connection established: set up buffers, mss, congestion control, timers; used
 * by synsent.c and child.c.
 */
void strata_tcp_established(struct sock *sk);
/* Drop everything on the transmit, retransmit and out-of-order queues. */
void strata_tcp_purge(struct sock *sk);

/* ---- output.c write.c retransmit.c timer.c ---- */

/* Send @skb of the write queue: clone, header, L3. With @clone false, @skb is
 * the only reference and is consumed. 0 or -errno.
 */
int strata_tcp_transmit(struct sock *sk, struct sk_buff *skb, bool clone,
			gfp_t gfp);
/* Send what windows and Nagle allow. @nonagle: end of a program's write. */
void strata_tcp_write(struct sock *sk, bool push);
/* Send the pending SYN of a socket in SYN-SENT and arm the timer. */
int strata_tcp_send_syn(struct sock *sk,
			const struct strata_tcp_fastopen_syn *syn);
void strata_tcp_send_ack(struct sock *sk);
void strata_tcp_send_fin(struct sock *sk);
/* RST for a connection that is aborted (RFC 9293 3.10.5). */
void strata_tcp_send_reset(struct sock *sk, gfp_t gfp);
/* A SYN+ACK again of a simultaneous open. */
void strata_tcp_send_synack(struct sock *sk);
/* An ACK is owed after data was read: announce a larger window if worthwhile. */
void strata_tcp_window_update(struct sock *sk, u32 copied);
/* The window to announce now, scaled down for the header. */
u16 strata_tcp_select_window(struct sock *sk);
/* Initial window and scale for the receive buffer of @sk, or of a listener's child. */
void strata_tcp_initial_window(const struct sock *sk, u32 mss, bool wscale_ok,
			       u32 *rcv_wnd, u32 *clamp, u8 *wscale);
/* Recompute mss after a new path MTU; 0: from the cached path. */
void strata_tcp_sync_mss(struct sock *sk, u32 path_mtu);
u32 strata_tcp_mss_of_mtu(const struct sock *sk, u32 mtu);
/* Is any segment queued or sent and not acknowledged? */
bool strata_tcp_retransmit_head(struct sock *sk);
bool strata_tcp_retransmit_tail(struct sock *sk);
void strata_tcp_retransmit_lost(struct sock *sk);
/* The sent buffer that holds @seq, or NULL. */
struct sk_buff *strata_tcp_sent_find(struct sock *sk, u32 seq);
/* Full segments only (MSG_MORE). */
void strata_tcp_write_corked(struct sock *sk);
bool strata_tcp_write_override(struct sock *sk);
int strata_tcp_split_unsent(struct sock *sk, struct sk_buff *skb, u32 len);
bool strata_tcp_send_whole(struct sock *sk, struct sk_buff *skb);
/* The MSS, after a look whether the path has changed. */
u32 strata_tcp_fresh_mss(struct sock *sk);
u32 strata_tcp_goal(const struct strata_tcp *tp);
u32 strata_tcp_flight(const struct strata_tcp *tp);
u32 strata_tcp_cwnd_room(const struct strata_tcp *tp);
bool strata_tcp_send_probe(struct sock *sk);
/* tsq.c: bytes below us. init and exit with the module. */
void strata_tcp_tsq_init(void);
void strata_tcp_tsq_exit(void);
void strata_tcp_tsq_own(struct sock *sk, struct sk_buff *skb);
bool strata_tcp_tsq_full(struct sock *sk);
/* pacing.c */
bool strata_tcp_pacing_waits(struct sock *sk);
void strata_tcp_pacing_sent(struct sock *sk, struct sk_buff *skb,
			    struct strata_tcp_seg *seg);
void strata_tcp_pacing_begin(struct sock *sk);
void strata_tcp_pacing_update(struct sock *sk);
u64 strata_tcp_pacing_rate(const struct sock *sk);
u32 strata_tcp_pacing_quantum(const struct sock *sk);
void strata_tcp_pacing_stop(struct sock *sk);
void strata_tcp_pacing_free(struct sock *sk);
bool strata_tcp_pacing_pending(const struct strata_tcp *tp);

/* Is anything to be held back? A connection that is not paced asks only this. */
static inline bool tcp_is_paced(const struct sock *sk)
{
	return unlikely(READ_ONCE(sk->sk_pacing_status) != SK_PACING_NONE);
}

/* pages.c */
bool strata_tcp_page_refill(struct sock *sk, struct page_frag *pfrag);
void strata_tcp_pages_exit(void);
/* delack.c */
void strata_tcp_delack_arm(struct sock *sk, unsigned long delay);
void strata_tcp_delack_expired(struct sock *sk);
/* window.c */
bool strata_tcp_window_grows(const struct sock *sk);
int strata_tcp_set_rcvlowat(struct sock *sk, int val);
void strata_tcp_window_received(struct sock *sk, const struct sk_buff *skb);
void strata_tcp_rcv_rtt(struct sock *sk, u32 tsecr);
void strata_tcp_window_read(struct sock *sk);
void strata_tcp_window_init(struct sock *sk);
u32 strata_tcp_rcvbuf_max(const struct sock *sk);
/* sendmsg.c: the transmit queue's buffers */
struct sk_buff *strata_tcp_skb_alloc(struct sock *sk, gfp_t gfp);
void strata_tcp_skb_free(struct sock *sk, struct sk_buff *skb);
void strata_tcp_sndbuf_grow(struct sock *sk);
bool strata_tcp_may_queue(const struct sock *sk, int wake);
void strata_tcp_wake_writer(struct sock *sk);	/* ack.c */
void strata_tcp_timers_init(struct sock *sk);
void strata_tcp_timers_stop(struct sock *sk);
enum strata_tcp_timer {
	TCP_TIMER_NONE,
	TCP_TIMER_RETRANS,
	TCP_TIMER_PROBE,
	TCP_TIMER_TLP,
	TCP_TIMER_RACK,
};

/* What the timer is to wait for now; @restart: even if it runs already. */
void strata_tcp_timer_choose(struct sock *sk, bool restart);
void strata_tcp_timer_sent(struct sock *sk);

void strata_tcp_timer_arm(struct sock *sk, enum strata_tcp_timer kind,
			  unsigned long delay);
void strata_tcp_timer_cancel(struct sock *sk);
void strata_tcp_after_ack(struct sock *sk);
void strata_tcp_keepalive_reset(struct sock *sk, unsigned long delay);
/* proto.release_cb: what timers and small queues could not do meanwhile. */
void strata_tcp_release_cb(struct sock *sk);
/* proto.backlog_rcv */
int strata_tcp_backlog_rcv(struct sock *sk, struct sk_buff *skb);
/* Read the clock once for the segment or call being processed. */
static inline void tcp_mstamp_refresh(struct strata_tcp *tp)
{
	tp->mstamp_us = div_u64(ktime_get_ns(), NSEC_PER_USEC);
}

/* The value for our next timestamp option. */
static inline u32 tcp_tsval(const struct strata_tcp *tp)
{
	return (u32)div_u64(tp->mstamp_us, USEC_PER_MSEC) + tp->ts_offset;
}

/* Queue a FIN after the program's last octet and send what may be sent. */
void strata_tcp_rtt_init(struct strata_tcp *tp);
void strata_tcp_rtt_sample(struct strata_tcp *tp, u32 rtt_us);

/* Nothing of recovery.c is needed: the path without loss. */
static inline bool tcp_recovery_idle(const struct strata_tcp *tp)
{
	return likely(tp->recovery == TCP_RECOVERY_NONE && !tp->board.count &&
		      !tp->dupacks && !tp->tlp.pending);
}

/* Recovery leaves the window alone. */
static inline bool tcp_cong_owns_window(const struct strata_tcp *tp)
{
	return unlikely(tp->cong.ops->flags & STRATA_CONG_WINDOW);
}

/* ---- cwv.c ---- */

/*
 * Does the window, and not the program, hold back what is sent? In slow start, which
 * doubles it, half of it in use is enough.
 */
static inline bool tcp_cwv_limited(const struct strata_tcp *tp)
{
	return tp->cwv.full || (tp->cong.cwnd < tp->cong.ssthresh &&
				tp->cong.cwnd < 2 * tp->cwv.max_out);
}

/* ---- rate.c ---- */

/*
 * @seg leaves for the first time. One that is alone on its way tells of the round trip,
 * which is measured anyhow, rather than of a rate: a dialogue need not pay for it.
 */
static inline void tcp_rate_sent(struct strata_tcp *tp,
				 struct strata_tcp_seg *seg)
{
	if (!tp->packets_out) {
		tp->rate.first_sent_us = seg->sent_us;
		tp->rate.delivered_us = seg->sent_us;
		seg->measured = 0;
		if (!seg->gso && !tp->cong.ops->sample)
			return;
	}
	strata_tcp_rate_sent(tp, seg);
}

/* Something has arrived. */
static inline void tcp_rate_ack(struct strata_tcp *tp,
				const struct strata_tcp_delivery *delivery,
				struct strata_cong_sample *sample)
{
	tp->cong.delivered += delivery->octets;
	tp->rate.delivered_us = (u32)tp->mstamp_us;
	if (delivery->has_mark)
		strata_tcp_rate_ack(tp, sample);
}

/* ---- cong.c: the registry behind cong.h ---- */
int strata_tcp_cong_assign(struct sock *sk, const char *name);	/* -ENOENT */
void strata_tcp_cong_init(struct sock *sk);	/* default, on establishment */
void strata_tcp_cong_inherit(struct sock *child, const struct sock *listener);
void strata_tcp_cong_release(struct sock *sk);
u32 strata_tcp_cong_flags(const struct sock *sk);
void strata_tcp_cong_name(const struct sock *sk, char *name);
size_t strata_tcp_cong_info(const struct sock *sk, union tcp_cc_info *info);
int strata_tcp_cong_set_default(struct strata_tcp_net *tn, const char *name);
void strata_tcp_cong_default_name(const struct strata_tcp_net *tn, char *name);
void strata_tcp_cong_names(char *buf, size_t size);
void strata_tcp_cong_net_init(struct strata_net *sn);
void strata_tcp_cong_net_exit(struct strata_net *sn);
/* Built in. */
extern struct strata_cong_ops strata_tcp_cubic;
extern struct strata_cong_ops strata_tcp_reno;

/* ---- sendmsg.c recvmsg.c ---- */
int strata_tcp_sendmsg(struct sock *sk, struct msghdr *msg, size_t size);
int strata_tcp_sendmsg_syn(struct sock *sk, struct msghdr *msg, u32 room);
/* int strata_tcp_recvmsg(): declared in recvmsg's compat form below */
int strata_tcp_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
		       int flags, int *addr_len);
/* sk_write_space: wake writers when a third is free; from ACKs. */
void strata_tcp_write_space(struct sock *sk);
/* Bytes readable without waiting. */
u32 strata_tcp_readable(const struct sock *sk);

#endif /* _NET_TCP_DATAPATH_H */
