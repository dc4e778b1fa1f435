// SPDX-License-Identifier: GPL-2.0
/*
 * How many broadcasts a port may bring: a tenth of a second's at once, then as many as
 * the limit says.
 */
#include <kunit/test.h>
#include <strata/bridge.h>
#include "../../net/bridge/bridge.h"

#define START_ns	(100 * NSEC_PER_SEC)
#define MANY		1000

static struct strata_bridge_port *port_of(struct kunit *test)
{
	struct strata_bridge_port *port = kunit_kzalloc(test, sizeof(*port), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, port);
	return port;
}

/* Of many that come at @now, so many may enter. */
static unsigned int enter(struct strata_bridge_port *port, u32 limit, u64 now)
{
	unsigned int i, entered = 0;

	for (i = 0; i < MANY; i++)
		entered += strata_bridge_storm_conforms(port, limit, now);
	return entered;
}

static void storm_burst(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, enter(port_of(test), 100, START_ns), 10);
	KUNIT_EXPECT_EQ(test, enter(port_of(test), 5000, START_ns), 500);
	/* At least one. */
	KUNIT_EXPECT_EQ(test, enter(port_of(test), 1, START_ns), 1);
	KUNIT_EXPECT_EQ(test, enter(port_of(test), 10, START_ns), 1);
}

static void storm_rate(struct kunit *test)
{
	struct strata_bridge_port *port = port_of(test);
	unsigned int ms, entered = 0;

	for (ms = 0; ms < 10000; ms += 10)
		entered += enter(port, 100, START_ns + ms * NSEC_PER_MSEC);
	/* The first tenth of a second's, and one each 10 ms after. */
	KUNIT_EXPECT_EQ(test, entered, 10 + 999);
}

static void storm_silence_saves_no_more_than_a_burst(struct kunit *test)
{
	struct strata_bridge_port *port = port_of(test);

	KUNIT_EXPECT_EQ(test, enter(port, 100, START_ns), 10);
	KUNIT_EXPECT_EQ(test, enter(port, 100, START_ns + 3600 * NSEC_PER_SEC), 10);
}

static void storm_fastest(struct kunit *test)
{
	struct strata_bridge_port *port = port_of(test);

	KUNIT_EXPECT_EQ(test, enter(port, STRATA_BRIDGE_BCAST_LIMIT_MAX, START_ns),
			MANY);
}

static struct kunit_case storm_cases[] = {
	KUNIT_CASE(storm_burst),
	KUNIT_CASE(storm_rate),
	KUNIT_CASE(storm_silence_saves_no_more_than_a_burst),
	KUNIT_CASE(storm_fastest),
	{}
};

static struct kunit_suite storm_suite = {
	.name = "strata_bridge_storm",
	.test_cases = storm_cases,
};

kunit_test_suite(storm_suite);
