/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/firewall: rates that are watched (strata/gcra.h).
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
