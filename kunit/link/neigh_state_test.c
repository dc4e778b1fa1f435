// SPDX-License-Identifier: GPL-2.0
/*
 * The states and timers of a neighbour entry, RFC 4861 7.3.2, without a clock.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include "bench.h"

static const u8 station_a[ETH_ALEN] = { 0x02, 0, 0, 0, 0, 0xa };
static const u8 station_b[ETH_ALEN] = { 0x02, 0, 0, 0, 0, 0xb };

/* Where the destination is in the header, which is right-aligned. */
#define HEADER_DEST	(STRATA_NEIGH_HEADER_BYTES - ETH_HLEN)

static bool points_to(const struct strata_neigh *neigh, const u8 *station)
{
	return !memcmp(neigh->lladdr, station, ETH_ALEN) &&
	       !memcmp(&neigh->header[HEADER_DEST], station, ETH_ALEN);
}

/* An entry in no table, so that nothing but the test moves it. */
static struct strata_neigh *lone_neigh(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct strata_neigh *neigh;
	struct in6_addr addr;

	bench_address(&addr, 2);
	neigh = strata_neigh_alloc(bench->link, &addr, &bench_ops);
	KUNIT_ASSERT_NOT_NULL(test, neigh);
	return neigh;
}

static unsigned int at_use(struct strata_neigh *neigh, unsigned long now)
{
	unsigned int actions;

	spin_lock_bh(&neigh->lock);
	neigh->used = now;
	actions = strata_neigh_use(neigh, now);
	spin_unlock_bh(&neigh->lock);
	return actions;
}

static unsigned int at_expire(struct strata_neigh *neigh, unsigned long now)
{
	unsigned int actions;

	spin_lock_bh(&neigh->lock);
	actions = strata_neigh_expire(neigh, now);
	spin_unlock_bh(&neigh->lock);
	return actions;
}

static unsigned int at_hear(struct strata_neigh *neigh, const u8 *lladdr,
			    u32 flags, unsigned long now)
{
	unsigned int actions;

	spin_lock_bh(&neigh->lock);
	actions = strata_neigh_hear(neigh, lladdr, flags, now);
	spin_unlock_bh(&neigh->lock);
	return actions;
}

static void at_reached(struct strata_neigh *neigh, unsigned long now)
{
	spin_lock_bh(&neigh->lock);
	strata_neigh_reached(neigh, now);
	spin_unlock_bh(&neigh->lock);
}

static void at_fix(struct strata_neigh *neigh, const u8 *lladdr,
		   unsigned long now)
{
	spin_lock_bh(&neigh->lock);
	strata_neigh_fix(neigh, lladdr, now);
	spin_unlock_bh(&neigh->lock);
}

/* RFC 4861 7.2.2: three questions, a second apart, then failure. */
static void asks_three_times_then_fails(struct kunit *test)
{
	struct strata_neigh *neigh = lone_neigh(test);
	unsigned long now = jiffies;
	int probe;

	KUNIT_EXPECT_EQ(test, at_use(neigh, now), STRATA_NEIGH_DO_SOLICIT);
	KUNIT_EXPECT_EQ(test, neigh->state, STRATA_NEIGH_INCOMPLETE);
	/* A second packet does not ask a second time. */
	KUNIT_EXPECT_EQ(test, at_use(neigh, now + 1), 0);
	for (probe = 2; probe <= STRATA_NEIGH_MAX_MULTICAST_SOLICIT; probe++) {
		KUNIT_EXPECT_EQ(test, at_expire(neigh, now + HZ - 1), 0);
		now += HZ;
		KUNIT_EXPECT_EQ(test, at_expire(neigh, now),
				STRATA_NEIGH_DO_SOLICIT);
	}
	KUNIT_EXPECT_EQ(test, at_expire(neigh, now + HZ), STRATA_NEIGH_DO_FAIL);
	KUNIT_EXPECT_EQ(test, neigh->state, STRATA_NEIGH_FAILED);
	strata_neigh_put(neigh);
}

/* 7.3.3: the next packet after a failure begins again. */
static void failure_is_not_for_ever(struct kunit *test)
{
	struct strata_neigh *neigh = lone_neigh(test);
	unsigned long now = jiffies;

	neigh->state = STRATA_NEIGH_FAILED;
	KUNIT_EXPECT_EQ(test, at_use(neigh, now), STRATA_NEIGH_DO_SOLICIT);
	KUNIT_EXPECT_EQ(test, neigh->state, STRATA_NEIGH_INCOMPLETE);
	KUNIT_EXPECT_EQ(test, neigh->probes, 1);
	strata_neigh_put(neigh);
}

