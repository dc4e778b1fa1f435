// SPDX-License-Identifier: GPL-2.0
/*
 * What a program (TCP_INFO) and an administrator (`strata socket`) see of
 * connections.
 */
#include <linux/tcp.h>
#include <strata/visibility.h>
#include "info.h"
#include "options.h"
#include "request.h"
#include "table.h"
#include "timewait.h"

/* strata_sock_info.timer */
enum shown_timer {
	SHOWN_NONE,
	SHOWN_RETRANSMIT,
	SHOWN_KEEPALIVE,
	SHOWN_TIMEWAIT,
	SHOWN_PROBE,
};

static u32 ms_until(unsigned long when)
{
	long left = when - jiffies;

	return left > 0 ? jiffies_to_msecs(left) : 0;
}

/* What sockets, requests and timewaits have in common. */
static void describe_common(const struct sock *sk,
			    struct strata_sock_info *info)
{
	*info = (struct strata_sock_info) {
		.type = SOCK_STREAM,
		.ipproto = IPPROTO_TCP,
		.state = READ_ONCE(sk->sk_state),
		.saddr = sk->sk_v6_rcv_saddr,
		.daddr = sk->sk_v6_daddr,
		.sport = sk->sk_num,
		.dport = ntohs(sk->sk_dport),
		.ifindex = READ_ONCE(sk->sk_bound_dev_if),
	};
	info->family = strata_addr_is4(&info->saddr) ? AF_INET : AF_INET6;
}

static void describe_timers(const struct strata_tcp *tp,
			    struct strata_sock_info *info)
{
	if (timer_pending(&tp->retransmit_timer) &&
	    tp->retransmit_timer_kind != TCP_TIMER_NONE) {
		info->timer = tp->retransmit_timer_kind == TCP_TIMER_PROBE ?
			      SHOWN_PROBE : SHOWN_RETRANSMIT;
		info->timer_ms = ms_until(READ_ONCE(tp->retransmit_deadline));
	} else if (timer_pending(&tp->keepalive_timer)) {
		info->timer = SHOWN_KEEPALIVE;
		info->timer_ms = ms_until(tp->keepalive_timer.expires);
	}
}

/**
 * strata_tcp_describe() - strata_sock_proto.describe
 * @sk: the socket
 * @info: out
 *
 * Context: process, RCU; the socket is not locked: what is read may be a
 * moment apart.
 */
void strata_tcp_describe(struct sock *sk, struct strata_sock_info *info)
{
	const struct strata_tcp *tp = strata_tcp(sk);

	describe_common(sk, info);
	info->family = tp->ss.family;
	info->uid = sk->sk_uid;
	info->inode = sock_i_ino(sk);
	info->drops = atomic_read(&sk->sk_drops);
	if (info->state == TCP_LISTEN) {
		info->recvq = READ_ONCE(sk->sk_ack_backlog);
		info->sendq = READ_ONCE(sk->sk_max_ack_backlog);
		return;
	}
	if (!((1 << info->state) & (TCPF_SYN_SENT | TCPF_SYN_RECV))) {
		info->recvq = strata_tcp_readable(sk);
		info->sendq = READ_ONCE(tp->write_seq) - READ_ONCE(tp->snd_una);
	}
	info->retransmits = tp->retransmits;
	info->srtt_us = READ_ONCE(tp->srtt_us8) >> 3;
	info->cwnd = READ_ONCE(tp->cong.cwnd);
	info->mss = READ_ONCE(tp->mss);
	describe_timers(tp, info);
}

static void describe_request(struct sock *sk, struct strata_sock_info *info)
{
	const struct strata_tcp_request *req = strata_tcp_request(sk);

	describe_common(sk, info);
	info->state = TCP_SYN_RECV;
	info->family = strata_sock(req->listener)->family;
	info->uid = req->listener->sk_uid;
	info->retransmits = READ_ONCE(req->retransmits);
	info->timer = SHOWN_RETRANSMIT;
	info->timer_ms = ms_until(READ_ONCE(req->timer.expires));
}

static void describe_timewait(struct sock *sk, struct strata_sock_info *info)
{
	const struct strata_tcp_timewait *tw = strata_tcp_timewait(sk);

	describe_common(sk, info);
	info->state = READ_ONCE(tw->substate);
	info->timer = SHOWN_TIMEWAIT;
	info->timer_ms = ms_until(READ_ONCE(tw->expires));
}

