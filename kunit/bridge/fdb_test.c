// SPDX-License-Identifier: GPL-2.0
/*
 * The forwarding database: learning, moving, ageing, its limit and its growth.
 */
#include "bench.h"

/* Station @n of a kind of address that nobody else has. */
static u64 station(u32 n, u16 vid)
{
	u8 addr[ETH_ALEN] = { 0x02, 0x77, n >> 24, n >> 16, n >> 8, n };

	return strata_bridge_fdb_key(addr, vid);
}

static void learn(struct bench *bench, unsigned int port, u64 key)
{
	local_bh_disable();
	rcu_read_lock();
	strata_bridge_fdb_learn(&bench->br, &bench->port[port], key);
	rcu_read_unlock();
	local_bh_enable();
}

/* Number of the port where a station is known, -1 if it is not. */
static int where(struct bench *bench, u64 key)
{
	struct strata_bridge_fdb *fdb;
	int port = -1;

	rcu_read_lock();
	fdb = strata_bridge_fdb_find(&bench->br.fdb, key);
	if (fdb)
		port = fdb->port - bench->port;
	rcu_read_unlock();
	return port;
}

static void set(struct kunit *test, unsigned int port, u64 key, u32 flags)
{
	struct bench *bench = test->priv;

	KUNIT_ASSERT_EQ(test, 0,
			strata_bridge_fdb_set(&bench->br, &bench->port[port],
					      key, flags));
}

static void keys_say_address_and_vlan(struct kunit *test)
{
	static const u8 addr[ETH_ALEN] = { 0x02, 0x34, 0x56, 0x78, 0x9a, 0xbc };
	u64 key = strata_bridge_fdb_key(addr, 4094);
	u8 back[ETH_ALEN];

	strata_bridge_fdb_addr(key, back);
	KUNIT_EXPECT_EQ(test, memcmp(addr, back, ETH_ALEN), 0);
	KUNIT_EXPECT_EQ(test, strata_bridge_fdb_vid(key), 4094);
	KUNIT_EXPECT_NE(test, key, strata_bridge_fdb_key(addr, 4093));
}

/* IEEE 802.1D-1998 7.8 */
static void learns_and_follows(struct kunit *test)
{
	struct bench *bench = test->priv;

	KUNIT_EXPECT_EQ(test, where(bench, station(1, 0)), -1);
	learn(bench, 0, station(1, 0));
	KUNIT_EXPECT_EQ(test, where(bench, station(1, 0)), 0);
	learn(bench, 2, station(1, 0));
	KUNIT_EXPECT_EQ(test, where(bench, station(1, 0)), 2);
	KUNIT_EXPECT_EQ(test, bench->br.fdb.count, 1);
	KUNIT_EXPECT_EQ(test, where(bench, station(1, 5)), -1);
}

static void what_learning_may_change(struct kunit *test)
{
	static const struct {
		u32 flags;
		int port;	/* after a frame from port 1 */
	} cases[] = {
		{ 0, 1 },
		{ STRATA_BRIDGE_FDB_STATIC, 1 },
		{ STRATA_BRIDGE_FDB_STICKY, 0 },
		{ STRATA_BRIDGE_FDB_LOCAL | STRATA_BRIDGE_FDB_STATIC, 0 },
	};
	struct bench *bench = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		set(test, 0, station(i, 0), cases[i].flags);
		learn(bench, 1, station(i, 0));
		KUNIT_EXPECT_EQ_MSG(test, where(bench, station(i, 0)),
				    cases[i].port, "flags %x", cases[i].flags);
	}
}

/* IEEE 802.1D-1998 7.9.2 */
static void what_grows_old(struct kunit *test)
{
	static const struct {
		u32 flags;
		unsigned int silent_s;
		bool known;
	} cases[] = {
		{ STRATA_BRIDGE_FDB_LEARNED, 299, true },
		{ STRATA_BRIDGE_FDB_LEARNED, 300, false },
		{ 0, 301, false },
		{ STRATA_BRIDGE_FDB_STATIC, 100000, true },
		{ STRATA_BRIDGE_FDB_STICKY, 300, false },
		{ STRATA_BRIDGE_FDB_LOCAL, 100000, true },
		{ STRATA_BRIDGE_FDB_EXTERN, 100000, true },
	};
	struct bench *bench = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		set(test, 0, station(i, 0), cases[i].flags);
		rcu_read_lock();
		strata_bridge_fdb_find(&bench->br.fdb, station(i, 0))->updated =
			(u32)jiffies;
		rcu_read_unlock();
		strata_bridge_fdb_age(&bench->br,
				      jiffies + cases[i].silent_s * HZ);
		KUNIT_EXPECT_EQ_MSG(test, where(bench, station(i, 0)) == 0,
				    cases[i].known, "case %u", i);
		strata_bridge_fdb_remove(&bench->br, station(i, 0), NULL);
	}
}

