// SPDX-License-Identifier: GPL-2.0
/*
 * The end of connections: close(2), shutdown(2), disconnecting, and the states
 * that lead to CLOSED.
 *
 * A socket's first reference belongs to the program, and to the connection alone
 * once the program has closed it (an orphan, SOCK_DEAD). It is put by
 * strata_tcp_destroy(), in state CLOSE and never before: so a socket that is
 * found under RCU in any other state, with its lock held, has a reference.
 */
#include <linux/tcp.h>
#include "close.h"

/* What an orphan may keep in buffers while memory is short. */
static bool out_of_memory(const struct sock *sk)
{
	return sk->sk_wmem_queued > SOCK_MIN_SNDBUF &&
	       strata_tcp_memory_exhausted(sk);
}

static bool too_many_orphans(const struct sock *sk)
{
	struct strata_net *sn = strata_sock_net(sk);

	if (atomic_read(&sn->tcp->orphans) <= TCP_ORPHANS_MAX &&
	    !out_of_memory(sk))
		return false;
	strata_count(sn, TCP_ORPHANS_KILLED);
	return true;
}

/**
 * strata_tcp_orphan_count() - a socket becomes an orphan
 * @sk: just marked SOCK_DEAD; strata_tcp_destroy() counts it off
 *
 * Context: any, socket locked.
 */
void strata_tcp_orphan_count(struct sock *sk)
{
	atomic_inc(&strata_sock_net(sk)->tcp->orphans);
}

/**
 * strata_tcp_forget() - make a socket fit for a new connection
 * @sk: in state CLOSE, queues empty; what the program asked for stays
 *
 * Context: any, socket locked.
 */
void strata_tcp_forget(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	const size_t first = offsetof(struct strata_tcp, rcv_nxt);

	memset((u8 *)tp + first, 0,
	       offsetof(struct strata_tcp, linger2) - first);
	tp->ofo = RB_ROOT;
	strata_tcp_rtt_init(tp);
}

/**
 * strata_tcp_unset_addresses() - forget the peer, and our address unless bound
 * @sk: not hashed
 *
 * Context: process, socket locked.
 */
void strata_tcp_unset_addresses(struct sock *sk)
{
	struct strata_sock *ss = strata_sock(sk);
	struct in6_addr any = in6addr_any;

	if (ss->family == AF_INET)
		strata_addr_from4(&any, htonl(INADDR_ANY));
	sk->sk_v6_daddr = any;
	sk->sk_dport = 0;
	if (!(ss->flags & STRATA_SOCK_BOUND_ADDR)) {
		sk->sk_v6_rcv_saddr = any;
		ss->saddr = any;
	}
	strata_path_release(&ss->path);
	memset(&ss->path, 0, sizeof(ss->path));
}

/**
 * strata_tcp_set_state() - change a connection's state
 * @sk: the socket
 * @state: TCP_*. With TCP_CLOSE the socket leaves the tables, and gives its port
 *	back unless bind() named it: send before what needs the port
 *
 * Context: any, socket locked.
 */
void strata_tcp_set_state(struct sock *sk, int state)
{
	if (state == TCP_CLOSE) {
		strata_tcp_unhash(sk);
		if (!(strata_sock(sk)->flags & STRATA_SOCK_BOUND_PORT))
			strata_tcp_put_port(sk);
		if (unlikely(strata_sock(sk)->flags & STRATA_SOCK_DEFERRED))
			WRITE_ONCE(strata_sock(sk)->flags,
				   strata_sock(sk)->flags & ~STRATA_SOCK_DEFERRED);
		if (unlikely(strata_tcp(sk)->fastopen))
			strata_tcp_fastopen_end(sk);
	}
	/* Lookups and poll() read it without the lock. */
	smp_store_release(&sk->sk_state, state);
}

/**
 * strata_tcp_destroy() - the end of an orphan
 * @sk: in state CLOSE, SOCK_DEAD, counted as an orphan; may be gone afterwards
 *
 * Context: any, socket locked.
 */
void strata_tcp_destroy(struct sock *sk)
{
	WARN_ON_ONCE(sk->sk_state != TCP_CLOSE || !sk_unhashed(sk) ||
		     !sock_flag(sk, SOCK_DEAD));
	sk->sk_prot->destroy(sk);
	sk_stream_kill_queues(sk);
	atomic_dec(&strata_sock_net(sk)->tcp->orphans);
	sock_put(sk);
}

/**
 * strata_tcp_done() - the connection is over
 * @sk: in any state; in CLOSE afterwards, and gone if it was an orphan
 *
 * Context: any, socket locked.
 */
