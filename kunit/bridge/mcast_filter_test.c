// SPDX-License-Identifier: GPL-2.0
/*
 * The sources that a port wants of a group: the tables of RFC 3376 6.4, and time.
 *
 * A state is written as its sources: small letters are those whose timer runs, capital
 * ones those whose timer does not; with '!' in front the mode is EXCLUDE. A source that
 * is being asked for is followed by '?', and a group by '*'.
 */
#include <linux/ctype.h>
#include "bench.h"

#define NOW		1000000ul
#define MEMBERSHIP	(260ul * HZ)
#define DRAFT_BYTES	(sizeof(struct strata_mcast_filter) + \
			 STRATA_MCAST_SOURCES_MAX * \
			 sizeof(struct strata_mcast_source))

static const struct strata_mcast_clock now = {
	.now = NOW, .membership = MEMBERSHIP, .interval = HZ, .count = 2,
	.asks = true,
};

static struct strata_mcast_filter *draft_alloc(struct kunit *test)
{
	struct strata_mcast_filter *draft = kunit_kzalloc(test, DRAFT_BYTES,
							  GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, draft);
	return draft;
}

static struct in6_addr address(char letter)
{
	struct in6_addr addr = {};

	addr.s6_addr[15] = tolower(letter);
	return addr;
}

static void state_read(struct strata_mcast_filter *filter, const char *text)
{
	memset(filter, 0, DRAFT_BYTES);
	filter->expires = NOW + 100 * HZ;
	if (*text == '!') {
		filter->exclude = true;
		text++;
	}
	for (; *text; text++)
		filter->source[filter->count++] = (struct strata_mcast_source) {
			.addr = address(*text),
			.running = islower(*text),
			.expires = NOW + 200 * HZ,
		};
}

static void state_write(const struct strata_mcast_filter *filter, char *text)
{
	unsigned int i;
	char letter;

	if (filter->exclude)
		*text++ = '!';
	/* By name: the order means nothing. */
	for (letter = 'a'; letter <= 'z'; letter++)
		for (i = 0; i < filter->count; i++) {
			if (filter->source[i].addr.s6_addr[15] != letter)
				continue;
			*text++ = filter->source[i].running ? letter :
							      toupper(letter);
			if (filter->source[i].queries)
				*text++ = '?';
		}
	if (filter->queries)
		*text++ = '*';
	*text = '\0';
}

static unsigned int sources_read(struct in6_addr *sources, const char *text)
{
	unsigned int count = 0;

	while (*text)
		sources[count++] = address(*text++);
	return count;
}

/* RFC 3376 6.4.1 and 6.4.2 */
static void the_tables(struct kunit *test)
{
	static const struct {
		const char *before;
		u8 type;
		const char *sources, *after;
	} cases[] = {
		{ "ab", STRATA_MCAST_IS_IN, "bc", "abc" },
		{ "ab", STRATA_MCAST_IS_EX, "bc", "!bC" },
		{ "ab", STRATA_MCAST_IS_EX, "", "!" },
		{ "!abYZ", STRATA_MCAST_IS_IN, "bYc", "!abcyZ" },
		{ "!abYZ", STRATA_MCAST_IS_EX, "bYc", "!bcY" },
		{ "ab", STRATA_MCAST_ALLOW, "bc", "abc" },
		{ "ab", STRATA_MCAST_BLOCK, "bc", "ab?" },
		{ "ab", STRATA_MCAST_TO_EX, "bc", "!b?C" },
		{ "ab", STRATA_MCAST_TO_IN, "bc", "a?bc" },
		{ "", STRATA_MCAST_TO_EX, "c", "!C" },
		{ "!abYZ", STRATA_MCAST_ALLOW, "Yc", "!abcyZ" },
		{ "!abYZ", STRATA_MCAST_BLOCK, "bYc", "!ab?c?YZ" },
		{ "!abYZ", STRATA_MCAST_TO_EX, "bYc", "!b?c?Y" },
		{ "!abYZ", STRATA_MCAST_TO_IN, "bYc", "!a?bcyZ*" },
		{ "!", STRATA_MCAST_TO_IN, "", "!*" },
		{ "!abYZ", 0, "b", "!abYZ" },
		{ "ab", 7, "b", "ab" },
		{ "ab", 255, "b", "ab" },
	};
	struct strata_mcast_filter *draft = draft_alloc(test);
	struct in6_addr sources[8];
	unsigned int i, count;
	char after[64];

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		state_read(draft, cases[i].before);
		count = sources_read(sources, cases[i].sources);
		strata_mcast_filter_report(draft, cases[i].type,
					   sources, count, &now);
		state_write(draft, after);
		KUNIT_EXPECT_STREQ_MSG(test, after, cases[i].after,
				       "%s, type %u of %s", cases[i].before,
				       cases[i].type, cases[i].sources);
	}
}