/* 6.3.2: between half and one and a half times 30 s, and not always the same */
static void reachable_time_is_random(struct kunit *test)
{
	struct strata_neigh *neigh = lone_neigh(test);
	unsigned long least = ULONG_MAX, most = 0;
	unsigned long now = jiffies;
	int i;

	for (i = 0; i < 200; i++) {
		at_hear(neigh, station_a, STRATA_NEIGH_LEARN_CREATE |
			STRATA_NEIGH_LEARN_SOLICITED, now);
		least = min(least, neigh->reachable);
		most = max(most, neigh->reachable);
	}
	KUNIT_EXPECT_GE(test, least, 15UL * HZ);
	KUNIT_EXPECT_LE(test, most, 45UL * HZ);
	KUNIT_EXPECT_LT(test, least, 20UL * HZ);
	KUNIT_EXPECT_GT(test, most, 40UL * HZ);
	strata_neigh_put(neigh);
}

/* 7.3.2: REACHABLE lasts for as long as upper layers confirm, then STALE. */
static void reachable_ages_to_stale(struct kunit *test)
{
	struct strata_neigh *neigh = lone_neigh(test);
	unsigned long now = jiffies;

	at_use(neigh, now);
	KUNIT_EXPECT_EQ(test, at_hear(neigh, station_a,
				      STRATA_NEIGH_LEARN_SOLICITED, now),
			STRATA_NEIGH_DO_SEND);
	KUNIT_EXPECT_EQ(test, neigh->state, STRATA_NEIGH_REACHABLE);

	now += neigh->reachable;
	strata_neigh_confirm(neigh);
	WRITE_ONCE(neigh->confirmed, now - HZ);
	KUNIT_EXPECT_EQ(test, at_expire(neigh, now), 0);
	KUNIT_EXPECT_EQ(test, neigh->state, STRATA_NEIGH_REACHABLE);

	now += neigh->reachable - HZ;
	KUNIT_EXPECT_EQ(test, at_expire(neigh, now), 0);
	KUNIT_EXPECT_EQ(test, neigh->state, STRATA_NEIGH_STALE);
	strata_neigh_put(neigh);
}

/* 7.3.3: a packet through a stale entry goes, and after 5 s we ask, unicast. */
static void stale_delays_then_probes(struct kunit *test)
{
	struct strata_neigh *neigh = lone_neigh(test);
	unsigned long now = jiffies;
	int probe;

	at_hear(neigh, station_a, STRATA_NEIGH_LEARN_CREATE, now);
	KUNIT_EXPECT_EQ(test, neigh->state, STRATA_NEIGH_STALE);
	KUNIT_EXPECT_EQ(test, at_use(neigh, now), 0);
	KUNIT_EXPECT_EQ(test, neigh->state, STRATA_NEIGH_DELAY);
	KUNIT_EXPECT_EQ(test, at_expire(neigh, now + 5 * HZ - 1), 0);

	now += 5 * HZ;
	for (probe = 1; probe <= STRATA_NEIGH_MAX_UNICAST_SOLICIT; probe++) {
		KUNIT_EXPECT_EQ(test, at_expire(neigh, now),
				STRATA_NEIGH_DO_SOLICIT);
		KUNIT_EXPECT_EQ(test, neigh->state, STRATA_NEIGH_PROBE);
		now += HZ;
	}
	KUNIT_EXPECT_EQ(test, at_expire(neigh, now), STRATA_NEIGH_DO_FAIL);
	KUNIT_EXPECT_EQ(test, neigh->state, STRATA_NEIGH_FAILED);
	strata_neigh_put(neigh);
}

