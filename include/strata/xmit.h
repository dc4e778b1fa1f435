/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way into a device, for every layer that sends.
 */
#ifndef _STRATA_XMIT_H
#define _STRATA_XMIT_H

#include <linux/skbuff.h>

int strata_xmit(struct sk_buff *skb);
void strata_xmit_hear(struct net_device *dev, const struct sk_buff *skb);

#endif /* _STRATA_XMIT_H */
