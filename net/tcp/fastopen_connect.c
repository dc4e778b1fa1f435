// SPDX-License-Identifier: GPL-2.0
/*
 * Fast Open for an active open (RFC 7413 4.2.1): MSG_FASTOPEN, or connect(2)
 * that waits for the first write (TCP_FASTOPEN_CONNECT).
 *
 * Both set the connection up without speaking (STRATA_SOCK_DEFERRED); the write
 * then sends the SYN, with data if there is a cookie for the server. The data is in
 * the transmit queue as if it had been sent after the SYN, so the SYN+ACK says
 * whether it has to be sent again. A SYN that is lost is repeated bare.
 */
#include <linux/tcp.h>
#include "close.h"
#include "fastopen.h"
#include "options.h"
#include "sign.h"
#include "tcp.h"

/* What middleboxes may add to a SYN: less data is no harm, a segment lost is. */
#define OPTION_SPACE	(TCP_HEADER_MAX - sizeof(struct tcphdr))

/*
 * What the other options of a signed SYN leave: with MD5 8 octets, 2 of them the option's
 * own; with the Authentication Option, beside timestamps, nothing that a cookie fits in.
 */
#define SIGNED_COOKIE_MAX	6

/* tcpi_fastopen_client_fail */
enum fail {
	FAIL_NONE = TFO_STATUS_UNSPEC,
	FAIL_NO_COOKIE = TFO_COOKIE_UNAVAILABLE,
	FAIL_NOT_ACKED = TFO_DATA_NOT_ACKED,
	FAIL_SYN_AGAIN = TFO_SYN_RETRANSMITTED,
};

/**
 * struct plan - what the SYN is to be
 * @known: of the server
 * @option: with a cookie, or asking for one
 * @experimental: the option is that of kind 254
 * @data: with data
 */
struct plan {
	struct strata_tcp_fastopen_known known;
	bool option;
	bool experimental;
	bool data;
};

static u8 cookie_max(const struct sock *sk)
{
	if (likely(!tcp_sign_bytes(sk)))
		return U8_MAX;
	return tcp_md5_key(sk, &sk->sk_v6_daddr) ? SIGNED_COOKIE_MAX : 0;
}

static void look_up(struct sock *sk, struct plan *plan)
{
	struct strata_tcp_net *tn = strata_sock_net(sk)->tcp;
	struct strata_tcp *tp = strata_tcp(sk);

	strata_tcp_fastopen_cache_get(&tn->fastopen_cache,
				      &strata_sock(sk)->saddr,
				      &sk->sk_v6_daddr, &plan->known);
	plan->option = false;
	plan->data = false;
	if (plan->known.doubtful)
		return;
	if (READ_ONCE(tn->fastopen) & TCP_FASTOPEN_MODE_CLIENT_BARE ||
	    tp->fastopen_bare) {
		plan->data = true;
		return;
	}
	plan->experimental = plan->known.cookie.form == TCP_FASTOPEN_EXPERIMENTAL;
	if (plan->known.cookie.len + (plan->experimental ? TCPOLEN_EXP_ID : 0) >
	    cookie_max(sk))
		return;
	plan->option = true;
	plan->data = plan->known.cookie.len;
	if (!plan->data)
		tp->fastopen_fail = FAIL_NO_COOKIE;
}

/* Into the transmit queue: what fits into the SYN. Bytes, or -EFAULT. */
static int take_data(struct sock *sk, struct msghdr *msg, const struct plan *plan)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u32 mss;

	/* 4.2.1: the MSS is not told yet; the last one is most likely right. */
	tp->mss_peer = plan->known.mss ?: U16_MAX;
	mss = strata_tcp_mss_of_mtu(sk, tp->path_mtu);
	if (mss <= OPTION_SPACE)
		return 0;
	/* The first octet after the SYN. */
	tp->write_seq = tp->iss + 1;
	return strata_tcp_sendmsg_syn(sk, msg, mss - OPTION_SPACE);
}

/* The data has gone with the SYN. */
static void data_sent(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct strata_tcp_seg *seg = tcp_seg(tp->send_head);

	seg->flags |= TCPF_HDR_PSH;
	seg->segs = 1;
	seg->gso = 0;
	seg->sent_us = (u32)tp->mstamp_us;
	tp->send_head = NULL;
	tp->snd_nxt = seg->end_seq;
	tp->packets_out = 1;
	tp->data_segs_out++;
	tp->lsndtime = (u32)jiffies;
	tp->syn_data = 1;
}