/* A walk that began before the station spoke does not take it for ancient. */
static void nobody_is_older_than_time(struct kunit *test)
{
	struct bench *bench = test->priv;

	learn(bench, 0, station(1, 0));
	strata_bridge_fdb_age(&bench->br, jiffies - 10 * HZ);
	KUNIT_EXPECT_EQ(test, where(bench, station(1, 0)), 0);
}

static void stops_at_the_limit(struct kunit *test)
{
	struct bench *bench = test->priv;
	u64 full = strata_counter_read(bench->br.sn,
				       STRATA_COUNT_BRIDGE_FDB_FULL);

	bench->br.fdb.max_learned = 2;
	set(test, 0, station(9, 0), STRATA_BRIDGE_FDB_STATIC);
	learn(bench, 0, station(1, 0));
	learn(bench, 0, station(2, 0));
	learn(bench, 0, station(3, 0));
	KUNIT_EXPECT_EQ(test, where(bench, station(3, 0)), -1);
	KUNIT_EXPECT_EQ(test, bench->br.fdb.learned, 2);
	KUNIT_EXPECT_EQ(test, full + 1,
			strata_counter_read(bench->br.sn,
					    STRATA_COUNT_BRIDGE_FDB_FULL));
	/* By hand there may be more, and who is known may move. */
	set(test, 0, station(4, 0), STRATA_BRIDGE_FDB_STATIC);
	learn(bench, 1, station(1, 0));
	KUNIT_EXPECT_EQ(test, where(bench, station(1, 0)), 1);
	/* What was learned and then set by hand is not counted any more. */
	set(test, 0, station(1, 0), STRATA_BRIDGE_FDB_STATIC);
	learn(bench, 2, station(3, 0));
	KUNIT_EXPECT_EQ(test, where(bench, station(3, 0)), 2);
}

/* Whoever crowds the table from one port keeps nobody at another out. */
static void a_crowd_makes_room(struct kunit *test)
{
	struct bench *bench = test->priv;
	u64 evicted = strata_counter_read(bench->br.sn,
					  STRATA_COUNT_BRIDGE_FDB_EVICTED);
	u32 n;

	/* given: all are the crowd's but one */
	bench->br.fdb.max_learned = 50;
	set(test, 0, station(1000, 0), STRATA_BRIDGE_FDB_STATIC);
	learn(bench, 2, station(2000, 0));
	for (n = 0; n < 60; n++)
		learn(bench, 0, station(n, 0));
	KUNIT_EXPECT_EQ(test, bench->port[0].learned, 49);
	/* when others come, as many as the crowd */
	for (n = 100; n < 160; n++)
		learn(bench, 1, station(n, 0));
	/* then: the crowd shared with them, and nobody else had to */
	KUNIT_EXPECT_EQ(test, bench->br.fdb.learned, 50);
	KUNIT_EXPECT_EQ(test, bench->port[0].learned, 25);
	KUNIT_EXPECT_EQ(test, bench->port[1].learned, 24);
	KUNIT_EXPECT_EQ(test, where(bench, station(1000, 0)), 0);
	KUNIT_EXPECT_EQ(test, where(bench, station(2000, 0)), 2);
	KUNIT_EXPECT_EQ(test, evicted + 24,
			strata_counter_read(bench->br.sn,
					    STRATA_COUNT_BRIDGE_FDB_EVICTED));
	/* and a port's share goes with its stations */
	learn(bench, 1, station(2000, 0));
	KUNIT_EXPECT_EQ(test, bench->port[1].learned, 25);
	KUNIT_EXPECT_EQ(test, bench->port[2].learned, 0);
	strata_bridge_fdb_flush(&bench->br, &bench->port[1], 0);
	KUNIT_EXPECT_EQ(test, bench->port[1].learned, 0);
	KUNIT_EXPECT_EQ(test, bench->br.fdb.learned, 25);
}

/* Every station is still found while the table grows, and when it has grown. */
static void grows(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct strata_bridge_fdb_table *table = &bench->br.fdb;
	u32 n, lost = 0;

	for (n = 0; n < 5000; n++) {
		learn(bench, n % BENCH_PORTS, station(n, n % 7));
		if (n % 1000 == 0)
			flush_work(&table->growing);
	}
	flush_work(&table->growing);
	KUNIT_EXPECT_EQ(test, table->count, 5000);
	rcu_read_lock();
	KUNIT_EXPECT_GE(test, 1 << rcu_dereference(table->buckets)->bits, 2048);
	rcu_read_unlock();
	for (n = 0; n < 5000; n++)
		lost += where(bench, station(n, n % 7)) != n % BENCH_PORTS;
	KUNIT_EXPECT_EQ(test, lost, 0);
	for (n = 0; n < 5000; n += 2)
		lost += !!strata_bridge_fdb_remove(&bench->br,
						   station(n, n % 7), NULL);
	KUNIT_EXPECT_EQ(test, lost, 0);
	KUNIT_EXPECT_EQ(test, table->count, 2500);
	KUNIT_EXPECT_EQ(test, table->learned, 2500);
	KUNIT_EXPECT_EQ(test, where(bench, station(4999, 4999 % 7)), 4999 % 3);
}