void strata_tcp_done(struct sock *sk)
{
	if (sk->sk_state == TCP_SYN_SENT || sk->sk_state == TCP_SYN_RECV)
		strata_count(strata_sock_net(sk), TCP_ATTEMPT_FAILS);
	strata_tcp_set_state(sk, TCP_CLOSE);
	strata_tcp_timers_stop(sk);
	WRITE_ONCE(sk->sk_shutdown, SHUTDOWN_MASK);
	if (sock_flag(sk, SOCK_DEAD))
		strata_tcp_destroy(sk);
	else
		sk->sk_state_change(sk);
}

/**
 * strata_tcp_abort() - a RST or a fatal error ends the connection
 * @sk: in any state; in CLOSE afterwards, and gone if it was an orphan
 * @err: positive errno, for the program
 *
 * What was not sent or not acknowledged is dropped; what was received can still
 * be read.
 *
 * Context: any, socket locked.
 */
void strata_tcp_abort(struct sock *sk, int err)
{
	bool orphan = sock_flag(sk, SOCK_DEAD);

	WRITE_ONCE(sk->sk_err, err);
	/* poll() must not see the hangup without the error. */
	smp_wmb();
	strata_tcp_purge(sk);
	strata_tcp_done(sk);
	if (!orphan)
		sk_error_report(sk);
}

/* RFC 9293 3.10.4: what CLOSE does to a state. True: a FIN is to be sent. */
static bool close_state(struct sock *sk)
{
	switch (sk->sk_state) {
	case TCP_ESTABLISHED:
	case TCP_SYN_RECV:
		strata_tcp_set_state(sk, TCP_FIN_WAIT1);
		return true;
	case TCP_CLOSE_WAIT:
		strata_tcp_set_state(sk, TCP_LAST_ACK);
		return true;
	case TCP_SYN_SENT:
	case TCP_LISTEN:
		strata_tcp_set_state(sk, TCP_CLOSE);
		return false;
	default:
		return false;
	}
}

/**
 * strata_tcp_shutdown() - proto.shutdown: half close
 * @sk: sk_shutdown is set already
 * @how: RCV_SHUTDOWN, SEND_SHUTDOWN
 *
 * Context: process, socket locked.
 */
void strata_tcp_shutdown(struct sock *sk, int how)
{
	if (!(how & SEND_SHUTDOWN))
		return;
	if ((1 << sk->sk_state) & (TCPF_ESTABLISHED | TCPF_SYN_SENT |
				   TCPF_SYN_RECV | TCPF_CLOSE_WAIT) &&
	    close_state(sk))
		strata_tcp_send_fin(sk);
}

/* Does the peer believe in a connection that ends here? */
static bool needs_reset(const struct sock *sk)
{
	const struct strata_tcp *tp = strata_tcp(sk);

	switch (sk->sk_state) {
	case TCP_ESTABLISHED:
	case TCP_CLOSE_WAIT:
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
	case TCP_SYN_RECV:
		return true;
	case TCP_CLOSING:
	case TCP_LAST_ACK:
		/* By RFC 9293 these begin when the FIN is sent. */
		return tp->snd_nxt != tp->write_seq;
	default:
		return false;
	}
}

/* RFC 9293 3.10.5. */
static void abort_call(struct sock *sk)
{
	int state = sk->sk_state;

	if (needs_reset(sk)) {
		strata_tcp_send_reset(sk, gfp_any());
		WRITE_ONCE(sk->sk_err, ECONNRESET);
	} else if (state == TCP_SYN_SENT) {
		WRITE_ONCE(sk->sk_err, ECONNRESET);
	}
	if (state != TCP_CLOSE)
		strata_tcp_set_state(sk, TCP_CLOSE);
	if (state == TCP_LISTEN)
		strata_tcp_listen_stop(sk);
}

static void forget_page(struct sock *sk)
{
	if (!sk->sk_frag.page)
		return;
	put_page(sk->sk_frag.page);
	sk->sk_frag.page = NULL;
	sk->sk_frag.offset = 0;
}

/**
 * strata_tcp_disconnect() - proto.disconnect: abort, and be as new
 * @sk: in any state; in CLOSE afterwards. What was bound stays bound
 * @flags: unused
 *
 * Context: process, or softirq for an unaccepted child; socket locked.
 * Return: 0.
 */