/* Who does not ask lowers no timer: RFC 3376 6.6.3 */
static void only_who_asks_lowers(struct kunit *test)
{
	struct strata_mcast_filter *draft = draft_alloc(test);
	struct strata_mcast_clock silent = now;
	unsigned long before;

	silent.asks = false;
	state_read(draft, "!");
	before = draft->expires;
	strata_mcast_filter_report(draft, STRATA_MCAST_TO_IN, NULL, 0,
				   &silent);
	KUNIT_EXPECT_EQ(test, draft->expires, before);
	strata_mcast_filter_queried(draft, NULL, 0, NOW + HZ);
	KUNIT_EXPECT_EQ(test, draft->expires, NOW + HZ);
	state_read(draft, "!");
	strata_mcast_filter_report(draft, STRATA_MCAST_TO_IN, NULL, 0,
				   &now);
	KUNIT_EXPECT_EQ(test, draft->expires, NOW + 2 * HZ);
}

/* RFC 3376 6.2.3, 6.3: what is left when time has passed */
static void time_passes(struct kunit *test)
{
	static const struct {
		const char *before;
		unsigned int seconds;
		const char *after;
		bool listens;
	} cases[] = {
		{ "!", 99, "!", true },
		{ "!", 100, "", false },
		{ "!abY", 100, "ab", true },	/* the group's timer */
		{ "!abY", 200, "", false },
		{ "ab", 199, "ab", true },
		{ "ab", 200, "", false },
	};
	struct strata_mcast_filter *draft = draft_alloc(test);
	unsigned long next, when;
	unsigned int i;
	char after[64];
	bool listens;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		state_read(draft, cases[i].before);
		when = NOW + cases[i].seconds * HZ;
		next = when + 1000 * HZ;
		listens = strata_mcast_filter_age(draft, when, &next);
		state_write(draft, after);
		KUNIT_EXPECT_STREQ(test, after, cases[i].after);
		KUNIT_EXPECT_EQ(test, listens, cases[i].listens);
		if (listens)
			KUNIT_EXPECT_LT(test, next, when + 1000 * HZ);
	}
	/* In mode EXCLUDE a source whose timer ends is one that nobody wants. */
	state_read(draft, "!ab");
	draft->source[0].expires = NOW;
	strata_mcast_filter_age(draft, NOW, &next);
	state_write(draft, after);
	KUNIT_EXPECT_STREQ(test, after, "!Ab");
}

/* Jiffies begin again. */
static void time_wraps(struct kunit *test)
{
	struct strata_mcast_filter *draft = draft_alloc(test);
	struct strata_mcast_clock late = now;
	unsigned long next = ULONG_MAX / 2;

	late.now = -10ul * HZ;
	next = late.now + 1000 * HZ;
	strata_mcast_filter_report(draft, STRATA_MCAST_IS_EX, NULL, 0,
				   &late);
	KUNIT_EXPECT_TRUE(test, strata_mcast_filter_age(draft, 100 * HZ,
							&next));
	KUNIT_EXPECT_FALSE(test, strata_mcast_filter_age(draft, 250 * HZ,
							 &next));
}

/* What does not fit is heard, not lost. */
static void too_many_sources(struct kunit *test)
{
	struct strata_mcast_filter *draft = draft_alloc(test);
	struct in6_addr one = {};
	unsigned int i;

	for (i = 0; i <= STRATA_MCAST_SOURCES_MAX; i++) {
		one.s6_addr[0] = i;
		strata_mcast_filter_report(draft, STRATA_MCAST_ALLOW,
					   &one, 1, &now);
		KUNIT_ASSERT_TRUE(test, strata_mcast_filter_passes(draft,
								   &one));
	}
	KUNIT_EXPECT_TRUE(test, draft->exclude);
	KUNIT_EXPECT_EQ(test, draft->count, 0);
}

static struct kunit_case mcast_filter_cases[] = {
	KUNIT_CASE(the_tables),
	KUNIT_CASE(only_who_asks_lowers),
	KUNIT_CASE(time_passes),
	KUNIT_CASE(time_wraps),
	KUNIT_CASE(too_many_sources),
	{}
};

static struct kunit_suite mcast_filter_suite = {
	.name = "strata_bridge_mcast_filter",
	.test_cases = mcast_filter_cases,
};

kunit_test_suite(mcast_filter_suite);
