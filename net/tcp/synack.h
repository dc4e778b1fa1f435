/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a connection in SYN-RECEIVED says.
 */
#ifndef _NET_TCP_SYNACK_H
#define _NET_TCP_SYNACK_H

#include "reply.h"
#include "sign.h"

/**
 * struct strata_tcp_synack - a SYN+ACK before it is sent
 * @reply: the segment; points to @opts and @signer
 * @opts: its options
 * @signer: how it is signed, if it is
 * @flow: where to
 * @path: by which way, borrowed
 * @cookie: that @opts may point to
 */
struct strata_tcp_synack {
	struct strata_tcp_reply reply;
	struct strata_tcp_options opts;
	struct strata_tcp_signer signer;
	struct strata_flow flow;
	struct strata_path path;
	u8 cookie[STRATA_TCP_FASTOPEN_COOKIE];
};

int strata_tcp_synack_prepare(struct strata_tcp_request *req,
			      struct strata_tcp_synack *synack);
void strata_tcp_synack_resend(struct strata_tcp_request *req);
void strata_tcp_synack_ack(struct strata_tcp_request *req);

#endif /* _NET_TCP_SYNACK_H */
