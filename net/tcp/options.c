// SPDX-License-Identifier: GPL-2.0
/*
 * Options of a segment (RFC 9293 3.1, RFC 7323, RFC 2018): read and written.
 */
#include <linux/tcp.h>
#include <linux/unaligned.h>
#include "options.h"
#include "tcp.h"

/* RFC 2018 3 */
static void parse_sack(const u8 *data, u8 len, struct strata_tcp_options *opts)
{
	if (!len || len % sizeof(opts->sack[0]) || len > sizeof(opts->sack))
		return;
	opts->sacks = 0;
	for (; len; len -= sizeof(opts->sack[0])) {
		struct strata_tcp_block *block = &opts->sack[opts->sacks++];

		block->seq = get_unaligned_be32(data);
		block->end_seq = get_unaligned_be32(data + 4);
		data += sizeof(*block);
	}
}

/* RFC 7413 4.1.1: none, or 4 to 16 octets, an even number. */
static void parse_cookie(const u8 *data, u8 len, bool experimental,
			 struct strata_tcp_options *opts)
{
	if (len && (len < TCP_FASTOPEN_COOKIE_MIN ||
		    len > TCP_FASTOPEN_COOKIE_MAX || len % 2))
		return;
	opts->cookie = data;
	opts->cookie_len = len;
	opts->cookie_experimental = experimental;
}

/* RFC 6994 3: whose experiment it is says a number behind the length. */
static void parse_experiment(const u8 *data, u8 len, struct strata_tcp_options *opts)
{
	if (len >= TCPOLEN_EXP_ID && get_unaligned_be16(data) == TCPOPT_FASTOPEN_ID)
		parse_cookie(data + TCPOLEN_EXP_ID, len - TCPOLEN_EXP_ID, true, opts);
}

/* A known option of a wrong length is as good as unknown. */
static void parse_one(u8 kind, const u8 *data, u8 len, bool syn,
		      struct strata_tcp_options *opts)
{
	switch (kind) {
	case TCPOPT_MSS:
		if (len == TCPOLEN_MSS && syn)
			opts->mss = get_unaligned_be16(data);
		return;
	case TCPOPT_WINDOW:
		if (len == TCPOLEN_WINDOW && syn) {
			opts->has_wscale = true;
			opts->wscale = min_t(u8, *data, TCP_WSCALE_MAX);
		}
		return;
	case TCPOPT_TIMESTAMP:
		if (len == TCPOLEN_TIMESTAMP) {
			opts->has_ts = true;
			opts->tsval = get_unaligned_be32(data);
			opts->tsecr = get_unaligned_be32(data + 4);
		}
		return;
	case TCPOPT_SACK_PERM:
		if (len == TCPOLEN_SACK_PERM && syn)
			opts->sack_ok = true;
		return;
	case TCPOPT_SACK:
		if (!syn)
			parse_sack(data, len - 2, opts);
		return;
	case TCPOPT_FASTOPEN:
		if (syn)
			parse_cookie(data, len - TCPOLEN_FASTOPEN_BASE, false, opts);
		return;
	case TCPOPT_EXP:
		if (syn)
			parse_experiment(data, len - TCPOLEN_EXP_BASE, opts);
		return;
	default:
		return;	/* RFC 9293 3.2 MUST-6: ignore what is unknown */
	}
}

/* Options of which @left bytes from @ptr on are yet to be read. */
struct walk {
	const u8 *ptr;
	int left;
};

static struct walk walk_begin(const struct tcphdr *th)
{
	return (struct walk){ .ptr = (const u8 *)(th + 1),
			      .left = th->doff * 4 - sizeof(*th) };
}

/* To the next option. Its bytes; 0 at the end; -1 if that is impossible. */
static int walk_find(struct walk *walk)
{
	while (walk->left > 0 && *walk->ptr == TCPOPT_NOP) {
		walk->ptr++;
		walk->left--;
	}
	if (walk->left <= 0 || *walk->ptr == TCPOPT_EOL)
		return 0;
	if (walk->left < 2 || walk->ptr[1] < 2 || walk->ptr[1] > walk->left)
		return -1;
	return walk->ptr[1];
}

static void walk_over(struct walk *walk, int bytes)
{
	walk->ptr += bytes;
	walk->left -= bytes;
}

/**
 * strata_tcp_options_parse() - read the options of a segment
 * @skb: transport header set; the whole TCP header is linear
 * @opts: out; points into @skb
 *
 * Context: any. Return: false if an option's length is impossible (RFC 9293
 * 3.2 MUST-7); what came before it is in @opts.
 */
