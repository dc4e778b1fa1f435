// SPDX-License-Identifier: GPL-2.0
/*
 * When to do something without being told: retransmit (RFC 6298), probe a
 * closed window (RFC 9293 3.8.6.1), acknowledge (3.8.6.3), keep alive (3.8.4).
 *
 * The timers are lazy. What counts is the deadline in the connection; the
 * kernel's timer is only moved when it would fire too late. One that fires too
 * early, or for nothing, looks at the deadline and goes on or stops. A steady
 * exchange so touches the timer wheel a few times a second, not twice a segment.
 *
 * A timer that runs holds a reference on the socket.
 */
#include <linux/tcp.h>
#include "input.h"
#include "scoreboard.h"
#include "tcp.h"

#define PROBES_MAX		15
#define RENEGED_DELAY_MIN	(HZ / 100 ?: 1UL)
#define STALE_PATH_RETRIES	3	/* R1 of RFC 9293 3.8.3: look for another way */

/**
 * strata_tcp_timer_arm() - let the retransmission or probe timer run
 * @sk: locked
 * @kind: what for
 * @delay: jiffies
 *
 * Context: socket locked.
 */
void strata_tcp_timer_arm(struct sock *sk, enum strata_tcp_timer kind,
			  unsigned long delay)
{
	struct strata_tcp *tp = strata_tcp(sk);

	tp->retransmit_timer_kind = kind;
	tp->retransmit_deadline = jiffies + min_t(unsigned long, delay,
						  TCP_RTO_MAX);
	if (timer_pending(&tp->retransmit_timer) &&
	    !time_after(tp->retransmit_timer.expires, tp->retransmit_deadline))
		return;
	sk_reset_timer(sk, &tp->retransmit_timer, tp->retransmit_deadline);
}

/**
 * strata_tcp_timer_cancel() - nothing to retransmit or to probe
 * @sk: locked
 *
 * Context: socket locked.
 */
void strata_tcp_timer_cancel(struct sock *sk)
{
	strata_tcp(sk)->retransmit_timer_kind = TCP_TIMER_NONE;
	strata_tcp(sk)->retrans_stamp_us = 0;
}

/**
 * strata_tcp_keepalive_reset() - the keepalive timer runs from now
 * @sk: locked
 * @delay: jiffies
 *
 * Context: socket locked.
 */
void strata_tcp_keepalive_reset(struct sock *sk, unsigned long delay)
{
	sk_reset_timer(sk, &strata_tcp(sk)->keepalive_timer, jiffies + delay);
}

static unsigned long backed_off(const struct strata_tcp *tp)
{
	return min_t(u64, (u64)tp->rto << min_t(u8, tp->backoff, 16),
		     TCP_RTO_MAX);
}

/* Half a round trip: acknowledgments may have overtaken each other. */
static unsigned long reneged_delay(const struct strata_tcp *tp)
{
	return max(usecs_to_jiffies(tp->srtt_us8 >> 4), RENEGED_DELAY_MIN);
}

/**
 * strata_tcp_timer_choose() - what the timer waits for while something is out
 * @sk: locked; something is not acknowledged
 * @restart: from now, even if it waits for the same already (RFC 6298 5.3)
 *
 * What may be late (RFC 8985 6.3), a probe (7.2), or the retransmission timeout:
 * each is followed by the next.
 *
 * Context: socket locked.
 */
void strata_tcp_timer_choose(struct sock *sk, bool restart)
{
	struct strata_tcp *tp = strata_tcp(sk);
	unsigned long probe = strata_tcp_tlp_delay(tp);
	enum strata_tcp_timer kind = probe ? TCP_TIMER_TLP : TCP_TIMER_RETRANS;

	if (unlikely(tp->rack.wait_us))
		strata_tcp_timer_arm(sk, TCP_TIMER_RACK,
				     usecs_to_jiffies(tp->rack.wait_us) + 1);
	else if (restart && unlikely(tcp_board_reneged(&tp->board, tp->snd_una)))
		strata_tcp_timer_arm(sk, TCP_TIMER_RETRANS, reneged_delay(tp));
	else if (restart || tp->retransmit_timer_kind != kind)
		strata_tcp_timer_arm(sk, kind, probe ?: backed_off(tp));
}

/**
 * strata_tcp_timer_sent() - data was sent for the first time
 * @sk: locked
 *
 * RFC 6298 5.1: a timer that runs goes on; RFC 8985 7.2: a probe waits anew.
 *
 * Context: socket locked.
 */
void strata_tcp_timer_sent(struct sock *sk)
{
	u8 kind = strata_tcp(sk)->retransmit_timer_kind;

	if (kind != TCP_TIMER_RETRANS && kind != TCP_TIMER_RACK)
		strata_tcp_timer_choose(sk, true);
}

