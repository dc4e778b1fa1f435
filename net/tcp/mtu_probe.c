// SPDX-License-Identifier: GPL-2.0
/*
 * The search for the largest segment that the path takes (RFC 4821 7, RFC 8899 5.3),
 * without asking routers: now and then one segment is larger than the others, half way
 * between what is known to arrive and what may. If it arrives, all may be so
 * large; if it alone is lost, the path does not take it. Its octets come from
 * the transmit queue, so a probe costs nothing but the loss of it.
 *
 *	low ............ probe ............ high
 *	 arrives      on its way      not yet tried
 */
#include <linux/tcp.h>
#include "options.h"
#include "recovery.h"
#include "sign.h"
#include "tcp.h"

#define CWND_MIN	11	/* segments: the loss of a probe should not hurt */
/* Segments behind a probe, so that its loss is noticed (RFC 4821 7.4). */
#define SEGMENTS_BEHIND	4

static u32 l3_header(const struct sock *sk)
{
	u32 len;

	rcu_read_lock();
	len = strata_af_of(&sk->sk_v6_daddr)->header_len;
	rcu_read_unlock();
	return len;
}

/**
 * strata_tcp_mtu_of_mss() - bytes of an L3 datagram with a full segment
 * @sk: flow and timestamps are settled
 * @mss: payload
 *
 * Context: any.
 */
u32 strata_tcp_mtu_of_mss(const struct sock *sk, u32 mss)
{
	return mss + l3_header(sk) + sizeof(struct tcphdr) +
	       (strata_tcp(sk)->ts_ok ? STRATA_TCP_TS_BYTES : 0) +
	       tcp_sign_bytes(sk);
}

/* What the peer takes, and the path as far as routers have told. */
static u32 highest(const struct sock *sk)
{
	const struct strata_tcp *tp = strata_tcp(sk);
	u32 mss = tp->mss_peer ?: strata_tcp_mss_default(&sk->sk_v6_daddr);

	if (tp->user_mss)
		mss = min_t(u32, mss, tp->user_mss);
	return min_not_zero(mss + l3_header(sk) + (u32)sizeof(struct tcphdr),
			    tp->path_mtu);
}

/**
 * strata_tcp_mtu_search_begin() - a connection begins: nothing is known
 * @sk: locked, or nobody sees it; options and path MTU are settled
 *
 * Context: any.
 */
void strata_tcp_mtu_search_begin(struct sock *sk)
{
	const struct strata_tcp_net *tn = strata_sock_net(sk)->tcp;

	strata_tcp(sk)->mtu = (struct strata_tcp_mtu_search) {
		.low = strata_tcp_mtu_of_mss(sk, READ_ONCE(tn->base_mss)),
		.high = highest(sk),
		.since = (u32)jiffies,
		.on = READ_ONCE(tn->mtu_probing) == TCP_MTU_PROBING_ALWAYS,
	};
}

/* Paths change: after a while larger ones are tried again. */
static void search_again(struct sock *sk)
{
	const struct strata_tcp_net *tn = strata_sock_net(sk)->tcp;
	struct strata_tcp *tp = strata_tcp(sk);

	if ((u32)jiffies - tp->mtu.since < READ_ONCE(tn->probe_interval) * HZ)
		return;
	tp->mtu.low = strata_tcp_mtu_of_mss(sk, tp->mss);
	tp->mtu.high = max(highest(sk), tp->mtu.low);
	tp->mtu.since = (u32)jiffies;
}

/* Payload of the next probe; 0: none is due. */
static u32 next_probe(struct sock *sk)
{
	const struct strata_tcp_net *tn = strata_sock_net(sk)->tcp;
	const struct strata_tcp_mtu_search *search = &strata_tcp(sk)->mtu;
	u32 mss;

	if (search->high < search->low ||
	    search->high - search->low < READ_ONCE(tn->probe_threshold)) {
		search_again(sk);
		return 0;
	}
	mss = strata_tcp_mss_of_mtu(sk, (search->low + search->high) / 2);
	return mss > strata_tcp(sk)->mss ? mss : 0;
}

/*
 * Nothing is lost, the loss of a probe would be noticed and would not hurt, and our
 * ACKs do not need room for SACK blocks. Urgent octets must not wait for it.
 */
static bool may_probe(const struct strata_tcp *tp)
{
	return !tp->mtu.probe && tcp_recovery_idle(tp) &&
	       tp->cong.cwnd >= CWND_MIN && !tcp_sack_any(&tp->sack) &&
	       !tp->snd_urgent;
}

/* Is there as much to send as it takes, and does the peer have room? */
static enum strata_tcp_probed has_room(const struct strata_tcp *tp, u32 len)
{
	u32 needed = len + SEGMENTS_BEHIND * tp->mss;

