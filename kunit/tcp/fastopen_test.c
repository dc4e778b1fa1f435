// SPDX-License-Identifier: GPL-2.0
/*
 * What Fast Open remembers of servers (RFC 7413 4.1.3), and its keys (4.1.2). What goes over
 * the wire is in tools/testing/scripts/fastopen.
 */
#include <kunit/test.h>
#include <linux/slab.h>
#include "../../net/tcp/fastopen.h"
#include "../../net/tcp/tcp.h"

#define SERVERS_MAX	STRATA_TCP_FASTOPEN_CACHE_MAX

static const struct strata_tcp_fastopen_cookie none;

static struct in6_addr host(u32 n)
{
	struct in6_addr addr;

	strata_addr_from4(&addr, htonl(0x0a000000 + n));
	return addr;
}

static struct strata_tcp_fastopen_cookie cookie(u32 n)
{
	struct strata_tcp_fastopen_cookie cookie = { .len = 8 };

	memcpy(cookie.octets, &n, sizeof(n));
	return cookie;
}

/* Server @n answers: its cookie says who it is. */
static void answers(struct strata_tcp_fastopen_cache *cache, u32 n)
{
	struct in6_addr saddr = host(0), daddr = host(n);
	struct strata_tcp_fastopen_cookie given = cookie(n);

	strata_tcp_fastopen_cache_set(cache, &saddr, &daddr, 1000, &given, false);
}

static struct strata_tcp_fastopen_known known(struct strata_tcp_fastopen_cache *cache,
					      u32 n)
{
	struct in6_addr saddr = host(0), daddr = host(n);
	struct strata_tcp_fastopen_known known;

	strata_tcp_fastopen_cache_get(cache, &saddr, &daddr, &known);
	return known;
}

static bool knows(struct strata_tcp_fastopen_cache *cache, u32 n)
{
	struct strata_tcp_fastopen_cookie given = cookie(n);
	struct strata_tcp_fastopen_known found = known(cache, n);

	return found.mss == 1000 && !memcmp(&found.cookie, &given, sizeof(given));
}

static int cache_create(struct kunit *test)
{
	struct strata_tcp_fastopen_cache *cache;

	cache = kunit_kzalloc(test, sizeof(*cache), GFP_KERNEL);
	if (!cache)
		return -ENOMEM;
	strata_tcp_fastopen_cache_init(cache);
	test->priv = cache;
	return 0;
}

static void cache_destroy(struct kunit *test)
{
	if (test->priv)
		strata_tcp_fastopen_cache_purge(test->priv);
}

static void each_server_has_its_own(struct kunit *test)
{
	struct strata_tcp_fastopen_cache *cache = test->priv;
	struct in6_addr other = host(99), daddr = host(1);
	struct strata_tcp_fastopen_known found;

	KUNIT_EXPECT_FALSE(test, knows(cache, 1));
	answers(cache, 1);
	answers(cache, 2);
	KUNIT_EXPECT_TRUE(test, knows(cache, 1));
	KUNIT_EXPECT_TRUE(test, knows(cache, 2));
	/* A cookie is for the address that it was given to. */
	strata_tcp_fastopen_cache_get(cache, &other, &daddr, &found);
	KUNIT_EXPECT_EQ(test, found.cookie.len, 0);
	KUNIT_EXPECT_EQ(test, found.mss, 0);
}

static void what_is_not_told_stays(struct kunit *test)
{
	struct strata_tcp_fastopen_cache *cache = test->priv;
	struct in6_addr saddr = host(0), daddr = host(1);

	answers(cache, 1);
	strata_tcp_fastopen_cache_set(cache, &saddr, &daddr, 0, &none, false);
	KUNIT_EXPECT_TRUE(test, knows(cache, 1));
	KUNIT_EXPECT_EQ(test, cache->count, 1);
}

static void bounded_and_least_used_goes(struct kunit *test)
{
	struct strata_tcp_fastopen_cache *cache = test->priv;
	u32 n;

	for (n = 1; n <= SERVERS_MAX; n++)
		answers(cache, n);
	KUNIT_EXPECT_EQ(test, cache->count, SERVERS_MAX);
	/* Asking for it is using it. */
	KUNIT_EXPECT_TRUE(test, knows(cache, 1));
	for (n = SERVERS_MAX + 1; n <= SERVERS_MAX + 10; n++)
		answers(cache, n);
	KUNIT_EXPECT_EQ(test, cache->count, SERVERS_MAX);
	KUNIT_EXPECT_TRUE(test, knows(cache, 1));
	for (n = 2; n <= 11; n++)
		KUNIT_EXPECT_FALSE_MSG(test, knows(cache, n), "server %u", n);
	for (n = 12; n <= SERVERS_MAX + 10; n++)
		KUNIT_EXPECT_TRUE_MSG(test, knows(cache, n), "server %u", n);
	strata_tcp_fastopen_cache_purge(cache);
	KUNIT_EXPECT_EQ(test, cache->count, 0);
	KUNIT_EXPECT_FALSE(test, knows(cache, SERVERS_MAX));
}

