/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What both kinds of signature digest of a segment.
 */
#ifndef _NET_TCP_DIGEST_H
#define _NET_TCP_DIGEST_H

#include <crypto/hash.h>
#include "tcp.h"

int strata_tcp_digest_pseudo(struct shash_desc *desc, const struct in6_addr *saddr,
			     const struct in6_addr *daddr, u32 len);
int strata_tcp_digest_text(struct shash_desc *desc, struct sk_buff *skb);

#endif /* _NET_TCP_DIGEST_H */