/* 7.3.1: a word from an upper layer spares the questions. */
static void upper_layer_confirms(struct kunit *test)
{
	static const u8 doubtful[] = {
		STRATA_NEIGH_STALE, STRATA_NEIGH_DELAY, STRATA_NEIGH_PROBE,
	};
	struct strata_neigh *neigh = lone_neigh(test);
	unsigned long now = jiffies;
	int i;

	for (i = 0; i < ARRAY_SIZE(doubtful); i++) {
		neigh->state = doubtful[i];
		at_reached(neigh, now);
		KUNIT_EXPECT_EQ(test, neigh->state, STRATA_NEIGH_REACHABLE);
		KUNIT_EXPECT_EQ(test, neigh->confirmed, now);
	}
	/* But it cannot make up an address. */
	neigh->state = STRATA_NEIGH_INCOMPLETE;
	at_reached(neigh, now);
	KUNIT_EXPECT_EQ(test, neigh->state, STRATA_NEIGH_INCOMPLETE);
	strata_neigh_put(neigh);
}

static void idle_entries_go_unless_held(struct kunit *test)
{
	struct strata_neigh *neigh = lone_neigh(test);
	unsigned long now = jiffies;

	at_hear(neigh, station_a, STRATA_NEIGH_LEARN_CREATE, now);
	neigh->used = now + HZ;
	now += STRATA_NEIGH_KEEP_JIFFIES;
	/* It was used a second later than it was learned. */
	KUNIT_EXPECT_EQ(test, at_expire(neigh, now), 0);
	now += HZ;
	strata_neigh_hold(neigh);
	KUNIT_EXPECT_EQ(test, at_expire(neigh, now), 0);
	strata_neigh_put(neigh);
	now += STRATA_NEIGH_KEEP_JIFFIES;
	KUNIT_EXPECT_EQ(test, at_expire(neigh, now), STRATA_NEIGH_DO_REMOVE);
	strata_neigh_put(neigh);
}

static void permanent_stays(struct kunit *test)
{
	struct strata_neigh *neigh = lone_neigh(test);
	unsigned long now = jiffies;

	at_fix(neigh, station_a, now);
	KUNIT_EXPECT_FALSE(test, strata_neigh_timed(neigh));
	KUNIT_EXPECT_EQ(test, at_use(neigh, now), 0);
	KUNIT_EXPECT_EQ(test, at_expire(neigh, now + 3600 * HZ), 0);
	at_reached(neigh, now);
	at_hear(neigh, station_b, STRATA_NEIGH_LEARN_SOLICITED |
		STRATA_NEIGH_LEARN_OVERRIDE, now);
	KUNIT_EXPECT_EQ(test, neigh->state, STRATA_NEIGH_PERMANENT);
	KUNIT_EXPECT_TRUE(test, points_to(neigh, station_a));
	strata_neigh_put(neigh);
}

#define CREATE		STRATA_NEIGH_LEARN_CREATE
#define SOLICITED	STRATA_NEIGH_LEARN_SOLICITED
#define OVERRIDE	STRATA_NEIGH_LEARN_OVERRIDE
#define SEND		STRATA_NEIGH_DO_SEND

/*
 * What is heard of a neighbour at station A: its own address again, or B.
 * RFC 4861 7.2.5, and 7.2.3 for solicitations (CREATE | OVERRIDE).
 */
struct hear_case {
	const char *name;
	u8 before;
	bool other;
	u32 flags;
	u8 after;
	bool moved;
	unsigned int actions;
};

