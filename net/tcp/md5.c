// SPDX-License-Identifier: GPL-2.0
/*
 * The MD5 signature (RFC 2385 2.0): of the pseudo-header, the TCP header without
 * options and with a checksum of zero, the text, and the key. md5_keys.c says who
 * has which key.
 */
#include <crypto/algapi.h>
#include <crypto/hash.h>
#include <strata/visibility.h>
#include "listener.h"
#include "md5.h"
#include "options.h"

/* RFC 2385 3.0: 18 octets. */
#define TCPOPT_MD5	19
#define TCPOLEN_MD5	(2 + STRATA_TCP_MD5_DIGEST)

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

/* Set by the first key, and kept. */
static struct crypto_shash *algorithm;

/**
 * strata_tcp_md5_load() - get the algorithm from the kernel's crypto
 *
 * Context: process; one at a time. Return: 0 or -ENOMEM: there is none, as in FIPS mode.
 */
int strata_tcp_md5_load(void)
{
	struct crypto_shash *md5;

	if (algorithm)
		return 0;
	md5 = crypto_alloc_shash("md5", 0, 0);
	if (IS_ERR(md5))
		return -ENOMEM;
	algorithm = md5;
	return 0;
}

/**
 * strata_tcp_md5_unload() - give it back
 *
 * Context: process; no key is left.
 */
void strata_tcp_md5_unload(void)
{
	crypto_free_shash(algorithm);
	algorithm = NULL;
}

static int add_pseudo(struct shash_desc *desc, const struct in6_addr *saddr,
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

static int add_header(struct shash_desc *desc, const struct sk_buff *skb)
{
	struct tcphdr th = *tcp_hdr(skb);

	th.check = 0;
	return crypto_shash_update(desc, (const u8 *)&th, sizeof(th));
}

static int add_text(struct shash_desc *desc, struct sk_buff *skb)
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

/* The digest of a segment into @out. noinline: the descriptor takes a third of a KiB of stack. */
static noinline int digest(const struct strata_tcp_md5_key *key,
			   struct sk_buff *skb, const struct in6_addr *saddr,
			   const struct in6_addr *daddr, u8 *out)
{
	SHASH_DESC_ON_STACK(desc, algorithm);
	int err;

	desc->tfm = algorithm;
	err = crypto_shash_init(desc);
	if (!err)
		err = add_pseudo(desc, saddr, daddr, skb->len);
	if (!err)
		err = add_header(desc, skb);
	if (!err)
		err = add_text(desc, skb);
	if (!err)
		err = crypto_shash_finup(desc, key->octets, key->len, out);
	shash_desc_zero(desc);
	return err;
}

/**
 * strata_tcp_md5_sign() - write the option
 * @key: to sign with
 * @skb: the segment, complete but for this option and the checksum; skb->data at
 *	its TCP header, whose length counts the option in
 * @option: STRATA_TCP_MD5_BYTES of that header
 * @saddr: whence it goes
 * @daddr: where to
 *
 * Context: any.
 */
void strata_tcp_md5_sign(const struct strata_tcp_md5_key *key,
			 struct sk_buff *skb, void *option,
			 const struct in6_addr *saddr,
			 const struct in6_addr *daddr)
{
	u8 *ptr = option;

	*ptr++ = TCPOPT_NOP;
	*ptr++ = TCPOPT_NOP;
	*ptr++ = TCPOPT_MD5;
	*ptr++ = TCPOLEN_MD5;
	/* A wrong one is dropped by the peer, as if it were lost. */
	if (digest(key, skb, saddr, daddr, ptr))
		memset(ptr, 0, STRATA_TCP_MD5_DIGEST);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_md5_sign);

static const u8 *find_option(const struct sk_buff *skb)
{
	return strata_tcp_option_find(tcp_hdr(skb), TCPOPT_MD5, TCPOLEN_MD5);
}

static bool is_right(const struct strata_tcp_md5_key *key, struct sk_buff *skb,
		     const u8 *signature)
{
	struct in6_addr saddr, daddr;
	u8 wanted[STRATA_TCP_MD5_DIGEST];

	strata_packet_addrs(skb, &saddr, &daddr);
	return !digest(key, skb, &saddr, &daddr, wanted) &&
	       !crypto_memneq(signature, wanted, sizeof(wanted));
}

/**
 * strata_tcp_md5_check() - is a segment signed as it should be?
 * @sn: the namespace's stack
 * @key: by which it should; NULL: not at all
 * @skb: skb->data at the TCP header; not owned
 *
 * Counts what is not, under the names that the kernel has for it.
 *
 * Context: softirq, RCU. Return: STRATA_DROP_MAX: it is; else why to drop it.
 */
enum strata_drop_reason
strata_tcp_md5_check(struct strata_net *sn, const struct strata_tcp_md5_key *key,
		     struct sk_buff *skb)
{
	const u8 *signature = find_option(skb);

	if (!key && !signature)
		return STRATA_DROP_MAX;
	if (!signature) {
		strata_count(sn, TCP_MD5_NOT_FOUND);
		return STRATA_DROP_TCP_MD5_NOT_FOUND;
	}
	if (!key) {
		strata_count(sn, TCP_MD5_UNEXPECTED);
		return STRATA_DROP_TCP_MD5_UNEXPECTED;
	}
	if (!is_right(key, skb, signature)) {
		strata_count(sn, TCP_MD5_FAILURE);
		return STRATA_DROP_TCP_MD5_FAILURE;
	}
	return STRATA_DROP_MAX;
}

/**
 * strata_tcp_md5_admit() - tcp_md5_admits(), where it matters
 * @sk: the owner
 * @skb: the segment; freed if it is refused
 *
 * Context: softirq, RCU; @sk is not locked. Return: whether it may pass.
 */
bool strata_tcp_md5_admit(struct sock *sk, struct sk_buff *skb)
{
	struct strata_net *sn = strata_sock_net(sk);
	enum strata_drop_reason reason;
	struct in6_addr saddr, daddr;

	strata_packet_addrs(skb, &saddr, &daddr);
	reason = strata_tcp_md5_check(sn, tcp_md5_key(sk, &saddr), skb);
	if (likely(reason == STRATA_DROP_MAX))
		return true;
	sk_drops_add(sk, skb);
	strata_drop(sn, skb, reason);
	return false;
}

/**
 * strata_tcp_md5_stranger() - a segment belongs to nobody: may it be refused, and how?
 * @sn: the namespace's stack
 * @skb: skb->data at the TCP header; not owned
 * @key: out: to sign the RST with; NULL: not signed
 *
 * What is signed is worth an answer only if that can be signed, too, or it would not
 * be believed. The connection is gone with its key; but where both ends listen on the
 * port that the peer has used, as in BGP, the listener may have the same.
 *
 * Context: softirq, RCU. Return: false: no RST.
 */
bool strata_tcp_md5_stranger(struct strata_net *sn, struct sk_buff *skb,
			     const struct strata_tcp_md5_key **key)
{
	const struct tcphdr *th = tcp_hdr(skb);
	const struct sock *listener;
	struct in6_addr saddr, daddr;
	const u8 *signature;

	*key = NULL;
	if (!tcp_md5_matters(skb))
		return true;
	signature = find_option(skb);
	if (!signature)
		return true;
	strata_packet_addrs(skb, &saddr, &daddr);
	listener = strata_tcp_lookup_listener(sn, &daddr, th->source, &saddr,
					      th->source, strata_cb(skb)->iif);
	if (listener)
		*key = tcp_md5_key(listener, &saddr);
	return *key && is_right(*key, skb, signature);
}