/* Send the SYN as planned, with what there is of @msg. */
static int speak(struct sock *sk, const struct plan *plan, struct msghdr *msg,
		 int *copied)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct strata_tcp_fastopen_syn syn = {};
	int bytes = 0, err;

	if (plan->data && msg && msg_data_left(msg))
		bytes = take_data(sk, msg, plan);
	if (bytes < 0)
		return bytes;
	syn.data = tp->send_head;
	if (plan->option) {
		syn.cookie = plan->known.cookie.octets;
		syn.cookie_len = plan->known.cookie.len;
		syn.experimental = plan->experimental;
		tp->fastopen_asked = 1;
		tp->fastopen_experimental = plan->experimental;
	}
	err = strata_tcp_send_syn(sk, &syn);
	if (err)
		return err;
	if (syn.data)
		data_sent(sk);
	*copied = bytes;
	return 0;
}

/**
 * strata_tcp_fastopen_connect() - connect(2) is to open fast
 * @sk: locked, in SYN-SENT: STRATA_SOCK_DEFERRED or fastopen_connect is set
 *
 * With a cookie the SYN waits for data; without one it asks.
 *
 * Context: process. Return: 0 or what strata_tcp_send_syn() says.
 */
int strata_tcp_fastopen_connect(struct sock *sk)
{
	struct strata_sock *ss = strata_sock(sk);
	struct plan plan;
	int copied;

	if (ss->flags & STRATA_SOCK_DEFERRED)
		return 0;
	look_up(sk, &plan);
	if (!plan.data)
		return speak(sk, &plan, NULL, &copied);
	WRITE_ONCE(ss->flags, ss->flags | STRATA_SOCK_DEFERRED);
	return 0;
}

static bool allowed(const struct sock *sk, const struct msghdr *msg)
{
	const struct sockaddr *uaddr = msg->msg_name;
	u32 mode = READ_ONCE(strata_sock_net(sk)->tcp->fastopen);

	return mode & TCP_FASTOPEN_MODE_CLIENT &&
	       !(uaddr && msg->msg_namelen >= sizeof(uaddr->sa_family) &&
		 uaddr->sa_family == AF_UNSPEC);
}

static int open_flags(const struct msghdr *msg)
{
	return msg->msg_flags & MSG_DONTWAIT ? O_NONBLOCK : 0;
}

/* sendto(2) is connect(2), too; the SYN comes later. */
static int set_up(struct sock *sk, struct msghdr *msg)
{
	struct strata_sock *ss = strata_sock(sk);
	int err;

	if (sk->sk_socket->state == SS_UNCONNECTED)
		WRITE_ONCE(ss->flags, ss->flags | STRATA_SOCK_DEFERRED);
	err = strata_stream_connect_locked(sk->sk_socket, msg->msg_name,
					   msg->msg_name ? msg->msg_namelen : 0,
					   open_flags(msg));
	if (err)
		WRITE_ONCE(ss->flags, ss->flags & ~STRATA_SOCK_DEFERRED);
	return err;
}

/* The SYN could not be sent: as if connect(2) had never been called. */
static void take_back(struct sock *sk)
{
	strata_tcp_purge(sk);
	strata_tcp_set_state(sk, TCP_CLOSE);
	strata_tcp_unset_addresses(sk);
	sk->sk_socket->state = SS_UNCONNECTED;
}

/* What is left of @msg will carry the ACK of the SYN+ACK. */
static int wait_for_handshake(struct sock *sk, struct msghdr *msg)
{
	int left = !!msg_data_left(msg), err;

	sk->sk_write_pending += left;
	err = strata_stream_connect_wait(sk->sk_socket, open_flags(msg));
	sk->sk_write_pending -= left;
	return err;
}

/**
 * strata_tcp_fastopen_sendmsg() - a write that opens the connection
 * @sk: locked; with STRATA_SOCK_DEFERRED, or for MSG_FASTOPEN in any state
 * @msg: its address is the peer's; what went with the SYN is taken from it
 * @copied: out: bytes that did
 *
 * Context: process; waits for the handshake unless MSG_DONTWAIT, up to
 * SO_SNDTIMEO.
 * Return: 0: connected; -EINPROGRESS, also with bytes @copied; -EOPNOTSUPP (by
 * net.strata.tcp_fastopen, or AF_UNSPEC); what connect(2) returns.
 */
