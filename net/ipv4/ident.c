// SPDX-License-Identifier: GPL-2.0
/*
 * Identification of datagrams that may be fragmented (RFC 6864 4.3).
 *
 * One counter for each (source, destination, protocol), found by keyed hash, so
 * that nobody learns from one destination's numbers how much goes to another
 * (RFC 7739 5.3). Atomic datagrams do not come here: theirs is 0.
 */
#include <linux/module.h>
#include "ipv4.h"

/**
 * strata_ident_next() - the next identifications
 * @net4: the namespace's part
 * @saddr: source
 * @daddr: destination
 * @proto: IP protocol
 * @count: how many: the one returned and those that follow it
 *
 * Context: any.
 */
__be16 strata_ident_next(struct strata_ipv4_net *net4, __be32 saddr,
			 __be32 daddr, u8 proto, unsigned int count)
{
	u64 hash = siphash_3u32((__force u32)saddr, (__force u32)daddr, proto,
				&net4->key);
	u32 slot = hash % STRATA_IDENT_SLOTS;

	/* Those who share a slot start from different numbers. */
	return htons((u16)((hash >> 32) +
			   atomic_fetch_add_relaxed(count,
						    &net4->ident[slot])));
}
