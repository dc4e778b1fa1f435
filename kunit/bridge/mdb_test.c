// SPDX-License-Identifier: GPL-2.0
/*
 * Who listens where: reports, time, the bounds of the table, and who asks.
 */
#include <linux/if_bridge.h>
#include <linux/inet.h>
#include <linux/skbuff.h>
#include "bench.h"

static struct strata_mdb_key group(u32 addr, u16 vid)
{
	struct strata_mdb_key key = { .vid = vid, .proto = htons(ETH_P_IP) };

	ipv6_addr_set_v4mapped(htonl(addr), &key.addr);
	return key;
}

/* A record from @port at @now. */
static void report(struct bench *bench, unsigned int port, u32 addr, u16 vid,
		   u8 type, unsigned long now)
{
	struct strata_mcast_record record = { .type = type };
	struct strata_mdb_key key = group(addr, vid);

	spin_lock_bh(&bench->br.mcast.lock);
	strata_mcast_report(&bench->port[port], &key, &record, NULL, now);
	spin_unlock_bh(&bench->br.mcast.lock);
}

static bool listens(struct bench *bench, unsigned int port, u32 addr, u16 vid)
{
	struct strata_mdb_key key = group(addr, vid);
	bool is;

	spin_lock_bh(&bench->br.mcast.lock);
	is = strata_mdb_member(&bench->port[port], &key);
	spin_unlock_bh(&bench->br.mcast.lock);
	return is;
}

/* All that is due at @now. Return: queries that were to be sent. */
static unsigned int age(struct bench *bench, unsigned long now)
{
	struct sk_buff_head out;
	unsigned int count;

	__skb_queue_head_init(&out);
	spin_lock_bh(&bench->br.mcast.lock);
	strata_mcast_age(&bench->br, now, &out);
	spin_unlock_bh(&bench->br.mcast.lock);
	count = skb_queue_len(&out);
	__skb_queue_purge(&out);
	return count;
}

/* The bridge asks in the VLAN. */
static void ask_in(struct kunit *test, u16 vid)
{
	struct bench *bench = test->priv;

	bench->br.mcast.querier = true;
	set_bit(__LINK_STATE_START, &bench->br.dev->state);
	if (vid) {
		bench->br.options |= STRATA_BRIDGE_VLAN_FILTERING;
		bench->br.host.vlan[vid] = STRATA_BRIDGE_VLAN_MEMBER;
	}
	strata_mcast_refresh(&bench->br);
	cancel_delayed_work_sync(&bench->br.mcast.timer);
}

static void groups_are_by_port_and_vlan(struct kunit *test)
{
	struct bench *bench = test->priv;

	report(bench, 0, 0xef010101, 5, STRATA_MCAST_IS_EX, jiffies);
	KUNIT_EXPECT_TRUE(test, listens(bench, 0, 0xef010101, 5));
	KUNIT_EXPECT_FALSE(test, listens(bench, 1, 0xef010101, 5));
	KUNIT_EXPECT_FALSE(test, listens(bench, 0, 0xef010101, 6));
	KUNIT_EXPECT_FALSE(test, listens(bench, 0, 0xef010102, 5));
	strata_mdb_forget(&bench->br, &bench->port[0], 5, false);
	KUNIT_EXPECT_FALSE(test, listens(bench, 0, 0xef010101, 5));
	KUNIT_EXPECT_EQ(test, bench->br.mcast.count, 0);
	KUNIT_EXPECT_EQ(test, bench->port[0].groups, 0);
}

static void who_is_silent_is_gone(struct kunit *test)
{
	struct bench *bench = test->priv;
	unsigned long begin = jiffies;

	report(bench, 0, 0xef010101, 0, STRATA_MCAST_IS_EX, begin);
	age(bench, begin + 259 * HZ);
	KUNIT_EXPECT_TRUE(test, listens(bench, 0, 0xef010101, 0));
	report(bench, 0, 0xef010101, 0, STRATA_MCAST_IS_EX, begin + 259 * HZ);
	age(bench, begin + 300 * HZ);
	KUNIT_EXPECT_TRUE(test, listens(bench, 0, 0xef010101, 0));
	age(bench, begin + (259 + 260) * HZ);
	KUNIT_EXPECT_FALSE(test, listens(bench, 0, 0xef010101, 0));
}

/* A station joins and leaves at once; a querier is there. */
static void join_and_leave(struct kunit *test, unsigned long now)
{
	struct bench *bench = test->priv;

	ask_in(test, 0);
	age(bench, now);
	report(bench, 0, 0xef010101, 0, STRATA_MCAST_IS_EX, now);
	report(bench, 0, 0xef010101, 0, STRATA_MCAST_TO_IN, now);
}