int strata_tcp_fastopen_sendmsg(struct sock *sk, struct msghdr *msg, int *copied)
{
	struct strata_sock *ss = strata_sock(sk);
	struct plan plan;
	int err;

	if (!allowed(sk, msg))
		return -EOPNOTSUPP;
	if (!(ss->flags & STRATA_SOCK_DEFERRED)) {
		err = set_up(sk, msg);
		/* Or it was under way, and is connected now. */
		if (err || !(ss->flags & STRATA_SOCK_DEFERRED))
			return err;
	}
	look_up(sk, &plan);
	err = speak(sk, &plan, msg, copied);
	WRITE_ONCE(ss->flags, ss->flags & ~STRATA_SOCK_DEFERRED);
	if (err) {
		take_back(sk);
		return err;
	}
	return wait_for_handshake(sk, msg);
}

/**
 * strata_tcp_fastopen_learn() - a SYN+ACK to a SYN that was more than one
 * @sk: locked, in SYN-SENT: fastopen_asked or syn_data is set
 * @seg: the SYN+ACK
 * @opts: its options
 *
 * RFC 7413 4.1.3: the cookie that was asked for, and whether the path takes SYNs with
 * data: a SYN+ACK that knows of neither answers one that we repeated bare.
 *
 * Context: socket locked, before strata_tcp_established().
 */
void strata_tcp_fastopen_learn(struct sock *sk,
			       const struct strata_tcp_seg *seg,
			       const struct strata_tcp_options *opts)
{
	struct strata_tcp *tp = strata_tcp(sk);
	bool refused = tp->syn_data && seg->ack_seq != tp->snd_nxt;
	struct strata_tcp_fastopen_cookie cookie = {};

	if (tp->fastopen_asked && opts->cookie) {
		cookie.len = opts->cookie_len;
		cookie.form = opts->cookie_experimental ?
			      TCP_FASTOPEN_EXPERIMENTAL : TCP_FASTOPEN_STANDARD;
		memcpy(cookie.octets, opts->cookie, cookie.len);
	} else if (tp->fastopen_asked && !tp->syn_data && !tp->retransmits) {
		/* It does not know this form of the option: try the other. */
		cookie.form = tp->fastopen_experimental ?
			      TCP_FASTOPEN_NEITHER : TCP_FASTOPEN_EXPERIMENTAL;
	}
	strata_tcp_fastopen_cache_set(&strata_sock_net(sk)->tcp->fastopen_cache,
				      &strata_sock(sk)->saddr,
				      &sk->sk_v6_daddr, opts->mss, &cookie,
				      refused && tp->retransmits &&
				      !opts->cookie);
	if (refused)
		tp->fastopen_fail = tp->retransmits ? FAIL_SYN_AGAIN :
						      FAIL_NOT_ACKED;
}

/* The whole of it has come: it was one buffer. */
static void data_acked(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *skb = __skb_dequeue(&sk->sk_write_queue);

	tp->bytes_acked += skb->len;
	tp->snd_una = tp->snd_nxt;
	tp->snd_sml = tp->snd_una;
	tp->packets_out = 0;
	strata_tcp_skb_free(sk, skb);
}

/**
 * strata_tcp_fastopen_answered() - what became of the data in our SYN
 * @sk: locked, just established; syn_data is set, SND.UNA is after the SYN
 * @ack: the SYN+ACK's
 *
 * RFC 7413 4.2.2: what it does not acknowledge is sent again at once.
 *
 * Context: socket locked, tp->mstamp_us fresh.
 * Return: whether that was sent: it acknowledges the SYN+ACK.
 */
bool strata_tcp_fastopen_answered(struct sock *sk, u32 ack)
{
	struct strata_net *sn = strata_sock_net(sk);
	struct strata_tcp *tp = strata_tcp(sk);

	if (ack == tp->snd_nxt) {
		tp->syn_data_acked = 1;
		data_acked(sk);
		strata_count(sn, TCP_FASTOPEN_ACTIVE);
		return false;
	}
	strata_count(sn, TCP_FASTOPEN_ACTIVE_FAIL);
	tp->snd_una = ack;
	strata_tcp_recovery_too_big(sk);
	strata_tcp_timer_choose(sk, true);
	return true;
}

/**
 * strata_tcp_fastopen_crossed() - the peer's SYN crossed ours, which had data
 * @sk: locked, about to enter SYN-RECEIVED; syn_data is set
 *
 * Nobody who opens himself takes it: it is yet to be sent.
 *
 * Context: socket locked.
 */
void strata_tcp_fastopen_crossed(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	tp->send_head = skb_peek(&sk->sk_write_queue);
	tp->snd_nxt = tp->iss + 1;
	tp->packets_out = 0;
	tp->syn_data = 0;
}
