// SPDX-License-Identifier: GPL-2.0
/*
 * What a connection in SYN-RECEIVED says: SYN+ACK, and ACK to what is not
 * acceptable.
 */
#include <linux/tcp.h>
#include "request.h"
#include "synack.h"

static void fill_reply(const struct strata_tcp_request *req,
		       struct strata_tcp_reply *reply,
		       struct strata_tcp_signer *room)
{
	*reply = (struct strata_tcp_reply) {
		.laddr = req->common.skc_v6_rcv_saddr,
		.faddr = req->common.skc_v6_daddr,
		.lport = htons(req->common.skc_num),
		.fport = req->common.skc_dport,
		.oif = req->common.skc_bound_dev_if,
		.tos = req->tos,
		.signer = strata_tcp_sign_request(req, room),
	};
}

static void fill_synack(const struct strata_tcp_request *req,
			struct strata_tcp_reply *reply,
			struct strata_tcp_options *opts)
{
	*opts = (struct strata_tcp_options) {
		.mss = req->mss_advertised,
		.has_wscale = req->wscale_ok,
		.wscale = req->rcv_wscale,
		.has_ts = req->ts_ok,
		.tsval = tcp_clock_ms() + req->ts_offset,
		.tsecr = req->ts_recent,
		.sack_ok = req->sack_ok,
		.reserved = tcp_signer_bytes(reply->signer),
	};
	reply->seq = req->snt_isn;
	reply->ack = req->rcv_isn + 1;
	reply->flags = TCPF_HDR_SYN | TCPF_HDR_ACK;
	if (req->ecn_ok)
		reply->flags |= TCPF_HDR_ECE;
	/* RFC 7323 2.2: the window of a SYN is never scaled. */
	reply->window = min_t(u32, req->rcv_wnd, U16_MAX);
	reply->syn = opts;
}

/**
 * strata_tcp_synack_resend() - say SYN+ACK again
 * @req: hashed
 *
 * Context: RCU read side.
 */
void strata_tcp_synack_resend(struct strata_tcp_request *req)
{
	struct strata_tcp_options opts;
	struct strata_tcp_signer room;
	struct strata_tcp_reply reply;

	fill_reply(req, &reply, &room);
	fill_synack(req, &reply, &opts);
	strata_count(strata_tcp_request_net(req), TCP_RETRANS);
	strata_tcp_reply_send(strata_tcp_request_net(req), &reply);
}

/**
 * strata_tcp_synack_ack() - acknowledge what we have: the SYN
 * @req: hashed
 *
 * Not more often than STRATA_TCP_REQUEST_ACK_INTERVAL.
 *
 * Context: RCU read side.
 */
void strata_tcp_synack_ack(struct strata_tcp_request *req)
{
	struct strata_tcp_signer room;
	struct strata_tcp_reply reply;
	u32 now = (u32)jiffies;

	if (now - req->last_ack < STRATA_TCP_REQUEST_ACK_INTERVAL)
		return;
	req->last_ack = now;
	fill_reply(req, &reply, &room);
	reply.seq = req->snt_isn + 1;
	reply.ack = req->rcv_isn + 1;
	reply.flags = TCPF_HDR_ACK;
	reply.window = min_t(u32, req->rcv_wnd >> req->rcv_wscale, U16_MAX);
	reply.has_ts = req->ts_ok;
	reply.tsval = tcp_clock_ms() + req->ts_offset;
	reply.tsecr = req->ts_recent;
	strata_tcp_reply_send(strata_tcp_request_net(req), &reply);
}

/* What our SYN+ACK announces: segment size and window. */
static void announce(struct strata_tcp_request *req,
		     const struct strata_path *path)
{
	const struct strata_tcp *tp = strata_tcp(req->listener);
	u32 mss = path->own_mtu - path->af->header_len - sizeof(struct tcphdr);
	u16 user_mss = READ_ONCE(tp->user_mss);

	if (user_mss)
		mss = min_t(u32, mss, user_mss);
	req->path_mtu = path->mtu;
	req->mss_advertised = clamp_t(u32, mss, TCP_MSS_MIN, U16_MAX);
	strata_tcp_initial_window(req->listener, req->mss_advertised, req->wscale_ok,
				  &req->rcv_wnd, &req->window_clamp,
				  &req->rcv_wscale);
}

/**
 * strata_tcp_synack_prepare() - route a SYN+ACK and write it
 * @req: addresses, options of the peer and @snt_isn are set; what our side
 *	announces is filled in
 * @synack: out, for strata_tcp_reply_output(); its path is borrowed
 *
 * Context: RCU read side. Return: 0; -ENOKEY: it cannot be signed; -errno as
 * strata_af_ops.route.
 */
int strata_tcp_synack_prepare(struct strata_tcp_request *req,
			      struct strata_tcp_synack *synack)
{
	int err;

	memset(synack, 0, sizeof(*synack));
	fill_reply(req, &synack->reply, &synack->signer);
	if (IS_ERR(synack->reply.signer))
		return PTR_ERR(synack->reply.signer);
	err = strata_tcp_reply_route(strata_tcp_request_net(req),
				     &synack->reply, &synack->flow,
				     &synack->path);
	if (err)
		return err;
	announce(req, &synack->path);
	fill_synack(req, &synack->reply, &synack->opts);
	return 0;
}