static void flushes_what_was_asked(struct kunit *test)
{
	struct bench *bench = test->priv;

	learn(bench, 0, station(1, 10));
	learn(bench, 0, station(1, 20));
	learn(bench, 1, station(2, 10));
	set(test, 0, station(3, 10), STRATA_BRIDGE_FDB_STATIC);
	strata_bridge_fdb_flush(&bench->br, &bench->port[0], 20);
	KUNIT_EXPECT_EQ(test, where(bench, station(1, 20)), -1);
	KUNIT_EXPECT_EQ(test, where(bench, station(1, 10)), 0);
	strata_bridge_fdb_flush(&bench->br, &bench->port[0], 0);
	KUNIT_EXPECT_EQ(test, where(bench, station(1, 10)), -1);
	KUNIT_EXPECT_EQ(test, where(bench, station(2, 10)), 1);
	strata_bridge_fdb_flush(&bench->br, NULL, 0);
	KUNIT_EXPECT_EQ(test, where(bench, station(2, 10)), -1);
	KUNIT_EXPECT_EQ(test, where(bench, station(3, 10)), 0);
}

static void removes_only_where_it_is(struct kunit *test)
{
	struct bench *bench = test->priv;

	learn(bench, 0, station(1, 0));
	KUNIT_EXPECT_EQ(test, -ENOENT,
			strata_bridge_fdb_remove(&bench->br, station(1, 0),
						 &bench->port[1]));
	KUNIT_EXPECT_EQ(test, 0,
			strata_bridge_fdb_remove(&bench->br, station(1, 0),
						 &bench->port[0]));
	KUNIT_EXPECT_EQ(test, -ENOENT,
			strata_bridge_fdb_remove(&bench->br, station(1, 0), NULL));
}

/* As frames look it up. */
static bool known_to_frames(struct bench *bench, u64 key)
{
	bool known;

	local_bh_disable();
	rcu_read_lock();
	known = strata_bridge_fdb_find_recent(&bench->br.fdb, key);
	rcu_read_unlock();
	local_bh_enable();
	return known;
}

/* What a processor remembers ends with any entry's end, also with its own. */
static void what_is_gone_is_not_remembered(struct kunit *test)
{
	struct bench *bench = test->priv;
	u32 n;

	for (n = 0; n < 200; n++) {
		KUNIT_EXPECT_FALSE(test, known_to_frames(bench, station(n, 0)));
		learn(bench, 0, station(n, 0));
		KUNIT_EXPECT_TRUE(test, known_to_frames(bench, station(n, 0)));
		KUNIT_EXPECT_TRUE(test, known_to_frames(bench, station(n, 0)));
		if (n % 3)
			continue;
		strata_bridge_fdb_remove(&bench->br, station(n, 0), NULL);
		KUNIT_EXPECT_FALSE(test, known_to_frames(bench, station(n, 0)));
	}
	for (n = 0; n < 200; n++)
		KUNIT_EXPECT_EQ(test, known_to_frames(bench, station(n, 0)),
				!!(n % 3));
	strata_bridge_fdb_flush(&bench->br, NULL, 0);
	for (n = 0; n < 200; n++)
		KUNIT_EXPECT_FALSE(test, known_to_frames(bench, station(n, 0)));
}

static void nothing_is_learned_without_ageing_time(struct kunit *test)
{
	struct bench *bench = test->priv;

	bench->br.ageing_jiffies = 0;
	learn(bench, 0, station(1, 0));
	KUNIT_EXPECT_EQ(test, where(bench, station(1, 0)), -1);
}

static struct kunit_case fdb_cases[] = {
	KUNIT_CASE(keys_say_address_and_vlan),
	KUNIT_CASE(learns_and_follows),
	KUNIT_CASE(what_learning_may_change),
	KUNIT_CASE(what_grows_old),
	KUNIT_CASE(nobody_is_older_than_time),
	KUNIT_CASE(stops_at_the_limit),
	KUNIT_CASE(a_crowd_makes_room),
	KUNIT_CASE(grows),
	KUNIT_CASE(flushes_what_was_asked),
	KUNIT_CASE(removes_only_where_it_is),
	KUNIT_CASE(what_is_gone_is_not_remembered),
	KUNIT_CASE(nothing_is_learned_without_ageing_time),
	{}
};

static struct kunit_suite fdb_suite = {
	.name = "strata_bridge_fdb",
	.init = bridge_bench_init,
	.exit = bridge_bench_exit,
	.test_cases = fdb_cases,
};

kunit_test_suite(fdb_suite);