/* Nobody answers any more: end the connection. */
static void give_up(struct sock *sk)
{
	strata_tcp_abort(sk, sk->sk_err_soft ?: ETIMEDOUT);
}

static bool user_timeout_passed(const struct strata_tcp *tp, u32 since_us)
{
	u32 elapsed_us = (u32)tp->mstamp_us - since_us;

	return tp->user_timeout_ms &&
	       elapsed_us / USEC_PER_MSEC >= tp->user_timeout_ms;
}

/*
 * The next timeout, but no later than the program's own limit, which would
 * otherwise be noticed at the first timeout behind it only.
 */
static unsigned long next_timeout(const struct strata_tcp *tp)
{
	unsigned long delay = backed_off(tp);
	u32 elapsed_ms;

	if (likely(!tp->user_timeout_ms) || !tp->retrans_stamp_us)
		return delay;
	elapsed_ms = ((u32)tp->mstamp_us - tp->retrans_stamp_us) / USEC_PER_MSEC;
	if (elapsed_ms >= tp->user_timeout_ms)
		return 1;
	return min(delay, msecs_to_jiffies(tp->user_timeout_ms - elapsed_ms));
}

/* RFC 9293 3.8.3: R2, or the program's own limit (RFC 5482). */
static bool retransmitted_enough(const struct sock *sk)
{
	const struct strata_tcp *tp = strata_tcp(sk);
	u8 limit = sock_flag(sk, SOCK_DEAD) ? TCP_ORPHAN_RETRIES : TCP_RETRIES;

	if (tp->retrans_stamp_us && tp->user_timeout_ms)
		return user_timeout_passed(tp, tp->retrans_stamp_us);
	return tp->retransmits >= limit;
}

/* The peer that shut its window on what is out is alive while it answers. */
static bool window_shut_but_alive(const struct strata_tcp *tp)
{
	return !tp->snd_wnd && time_before(jiffies, tp->last_rcv + TCP_RTO_MAX);
}

/*
 * No program waits for the end of this connection and no route leads to the peer:
 * repeating would only keep the namespace and the module in use.
 */
static bool orphan_without_route(struct sock *sk)
{
	bool lost;

	if (!sock_flag(sk, SOCK_DEAD))
		return false;
	rcu_read_lock();
	lost = IS_ERR(strata_sock_path(sk));
	rcu_read_unlock();
	return lost;
}

/* RFC 6298 5.4 to 5.6 */
static void retransmit_timeout(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (!tp->packets_out)
		return;
	if (orphan_without_route(sk) ||
	    (retransmitted_enough(sk) && !window_shut_but_alive(tp))) {
		give_up(sk);
		return;
	}
	if (tp->retransmits == STALE_PATH_RETRIES)
		tp->ss.path.genid--;
	if (tp->retransmits >= STALE_PATH_RETRIES)
		strata_tcp_black_hole(sk);
	strata_count(strata_sock_net(sk), TCP_RTO);
	strata_tcp_recovery_timeout(sk);
	if (tp->retransmits < U8_MAX)
		tp->retransmits++;
	if (tp->backoff < U8_MAX)
		tp->backoff++;
	strata_tcp_timer_arm(sk, TCP_TIMER_RETRANS, next_timeout(tp));
}

/* RFC 9293 3.8.3: the limit for SYNs is a different one. */
static void opening_timeout(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u8 limit = tp->syn_retries ?: TCP_SYN_RETRIES;

	/* A child that was opened fast, and closed already. */
	if (orphan_without_route(sk)) {
		give_up(sk);
		return;
	}
	if (tp->user_timeout_ms ?
	    user_timeout_passed(tp, tp->retrans_stamp_us) :
	    tp->retransmits >= limit) {
		strata_count(strata_sock_net(sk), TCP_ATTEMPT_FAILS);
		give_up(sk);
		return;
	}
	strata_count(strata_sock_net(sk), TCP_RTO);
	tp->retransmits++;
	tp->backoff++;
	if (sk->sk_state == TCP_SYN_SENT)
		strata_tcp_send_syn(sk, NULL);
	else
		strata_tcp_send_synack(sk);
	strata_tcp_timer_arm(sk, TCP_TIMER_RETRANS, next_timeout(tp));
}

/*
 * The program's own limit is for what waits for a window, too, and an answer does not
 * put it off. Nothing is on its way, so nobody else has @retrans_stamp_us.
 */
static bool probed_enough(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u8 limit = sock_flag(sk, SOCK_DEAD) ? TCP_ORPHAN_RETRIES : PROBES_MAX;

	if (!tp->retrans_stamp_us)
		tp->retrans_stamp_us = (u32)tp->mstamp_us ?: 1;
	else if (user_timeout_passed(tp, tp->retrans_stamp_us))
		return true;
	return tp->probes >= limit;
}

