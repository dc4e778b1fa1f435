/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/firewall: rates that are watched, by the generic cell rate
 * algorithm (ITU-T I.371 annex A): one word says when the next packet would come
 * if all came at the rate. Whoever comes earlier than the tolerance allows only
 * reads it, so that a flood does not fight for the cache line.
 */
#ifndef _NET_FIREWALL_LIMIT_H
#define _NET_FIREWALL_LIMIT_H

#include <linux/skbuff.h>
#include <strata/firewall.h>

const char *strata_fw_limit_init(struct strata_fw_limit *limit,
				 const struct strata_fw_rate *rate);
bool strata_fw_limit_conforms(struct strata_fw_limit *limit,
			      unsigned int packets, unsigned int bytes,
			      u64 now);

#endif /* _NET_FIREWALL_LIMIT_H */
