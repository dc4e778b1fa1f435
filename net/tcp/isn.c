// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers that an attacker who is not on the path must not guess: initial
 * sequence numbers (RFC 6528), timestamp offsets (RFC 7323 5.4) and the start
 * of the search for a local port (RFC 6056 3.3.3).
 */
#include <linux/random.h>
#include <linux/siphash.h>
#include <strata/visibility.h>
#include "isn.h"

static siphash_key_t isn_key __read_mostly;
static siphash_key_t port_key __read_mostly;

static u64 hash(const struct in6_addr *laddr, const struct in6_addr *faddr,
		u32 ports, const siphash_key_t *key)
{
	const u64 *l = (const u64 *)laddr, *f = (const u64 *)faddr;

	if (likely(strata_addr_is4(laddr)))
		return siphash_2u64((u64)(__force u32)strata_addr_to4(laddr) << 32 |
				    (__force u32)strata_addr_to4(faddr),
				    ports, key);
	/* Our own addresses are few: fold theirs, not the peer's. */
	return siphash_4u64(l[0] ^ l[1], f[0], f[1], ports, key);
}

/**
 * strata_tcp_isn() - initial sequence number and timestamp offset
 * @laddr: local address
 * @faddr: peer's
 * @lport: local port
 * @fport: peer's
 * @ts_offset: out: added to the millisecond clock. The same for each connection
 *	of a four-tuple, so that its timestamps never run backwards
 *
 * RFC 6528 3: a clock (here of 64 ns) plus a keyed hash of the four-tuple.
 *
 * Context: any. Return: the initial sequence number.
 */
u32 strata_tcp_isn(const struct in6_addr *laddr, const struct in6_addr *faddr,
		   __be16 lport, __be16 fport, u32 *ts_offset)
{
	u64 h = hash(laddr, faddr,
		     (__force u32)lport << 16 | (__force u32)fport, &isn_key);

	*ts_offset = h >> 32;
	return (u32)h + (u32)(ktime_get_real_ns() >> 6);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_isn);

/**
 * strata_tcp_port_offset() - where to begin the search for a local port
 * @laddr: local address
 * @faddr: peer's
 * @fport: peer's port
 *
 * Context: any. Return: F() of RFC 6056 3.3.3.
 */
u32 strata_tcp_port_offset(const struct in6_addr *laddr,
			   const struct in6_addr *faddr, __be16 fport)
{
	return (u32)hash(laddr, faddr, (__force u32)fport, &port_key);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_port_offset);

/**
 * strata_tcp_isn_init() - draw the secrets
 *
 * Context: process.
 */
void strata_tcp_isn_init(void)
{
	get_random_bytes(&isn_key, sizeof(isn_key));
	get_random_bytes(&port_key, sizeof(port_key));
}
