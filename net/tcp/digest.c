// SPDX-License-Identifier: GPL-2.0
/*
 * What both kinds of signature digest of a segment: the pseudo-header and the text.
 */
#include "digest.h"

/* RFC 9293 3.1 and RFC 8200 8.1: what is signed of the network layer's header. */
struct pseudo4 {
	__be32 saddr;
	__be32 daddr;
	u8 zero;
	u8 protocol;
	__be16 len;
};

struct pseudo6 {
	struct in6_addr saddr;
	struct in6_addr daddr;
	__be32 len;
	__be32 protocol;
};

/**
 * strata_tcp_digest_pseudo() - digest the pseudo-header
 * @desc: begun
 * @saddr: whence the segment comes
 * @daddr: where it goes
 * @len: bytes of TCP header and text
 *
 * Context: any. Return: 0 or -errno of the algorithm.
 */
int strata_tcp_digest_pseudo(struct shash_desc *desc, const struct in6_addr *saddr,
			     const struct in6_addr *daddr, u32 len)
{
	if (strata_addr_is4(saddr)) {
		const struct pseudo4 pseudo = {
			.saddr = strata_addr_to4(saddr),
			.daddr = strata_addr_to4(daddr),
			.protocol = IPPROTO_TCP,
			.len = htons(len),
		};

		BUILD_BUG_ON(sizeof(pseudo) != 12);
		return crypto_shash_update(desc, (const u8 *)&pseudo,
					   sizeof(pseudo));
	} else {
		const struct pseudo6 pseudo = {
			.saddr = *saddr,
			.daddr = *daddr,
			.len = htonl(len),
			.protocol = htonl(IPPROTO_TCP),
		};

		BUILD_BUG_ON(sizeof(pseudo) != 40);
		return crypto_shash_update(desc, (const u8 *)&pseudo,
					   sizeof(pseudo));
	}
}

/**
 * strata_tcp_digest_text() - digest what follows the TCP header
 * @desc: begun
 * @skb: skb->data at the TCP header
 *
 * Context: any. Return: 0 or -errno of the algorithm.
 */
int strata_tcp_digest_text(struct shash_desc *desc, struct sk_buff *skb)
{
	unsigned int from = tcp_hdr(skb)->doff * 4, done = 0, len;
	struct skb_seq_state state;
	const u8 *data;
	int err;

	skb_prepare_seq_read(skb, from, skb->len, &state);
	while ((len = skb_seq_read(done, &data, &state))) {
		err = crypto_shash_update(desc, data, len);
		if (err) {
			skb_abort_seq_read(&state);
			return err;
		}
		done += len;
	}
	return 0;
}
