// SPDX-License-Identifier: GPL-2.0
/*
 * The MD5 signature (RFC 2385 2.0): of the pseudo-header, the TCP header without
 * options and with a checksum of zero, the text, and the key. md5_keys.c says who
 * has which key.
 */
#include <crypto/algapi.h>
#include <crypto/hash.h>
#include <linux/mutex.h>
#include <strata/visibility.h>
#include "digest.h"
#include "md5.h"
#include "options.h"

/* Set by the first key, and kept. */
static struct crypto_shash *algorithm;
static DEFINE_MUTEX(algorithm_lock);

/**
 * strata_tcp_md5_load() - get the algorithm from the kernel's crypto
 *
 * Context: process. Return: 0 or -ENOMEM: there is none, as in FIPS mode.
 */
int strata_tcp_md5_load(void)
{
	struct crypto_shash *md5;
	int err = 0;

	mutex_lock(&algorithm_lock);
	if (!algorithm) {
		md5 = crypto_alloc_shash("md5", 0, 0);
		if (IS_ERR(md5))
			err = -ENOMEM;
		else
			algorithm = md5;
	}
	mutex_unlock(&algorithm_lock);
	return err;
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

static int add_header(struct shash_desc *desc, const struct sk_buff *skb)
{
	struct tcphdr th = *tcp_hdr(skb);

	th.check = 0;
	return crypto_shash_update(desc, (const u8 *)&th, sizeof(th));
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
		err = strata_tcp_digest_pseudo(desc, saddr, daddr, skb->len);
	if (!err)
		err = add_header(desc, skb);
	if (!err)
		err = strata_tcp_digest_text(desc, skb);
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

/**
 * strata_tcp_md5_is_right() - is this the signature that a key makes?
 * @key: the key
 * @skb: skb->data at the TCP header
 * @signature: the option's data
 *
 * Context: softirq, RCU.
 */
bool strata_tcp_md5_is_right(const struct strata_tcp_md5_key *key,
			     struct sk_buff *skb, const u8 *signature)
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
 * @signature: the option's data; NULL: it is not there
 *
 * Counts what is not, under the names that the kernel has for it.
 *
 * Context: softirq, RCU. Return: STRATA_DROP_MAX: it is; else why to drop it.
 */
enum strata_drop_reason
strata_tcp_md5_check(struct strata_net *sn, const struct strata_tcp_md5_key *key,
		     struct sk_buff *skb, const u8 *signature)
{
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
	if (!strata_tcp_md5_is_right(key, skb, signature)) {
		strata_count(sn, TCP_MD5_FAILURE);
		return STRATA_DROP_TCP_MD5_FAILURE;
	}
	return STRATA_DROP_MAX;
}
