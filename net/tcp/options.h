/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The layout of a timestamp option (RFC 7323 appendix A), which nearly every
 * segment has alone.
 */
#ifndef _NET_TCP_OPTIONS_H
#define _NET_TCP_OPTIONS_H

#include <linux/tcp.h>
#include <net/ipv6.h>
#include <strata/visibility.h>
#include "tcp.h"

#define TCPOPT_EOL		0
#define TCPOPT_NOP		1
#define TCPOPT_MSS		2
#define TCPOPT_WINDOW		3
#define TCPOPT_SACK_PERM	4
#define TCPOPT_SACK		5
#define TCPOPT_TIMESTAMP	8
#define TCPOPT_MD5		19
#define TCPOPT_AO		29
#define TCPOPT_FASTOPEN		34
#define TCPOPT_EXP		254	/* RFC 4727; RFC 6994 shares it */
#define TCPOPT_FASTOPEN_ID	0xf989	/* of Fast Open before RFC 7413 */

#define TCPOLEN_MSS		4
#define TCPOLEN_WINDOW		3
#define TCPOLEN_SACK_PERM	2
#define TCPOLEN_TIMESTAMP	10
#define TCPOLEN_MD5		18
#define TCPOLEN_AO_MIN		5	/* a MAC of one octet */
#define TCPOLEN_FASTOPEN_BASE	2	/* and the cookie */
#define TCPOLEN_EXP_BASE	2
#define TCPOLEN_EXP_ID		2

/* NOP, NOP, timestamp, length: the first of its three words. */
#define STRATA_TCP_TS_WORD						\
	htonl(TCPOPT_NOP << 24 | TCPOPT_NOP << 16 |			\
	      TCPOPT_TIMESTAMP << 8 | TCPOLEN_TIMESTAMP)
#define STRATA_TCP_TS_BYTES	12
/* RFC 9293 3.1: all options of a segment. */
#define STRATA_TCP_OPTIONS_MAX	(TCP_HEADER_MAX - sizeof(struct tcphdr))

bool strata_tcp_options_signed(const struct tcphdr *th, const u8 **md5, const u8 **ao);

/* Writes the option at @ptr; returns what follows it. */
static inline __be32 *tcp_ts_put(__be32 *ptr, u32 tsval, u32 tsecr)
{
	*ptr++ = STRATA_TCP_TS_WORD;
	*ptr++ = htonl(tsval);
	*ptr++ = htonl(tsecr);
	return ptr;
}

#define TCP_MSS_DEFAULT6	1220U	/* the kernel's TCP_MSS_DEFAULT is IPv4's */

/* RFC 9293 3.7.1: what a peer takes that does not say. */
static inline u32 strata_tcp_mss_default(const struct in6_addr *peer)
{
	return ipv6_addr_v4mapped(peer) ? TCP_MSS_DEFAULT : TCP_MSS_DEFAULT6;
}

/* True if a header has this one option and nothing else; read it. */
static inline bool tcp_ts_only(const struct tcphdr *th,
			       struct strata_tcp_options *opts)
{
	const __be32 *ptr = (const __be32 *)(th + 1);

	if (th->doff != (sizeof(*th) + STRATA_TCP_TS_BYTES) / 4 ||
	    *ptr != STRATA_TCP_TS_WORD)
		return false;
	opts->tsval = ntohl(ptr[1]);
	opts->tsecr = ntohl(ptr[2]);
	opts->has_ts = true;
	return true;
}

#endif /* _NET_TCP_OPTIONS_H */
