// SPDX-License-Identifier: GPL-2.0
/*
 * The token bucket that limits ICMP errors; time is the test's.
 */
#include <kunit/test.h>
#include <strata/icmp.h>

#define COST_ms		1000
#define BURST_ms	3000
#define START_ms	0xfffffe00U	/* just before the counter wraps */

static bool take(struct strata_bucket *bucket, unsigned int at_ms)
{
	return strata_bucket_take(bucket, START_ms + at_ms, COST_ms, BURST_ms);
}

static void bucket_gives_burst_then_rate(struct kunit *test)
{
	struct strata_bucket bucket = { START_ms, BURST_ms };

	/* Given a full bucket: three at once */
	KUNIT_EXPECT_TRUE(test, take(&bucket, 0));
	KUNIT_EXPECT_TRUE(test, take(&bucket, 0));
	KUNIT_EXPECT_TRUE(test, take(&bucket, 0));
	/* then none until one is paid for by time, also over the wrap */
	KUNIT_EXPECT_FALSE(test, take(&bucket, 0));
	KUNIT_EXPECT_FALSE(test, take(&bucket, 999));
	KUNIT_EXPECT_TRUE(test, take(&bucket, 1000));
	KUNIT_EXPECT_FALSE(test, take(&bucket, 1001));
}

static void bucket_saves_no_more_than_burst(struct kunit *test)
{
	struct strata_bucket bucket = { START_ms, 0 };
	int i;

	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_TRUE(test, take(&bucket, 1000000));
	KUNIT_EXPECT_FALSE(test, take(&bucket, 1000000));
}

static void bucket_empty_gives_nothing_free(struct kunit *test)
{
	struct strata_bucket bucket = { START_ms, 0 };

	KUNIT_EXPECT_FALSE(test, strata_bucket_take(&bucket, START_ms, 0,
						    BURST_ms));
}

static struct kunit_case icmp_tests[] = {
	KUNIT_CASE(bucket_gives_burst_then_rate),
	KUNIT_CASE(bucket_saves_no_more_than_burst),
	KUNIT_CASE(bucket_empty_gives_nothing_free),
	{}
};

static struct kunit_suite icmp_suite = {
	.name = "strata-core-icmp",
	.test_cases = icmp_tests,
};

kunit_test_suite(icmp_suite);
