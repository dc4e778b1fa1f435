// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors about segments of ours.
 *
 * Anybody can forge them. They are believed only if they quote a sequence number
 * that is in flight (RFC 5927 4), and even then they end no connection that is
 * established (RFC 5927 5, RFC 1122 4.2.3.9).
 */
#include <linux/ip.h>
#include <linux/tcp.h>
#include <strata/route.h>
#include "request.h"
#include "sign.h"

/**
 * strata_tcp_mtu_reduced() - the path takes no segments of our size
 * @sk: pending_mtu is set
 *
 * RFC 1191 6.4: what was lost is sent again at once, in smaller segments.
 *
 * Context: softirq or release_cb, socket locked.
 */
void strata_tcp_mtu_reduced(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u32 mtu = READ_ONCE(tp->pending_mtu), before = tp->mss;

	if ((1 << sk->sk_state) & (TCPF_LISTEN | TCPF_CLOSE))
		return;
	if (!mtu || mtu >= tp->path_mtu)
		return;
	strata_tcp_sync_mss(sk, mtu);
	if (unlikely(tp->mtu.probe) && tp->mss == before)
		strata_tcp_recovery_probe_lost(sk);
	else
		strata_tcp_recovery_too_big(sk);
}

/* RFC 1191 4: not below the minimum; RFC 5927 7: only ever down. */
static void packet_too_big(struct sock *sk, const struct strata_l4_error *error)
{
	struct strata_net *sn = strata_sock_net(sk);
	struct strata_tcp *tp = strata_tcp(sk);
	u32 mtu = max_t(u32, error->mtu, strata_af_of(&error->daddr)->min_mtu);

	if (sk->sk_state == TCP_LISTEN || mtu >= tp->path_mtu)
		return;
	strata_dest_too_big(sn, &error->daddr, mtu);
	WRITE_ONCE(tp->pending_mtu, min_t(u32, mtu, U16_MAX));
	if (!sock_owned_by_user(sk))
		strata_tcp_mtu_reduced(sk);
	else if (!test_and_set_bit(TCP_DEFER_MTU, &tp->deferred))
		sock_hold(sk);
}

/* While nothing is established, an error ends the attempt. */
static void report(struct sock *sk, const struct strata_l4_error *error)
{
	bool owned = sock_owned_by_user(sk);
	bool opening = (1 << sk->sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV);

	if (opening && !owned) {
		strata_tcp_abort(sk, error->err);
	} else if (!opening && !owned &&
		   strata_sock(sk)->flags & STRATA_SOCK_RECVERR) {
		WRITE_ONCE(sk->sk_err, error->err);
		sk_error_report(sk);
	} else {
		/* Told when the connection times out. */
		WRITE_ONCE(sk->sk_err_soft, error->err);
	}
}

/* RFC 5927 4.1: is the quoted segment in flight, SND.UNA =< SEG.SEQ < SND.NXT? */
static bool in_flight(const struct sock *sk, u32 seq)
{
	const struct strata_tcp *tp = strata_tcp(sk);

	return seq - tp->snd_una < tp->snd_nxt - tp->snd_una;
}

/*
 * RFC 5082 3. As in the kernel, for IPv4 what counts is how far the segment had
 * come that is quoted, for IPv6 how far the error has.
 */
static bool too_far(const struct sock *sk, const struct strata_l4_error *error)
{
	bool is4 = strata_addr_is4(&error->daddr);
	u8 ttl = is4 ? ((const struct iphdr *)error->network)->ttl : error->ttl;

	if (!strata_sock_too_far(sk, is4, ttl))
		return false;
	strata_count(strata_sock_net(sk), TCP_TOO_FAR);
	return true;
}

static void socket_error(struct sock *sk, u32 seq,
			 const struct strata_l4_error *error)
{
	bh_lock_sock(sk);
	if (sk->sk_state != TCP_CLOSE && sk->sk_state != TCP_LISTEN &&
	    !too_far(sk, error) && in_flight(sk, seq) &&
	    !strata_tcp_ao_ignores(sk, error)) {
		if (error->mtu)
			packet_too_big(sk, error);
		else
			report(sk, error);
	}
	bh_unlock_sock(sk);
}

/**
 * strata_tcp_err() - strata_l4_ops.err
 * @sn: the namespace's stack
 * @error: what was reported
 *
 * Context: softirq, RCU.
 */
void strata_tcp_err(struct strata_net *sn, const struct strata_l4_error *error)
{
	const struct tcphdr *th = (const struct tcphdr *)error->header;
	struct strata_tcp_request *req;
	struct sock *sk;
	u32 seq;

	/* Ports and sequence number: all that RFC 792 promises. */
	if (error->header_len < offsetofend(struct tcphdr, seq))
		return;
	sk = strata_tcp_lookup(sn, &error->saddr, th->source, &error->daddr,
			       th->dest, error->iif);
	if (!sk)
		return;
	seq = ntohl(th->seq);
	switch (READ_ONCE(sk->sk_state)) {
	case TCP_TIME_WAIT:
		break;
	case TCP_NEW_SYN_RECV:
		/* SYN+ACKs fit through any path. */
		req = strata_tcp_request(sk);
		if (seq == req->snt_isn && !error->mtu)
			strata_tcp_request_drop(req);
		break;
	default:
		socket_error(sk, seq, error);
	}
}