	if (tp->write_seq - tp->snd_nxt < needed || tp->snd_wnd < needed)
		return TCP_PROBED_NOT;
	if (seq_after(tp->snd_nxt + needed, tcp_wnd_end(tp)))
		return TCP_PROBED_WAIT;
	if (strata_tcp_flight(tp) + 2 > tp->cong.cwnd)
		return tp->packets_out ? TCP_PROBED_WAIT : TCP_PROBED_NOT;
	return TCP_PROBED_SENT;
}

/* The octets at the head of what was never sent, @len of them, in one buffer. */
static struct sk_buff *gather(struct sock *sk, u32 len)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *first = tp->send_head, *skb = first, *probe, *next;
	struct strata_tcp_seg *seg;
	u32 left = len;

	/* It ends where a buffer ends. */
	for (; skb->len < left; skb = skb->next)
		left -= skb->len;
	if (skb->len > left && strata_tcp_split_unsent(sk, skb, left))
		return NULL;
	if (skb == first)
		return first;
	probe = alloc_skb_fclone(TCP_HEADROOM + len, GFP_ATOMIC | __GFP_NOWARN);
	if (!probe)
		return NULL;
	skb_reserve(probe, TCP_HEADROOM);
	probe->ip_summed = CHECKSUM_PARTIAL;
	__skb_header_release(probe);
	sk_wmem_queued_add(sk, probe->truesize);
	sk_mem_charge(sk, probe->truesize);
	seg = tcp_seg(probe);
	*seg = *tcp_seg(first);
	seg->end_seq = seg->seq + len;
	__skb_queue_before(&sk->sk_write_queue, first, probe);
	tp->send_head = probe;
	for (skb = first; probe->len < len; skb = next) {
		next = skb->next;
		seg->flags |= tcp_seg(skb)->flags;
		skb_copy_bits(skb, 0, skb_put(probe, skb->len), skb->len);
		__skb_unlink(skb, &sk->sk_write_queue);
		strata_tcp_skb_free(sk, skb);
	}
	return probe;
}

/**
 * strata_tcp_mtu_probe() - before anything is sent: is a probe due?
 * @sk: locked, something waits to be sent; the search is on; tp->mstamp_us is fresh
 *
 * Context: socket locked. Return: what to do with what waits.
 */
enum strata_tcp_probed strata_tcp_mtu_probe(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	enum strata_tcp_probed room;
	struct sk_buff *skb;
	u32 len;

	len = may_probe(tp) ? next_probe(sk) : 0;
	if (!len)
		return TCP_PROBED_NOT;
	room = has_room(tp, len);
	if (room != TCP_PROBED_SENT)
		return room;
	skb = gather(sk, len);
	if (!skb || !strata_tcp_send_whole(sk, skb))
		return TCP_PROBED_NOT;
	strata_count(strata_sock_net(sk), TCP_MTU_PROBES);
	/* It counts as one segment, and is nearly two. */
	tp->cong.cwnd--;
	tp->mtu.probe = strata_tcp_mtu_of_mss(sk, len);
	tp->mtu.seq = tcp_seg(skb)->seq;
	tp->mtu.end_seq = tcp_seg(skb)->end_seq;
	return TCP_PROBED_SENT;
}

/**
 * strata_tcp_mtu_probe_arrived() - an ACK covers the probe
 * @sk: locked; strata_tcp_mtu_search.probe is set
 *
 * Segments may be so large from now on; the window is of as many octets as before.
 *
 * Context: socket locked.
 */
void strata_tcp_mtu_probe_arrived(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u64 octets = (u64)tp->cong.cwnd * strata_tcp_mtu_of_mss(sk, tp->mss);

	tp->cong.cwnd = max_t(u64, div_u64(octets, tp->mtu.probe), 1);
	tp->mtu.low = tp->mtu.probe;
	tp->mtu.probe = 0;
	strata_tcp_sync_mss(sk, tp->path_mtu);
	strata_count(strata_sock_net(sk), TCP_MTU_PROBES_ARRIVED);
}

/**
 * strata_tcp_mtu_probe_lost() - something is lost: is it the probe?
 * @sk: locked; strata_tcp_mtu_search.probe is set
 *
 * RFC 4821 7.6.2, RFC 8899 4.4: that is no sign of congestion.
 *
 * Context: socket locked. Return: true if it is.
 */
bool strata_tcp_mtu_probe_lost(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (tp->snd_una != tp->mtu.seq)
		return false;
	tp->mtu.high = tp->mtu.probe - 1;
	tp->mtu.probe = 0;
	tp->cong.cwnd++;
	strata_count(strata_sock_net(sk), TCP_MTU_PROBES_LOST);
	return true;
}