/*
 * RFC 9293 3.8.6.1: probe a closed window for as long as the peer answers. The
 * same timer is the override of 3.8.6.2.1 where a window is open by less than
 * a segment.
 */
static void probe_timeout(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (tp->packets_out || !tp->send_head)
		return;
	/* While it counts as running, the backing off goes on. */
	tp->retransmit_timer_kind = TCP_TIMER_PROBE;
	strata_tcp_write(sk, true);
	if (tp->packets_out || strata_tcp_write_override(sk))
		return;
	if (probed_enough(sk)) {
		give_up(sk);
		return;
	}
	strata_count(strata_sock_net(sk), TCP_ZERO_WINDOW_PROBES);
	if (strata_tcp_send_probe(sk)) {
		tp->probes++;
		if (tp->backoff < U8_MAX)
			tp->backoff++;
	}
	strata_tcp_timer_arm(sk, TCP_TIMER_PROBE, next_timeout(tp));
}

/* The deadline has come: what for? */
static void deadline(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u8 kind = tp->retransmit_timer_kind;

	tp->retransmit_timer_kind = TCP_TIMER_NONE;
	tcp_mstamp_refresh(tp);
	if ((1 << sk->sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV) || tp->fastopen)
		opening_timeout(sk);
	else if (kind == TCP_TIMER_RETRANS)
		retransmit_timeout(sk);
	else if (kind == TCP_TIMER_TLP)
		strata_tcp_tlp_timeout(sk);
	else if (kind == TCP_TIMER_RACK)
		strata_tcp_rack_timeout(sk);
	else
		probe_timeout(sk);
}

static void retransmit_expired(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (sk->sk_state == TCP_CLOSE ||
	    tp->retransmit_timer_kind == TCP_TIMER_NONE)
		return;
	if (time_before(jiffies, tp->retransmit_deadline))
		sk_reset_timer(sk, &tp->retransmit_timer,
			       tp->retransmit_deadline);
	else
		deadline(sk);
}

static unsigned long keepalive_idle(const struct strata_tcp *tp)
{
	return tp->keepalive_idle ?: TCP_KEEPALIVE_IDLE;
}

/* No answer to the probes so far: is that enough? */
static bool keepalive_failed(const struct strata_tcp *tp, unsigned long idle)
{
	if (tp->user_timeout_ms)
		return tp->keepalive_sent &&
		       idle >= msecs_to_jiffies(tp->user_timeout_ms);
	return tp->keepalive_sent >=
	       (tp->keepalive_probes ?: TCP_KEEPALIVE_COUNT);
}

/* RFC 9293 3.8.4: the connection has been idle for long. */
static void keepalive_probe(struct sock *sk, unsigned long idle)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (keepalive_failed(tp, idle)) {
		strata_tcp_send_reset(sk, GFP_ATOMIC);
		give_up(sk);
		return;
	}
	tcp_mstamp_refresh(tp);
	strata_count(strata_sock_net(sk), TCP_KEEPALIVE_PROBES);
	if (strata_tcp_send_probe(sk))
		tp->keepalive_sent++;
	strata_tcp_keepalive_reset(sk, tp->keepalive_interval ?:
				       TCP_KEEPALIVE_INTERVAL);
}

/* An orphan has waited for the peer's FIN for as long as linger2 says. */
static void fin_wait2_expired(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (tp->linger2 >= 0) {
		strata_tcp_timewait_enter(sk, TCP_FIN_WAIT2, TCP_TIMEWAIT_LEN);
		return;
	}
	strata_tcp_send_reset(sk, GFP_ATOMIC);
	strata_tcp_done(sk);
}

static void keepalive_expired(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	unsigned long idle = jiffies - tp->last_rcv;

	if ((1 << sk->sk_state) & (TCPF_CLOSE | TCPF_LISTEN | TCPF_SYN_SENT))
		return;
	if (sk->sk_state == TCP_FIN_WAIT2 && sock_flag(sk, SOCK_DEAD)) {
		fin_wait2_expired(sk);
		return;
	}
	if (!sock_flag(sk, SOCK_KEEPOPEN))
		return;
	/* RFC 9293 3.8.4: only "if no sent data is outstanding". */
	if (tp->packets_out || tp->send_head)
		strata_tcp_keepalive_reset(sk, keepalive_idle(tp));
	else if (idle < keepalive_idle(tp) && !tp->keepalive_sent)
		strata_tcp_keepalive_reset(sk, keepalive_idle(tp) - idle);
	else
		keepalive_probe(sk, idle);
}

