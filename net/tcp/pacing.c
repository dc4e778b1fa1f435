// SPDX-License-Identifier: GPL-2.0
/*
 * Pacing: not everything that the window allows leaves at once, but spread over the
 * round trip, so that short queues on the way suffice.
 *
 * Who asks for it is the program (SO_MAX_PACING_RATE) or the congestion control
 * (STRATA_CONG_PACED). As in the kernel, a qdisc that knows departure times (fq) does
 * it better than we could: it holds the buffers of many connections in one queue
 * with one timer, and it says in sk_pacing_status that it does. Then each buffer
 * leaves at once with the time at which it is due; else a timer of the connection
 * holds it back. Either way pace_next_ns is when the next is due.
 */
#include <linux/hrtimer.h>
#include <linux/slab.h>
#include "input.h"
#include "tcp.h"

/* A buffer is at most what the rate lets out in 1/2^shift s (sk_pacing_shift). */
#define QUANTUM_SEGS_MIN	2
/* Below this rate a pair of segments would be a burst. */
#define SLOW_RATE		(1200000 / BITS_PER_BYTE)
/* In percent of a window in a round trip, as the kernel's; room to grow. */
#define RATIO_SLOW_START	200
#define RATIO_AVOIDANCE		120
/* skb_set_delivery_time(): true to older kernels, the number of a clock to later. */
#define CLOCK_IS_MONOTONIC	1

/**
 * strata_tcp_pacing_rate() - octets a second that the connection should send
 * @sk: locked
 *
 * What the congestion control says, else somewhat more than a window in each round
 * trip; never more than the program allows.
 *
 * Context: socket locked. Return: ~0: no limit.
 */
u64 strata_tcp_pacing_rate(const struct sock *sk)
{
	const struct strata_tcp *tp = strata_tcp(sk);
	const struct strata_cong *cong = &tp->cong;
	u64 most = READ_ONCE(sk->sk_max_pacing_rate);
	u64 rate = cong->pacing_rate;

	if (most == ~0UL)
		most = ~0ULL;
	if (!rate) {
		if (!cong->srtt_us)
			return most;
		rate = (u64)tp->mss * max(cong->cwnd, tp->packets_out) *
		       (USEC_PER_SEC / 100);
		rate *= cong->cwnd < cong->ssthresh / 2 ? RATIO_SLOW_START :
							  RATIO_AVOIDANCE;
		rate = div_u64(rate, cong->srtt_us);
	}
	return min(rate, most);
}

/**
 * strata_tcp_pacing_update() - window, round trip or limit may have changed
 * @sk: locked, paced
 *
 * Context: socket locked.
 */
void strata_tcp_pacing_update(struct sock *sk)
{
	WRITE_ONCE(sk->sk_pacing_rate,
		   min_t(u64, strata_tcp_pacing_rate(sk), ~0UL));
}

/**
 * strata_tcp_pacing_quantum() - octets of one buffer at most
 * @sk: locked, paced
 *
 * Context: socket locked. Return: a multiple of the MSS.
 */
u32 strata_tcp_pacing_quantum(const struct sock *sk)
{
	unsigned long rate = READ_ONCE(sk->sk_pacing_rate);
	u32 mss = strata_tcp(sk)->mss;
	u32 bytes = min_t(unsigned long, rate >> READ_ONCE(sk->sk_pacing_shift),
			  TCP_GSO_MAX);
	u32 least = rate < SLOW_RATE ? mss : QUANTUM_SEGS_MIN * mss;

	return max(rounddown(bytes, mss), least);
}

/**
 * struct strata_tcp_pacer - the timer of a connection that is held back
 * @timer: pending: holds a reference on @sk
 * @sk: whose
 *
 * Made when it is needed first, since most connections never do.
 */
struct strata_tcp_pacer {
	struct hrtimer timer;
	struct sock *sk;
};

/* Context: softirq; the timer's reference is ours. */
static enum hrtimer_restart it_is_due(struct hrtimer *timer)
{
	struct strata_tcp_pacer *pacer = container_of(timer, typeof(*pacer),
						      timer);
	struct sock *sk = pacer->sk;
	struct strata_tcp *tp = strata_tcp(sk);

	bh_lock_sock(sk);
	if (sock_owned_by_user(sk)) {
		if (!test_and_set_bit(TCP_DEFER_WRITE, &tp->deferred))
			sock_hold(sk);
	} else if (sk->sk_state != TCP_CLOSE && sk->sk_state != TCP_SYN_SENT) {
		tcp_mstamp_refresh(tp);
		strata_tcp_after_ack(sk);
	}
	bh_unlock_sock(sk);
	sock_put(sk);
	return HRTIMER_NORESTART;
}