static const struct hear_case hear_cases[] = {
	{ "incomplete, answer", STRATA_NEIGH_INCOMPLETE, true, SOLICITED,
	  STRATA_NEIGH_REACHABLE, true, SEND },
	{ "incomplete, unsolicited", STRATA_NEIGH_INCOMPLETE, true, 0,
	  STRATA_NEIGH_STALE, true, SEND },
	{ "incomplete, override makes no difference", STRATA_NEIGH_INCOMPLETE,
	  true, OVERRIDE, STRATA_NEIGH_STALE, true, SEND },
	{ "nothing known, unsolicited", STRATA_NEIGH_NONE, true, OVERRIDE,
	  STRATA_NEIGH_NONE, false, 0 },
	{ "nothing known, its solicitation", STRATA_NEIGH_NONE, true,
	  CREATE | OVERRIDE, STRATA_NEIGH_STALE, true, SEND },
	{ "failed, unsolicited", STRATA_NEIGH_FAILED, true, OVERRIDE,
	  STRATA_NEIGH_FAILED, false, 0 },
	{ "failed, late answer", STRATA_NEIGH_FAILED, true, SOLICITED,
	  STRATA_NEIGH_REACHABLE, true, SEND },
	{ "failed, its solicitation", STRATA_NEIGH_FAILED, true,
	  CREATE | OVERRIDE, STRATA_NEIGH_STALE, true, SEND },

	{ "reachable, same unsolicited", STRATA_NEIGH_REACHABLE, false, 0,
	  STRATA_NEIGH_REACHABLE, false, 0 },
	{ "reachable, same answer", STRATA_NEIGH_REACHABLE, false, SOLICITED,
	  STRATA_NEIGH_REACHABLE, false, 0 },
	{ "reachable, other without override: doubt", STRATA_NEIGH_REACHABLE,
	  true, 0, STRATA_NEIGH_STALE, false, 0 },
	{ "reachable, other answer without override", STRATA_NEIGH_REACHABLE,
	  true, SOLICITED, STRATA_NEIGH_STALE, false, 0 },
	{ "reachable, other overrides", STRATA_NEIGH_REACHABLE, true, OVERRIDE,
	  STRATA_NEIGH_STALE, true, 0 },
	{ "reachable, other answer overrides", STRATA_NEIGH_REACHABLE, true,
	  SOLICITED | OVERRIDE, STRATA_NEIGH_REACHABLE, true, 0 },
	{ "reachable, its solicitation from elsewhere", STRATA_NEIGH_REACHABLE,
	  true, CREATE | OVERRIDE, STRATA_NEIGH_STALE, true, 0 },

	{ "stale, same unsolicited", STRATA_NEIGH_STALE, false, OVERRIDE,
	  STRATA_NEIGH_STALE, false, 0 },
	{ "stale, same answer", STRATA_NEIGH_STALE, false, SOLICITED,
	  STRATA_NEIGH_REACHABLE, false, 0 },
	{ "stale, other without override: ignored", STRATA_NEIGH_STALE, true,
	  SOLICITED, STRATA_NEIGH_STALE, false, 0 },
	{ "stale, other overrides", STRATA_NEIGH_STALE, true, OVERRIDE,
	  STRATA_NEIGH_STALE, true, 0 },

	{ "delay, same answer", STRATA_NEIGH_DELAY, false, SOLICITED,
	  STRATA_NEIGH_REACHABLE, false, 0 },
	{ "delay, same unsolicited: still in doubt", STRATA_NEIGH_DELAY, false,
	  OVERRIDE, STRATA_NEIGH_DELAY, false, 0 },
	{ "delay, other without override: ignored", STRATA_NEIGH_DELAY, true, 0,
	  STRATA_NEIGH_DELAY, false, 0 },
	{ "probe, same answer", STRATA_NEIGH_PROBE, false,
	  SOLICITED | OVERRIDE, STRATA_NEIGH_REACHABLE, false, 0 },
	{ "probe, other overrides", STRATA_NEIGH_PROBE, true, OVERRIDE,
	  STRATA_NEIGH_STALE, true, 0 },
};

static void hear_case_name(const struct hear_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(hear, hear_cases, hear_case_name);

static void hears_an_address(struct kunit *test)
{
	const struct hear_case *c = test->param_value;
	struct strata_neigh *neigh = lone_neigh(test);
	unsigned long now = jiffies;

	at_fix(neigh, station_a, now);
	neigh->state = c->before;
	KUNIT_EXPECT_EQ(test, at_hear(neigh, c->other ? station_b : station_a,
				      c->flags, now), c->actions);
	KUNIT_EXPECT_EQ(test, neigh->state, c->after);
	/* The header follows the address. */
	KUNIT_EXPECT_TRUE(test, points_to(neigh, c->moved ? station_b :
							    station_a));
	strata_neigh_put(neigh);
}

static struct kunit_case neigh_state_cases[] = {
	KUNIT_CASE(asks_three_times_then_fails),
	KUNIT_CASE(failure_is_not_for_ever),
	KUNIT_CASE(reachable_time_is_random),
	KUNIT_CASE(reachable_ages_to_stale),
	KUNIT_CASE(stale_delays_then_probes),
	KUNIT_CASE(upper_layer_confirms),
	KUNIT_CASE(idle_entries_go_unless_held),
	KUNIT_CASE(permanent_stays),
	KUNIT_CASE_PARAM(hears_an_address, hear_gen_params),
	{}
};

static struct kunit_suite neigh_state_suite = {
	.name = "strata_link_neigh_state",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = neigh_state_cases,
};

kunit_test_suite(neigh_state_suite);
