// SPDX-License-Identifier: GPL-2.0
/*
 * Rates that are watched: how many may come at once, and when the next one.
 */
#include <kunit/test.h>
#include <linux/ktime.h>
#include "../../net/firewall/limit.h"

#define START	(1000 * (u64)NSEC_PER_SEC)

/* How many of @packets, each of @bytes, may come at @now. */
static unsigned int conforming(struct strata_fw_limit *limit,
			       unsigned int packets, unsigned int bytes, u64 now)
{
	unsigned int count = 0;

	while (packets--)
		count += strata_fw_limit_conforms(limit, 1, bytes, now);
	return count;
}

static void limit_lets_a_burst_and_then_the_rate(struct kunit *test)
{
	const struct strata_fw_rate rate = { .rate = 10, .period = 1, .burst = 5 };
	struct strata_fw_limit limit;

	KUNIT_ASSERT_NULL(test, strata_fw_limit_init(&limit, &rate));
	KUNIT_EXPECT_EQ(test, 5U, conforming(&limit, 20, 60, START));
	KUNIT_EXPECT_EQ(test, 0U, conforming(&limit, 20, 60,
					     START + 99 * NSEC_PER_MSEC));
	KUNIT_EXPECT_EQ(test, 1U, conforming(&limit, 20, 60,
					     START + 100 * NSEC_PER_MSEC));
	KUNIT_EXPECT_EQ(test, 2U, conforming(&limit, 20, 60,
					     START + 300 * NSEC_PER_MSEC));
	/* However long nothing came, no more than the burst. */
	KUNIT_EXPECT_EQ(test, 5U, conforming(&limit, 20, 60,
					     START + 3600 * (u64)NSEC_PER_SEC));
}

static void limit_counts_bytes(struct kunit *test)
{
	const struct strata_fw_rate rate = {
		.rate = 1000000, .period = 1, .burst = 3000, .bytes = true,
	};
	struct strata_fw_limit limit;

	KUNIT_ASSERT_NULL(test, strata_fw_limit_init(&limit, &rate));
	KUNIT_EXPECT_EQ(test, 2U, conforming(&limit, 9, 1500, START));
	KUNIT_EXPECT_EQ(test, 0U, conforming(&limit, 9, 1500,
					     START + 1499 * NSEC_PER_USEC));
	KUNIT_EXPECT_EQ(test, 1U, conforming(&limit, 9, 1500,
					     START + 1500 * NSEC_PER_USEC));
	/* What is larger than the burst takes all of it. */
	KUNIT_EXPECT_EQ(test, 1U, conforming(&limit, 9, 64000,
					     START + NSEC_PER_SEC));
	KUNIT_EXPECT_EQ(test, 0U, conforming(&limit, 9, 1500,
					     START + NSEC_PER_SEC));
}

/* Segments that travel as one count as what they will be. */
static void limit_counts_segments(struct kunit *test)
{
	const struct strata_fw_rate rate = {
		.rate = 10, .period = 1, .burst = 50,
	};
	struct strata_fw_limit limit;

	KUNIT_ASSERT_NULL(test, strata_fw_limit_init(&limit, &rate));
	KUNIT_EXPECT_TRUE(test, strata_fw_limit_conforms(&limit, 44, 65000,
							 START));
	KUNIT_EXPECT_FALSE(test, strata_fw_limit_conforms(&limit, 44, 65000,
							  START));
	KUNIT_EXPECT_EQ(test, 6U, conforming(&limit, 9, 60, START));
}

static void limit_over_a_day_is_exact(struct kunit *test)
{
	const struct strata_fw_rate rate = {
		.rate = 1000, .period = 86400, .burst = 1,
	};
	u64 now = START, step = 86400 * (u64)NSEC_PER_SEC / 1000;
	struct strata_fw_limit limit;
	unsigned int i;

	KUNIT_ASSERT_NULL(test, strata_fw_limit_init(&limit, &rate));
	for (i = 0; i < 1000; i++, now += step) {
		KUNIT_ASSERT_EQ(test, 1U, conforming(&limit, 3, 60, now));
		KUNIT_ASSERT_EQ(test, 0U, conforming(&limit, 3, 60,
						     now + step - 1));
	}
}

static const struct {
	const char *name;
	struct strata_fw_rate rate;
	bool allowed;
} rate_cases[] = {
	{ "nothing", { 0, 1, 1 } },
	{ "no period", { 1, 0, 1 } },
	{ "no burst", { 1, 1, 0 } },
	{ "one a second", { 1, 1, 1 }, true },
	{ "one a day", { 1, 86400, 1 }, true },
	{ "a period of more than a day", { 1, 86401, 1 } },
	{ "a hundred gigabits", { 12500000000, 1, 65536, true }, true },
	{ "more than can be told", { U64_MAX, 1, 1 } },
	{ "a burst that takes three centuries", { 1, 86400, U32_MAX } },
};

static void limit_refuses_impossible_rates(struct kunit *test)
{
	struct strata_fw_limit limit;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rate_cases); i++)
		KUNIT_EXPECT_EQ_MSG(test, rate_cases[i].allowed,
				    !strata_fw_limit_init(&limit,
							  &rate_cases[i].rate),
				    "%s", rate_cases[i].name);
}

static struct kunit_case limit_cases[] = {
	KUNIT_CASE(limit_lets_a_burst_and_then_the_rate),
	KUNIT_CASE(limit_counts_bytes),
	KUNIT_CASE(limit_counts_segments),
	KUNIT_CASE(limit_over_a_day_is_exact),
	KUNIT_CASE(limit_refuses_impossible_rates),
	{}
};

static struct kunit_suite limit_suite = {
	.name = "strata-firewall-limit",
	.test_cases = limit_cases,
};

kunit_test_suite(limit_suite);
