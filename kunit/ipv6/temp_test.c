// SPDX-License-Identifier: GPL-2.0
/*
 * Temporary addresses (RFC 8981): when they are made, replaced and taken away,
 * and when they are the source. Time is virtual.
 */
#include <linux/delay.h>
#include "../../net/ipv6/ipv6.h"
#include "station6.h"

#define PREFIX		"2001:db8:1::"
#define OUTSIDE		"2001:db8:99::1"
#define LONG_s		86400
#define TEMPS_MAX	16
#define REGEN_ADVANCE_s	5	/* RFC 8981 3.8: 2 + 3 questions of a second */

static struct strata_temp *settings(void)
{
	return &strata_station.sn->ipv6->temp;
}

static void use(enum strata_temp_use use)
{
	settings()->use = use;
	strata_addr_prefer_temporary(strata_station.sn,
				     use == STRATA_TEMP_PREFER);
	strata_follow_soon(strata_station.sn);
}

/* What a temporary address may live here, however long routers say. */
static void live(unsigned int valid_s, unsigned int preferred_s)
{
	settings()->valid_s = valid_s;
	settings()->preferred_s = preferred_s;
	settings()->max_desync_s = 0;
}

/* A router says so of PREFIX; what comes of it has passed its DAD. */
static void advertise(u32 valid_s, u32 preferred_s)
{
	struct strata_prefix_option option = {
		.prefix_len = 64,
		.flags = STRATA_PREFIX_AUTONOMOUS,
		.valid_s = htonl(valid_s),
		.preferred_s = htonl(preferred_s),
		.prefix = strata_station6_addr(PREFIX),
	};

	mutex_lock(&strata_station.sn->config);
	strata_prefix_advertised(strata_station.link, &option);
	mutex_unlock(&strata_station.sn->config);
	strata_follow_soon(strata_station.sn);
	msleep(3000);
}

/**
 * struct seen - the addresses in PREFIX
 * @stable: how many
 * @temporary: how many
 * @deprecated: of these
 * @oldest: of these, a copy
 * @newest: likewise
 */
struct seen {
	unsigned int stable;
	unsigned int temporary;
	unsigned int deprecated;
	struct strata_addr oldest;
	struct strata_addr newest;
};

static void see_temporary(struct seen *seen, const struct strata_addr *addr)
{
	if (!seen->temporary++)
		seen->oldest = *addr;
	seen->newest = *addr;
	seen->deprecated += test_bit(STRATA_ADDR_DEPRECATED, &addr->state);
}

static struct seen look(void)
{
	struct in6_addr prefix = strata_station6_addr(PREFIX);
	struct strata_addr *addr = NULL;
	struct seen seen = {};

	mutex_lock(&strata_station.sn->config);
	while ((addr = strata_addr_next(strata_station.sn, addr))) {
		if (!ipv6_prefix_equal(&addr->addr, &prefix, 64))
			continue;
		if (test_bit(STRATA_ADDR_TEMPORARY, &addr->state))
			see_temporary(&seen, addr);
		else
			seen.stable++;
	}
	mutex_unlock(&strata_station.sn->config);
	return seen;
}

static int seconds_left(unsigned long until)
{
	return (long)(until - jiffies) / HZ;
}

static void none_unless_asked_for(struct kunit *test)
{
	struct seen seen;

	advertise(LONG_s, LONG_s);
	seen = look();
	KUNIT_EXPECT_EQ(test, seen.stable, 1);
	KUNIT_EXPECT_EQ(test, seen.temporary, 0);
	/* When they are wanted one is there, before a router speaks again. */
	use(STRATA_TEMP_MAKE);
	msleep(3000);
	KUNIT_EXPECT_EQ(test, look().temporary, 1);
}

static void one_beside_the_stable_one(struct kunit *test)
{
	struct in6_addr first;
	struct seen seen;

	use(STRATA_TEMP_MAKE);
	advertise(LONG_s, LONG_s);
	advertise(LONG_s, LONG_s);
	seen = look();
	KUNIT_EXPECT_EQ(test, seen.stable, 1);
	KUNIT_ASSERT_EQ(test, seen.temporary, 1);
	KUNIT_EXPECT_EQ(test, seen.newest.state,
			BIT(STRATA_ADDR_AUTO) | BIT(STRATA_ADDR_TEMPORARY));
	/* RFC 8981 3.3: nothing of it says what the next will be. */
	first = seen.newest.addr;
	mutex_lock(&strata_station.sn->config);
	strata_addr_del(strata_station.link, &first, 64, NULL);
	mutex_unlock(&strata_station.sn->config);
	advertise(LONG_s, LONG_s);
	seen = look();
	KUNIT_ASSERT_EQ(test, seen.temporary, 1);
	KUNIT_EXPECT_FALSE(test, ipv6_addr_equal(&first, &seen.newest.addr));
}