int strata_tcp_disconnect(struct sock *sk, int flags)
{
	abort_call(sk);
	strata_tcp_timers_stop(sk);
	__skb_queue_purge(&sk->sk_receive_queue);
	strata_tcp_purge(sk);
	strata_tcp_unset_addresses(sk);
	strata_tcp_forget(sk);
	WRITE_ONCE(sk->sk_shutdown, 0);
	sock_reset_flag(sk, SOCK_DONE);
	forget_page(sk);
	sk_error_report(sk);
	return 0;
}

/* True: there was data that the program has not read. */
static bool flush_receive_queue(struct sock *sk)
{
	u32 copied_seq = strata_tcp(sk)->copied_seq;
	const struct strata_tcp_seg *seg;
	struct sk_buff *skb;
	bool unread = false;

	while ((skb = __skb_dequeue(&sk->sk_receive_queue))) {
		seg = tcp_seg(skb);
		if (seq_after(seg->end_seq - !!(seg->flags & TCPF_HDR_FIN),
			      copied_seq)) {
			unread = true;
			strata_drop(strata_sock_net(sk), skb,
				    STRATA_DROP_SOCKET_CLOSED);
		} else {
			consume_skb(skb);
		}
	}
	return unread;
}

/* RFC 9293 3.10.4, as far as the program may wait for it (SO_LINGER). */
static void close_connection(struct sock *sk, long timeout)
{
	bool unread = flush_receive_queue(sk);

	if (sk->sk_state == TCP_CLOSE)
		return;
	if (unread) {
		/* RFC 2525 2.17: data was lost, and the peer must know. */
		strata_tcp_send_reset(sk, sk->sk_allocation);
		strata_tcp_set_state(sk, TCP_CLOSE);
	} else if (sock_flag(sk, SOCK_LINGER) && !sk->sk_lingertime) {
		strata_tcp_disconnect(sk, 0);
	} else if (close_state(sk)) {
		strata_tcp_send_fin(sk);
	}
	sk_stream_wait_close(sk, timeout);
}

/**
 * strata_tcp_orphan_fin_wait2() - a FIN-WAIT-2 that no program waits for
 * @sk: an orphan in FIN-WAIT-2. May be gone afterwards
 *
 * The peer may keep silent for ever, so the wait is bounded (TCP_LINGER2). Most
 * of it needs no socket.
 *
 * Context: BH off, socket locked.
 */
void strata_tcp_orphan_fin_wait2(struct sock *sk)
{
	const struct strata_tcp *tp = strata_tcp(sk);
	unsigned long timeout;

	if (tp->linger2 < 0) {
		strata_tcp_send_reset(sk, GFP_ATOMIC);
		strata_tcp_done(sk);
		return;
	}
	timeout = tp->linger2 ? : TCP_FIN_WAIT2_LEN;
	if (timeout > TCP_TIMEWAIT_LEN)
		strata_tcp_keepalive_reset(sk, timeout - TCP_TIMEWAIT_LEN);
	else
		strata_tcp_timewait_enter(sk, TCP_FIN_WAIT2, timeout);
}

/* What becomes of a socket that the program has closed. */
static void settle_orphan(struct sock *sk)
{
	if (sk->sk_state == TCP_FIN_WAIT2) {
		strata_tcp_orphan_fin_wait2(sk);
	} else if (sk->sk_state == TCP_CLOSE) {
		strata_tcp_destroy(sk);
	} else if (too_many_orphans(sk)) {
		strata_tcp_send_reset(sk, GFP_ATOMIC);
		strata_tcp_done(sk);
	}
}

/**
 * strata_tcp_close() - proto.close: the program has no descriptor any more
 * @sk: in any state; the program's reference is given up
 * @timeout: jiffies to wait for the peer to acknowledge everything
 *
 * Context: process; locks the socket.
 */
void strata_tcp_close(struct sock *sk, long timeout)
{
	int state;

	lock_sock(sk);
	WRITE_ONCE(sk->sk_shutdown, SHUTDOWN_MASK);
	if (sk->sk_state == TCP_LISTEN) {
		strata_tcp_set_state(sk, TCP_CLOSE);
		strata_tcp_listen_stop(sk);
	} else {
		close_connection(sk, timeout);
	}
	state = sk->sk_state;
	sock_hold(sk);
	sock_orphan(sk);
	strata_tcp_orphan_count(sk);
	/* The backlog is done with; from here on softirq owns the socket. */
	release_sock(sk);

	local_bh_disable();
	bh_lock_sock(sk);
	/* Destroyed by softirq meanwhile? */
	if (state == TCP_CLOSE || sk->sk_state != TCP_CLOSE)
		settle_orphan(sk);
	bh_unlock_sock(sk);
	local_bh_enable();
	sock_put(sk);
}