/*
 * A timer fired. If a program holds the lock, strata_tcp_release_cb() does the
 * work, with a reference of its own.
 */
static void fired(struct sock *sk, int bit, void (*expired)(struct sock *sk))
{
	bh_lock_sock(sk);
	if (!sock_owned_by_user(sk))
		expired(sk);
	else if (!test_and_set_bit(bit, &strata_tcp(sk)->deferred))
		sock_hold(sk);
	bh_unlock_sock(sk);
	sock_put(sk);
}

static void delack_timer(struct timer_list *timer)
{
	struct strata_tcp *tp = container_of(timer, struct strata_tcp,
					     delack_timer);

	fired(&tp->ss.sk, TCP_DEFER_DELACK, strata_tcp_delack_expired);
}

static void retransmit_timer(struct timer_list *timer)
{
	struct strata_tcp *tp = container_of(timer, struct strata_tcp,
					     retransmit_timer);

	fired(&tp->ss.sk, TCP_DEFER_RETRANS, retransmit_expired);
}

static void keepalive_timer(struct timer_list *timer)
{
	struct strata_tcp *tp = container_of(timer, struct strata_tcp,
					     keepalive_timer);

	fired(&tp->ss.sk, TCP_DEFER_KEEPALIVE, keepalive_expired);
}

static void write_again(struct sock *sk)
{
	if ((1 << sk->sk_state) & (TCPF_CLOSE | TCPF_LISTEN | TCPF_SYN_SENT))
		return;
	tcp_mstamp_refresh(strata_tcp(sk));
	strata_tcp_after_ack(sk);
}

/* @bit was set with a reference: do @work and put it. */
static void deferred(struct sock *sk, unsigned long bits, int bit,
		     void (*work)(struct sock *sk))
{
	if (!(bits & BIT(bit)))
		return;
	work(sk);
	__sock_put(sk);
}

static void deferred_ack(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (sk->sk_state == TCP_CLOSE ||
	    (tp->ack_flags & (TCP_ACK_PENDING | TCP_ACK_BACKLOG)) !=
	    (TCP_ACK_PENDING | TCP_ACK_BACKLOG))
		return;
	tcp_mstamp_refresh(tp);
	strata_tcp_send_ack(sk);
}

/**
 * strata_tcp_release_cb() - proto.release_cb: what had to wait for the program
 * @sk: the program gives the lock back
 *
 * Context: process, BH off, socket's spinlock held.
 */
void strata_tcp_release_cb(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	unsigned long bits = READ_ONCE(tp->deferred) & TCP_DEFER_MASK;
	int bit;

	if (likely(!bits))
		return;
	for_each_set_bit(bit, &bits, BITS_PER_BYTE)
		clear_bit(bit, &tp->deferred);
	if (bits & BIT(TCP_DEFER_ACK))
		deferred_ack(sk);
	deferred(sk, bits, TCP_DEFER_WRITE, write_again);
	deferred(sk, bits, TCP_DEFER_RETRANS, retransmit_expired);
	deferred(sk, bits, TCP_DEFER_DELACK, strata_tcp_delack_expired);
	deferred(sk, bits, TCP_DEFER_KEEPALIVE, keepalive_expired);
	deferred(sk, bits, TCP_DEFER_MTU, strata_tcp_mtu_reduced);
}

/**
 * strata_tcp_timers_init() - a new or cloned object: timers stopped
 * @sk: nobody else knows it
 *
 * Also what else must not be copied from a listener.
 *
 * Context: any.
 */
void strata_tcp_timers_init(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	timer_setup(&tp->delack_timer, delack_timer, 0);
	timer_setup(&tp->retransmit_timer, retransmit_timer, 0);
	timer_setup(&tp->keepalive_timer, keepalive_timer, 0);
	tp->pacer = NULL;
	INIT_LIST_HEAD(&tp->tsq_node);
	tp->deferred = 0;
	tp->retransmit_timer_kind = TCP_TIMER_NONE;
	/* Our write_space is called from ACKs, not from the destructor. */
	sock_set_flag(sk, SOCK_USE_WRITE_QUEUE);
}

/**
 * strata_tcp_timers_stop() - the connection is over
 * @sk: locked
 *
 * Context: any. A timer that fires right now finds nothing to do.
 */
void strata_tcp_timers_stop(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	tp->retransmit_timer_kind = TCP_TIMER_NONE;
	tp->ack_flags = 0;
	sk_stop_timer(sk, &tp->retransmit_timer);
	sk_stop_timer(sk, &tp->delack_timer);
	sk_stop_timer(sk, &tp->keepalive_timer);
	strata_tcp_pacing_stop(sk);
}
