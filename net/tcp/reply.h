/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Segments sent without a socket, in two steps: where to, then out.
 */
#ifndef _NET_TCP_REPLY_H
#define _NET_TCP_REPLY_H

#include "tcp.h"

/**
 * struct strata_tcp_reply - a segment sent without a socket
 */
struct strata_tcp_reply {
	struct in6_addr laddr;
	struct in6_addr faddr;
	__be16 lport;
	__be16 fport;
	int oif;
	u32 seq;
	u32 ack;
	u32 tsval;
	u32 tsecr;
	u16 window;
	u8 flags;
	u8 tos;
	bool has_ts;
	/* SYN options instead of plain ones when set */
	const struct strata_tcp_options *syn;
	/* How to sign it; NULL: not; STRATA_TCP_MUTE: rather do not send it */
	const struct strata_tcp_signer *signer;
};

int strata_tcp_reply_route(struct strata_net *sn,
			   const struct strata_tcp_reply *reply,
			   struct strata_flow *flow, struct strata_path *path);
void strata_tcp_reply_output(struct strata_net *sn,
			     const struct strata_tcp_reply *reply,
			     const struct strata_flow *flow,
			     const struct strata_path *path);
void strata_tcp_reply_send(struct strata_net *sn,
			   const struct strata_tcp_reply *reply);

#endif /* _NET_TCP_REPLY_H */
