// SPDX-License-Identifier: GPL-2.0
/*
 * Fast Open's cookies as a server gives them: a keyed hash of both addresses
 * (RFC 7413 4.1.2). It is the hash of the kernel's own TCP, so servers of both
 * kinds that share a key take each other's cookies.
 */
#include <linux/random.h>
#include <strata/visibility.h>
#include "fastopen.h"
#include "tcp.h"

#define WORDS		4	/* of a key, as it is written */

/**
 * strata_tcp_fastopen_keys_init() - draw a secret
 * @keys: of a new namespace
 *
 * Context: process.
 */
void strata_tcp_fastopen_keys_init(struct strata_tcp_fastopen_keys *keys)
{
	seqlock_init(&keys->lock);
	get_random_bytes(&keys->key[0], sizeof(keys->key[0]));
	keys->count = 1;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_fastopen_keys_init);

static bool read_key(const char **text, siphash_key_t *key)
{
	u32 word[WORDS];
	int len = 0;

	if (sscanf(*text, "%8x-%8x-%8x-%8x%n", &word[0], &word[1], &word[2],
		   &word[3], &len) != WORDS)
		return false;
	key->key[0] = (u64)word[1] << 32 | word[0];
	key->key[1] = (u64)word[3] << 32 | word[2];
	*text += len;
	return true;
}

/**
 * strata_tcp_fastopen_keys_put() - change secrets
 * @keys: whose
 * @key: STRATA_TCP_FASTOPEN_KEYS of them
 * @count: how many of those are used
 *
 * Context: process, or BH off.
 */
void strata_tcp_fastopen_keys_put(struct strata_tcp_fastopen_keys *keys,
				  const siphash_key_t *key, unsigned int count)
{
	write_seqlock_bh(&keys->lock);
	memcpy(keys->key, key, sizeof(keys->key));
	keys->count = count;
	write_sequnlock_bh(&keys->lock);
}

/**
 * strata_tcp_fastopen_keys_read() - net.strata.tcp_fastopen_key was written
 * @keys: the namespace's
 * @text: four words in hexadecimal with "-" between them; a comma and the key
 *	before, whose cookies are still good
 *
 * Context: process. Return: 0 or -EINVAL.
 */
int strata_tcp_fastopen_keys_read(struct strata_tcp_fastopen_keys *keys,
				  const char *text)
{
	siphash_key_t key[STRATA_TCP_FASTOPEN_KEYS] = {};
	unsigned int count = 1;

	if (!read_key(&text, &key[0]))
		return -EINVAL;
	if (*text == ',') {
		text++;
		if (!read_key(&text, &key[count++]))
			return -EINVAL;
	}
	if (*text)
		return -EINVAL;
	strata_tcp_fastopen_keys_put(keys, key, count);
	return 0;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_fastopen_keys_read);

/**
 * strata_tcp_fastopen_keys_get() - read secrets
 * @keys: whose
 * @key: out, STRATA_TCP_FASTOPEN_KEYS of them
 *
 * Context: any. Return: how many there are.
 */
unsigned int strata_tcp_fastopen_keys_get(struct strata_tcp_fastopen_keys *keys,
					  siphash_key_t *key)
{
	unsigned int seq, count;

	do {
		seq = read_seqbegin(&keys->lock);
		count = keys->count;
		memcpy(key, keys->key, sizeof(keys->key));
	} while (read_seqretry(&keys->lock, seq));
	return count;
}

/**
 * strata_tcp_fastopen_keys_write() - net.strata.tcp_fastopen_key is read
 * @keys: the namespace's
 * @text: out, as strata_tcp_fastopen_keys_read() takes it
 * @size: of @text, at least STRATA_TCP_FASTOPEN_KEY_TEXT
 *
 * Context: process.
 */
void strata_tcp_fastopen_keys_write(struct strata_tcp_fastopen_keys *keys,
				    char *text, size_t size)
{
	siphash_key_t key[STRATA_TCP_FASTOPEN_KEYS];
	unsigned int i, count = strata_tcp_fastopen_keys_get(keys, key);
	size_t len = 0;

	for (i = 0; i < count; i++)
		len += scnprintf(text + len, size - len,
				 "%s%08x-%08x-%08x-%08x", i ? "," : "",
				 lower_32_bits(key[i].key[0]),
				 upper_32_bits(key[i].key[0]),
				 lower_32_bits(key[i].key[1]),
				 upper_32_bits(key[i].key[1]));
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_fastopen_keys_write);

static __le64 make(const struct in6_addr *client, const struct in6_addr *server,
		   const siphash_key_t *key)
{
	struct in6_addr both[2] __aligned(SIPHASH_ALIGNMENT) = {
		*client, *server
	};
	__be32 both4[2] __aligned(SIPHASH_ALIGNMENT);

	if (!strata_addr_is4(client))
		return cpu_to_le64(siphash(both, sizeof(both), key));
	both4[0] = strata_addr_to4(client);
	both4[1] = strata_addr_to4(server);
	return cpu_to_le64(siphash(both4, sizeof(both4), key));
}

/**
 * strata_tcp_fastopen_match() - is a cookie ours?
 * @keys: the namespace's
 * @client: who shows it
 * @server: whom it was got from
 * @opts: of the SYN
 * @fresh: out, STRATA_TCP_FASTOPEN_COOKIE octets: the cookie it should have
 *
 * Context: any. Return: 0: no; 1: by the present key; 2: by the one before.
 */
int strata_tcp_fastopen_match(struct strata_tcp_fastopen_keys *keys,
			      const struct in6_addr *client,
			      const struct in6_addr *server,
			      const struct strata_tcp_options *opts, u8 *fresh)
{
	siphash_key_t key[STRATA_TCP_FASTOPEN_KEYS];
	unsigned int i, count = strata_tcp_fastopen_keys_get(keys, key);
	__le64 cookie;
	int match = 0;

	for (i = count; i-- > 0;) {
		cookie = make(client, server, &key[i]);
		if (opts->cookie && opts->cookie_len == sizeof(cookie) &&
		    !memcmp(opts->cookie, &cookie, sizeof(cookie)))
			match = i + 1;
	}
	/* The last one made is the first key's. */
	memcpy(fresh, &cookie, sizeof(cookie));
	memzero_explicit(key, sizeof(key));
	return match;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_fastopen_match);