/* RFC 2236 3: the last member is asked for, twice, a second apart. */
static void a_leave_is_asked_about(struct kunit *test)
{
	struct bench *bench = test->priv;
	unsigned long now = jiffies;

	join_and_leave(test, now);
	KUNIT_EXPECT_EQ(test, age(bench, now), 1);
	KUNIT_EXPECT_EQ(test, age(bench, now + HZ / 2), 0);
	KUNIT_EXPECT_EQ(test, age(bench, now + HZ), 1);
	KUNIT_EXPECT_TRUE(test, listens(bench, 0, 0xef010101, 0));
	age(bench, now + 2 * HZ);
	KUNIT_EXPECT_FALSE(test, listens(bench, 0, 0xef010101, 0));
}

static void somebody_else_still_listens(struct kunit *test)
{
	struct bench *bench = test->priv;
	unsigned long now = jiffies;

	join_and_leave(test, now);
	age(bench, now);
	report(bench, 0, 0xef010101, 0, STRATA_MCAST_IS_EX, now + HZ);
	age(bench, now + 3 * HZ);
	KUNIT_EXPECT_TRUE(test, listens(bench, 0, 0xef010101, 0));
}

/* Who does not ask waits for the answers to who does. */
static void a_leave_without_querier(struct kunit *test)
{
	struct bench *bench = test->priv;
	unsigned long now = jiffies;

	report(bench, 0, 0xef010101, 0, STRATA_MCAST_IS_EX, now);
	report(bench, 0, 0xef010101, 0, STRATA_MCAST_TO_IN, now);
	KUNIT_EXPECT_EQ(test, age(bench, now + 3 * HZ), 0);
	KUNIT_EXPECT_TRUE(test, listens(bench, 0, 0xef010101, 0));
}

static void a_fast_leave(struct kunit *test)
{
	struct bench *bench = test->priv;

	bench->port[0].flags |= STRATA_BRIDGE_PORT_FAST_LEAVE;
	report(bench, 0, 0xef010101, 0, STRATA_MCAST_IS_EX, jiffies);
	report(bench, 1, 0xef010101, 0, STRATA_MCAST_IS_EX, jiffies);
	report(bench, 0, 0xef010101, 0, STRATA_MCAST_TO_IN, jiffies);
	KUNIT_EXPECT_FALSE(test, listens(bench, 0, 0xef010101, 0));
	KUNIT_EXPECT_TRUE(test, listens(bench, 1, 0xef010101, 0));
}

/* A crowd behind one port keeps nobody else out. */
static void a_full_table(struct kunit *test)
{
	struct bench *bench = test->priv;
	u32 i;

	bench->br.mcast.max = 8;
	for (i = 0; i < 20; i++)
		report(bench, 0, 0xef010100 + i, 0, STRATA_MCAST_IS_EX, jiffies);
	KUNIT_EXPECT_EQ(test, bench->br.mcast.count, 8);
	for (i = 0; i < 4; i++) {
		report(bench, 1, 0xef020200 + i, 0, STRATA_MCAST_IS_EX, jiffies);
		KUNIT_EXPECT_TRUE(test, listens(bench, 1, 0xef020200 + i, 0));
	}
	KUNIT_EXPECT_EQ(test, bench->br.mcast.count, 8);
	/* Its share is as large as the other's now. */
	report(bench, 1, 0xef030300, 0, STRATA_MCAST_IS_EX, jiffies);
	KUNIT_EXPECT_FALSE(test, listens(bench, 1, 0xef030300, 0));
}

static void a_full_port(struct kunit *test)
{
	struct bench *bench = test->priv;
	u32 i;

	bench->br.mcast.port_max = 3;
	for (i = 0; i < 5; i++)
		report(bench, 0, 0xef010100 + i, 0, STRATA_MCAST_IS_EX, jiffies);
	KUNIT_EXPECT_EQ(test, bench->port[0].groups, 3);
	report(bench, 1, 0xef010104, 0, STRATA_MCAST_IS_EX, jiffies);
	KUNIT_EXPECT_TRUE(test, listens(bench, 1, 0xef010104, 0));
}

static void hear_query(struct kunit *test, const char *from, u8 mac_byte,
		       unsigned long now)
{
	struct bench *bench = test->priv;
	struct strata_mcast_message message = {
		.kind = STRATA_MCAST_QUERY, .family = STRATA_MCAST_IP6,
		.response_ms = 1000,
	};
	const u8 mac[ETH_ALEN] = { 2, 0, 0, 0, 0, mac_byte };

	in6_pton(from, -1, message.source.s6_addr, -1, NULL);
	spin_lock_bh(&bench->br.mcast.lock);
	strata_mcast_queried(&bench->port[2], 0, NULL, &message, mac, now);
	spin_unlock_bh(&bench->br.mcast.lock);
	cancel_delayed_work_sync(&bench->br.mcast.timer);
}