/* RFC 8981 3.4, 3.5 */
static void next_before_the_last_is_deprecated(struct kunit *test)
{
	struct in6_addr first;
	struct seen seen;

	live(100, 40);
	use(STRATA_TEMP_MAKE);
	/* Given one that is three seconds old */
	advertise(LONG_s, LONG_s);
	first = look().newest.addr;
	/* then it is alone until five seconds before its end, */
	msleep((40 - REGEN_ADVANCE_s - 3 - 1) * 1000);
	KUNIT_EXPECT_EQ(test, look().temporary, 1);
	msleep(2000);
	seen = look();
	KUNIT_EXPECT_EQ(test, seen.temporary, 2);
	KUNIT_EXPECT_EQ(test, seen.deprecated, 0);
	/* then the other takes its place, */
	msleep((REGEN_ADVANCE_s + 1) * 1000);
	seen = look();
	KUNIT_EXPECT_EQ(test, seen.temporary, 2);
	KUNIT_EXPECT_EQ(test, seen.deprecated, 1);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&seen.oldest.addr, &first));
	/* and it goes when its time is over; with three by then. */
	msleep(55 * 1000);
	seen = look();
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&seen.oldest.addr, &first));
	msleep(6 * 1000);
	seen = look();
	KUNIT_EXPECT_FALSE(test, ipv6_addr_equal(&seen.oldest.addr, &first));
	KUNIT_EXPECT_EQ(test, seen.stable, 1);
}

/* RFC 8981 3.4, step 1: routers shorten its life, and do not lengthen it. */
static void lifetimes_are_bounded(struct kunit *test)
{
	struct seen seen;

	live(10000, 5000);
	use(STRATA_TEMP_MAKE);
	advertise(LONG_s, LONG_s);
	msleep(20 * 1000);
	advertise(LONG_s, LONG_s);
	seen = look();
	KUNIT_ASSERT_EQ(test, seen.temporary, 1);
	KUNIT_EXPECT_LT(test, seconds_left(seen.newest.follow.valid_until),
			10000 - 20);
	KUNIT_EXPECT_GT(test, seconds_left(seen.newest.follow.valid_until),
			10000 - 40);
	KUNIT_EXPECT_LT(test, seconds_left(seen.newest.follow.preferred_until),
			5000 - 20);
	/* RFC 4862 5.5.3 (e) holds for it, too. */
	advertise(60, 30);
	seen = look();
	KUNIT_ASSERT_EQ(test, seen.temporary, 1);
	KUNIT_EXPECT_LE(test, seconds_left(seen.newest.follow.valid_until),
			7200);
	KUNIT_EXPECT_LE(test, seconds_left(seen.newest.follow.preferred_until),
			30);
	/* And it comes back with the stable one, not beyond its own end. */
	advertise(LONG_s, LONG_s);
	seen = look();
	KUNIT_ASSERT_EQ(test, seen.temporary, 1);
	KUNIT_EXPECT_GT(test, seconds_left(seen.newest.follow.preferred_until),
			4000);
	KUNIT_EXPECT_LT(test, seconds_left(seen.newest.follow.preferred_until),
			5000 - 20);
}

/* RFC 8981 3.4, step 5: what would be over at once is not made. */
static void none_for_a_moment(struct kunit *test)
{
	use(STRATA_TEMP_MAKE);
	advertise(LONG_s, REGEN_ADVANCE_s);
	KUNIT_EXPECT_EQ(test, look().stable, 1);
	KUNIT_EXPECT_EQ(test, look().temporary, 0);
	advertise(LONG_s, LONG_s);
	KUNIT_EXPECT_EQ(test, look().temporary, 1);
}

static void hosts_do_not_change_together(struct kunit *test)
{
	int left_s, least_s = INT_MAX, most_s = 0;
	struct seen seen;
	int i;

	settings()->preferred_s = 10000;
	settings()->max_desync_s = 4000;
	use(STRATA_TEMP_MAKE);
	for (i = 0; i < 20; i++) {
		advertise(LONG_s, LONG_s);
		seen = look();
		KUNIT_ASSERT_EQ(test, seen.temporary, 1);
		left_s = seconds_left(seen.newest.follow.preferred_until);
		least_s = min(left_s, least_s);
		most_s = max(left_s, most_s);
		mutex_lock(&strata_station.sn->config);
		strata_addr_del(strata_station.link, &seen.newest.addr, 64,
				NULL);
		mutex_unlock(&strata_station.sn->config);
	}
	KUNIT_EXPECT_GE(test, least_s, 6000 - 4);
	KUNIT_EXPECT_LE(test, most_s, 10000);
	/* Twenty alike would be one chance in a number of 37 digits. */
	KUNIT_EXPECT_GT(test, most_s - least_s, 60);
}

