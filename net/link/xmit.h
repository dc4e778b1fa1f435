/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/link: handing frames to devices.
 */
#ifndef _NET_LINK_XMIT_H
#define _NET_LINK_XMIT_H

#include <linux/skbuff.h>
#include <strata/link.h>

int strata_link_queue(struct strata_link *link, struct sk_buff *skb);
int strata_link_push(struct strata_link *link, struct sk_buff *skb,
		     const u8 *lladdr);

#endif /* _NET_LINK_XMIT_H */