/* RFC 3810 7.6.2: the lower address asks, until it falls silent. */
static void the_lower_address_asks(struct kunit *test)
{
	struct bench *bench = test->priv;
	unsigned long now = jiffies;
	struct strata_mcast_querier *querier;

	ask_in(test, 0);
	querier = &bench->br.mcast.vlan[0]->querier[STRATA_MCAST_IP6];
	KUNIT_EXPECT_EQ(test, age(bench, now), 2);	/* one a family */
	hear_query(test, "fe80:1::", 9, now);	/* ours is fe80::… */
	KUNIT_EXPECT_FALSE(test, querier->other);
	hear_query(test, "fe80::1", 9, now);
	KUNIT_EXPECT_TRUE(test, querier->other);
	KUNIT_EXPECT_TRUE(test, bench->port[2].router.is[STRATA_MCAST_IP6]);
	KUNIT_EXPECT_FALSE(test, bench->port[2].router.is[STRATA_MCAST_IP4]);
	KUNIT_EXPECT_EQ(test, age(bench, now + 200 * HZ), 1);	/* IPv4's */
	age(bench, now + 255 * HZ);
	KUNIT_EXPECT_FALSE(test, querier->other);
	KUNIT_EXPECT_FALSE(test, bench->port[2].router.is[STRATA_MCAST_IP6]);
}

/* Until the first answers have come, everybody hears everything. */
static void answers_take_a_while(struct kunit *test)
{
	struct bench *bench = test->priv;
	unsigned long now = jiffies;
	struct strata_mcast_querier *querier;

	ask_in(test, 7);
	querier = &bench->br.mcast.vlan[7]->querier[STRATA_MCAST_IP4];
	KUNIT_EXPECT_NULL(test, bench->br.mcast.vlan[0]);
	age(bench, now + HZ);
	KUNIT_EXPECT_FALSE(test, querier->active);
	age(bench, now + 11 * HZ);
	KUNIT_EXPECT_TRUE(test, querier->active);
	bench->br.mcast.querier = false;
	strata_mcast_refresh(&bench->br);
	cancel_delayed_work_sync(&bench->br.mcast.timer);
	age(bench, now + 12 * HZ);
	KUNIT_EXPECT_FALSE(test, querier->active);
}

static void routers_by_hand(struct kunit *test)
{
	static const struct {
		u8 mode;
		bool heard;
		bool at_once, later;
	} cases[] = {
		{ MDB_RTR_TYPE_DISABLED, true, false, false },
		{ MDB_RTR_TYPE_TEMP_QUERY, false, false, false },
		{ MDB_RTR_TYPE_TEMP_QUERY, true, true, false },
		{ MDB_RTR_TYPE_PERM, false, true, true },
		{ MDB_RTR_TYPE_TEMP, false, true, false },
	};
	struct bench *bench = test->priv;
	struct strata_mcast_router *router = &bench->port[2].router;
	unsigned long now;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		now = jiffies;
		strata_mcast_router_set(&bench->port[2], cases[i].mode);
		if (cases[i].heard)
			hear_query(test, "fe80::1", 9, now);
		KUNIT_EXPECT_EQ(test, router->is[STRATA_MCAST_IP6],
				cases[i].at_once);
		age(bench, now + 400 * HZ);
		KUNIT_EXPECT_EQ(test, router->is[STRATA_MCAST_IP6],
				cases[i].later);
	}
	strata_mcast_router_set(&bench->port[2], MDB_RTR_TYPE_DISABLED);
	cancel_delayed_work_sync(&bench->br.mcast.timer);
}

static struct kunit_case mdb_cases[] = {
	KUNIT_CASE(groups_are_by_port_and_vlan),
	KUNIT_CASE(who_is_silent_is_gone),
	KUNIT_CASE(a_leave_is_asked_about),
	KUNIT_CASE(somebody_else_still_listens),
	KUNIT_CASE(a_leave_without_querier),
	KUNIT_CASE(a_fast_leave),
	KUNIT_CASE(a_full_table),
	KUNIT_CASE(a_full_port),
	KUNIT_CASE(the_lower_address_asks),
	KUNIT_CASE(answers_take_a_while),
	KUNIT_CASE(routers_by_hand),
	{}
};

static struct kunit_suite mdb_suite = {
	.name = "strata_bridge_mdb",
	.init = bridge_bench_init,
	.exit = bridge_bench_exit,
	.test_cases = mdb_cases,
};

kunit_test_suite(mdb_suite);