static void somebody_has_it(void)
{
	struct seen seen = look();
	struct strata_addr *addr;

	local_bh_disable();
	rcu_read_lock();
	addr = strata_addr_unusable(strata_station.link, &seen.newest.addr);
	if (addr)
		strata_dad_conflict(addr);
	rcu_read_unlock();
	local_bh_enable();
	msleep(20);
}

/* RFC 8981 3.4, step 7: three more, and then somebody makes fun of us. */
static void others_addresses_are_left_to_them(struct kunit *test)
{
	struct in6_addr last = in6addr_any;
	struct seen seen;
	int i;

	advertise(LONG_s, LONG_s);
	use(STRATA_TEMP_MAKE);
	msleep(20);
	for (i = 0; i < 4; i++) {
		seen = look();
		KUNIT_ASSERT_EQ(test, seen.temporary, 1);
		KUNIT_EXPECT_TRUE(test, seen.newest.state &
					BIT(STRATA_ADDR_TENTATIVE));
		KUNIT_EXPECT_FALSE(test, ipv6_addr_equal(&last,
							 &seen.newest.addr));
		last = seen.newest.addr;
		somebody_has_it();
	}
	KUNIT_EXPECT_EQ(test, look().temporary, 0);
	advertise(LONG_s, LONG_s);
	KUNIT_EXPECT_EQ(test, look().temporary, 0);
	KUNIT_EXPECT_EQ(test, look().stable, 1);
}

static void a_link_has_so_many(struct kunit *test)
{
	u64 before = strata_counter_read(strata_station.sn,
					 STRATA_COUNT_ND_TEMP_FULL);

	/* A new one every two seconds, which stay for hours. */
	live(10000, REGEN_ADVANCE_s + 2);
	use(STRATA_TEMP_MAKE);
	advertise(LONG_s, LONG_s);
	msleep((2 * TEMPS_MAX + 20) * 1000);
	KUNIT_EXPECT_EQ(test, look().temporary, TEMPS_MAX);
	KUNIT_EXPECT_GT(test, strata_counter_read(strata_station.sn,
						  STRATA_COUNT_ND_TEMP_FULL),
			before);
}

/* What the station would send from, to the outside. */
static bool temporary_is_source(struct kunit *test)
{
	struct in6_addr outside = strata_station6_addr(OUTSIDE);
	const struct strata_addr *own;
	bool temporary;

	rcu_read_lock();
	own = strata_addr_select(strata_station.link, &outside);
	temporary = own && test_bit(STRATA_ADDR_TEMPORARY, &own->state);
	rcu_read_unlock();
	KUNIT_EXPECT_NOT_NULL(test, own);
	return temporary;
}

/* RFC 6724 5, rule 7; after rule 3. */
static void source_is_chosen_by_preference(struct kunit *test)
{
	live(10000, 20);
	use(STRATA_TEMP_MAKE);
	advertise(LONG_s, LONG_s);
	KUNIT_EXPECT_FALSE(test, temporary_is_source(test));
	use(STRATA_TEMP_PREFER);
	KUNIT_EXPECT_TRUE(test, temporary_is_source(test));
	/* Deprecated, with no other in its place, it is worse than the stable. */
	settings()->use = STRATA_TEMP_NONE;
	msleep(20 * 1000);
	KUNIT_EXPECT_EQ(test, look().deprecated, 1);
	KUNIT_EXPECT_FALSE(test, temporary_is_source(test));
}

static int temp_init(struct kunit *test)
{
	int err = strata_station6_init(test);

	if (!err)
		strata_temp_init(settings());
	return err;
}

static void temp_exit(struct kunit *test)
{
	strata_temp_init(settings());
	use(STRATA_TEMP_NONE);
	strata_station_exit(test);
}

static struct kunit_case temp_tests[] = {
	KUNIT_CASE(none_unless_asked_for),
	KUNIT_CASE(one_beside_the_stable_one),
	KUNIT_CASE(next_before_the_last_is_deprecated),
	KUNIT_CASE(lifetimes_are_bounded),
	KUNIT_CASE(none_for_a_moment),
	KUNIT_CASE(hosts_do_not_change_together),
	KUNIT_CASE(others_addresses_are_left_to_them),
	KUNIT_CASE(a_link_has_so_many),
	KUNIT_CASE(source_is_chosen_by_preference),
	{}
};

static struct kunit_suite temp_suite = {
	.name = "strata_ipv6_temp",
	.init = temp_init,
	.exit = temp_exit,
	.test_cases = temp_tests,
};

kunit_test_suite(temp_suite);
