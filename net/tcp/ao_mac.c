// SPDX-License-Identifier: GPL-2.0
/*
 * The Authentication Option's algorithms (RFC 5926): how traffic keys are derived from
 * a master key, and the MAC of a segment.
 *
 * The kernel's transforms have one key at a time, and traffic keys are many: each CPU
 * has a transform of its own, which gets the key just before it is used.
 */
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <strata/visibility.h>
#include "ao.h"
#include "digest.h"

#define DIGEST_MAX	STRATA_TCP_AO_TRAFFIC_MAX
#define CMAC_KEY	16

/* What is known of an algorithm. */
static const struct {
	const char *name;	/* of the kernel's crypto */
	u8 digest;		/* octets; a traffic key has as many */
} algorithms[STRATA_TCP_AO_ALGORITHMS] = {
	[STRATA_TCP_AO_HMAC_SHA1] = { "hmac(sha1)", 20 },
	[STRATA_TCP_AO_CMAC_AES128] = { "cmac(aes)", 16 },
};

/* Made with the first key that wants it, and kept. */
static struct crypto_shash * __percpu *transforms[STRATA_TCP_AO_ALGORITHMS];
static DEFINE_MUTEX(transforms_lock);

static void free_transforms(struct crypto_shash * __percpu *of)
{
	int cpu;

	if (!of)
		return;
	for_each_possible_cpu(cpu)
		crypto_free_shash(*per_cpu_ptr(of, cpu));
	free_percpu(of);
}

static int make_transforms(enum strata_tcp_ao_algorithm algorithm)
{
	struct crypto_shash * __percpu *of = alloc_percpu(struct crypto_shash *);
	struct crypto_shash *transform;
	int cpu;

	if (!of)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		transform = crypto_alloc_shash(algorithms[algorithm].name, 0, 0);
		if (IS_ERR(transform)) {
			free_transforms(of);
			return PTR_ERR(transform);
		}
		*per_cpu_ptr(of, cpu) = transform;
	}
	transforms[algorithm] = of;
	return 0;
}

/**
 * strata_tcp_ao_load() - get an algorithm from the kernel's crypto
 * @algorithm: which
 *
 * Context: process. Return: 0, -ENOMEM, -ENOENT: the kernel does not have it.
 */
int strata_tcp_ao_load(enum strata_tcp_ao_algorithm algorithm)
{
	int err = 0;

	mutex_lock(&transforms_lock);
	if (!transforms[algorithm])
		err = make_transforms(algorithm);
	mutex_unlock(&transforms_lock);
	return err;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_ao_load);

/**
 * strata_tcp_ao_unload() - give all of them back
 *
 * Context: process; no key is left.
 */
void strata_tcp_ao_unload(void)
{
	int i;

	for (i = 0; i < STRATA_TCP_AO_ALGORITHMS; i++) {
		free_transforms(transforms[i]);
		transforms[i] = NULL;
	}
}

/**
 * strata_tcp_ao_digest_len() - octets of a whole MAC, and of a traffic key
 * @algorithm: whose
 */
unsigned int strata_tcp_ao_digest_len(enum strata_tcp_ao_algorithm algorithm)
{
	return algorithms[algorithm].digest;
}

/**
 * strata_tcp_ao_name() - what the kernel's crypto calls it
 * @algorithm: whose
 */
const char *strata_tcp_ao_name(enum strata_tcp_ao_algorithm algorithm)
{
	return algorithms[algorithm].name;
}

/* This CPU's transform with a key. BH off. */
static struct crypto_shash *keyed(u8 algorithm, const u8 *octets, u8 len)
{
	struct crypto_shash *transform = *this_cpu_ptr(transforms[algorithm]);
	int err = crypto_shash_setkey(transform, octets, len);

	return err ? ERR_PTR(err) : transform;
}

/* The digest of one buffer. noinline: the descriptor takes a third of a KiB of stack. */
static noinline int digest_buffer(u8 algorithm, const u8 *key, u8 key_len,
				  const void *data, unsigned int len, u8 *out)
{
	struct crypto_shash *transform;
	int err;

	local_bh_disable();
	transform = keyed(algorithm, key, key_len);
	err = PTR_ERR_OR_ZERO(transform);
	if (!err)
		err = crypto_shash_tfm_digest(transform, data, len, out);
	local_bh_enable();
	return err;
}

/**
 * strata_tcp_ao_master() - take over a master key
 * @key: its algorithm is set, and loaded; gets the key
 * @octets: what was agreed upon, at most TCP_AO_MAXKEYLEN
 * @len: how many of them
 *
 * RFC 5926 3.1.1.2: AES-CMAC takes 16 octets; of other lengths it makes 16, with a key
 * of zeros.
 *
 * Context: process. Return: 0 or -errno of the algorithm.
 */
int strata_tcp_ao_master(struct strata_tcp_ao_key *key, const u8 *octets, u8 len)
{
	static const u8 zeros[CMAC_KEY] __aligned(8);

	key->len = len;
	memcpy(key->octets, octets, len);
	if (key->algorithm != STRATA_TCP_AO_CMAC_AES128 || len == CMAC_KEY)
		return 0;
	key->len = CMAC_KEY;
	return digest_buffer(key->algorithm, zeros, sizeof(zeros), octets, len,
			     key->octets);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_ao_master);

/* RFC 5926 3.1.1: i || Label || Context || Output_Length. */
struct input4 {
	u8 counter;
	u8 label[6];
	__be32 saddr;
	__be32 daddr;
	__be16 sport;
	__be16 dport;
	__be32 sisn;
	__be32 disn;
	__be16 bits;
} __packed;