static void losses_in_a_row_are_doubtful(struct kunit *test)
{
	struct strata_tcp_fastopen_cache *cache = test->priv;
	struct in6_addr saddr = host(0), daddr = host(1);
	int i;

	answers(cache, 1);
	strata_tcp_fastopen_cache_set(cache, &saddr, &daddr, 1000, &none, true);
	KUNIT_EXPECT_FALSE(test, known(cache, 1).doubtful);
	strata_tcp_fastopen_cache_set(cache, &saddr, &daddr, 1000, &none, true);
	KUNIT_EXPECT_TRUE(test, known(cache, 1).doubtful);
	KUNIT_EXPECT_TRUE(test, knows(cache, 1));
	/* However many: the count does not run over. */
	for (i = 0; i < U8_MAX; i++)
		strata_tcp_fastopen_cache_set(cache, &saddr, &daddr, 1000, &none,
					      true);
	KUNIT_EXPECT_TRUE(test, known(cache, 1).doubtful);
	answers(cache, 1);
	KUNIT_EXPECT_FALSE(test, known(cache, 1).doubtful);
}

static struct kunit_case cache_cases[] = {
	KUNIT_CASE(each_server_has_its_own),
	KUNIT_CASE(what_is_not_told_stays),
	KUNIT_CASE(bounded_and_least_used_goes),
	KUNIT_CASE(losses_in_a_row_are_doubtful),
	{}
};

static struct kunit_suite cache_suite = {
	.name = "strata-tcp-fastopen-cache",
	.init = cache_create,
	.exit = cache_destroy,
	.test_cases = cache_cases,
};

#define FIRST	"01234567-89abcdef-02468ace-13579bdf"
#define SECOND	"00000001-00000002-00000003-00000004"

/**
 * struct keys_case - a text for net.strata.tcp_fastopen_key
 * @text: as it is written
 * @err: what that returns
 */
struct keys_case {
	const char *text;
	int err;
};

static const struct keys_case keys_cases[] = {
	{ FIRST, 0 },
	{ FIRST "," SECOND, 0 },
	{ "", -EINVAL },
	{ "0123", -EINVAL },
	{ "01234567-89abcdef-02468ace", -EINVAL },
	{ FIRST "-0", -EINVAL },
	{ FIRST "0", -EINVAL },
	{ FIRST ",", -EINVAL },
	{ FIRST "," SECOND ",", -EINVAL },
	{ FIRST "," SECOND "," FIRST, -EINVAL },
	{ FIRST " ", -EINVAL },
};

static void keys_are_read_as_written(struct kunit *test)
{
	char text[STRATA_TCP_FASTOPEN_KEY_TEXT];
	const char *last = SECOND;
	struct strata_tcp_fastopen_keys keys;
	unsigned int i;

	strata_tcp_fastopen_keys_init(&keys);
	KUNIT_ASSERT_EQ(test, strata_tcp_fastopen_keys_read(&keys, last), 0);
	for (i = 0; i < ARRAY_SIZE(keys_cases); i++) {
		KUNIT_EXPECT_EQ_MSG(test,
				    strata_tcp_fastopen_keys_read(&keys, keys_cases[i].text),
				    keys_cases[i].err, "\"%s\"", keys_cases[i].text);
		if (!keys_cases[i].err)
			last = keys_cases[i].text;
		strata_tcp_fastopen_keys_write(&keys, text, sizeof(text));
		KUNIT_EXPECT_STREQ(test, (const char *)text, last);
	}
}

/* 4.1.2: by the present key, by the one before, and of another client. */
static void cookies_are_of_a_key_and_a_client(struct kunit *test)
{
	u8 old[STRATA_TCP_FASTOPEN_COOKIE], new[STRATA_TCP_FASTOPEN_COOKIE];
	struct strata_tcp_options opts = { .cookie = old };
	struct in6_addr client = host(1), server = host(2);
	struct strata_tcp_fastopen_keys keys;

	strata_tcp_fastopen_keys_init(&keys);
	strata_tcp_fastopen_keys_read(&keys, FIRST);
	/* It only asks. */
	KUNIT_EXPECT_EQ(test, strata_tcp_fastopen_match(&keys, &client, &server,
							&opts, old), 0);
	opts.cookie_len = sizeof(old);
	KUNIT_EXPECT_EQ(test, strata_tcp_fastopen_match(&keys, &client, &server,
							&opts, new), 1);
	KUNIT_EXPECT_EQ(test, memcmp(old, new, sizeof(old)), 0);
	KUNIT_EXPECT_EQ(test, strata_tcp_fastopen_match(&keys, &server, &client,
							&opts, new), 0);
	strata_tcp_fastopen_keys_read(&keys, SECOND "," FIRST);
	KUNIT_EXPECT_EQ(test, strata_tcp_fastopen_match(&keys, &client, &server,
							&opts, new), 2);
	KUNIT_EXPECT_NE(test, memcmp(old, new, sizeof(old)), 0);
	opts.cookie_len = 4;
	KUNIT_EXPECT_EQ(test, strata_tcp_fastopen_match(&keys, &client, &server,
							&opts, new), 0);
}

static struct kunit_case cookie_cases[] = {
	KUNIT_CASE(keys_are_read_as_written),
	KUNIT_CASE(cookies_are_of_a_key_and_a_client),
	{}
};

static struct kunit_suite cookie_suite = {
	.name = "strata-tcp-fastopen-cookie",
	.test_cases = cookie_cases,
};

kunit_test_suites(&cache_suite, &cookie_suite);
