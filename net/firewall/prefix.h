/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/firewall: many prefixes, asked at once.
 */
#ifndef _NET_FIREWALL_PREFIX_H
#define _NET_FIREWALL_PREFIX_H

#include <linux/in6.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

struct strata_fw_node;

/**
 * struct strata_fw_prefixes - prefixes of both families
 * @root: of IPv6, of IPv4; NULL: there are none
 */
struct strata_fw_prefixes {
	struct strata_fw_node __rcu *root[2];
};

bool strata_fw_prefixes_have(const struct strata_fw_prefixes *prefixes,
			     const struct in6_addr *addr);
int strata_fw_prefixes_change(struct strata_fw_prefixes *prefixes,
			      const struct in6_addr *addr, u8 plen, bool add);
void strata_fw_prefixes_free(struct strata_fw_prefixes *prefixes);

#endif /* _NET_FIREWALL_PREFIX_H */