struct input6 {
	u8 counter;
	u8 label[6];
	struct in6_addr saddr;
	struct in6_addr daddr;
	__be16 sport;
	__be16 dport;
	__be32 sisn;
	__be32 disn;
	__be16 bits;
} __packed;

/**
 * strata_tcp_ao_derive() - the key that signs segments of a connection (RFC 5926 3.1)
 * @key: the master key
 * @ends: the connection, and who sends
 * @traffic: out: as many octets as a digest
 *
 * Context: any. Return: 0 or -errno of the algorithm.
 */
int strata_tcp_ao_derive(const struct strata_tcp_ao_key *key,
			 const struct strata_tcp_ao_ends *ends, u8 *traffic)
{
	__be16 bits = htons(algorithms[key->algorithm].digest * 8);

	if (strata_addr_is4(&ends->saddr)) {
		const struct input4 input = {
			.counter = 1,
			.label = { 'T', 'C', 'P', '-', 'A', 'O' },
			.saddr = strata_addr_to4(&ends->saddr),
			.daddr = strata_addr_to4(&ends->daddr),
			.sport = ends->sport,
			.dport = ends->dport,
			.sisn = htonl(ends->sisn),
			.disn = htonl(ends->disn),
			.bits = bits,
		};

		BUILD_BUG_ON(sizeof(input) != 29);
		return digest_buffer(key->algorithm, key->octets, key->len,
				     &input, sizeof(input), traffic);
	} else {
		const struct input6 input = {
			.counter = 1,
			.label = { 'T', 'C', 'P', '-', 'A', 'O' },
			.saddr = ends->saddr,
			.daddr = ends->daddr,
			.sport = ends->sport,
			.dport = ends->dport,
			.sisn = htonl(ends->sisn),
			.disn = htonl(ends->disn),
			.bits = bits,
		};

		BUILD_BUG_ON(sizeof(input) != 53);
		return digest_buffer(key->algorithm, key->octets, key->len,
				     &input, sizeof(input), traffic);
	}
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_ao_derive);

/*
 * RFC 5925 5.1: the checksum and the MAC count as zeros; other options are left out
 * where the key says so.
 */
static int add_header(struct shash_desc *desc, const struct strata_tcp_ao_key *key,
		      const struct sk_buff *skb, const u8 *option)
{
	const struct tcphdr *th = tcp_hdr(skb);
	unsigned int bytes = th->doff * 4, at = option - (const u8 *)th;
	unsigned int whole = STRATA_TCP_AO_HEADER + key->mac_len;
	u8 copy[TCP_HEADER_MAX] __aligned(8);

	if (key->flags & TCP_AO_KEYF_EXCLUDE_OPT) {
		bytes = sizeof(*th) + whole;
		at = sizeof(*th);
		memcpy(copy, th, sizeof(*th));
		memcpy(copy + at, option, STRATA_TCP_AO_HEADER);
	} else {
		memcpy(copy, th, bytes);
	}
	((struct tcphdr *)copy)->check = 0;
	memset(copy + at + STRATA_TCP_AO_HEADER, 0, key->mac_len);
	return crypto_shash_update(desc, copy, bytes);
}

/* RFC 5925 5.1: SNE, pseudo-header, TCP header, text. BH off. */
static noinline int digest_segment(struct crypto_shash *transform,
				   const struct strata_tcp_ao_key *key, u32 sne,
				   struct sk_buff *skb, const u8 *option,
				   const struct in6_addr *saddr,
				   const struct in6_addr *daddr, u8 *out)
{
	SHASH_DESC_ON_STACK(desc, transform);
	__be32 extension = htonl(sne);
	int err;

	desc->tfm = transform;
	err = crypto_shash_init(desc);
	if (!err)
		err = crypto_shash_update(desc, (const u8 *)&extension,
					  sizeof(extension));
	if (!err)
		err = strata_tcp_digest_pseudo(desc, saddr, daddr, skb->len);
	if (!err)
		err = add_header(desc, key, skb, option);
	if (!err)
		err = strata_tcp_digest_text(desc, skb);
	if (!err)
		err = crypto_shash_final(desc, out);
	shash_desc_zero(desc);
	return err;
}

/**
 * strata_tcp_ao_mac() - the MAC of a segment (RFC 5925 5.1)
 * @key: the master key, for its algorithm, flags and length of a MAC
 * @traffic: the traffic key
 * @sne: the sequence number's extension
 * @skb: the segment, complete but for this MAC and the checksum; skb->data at its TCP
 *	header, which is linear
 * @option: the option in that header
 * @saddr: whence it comes
 * @daddr: where it goes
 * @mac: out: @key->mac_len octets
 *
 * Context: any. Return: 0 or -errno of the algorithm.
 */
int strata_tcp_ao_mac(const struct strata_tcp_ao_key *key, const u8 *traffic,
		      u32 sne, struct sk_buff *skb, const u8 *option,
		      const struct in6_addr *saddr,
		      const struct in6_addr *daddr, u8 *mac)
{
	u8 digest[DIGEST_MAX] __aligned(8);
	struct crypto_shash *transform;
	int err;

	local_bh_disable();
	transform = keyed(key->algorithm, traffic,
			  algorithms[key->algorithm].digest);
	err = PTR_ERR_OR_ZERO(transform);
	if (!err)
		err = digest_segment(transform, key, sne, skb, option, saddr,
				     daddr, digest);
	local_bh_enable();
	if (!err)
		memcpy(mac, digest, key->mac_len);
	return err;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_ao_mac);
