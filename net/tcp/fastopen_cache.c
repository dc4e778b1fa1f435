// SPDX-License-Identifier: GPL-2.0
/*
 * What servers have told us for Fast Open (RFC 7413 4.1.3): their cookies, their
 * MSS, and whether SYNs with data get through to them.
 *
 * Bounded: the server that was longest of no use makes room for the next.
 */
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <strata/visibility.h>
#include "fastopen.h"
#include "tcp.h"

/*
 * RFC 7413 4.1.3.1: one SYN may be lost by chance. After more of them in a row the
 * path is taken not to let them through, for twice as long each time.
 */
#define LOSSES_BY_CHANCE	1
#define DOUBT			(60 * HZ)
#define DOUBT_SHIFT_MAX		6

/**
 * struct entry - one server, as one address of ours knows it
 * @hash_node: in strata_tcp_fastopen_cache.slots
 * @lru_node: in strata_tcp_fastopen_cache.lru
 * @saddr: ours: the cookie is for it alone
 * @daddr: the server's
 * @cookie: the last one
 * @mss: the last one
 * @losses: SYNs with data lost, in a row
 * @lost_at: jiffies of the last of them
 */
struct entry {
	struct hlist_node hash_node;
	struct list_head lru_node;
	struct in6_addr saddr;
	struct in6_addr daddr;
	struct strata_tcp_fastopen_cookie cookie;
	u16 mss;
	u8 losses;
	unsigned long lost_at;
};

/**
 * strata_tcp_fastopen_cache_init() - an empty cache
 * @cache: of a new namespace
 *
 * Context: process.
 */
void strata_tcp_fastopen_cache_init(struct strata_tcp_fastopen_cache *cache)
{
	int i;

	spin_lock_init(&cache->lock);
	cache->count = 0;
	INIT_LIST_HEAD(&cache->lru);
	for (i = 0; i < STRATA_TCP_FASTOPEN_CACHE_SLOTS; i++)
		INIT_HLIST_HEAD(&cache->slots[i]);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_fastopen_cache_init);

static void forget(struct strata_tcp_fastopen_cache *cache, struct entry *entry)
{
	hlist_del(&entry->hash_node);
	list_del(&entry->lru_node);
	cache->count--;
	kfree(entry);
}

/**
 * strata_tcp_fastopen_cache_purge() - forget all servers
 * @cache: the namespace's
 *
 * Context: process.
 */
void strata_tcp_fastopen_cache_purge(struct strata_tcp_fastopen_cache *cache)
{
	struct entry *entry, *next;

	spin_lock_bh(&cache->lock);
	list_for_each_entry_safe(entry, next, &cache->lru, lru_node)
		forget(cache, entry);
	spin_unlock_bh(&cache->lock);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_fastopen_cache_purge);

static struct hlist_head *slot_of(struct strata_tcp_fastopen_cache *cache,
				  const struct in6_addr *saddr,
				  const struct in6_addr *daddr)
{
	u32 hash = strata_hash_flow(saddr, daddr, 0);

	return &cache->slots[hash % STRATA_TCP_FASTOPEN_CACHE_SLOTS];
}

/* What is found is of use again. Context: @cache is locked. */
static struct entry *find(struct strata_tcp_fastopen_cache *cache,
			  const struct in6_addr *saddr,
			  const struct in6_addr *daddr)
{
	struct entry *entry;

	hlist_for_each_entry(entry, slot_of(cache, saddr, daddr), hash_node) {
		if (!ipv6_addr_equal(&entry->daddr, daddr) ||
		    !ipv6_addr_equal(&entry->saddr, saddr))
			continue;
		list_move(&entry->lru_node, &cache->lru);
		return entry;
	}
	return NULL;
}

static bool doubtful(const struct entry *entry)
{
	u8 shift = min_t(u8, entry->losses, DOUBT_SHIFT_MAX);

	return entry->losses > LOSSES_BY_CHANCE &&
	       time_before(jiffies, entry->lost_at + ((unsigned long)DOUBT << shift));
}

/**
 * strata_tcp_fastopen_cache_get() - what is known of a server
 * @cache: the namespace's
 * @saddr: our address
 * @daddr: the server's
 * @known: out; all 0 if it is not known
 *
 * Context: any, BH off or process.
 */
void strata_tcp_fastopen_cache_get(struct strata_tcp_fastopen_cache *cache,
				   const struct in6_addr *saddr,
				   const struct in6_addr *daddr,
				   struct strata_tcp_fastopen_known *known)
{
	const struct entry *entry;

	memset(known, 0, sizeof(*known));
	spin_lock_bh(&cache->lock);
	entry = find(cache, saddr, daddr);
	if (entry) {
		known->cookie = entry->cookie;
		known->mss = entry->mss;
		known->doubtful = doubtful(entry);
	}
	spin_unlock_bh(&cache->lock);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_fastopen_cache_get);

/* Context: @cache is locked. */
static struct entry *add(struct strata_tcp_fastopen_cache *cache,
			 const struct in6_addr *saddr,
			 const struct in6_addr *daddr)
{
	struct entry *entry;

	entry = kzalloc(sizeof(*entry), GFP_ATOMIC | __GFP_NOWARN);
	if (!entry)
		return NULL;
	if (cache->count >= STRATA_TCP_FASTOPEN_CACHE_MAX)
		forget(cache, list_last_entry(&cache->lru, struct entry,
					      lru_node));
	entry->saddr = *saddr;
	entry->daddr = *daddr;
	hlist_add_head(&entry->hash_node, slot_of(cache, saddr, daddr));
	list_add(&entry->lru_node, &cache->lru);
	cache->count++;
	return entry;
}

/**
 * strata_tcp_fastopen_cache_set() - a server has answered
 * @cache: the namespace's
 * @saddr: our address
 * @daddr: the server's
 * @mss: that it announced; 0: none
 * @cookie: that it gave; of length 0: none, an older one stays, or without one the
 *	form in which to ask next
 * @lost: our SYN with data did not get there, one without did
 *
 * Context: any, BH off or process.
 */
void strata_tcp_fastopen_cache_set(struct strata_tcp_fastopen_cache *cache,
				   const struct in6_addr *saddr,
				   const struct in6_addr *daddr, u16 mss,
				   const struct strata_tcp_fastopen_cookie *cookie,
				   bool lost)
{
	struct entry *entry;

	spin_lock_bh(&cache->lock);
	entry = find(cache, saddr, daddr) ?: add(cache, saddr, daddr);
	if (!entry)
		goto out;
	if (mss)
		entry->mss = mss;
	if (cookie->len)
		entry->cookie = *cookie;
	else if (!entry->cookie.len)
		entry->cookie.form = max(entry->cookie.form, cookie->form);
	if (!lost) {
		entry->losses = 0;
	} else {
		entry->losses = min(entry->losses + 1, U8_MAX);
		entry->lost_at = jiffies;
	}
out:
	spin_unlock_bh(&cache->lock);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_fastopen_cache_set);