static void describe_any(struct sock *sk, struct strata_sock_info *info)
{
	switch (READ_ONCE(sk->sk_state)) {
	case TCP_NEW_SYN_RECV:
		describe_request(sk, info);
		break;
	case TCP_TIME_WAIT:
		describe_timewait(sk, info);
		break;
	default:
		strata_tcp_describe(sk, info);
	}
}

/**
 * strata_tcp_walk() - strata_sock_proto.walk
 * @sn: the namespace's stack
 * @at: the last one visited, all 0 at first; moves with the walk
 * @visit: called for each socket, request and timewait under RCU; non-zero stops
 * @arg: for @visit
 *
 * Context: process. Return: 0 at the end, or what @visit returned; @at then
 * stands before what it refused.
 */
int strata_tcp_walk(struct strata_net *sn, struct strata_sock_at *at,
		    int (*visit)(const struct strata_sock_info *info, void *arg),
		    void *arg)
{
	struct strata_sock_at next = *at;
	struct strata_sock_info info;
	struct sock *sk;
	int err = 0;

	do {
		*at = next;
		rcu_read_lock();
		sk = strata_tcp_next(sn->tcp, &next);
		if (sk) {
			describe_any(sk, &info);
			err = visit(&info, arg);
		}
		rcu_read_unlock();
		cond_resched();
	} while (sk && !err);
	return err;
}

static void info_options(const struct strata_tcp *tp, struct tcp_info *info)
{
	if (tp->ts_ok)
		info->tcpi_options |= TCPI_OPT_TIMESTAMPS;
	if (tp->sack_ok)
		info->tcpi_options |= TCPI_OPT_SACK;
	if (tp->ecn.ok)
		info->tcpi_options |= TCPI_OPT_ECN;
	if (tp->ecn.seen)
		info->tcpi_options |= TCPI_OPT_ECN_SEEN;
	if (tp->syn_data_acked)
		info->tcpi_options |= TCPI_OPT_SYN_DATA;
	info->tcpi_fastopen_client_fail = tp->fastopen_fail;
	if (!tp->wscale_ok)
		return;
	info->tcpi_options |= TCPI_OPT_WSCALE;
	info->tcpi_snd_wscale = tp->snd_wscale;
	info->tcpi_rcv_wscale = tp->rcv_wscale;
}

static void info_timing(const struct strata_tcp *tp, struct tcp_info *info)
{
	u32 now = (u32)jiffies;

	info->tcpi_rto = jiffies_to_usecs(tp->rto);
	info->tcpi_ato = jiffies_to_usecs(tp->ato);
	info->tcpi_rtt = tp->srtt_us8 >> 3;
	info->tcpi_rttvar = tp->rttvar_us4 >> 2;
	info->tcpi_min_rtt = tp->cong.min_rtt_us;
	info->tcpi_rcv_rtt = tp->rcv_rtt_us8 >> 3;
	info->tcpi_last_data_sent = jiffies_to_msecs(now - tp->lsndtime);
	info->tcpi_last_data_recv =
		jiffies_to_msecs(now - (u32)tp->ack_rcv_time);
	info->tcpi_last_ack_recv = jiffies_to_msecs(now - (u32)tp->last_rcv);
}

/* Segments sent again and still on their way. */
static u32 resent_segs(const struct strata_tcp *tp)
{
	const struct strata_tcp_range *range;
	u32 octets = 0;

	for (range = tcp_range_first(&tp->board); range;
	     range = tcp_range_next(range))
		if (range->fate == TCP_FATE_RESENT)
			octets += range->end_seq - range->seq;
	return DIV_ROUND_UP(octets, max(tp->mss, 1U));
}

static void info_retransmission(const struct strata_tcp *tp,
				struct tcp_info *info)
{
	static const u8 ca_state[] = {
		[TCP_RECOVERY_NONE] = TCP_CA_Open,
		[TCP_RECOVERY_CWR] = TCP_CA_CWR,
		[TCP_RECOVERY_FAST] = TCP_CA_Recovery,
		[TCP_RECOVERY_LOSS] = TCP_CA_Loss,
	};

