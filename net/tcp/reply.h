/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Segments sent without a socket, in two steps: where to, then out.
 */
#ifndef _NET_TCP_REPLY_H
#define _NET_TCP_REPLY_H

#include "tcp.h"

int strata_tcp_reply_route(struct strata_net *sn,
			   const struct strata_tcp_reply *reply,
			   struct strata_flow *flow, struct strata_path *path);
void strata_tcp_reply_output(struct strata_net *sn,
			     const struct strata_tcp_reply *reply,
			     const struct strata_flow *flow,
			     const struct strata_path *path);

#endif /* _NET_TCP_REPLY_H */