bool strata_tcp_options_parse(const struct sk_buff *skb,
			      struct strata_tcp_options *opts)
{
	const struct tcphdr *th = tcp_hdr(skb);
	struct walk walk = walk_begin(th);
	int bytes;

	memset(opts, 0, sizeof(*opts));
	while ((bytes = walk_find(&walk)) > 0) {
		parse_one(*walk.ptr, walk.ptr + 2, bytes, th->syn, opts);
		walk_over(&walk, bytes);
	}
	return !bytes;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_options_parse);

/**
 * strata_tcp_options_signed() - signatures, before any other option is believed
 * @th: the whole header is linear
 * @md5: out: data of the MD5 signature option (RFC 2385); NULL: it is not there
 * @ao: out: the Authentication Option (RFC 5925 2.2), from its kind on; or NULL
 *
 * Context: any. Return: false if there are two Authentication Options, one of each kind
 * of signature (RFC 5925 2.2), or one that is too short.
 */
bool strata_tcp_options_signed(const struct tcphdr *th, const u8 **md5, const u8 **ao)
{
	struct walk walk = walk_begin(th);
	bool has_md5 = false;
	int found;

	*ao = NULL;
	*md5 = NULL;
	while ((found = walk_find(&walk)) > 0) {
		if (*walk.ptr == TCPOPT_AO) {
			if (*ao || found < TCPOLEN_AO_MIN)
				return false;
			*ao = walk.ptr;
		} else if (*walk.ptr == TCPOPT_MD5 && !has_md5) {
			/* One of another length is none. */
			has_md5 = true;
			*md5 = found == TCPOLEN_MD5 ? walk.ptr + 2 : NULL;
		}
		walk_over(&walk, found);
	}
	return !*ao || !has_md5;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_options_signed);

/* A cookie that finds no room is left out: the peer does without. */
static __be32 *put_cookie(__be32 *ptr, unsigned int room,
			  const struct strata_tcp_options *opts)
{
	unsigned int bytes = TCPOLEN_FASTOPEN_BASE + opts->cookie_len;
	u8 *at = (u8 *)ptr;

	if (unlikely(opts->cookie_experimental))
		bytes += TCPOLEN_EXP_ID;
	if (unlikely(bytes > room))
		return ptr;
	*at++ = opts->cookie_experimental ? TCPOPT_EXP : TCPOPT_FASTOPEN;
	*at++ = bytes;
	if (unlikely(opts->cookie_experimental)) {
		put_unaligned_be16(TCPOPT_FASTOPEN_ID, at);
		at += TCPOLEN_EXP_ID;
	}
	memcpy(at, opts->cookie, opts->cookie_len);
	memset(at + opts->cookie_len, TCPOPT_NOP, round_up(bytes, 4) - bytes);
	return ptr + DIV_ROUND_UP(bytes, 4);
}

/**
 * strata_tcp_options_syn() - write the options of a SYN or SYN+ACK
 * @ptr: room for 40 bytes
 * @opts: what to say; @has_wscale, @has_ts, @sack_ok and @cookie select options,
 *	@reserved leaves room for another
 *
 * Context: any. Return: bytes written, a multiple of 4.
 */
unsigned int strata_tcp_options_syn(__be32 *ptr,
				    const struct strata_tcp_options *opts)
{
	__be32 *start = ptr;

	*ptr++ = htonl(TCPOPT_MSS << 24 | TCPOLEN_MSS << 16 | opts->mss);
	if (opts->has_ts) {
		*ptr++ = opts->sack_ok ?
			htonl(TCPOPT_SACK_PERM << 24 | TCPOLEN_SACK_PERM << 16 |
			      TCPOPT_TIMESTAMP << 8 | TCPOLEN_TIMESTAMP) :
			STRATA_TCP_TS_WORD;
		*ptr++ = htonl(opts->tsval);
		*ptr++ = htonl(opts->tsecr);
	} else if (opts->sack_ok) {
		*ptr++ = htonl(TCPOPT_NOP << 24 | TCPOPT_NOP << 16 |
			       TCPOPT_SACK_PERM << 8 | TCPOLEN_SACK_PERM);
	}
	if (opts->has_wscale)
		*ptr++ = htonl(TCPOPT_NOP << 24 | TCPOPT_WINDOW << 16 |
			       TCPOLEN_WINDOW << 8 | opts->wscale);
	if (unlikely(opts->cookie))
		ptr = put_cookie(ptr, STRATA_TCP_OPTIONS_MAX - opts->reserved -
				 (ptr - start) * sizeof(*ptr), opts);
	return (ptr - start) * sizeof(*ptr);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_options_syn);