	info->tcpi_ca_state = ca_state[tp->recovery];
	if (tp->recovery == TCP_RECOVERY_NONE &&
	    (tp->board.count || tp->dupacks))
		info->tcpi_ca_state = TCP_CA_Disorder;
	info->tcpi_sacked = DIV_ROUND_UP(tp->board.sacked, max(tp->mss, 1U));
	info->tcpi_lost = DIV_ROUND_UP(tp->board.lost, max(tp->mss, 1U));
	info->tcpi_retrans = resent_segs(tp);
	info->tcpi_bytes_retrans = tp->bytes_retrans;
	info->tcpi_bytes_sent = tp->bytes_acked + tp->bytes_retrans +
				(tp->snd_nxt - tp->snd_una);
	info->tcpi_dsack_dups = tp->dsacks;
	info->tcpi_reord_seen = tp->reorderings;
	info->tcpi_reordering = 3;	/* RFC 8985 has no other threshold */
	info->tcpi_rcv_ooopack = tp->ofo_segs;
	info->tcpi_retransmits = tp->retransmits;
	info->tcpi_probes = tp->probes;
	info->tcpi_backoff = tp->backoff;
	info->tcpi_unacked = tp->packets_out;
	info->tcpi_total_retrans = tp->total_retrans;
	info->tcpi_snd_ssthresh = tp->cong.ssthresh;
}

static void info_sizes(const struct strata_tcp *tp, struct tcp_info *info)
{
	info->tcpi_snd_mss = tp->mss ?: TCP_MSS_DEFAULT;
	info->tcpi_rcv_mss = tp->rcv_mss;
	info->tcpi_advmss = tp->mss_advertised;
	if (tp->ts_ok)
		info->tcpi_advmss -= STRATA_TCP_TS_BYTES;
	info->tcpi_pmtu = tp->path_mtu;
	info->tcpi_rcv_ssthresh = tp->rcv_ssthresh;
	info->tcpi_rcv_space = tp->rcvq_space;
	info->tcpi_bytes_acked = tp->bytes_acked;
	info->tcpi_bytes_received = tp->bytes_received;
	info->tcpi_notsent_bytes = max_t(int, 0, tp->write_seq - tp->snd_nxt);
	info->tcpi_segs_out = tp->segs_out;
	info->tcpi_segs_in = tp->segs_in;
	info->tcpi_data_segs_out = tp->data_segs_out;
	info->tcpi_data_segs_in = tp->data_segs_in;
	info->tcpi_snd_wnd = tp->snd_wnd;
}

/* An unsigned long of all ones is "no limit", on 32 bits too. */
static u64 no_limit(unsigned long rate)
{
	return rate == ~0UL ? ~0ULL : rate;
}

static void info_rates(const struct sock *sk, struct tcp_info *info)
{
	const struct strata_tcp *tp = strata_tcp(sk);
	u64 rate = (u64)tp->rate.octets * USEC_PER_SEC;

	info->tcpi_pacing_rate = strata_tcp_pacing_rate(sk);
	if (tp->rate.interval_us)
		info->tcpi_delivery_rate = div_u64(rate, tp->rate.interval_us);
	info->tcpi_delivery_rate_app_limited = tp->rate.app_limited;
	info->tcpi_delivered = tp->segs_acked + info->tcpi_sacked;
}

/**
 * strata_tcp_info() - TCP_INFO
 * @sk: the socket
 * @info: out
 *
 * Context: process; locks the socket.
 */
void strata_tcp_info(struct sock *sk, struct tcp_info *info)
{
	const struct strata_tcp *tp = strata_tcp(sk);
	bool slow;

	memset(info, 0, sizeof(*info));
	info->tcpi_state = READ_ONCE(sk->sk_state);
	info->tcpi_max_pacing_rate = no_limit(sk->sk_max_pacing_rate);
	info->tcpi_snd_cwnd = READ_ONCE(tp->cong.cwnd);
	if (info->tcpi_state == TCP_LISTEN) {
		/* As the kernel's: what waits, and how much may. */
		info->tcpi_unacked = READ_ONCE(sk->sk_ack_backlog);
		info->tcpi_sacked = READ_ONCE(sk->sk_max_ack_backlog);
		return;
	}
	slow = lock_sock_fast(sk);
	info_options(tp, info);
	info_timing(tp, info);
	info_retransmission(tp, info);
	info_sizes(tp, info);
	info_rates(sk, info);
	unlock_sock_fast(sk, slow);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_info);