/* The connection's, or NULL without memory. */
static struct strata_tcp_pacer *pacer_of(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (tp->pacer)
		return tp->pacer;
	tp->pacer = kmalloc(sizeof(*tp->pacer), GFP_ATOMIC | __GFP_NOWARN);
	if (!tp->pacer)
		return NULL;
	tp->pacer->sk = sk;
	hrtimer_init(&tp->pacer->timer, CLOCK_MONOTONIC,
		     HRTIMER_MODE_ABS_PINNED_SOFT);
	tp->pacer->timer.function = it_is_due;
	return tp->pacer;
}

/**
 * strata_tcp_pacing_waits() - is it too early to send?
 * @sk: locked, paced; tp->mstamp_us is fresh
 *
 * If so, the timer will call strata_tcp_after_ack(). Without memory for it, it is not.
 *
 * Context: socket locked.
 */
bool strata_tcp_pacing_waits(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct strata_tcp_pacer *pacer;

	if (READ_ONCE(sk->sk_pacing_status) != SK_PACING_NEEDED ||
	    tp->pace_next_ns < (tp->mstamp_us + 1) * NSEC_PER_USEC)
		return false;
	pacer = pacer_of(sk);
	if (!pacer)
		return false;
	if (!hrtimer_is_queued(&pacer->timer)) {
		hrtimer_start(&pacer->timer, ns_to_ktime(tp->pace_next_ns),
			      HRTIMER_MODE_ABS_PINNED_SOFT);
		sock_hold(sk);
	}
	return true;
}

/**
 * strata_tcp_pacing_pending() - is something held back that will be sent by itself?
 * @tp: connection
 *
 * Context: socket locked.
 */
bool strata_tcp_pacing_pending(const struct strata_tcp *tp)
{
	return tp->pacer && hrtimer_is_queued(&tp->pacer->timer);
}

/* The first flight leaves as it is, as the kernel's: there is no rate yet. */
static bool in_first_flight(const struct strata_tcp *tp)
{
	return tp->bytes_acked + (tp->snd_nxt - tp->snd_una) <
	       (u64)TCP_INIT_CWND * tp->mss;
}

/*
 * How long @bytes take. A timer that was late gives half of it back, or the rate
 * would never be reached.
 */
static u64 duration_ns(const struct sock *sk, u32 bytes, u64 late_ns)
{
	unsigned long rate = READ_ONCE(sk->sk_pacing_rate);
	u64 ns;

	if (!rate || rate == ~0UL || in_first_flight(strata_tcp(sk)))
		return 0;
	ns = div64_ul((u64)bytes * NSEC_PER_SEC, rate);
	return ns - min(late_ns, ns / 2);
}

/**
 * strata_tcp_pacing_sent() - a buffer leaves: when may the next?
 * @sk: locked, paced; tp->mstamp_us is fresh
 * @skb: what goes down
 * @seg: where its time is kept; corrected if the qdisc holds it back
 *
 * Context: socket locked.
 */
void strata_tcp_pacing_sent(struct sock *sk, struct sk_buff *skb,
			    struct strata_tcp_seg *seg)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u64 now = tp->mstamp_us * NSEC_PER_USEC;
	u64 due = max(now, tp->pace_next_ns);
	u64 late = tp->pace_next_ns ? due - tp->pace_next_ns : 0;

	if (READ_ONCE(sk->sk_pacing_status) == SK_PACING_FQ) {
		skb_set_delivery_time(skb, ns_to_ktime(due),
				      CLOCK_IS_MONOTONIC);
		seg->sent_us = (u32)div_u64(due, NSEC_PER_USEC);
	}
	tp->pace_next_ns = due + duration_ns(sk, skb->len, late);
}

/**
 * strata_tcp_pacing_begin() - the congestion control wants the connection paced
 * @sk: locked
 *
 * For good, as in the kernel.
 *
 * Context: any.
 */
void strata_tcp_pacing_begin(struct sock *sk)
{
	cmpxchg(&sk->sk_pacing_status, SK_PACING_NONE, SK_PACING_NEEDED);
	strata_tcp_pacing_update(sk);
}

/**
 * strata_tcp_pacing_stop() - the connection is over
 * @sk: locked
 *
 * Context: any. A timer that fires right now finds nothing to do.
 */
void strata_tcp_pacing_stop(struct sock *sk)
{
	struct strata_tcp_pacer *pacer = strata_tcp(sk)->pacer;

	if (pacer && hrtimer_try_to_cancel(&pacer->timer) == 1)
		__sock_put(sk);
}

/**
 * strata_tcp_pacing_free() - nobody refers to the socket any more, nor does a timer
 * @sk: being destroyed
 *
 * Context: any.
 */
void strata_tcp_pacing_free(struct sock *sk)
{
	kfree(strata_tcp(sk)->pacer);
}
