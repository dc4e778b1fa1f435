// SPDX-License-Identifier: GPL-2.0
/*
 * The spanning tree: bridges and cables in virtual time. Every BPDU goes through
 * its wire format. Clauses are those of IEEE 802.1D-2004.
 */
#include <linux/prandom.h>
#include <linux/slab.h>
#include "../../net/bridge/rstp.h"
#include <kunit/test.h>

#define BRIDGES		6
#define PORTS		6	/* of a bridge */
#define IN_FLIGHT	512
#define COST		4

struct world;

/**
 * struct side - a port, and the cable in it
 * @port: the port
 * @world: it is in
 * @peer: the port at the other end, NULL: a host or nothing
 * @flushed: how often its stations were to be forgotten
 */
struct side {
	struct strata_rstp_port port;
	struct world *world;
	struct side *peer;
	unsigned int flushed;
};

/**
 * struct world - bridges, and the BPDUs on their way
 * @rstp: the bridges
 * @side: their ports
 * @sides: how many ports each has
 * @to: where the BPDUs in flight go
 * @data: what they are
 * @len: how long
 * @head: the next to arrive
 * @tail: behind the last
 * @lost: there were too many
 */
struct world {
	struct strata_rstp rstp[BRIDGES];
	struct side side[BRIDGES][PORTS];
	unsigned int sides[BRIDGES];
	struct side *to[IN_FLIGHT];
	u8 data[IN_FLIGHT][STRATA_RSTP_BPDU_MAX_BYTES];
	size_t len[IN_FLIGHT];
	unsigned int head;
	unsigned int tail;
	bool lost;
};

static void world_send(struct strata_rstp_port *port,
		       const struct strata_rstp_bpdu *bpdu)
{
	struct side *side = container_of(port, struct side, port);
	struct world *world = side->world;
	unsigned int slot = world->tail % IN_FLIGHT;

	if (!side->peer)
		return;
	if (world->tail - world->head == IN_FLIGHT) {
		world->lost = true;
		return;
	}
	world->to[slot] = side->peer;
	world->len[slot] = strata_rstp_write(bpdu, world->data[slot]);
	world->tail++;
}

static void world_set_state(struct strata_rstp_port *port)
{
}

static void world_flush(struct strata_rstp_port *port)
{
	container_of(port, struct side, port)->flushed++;
}

static const struct strata_rstp_ops world_ops = {
	.send = world_send,
	.set_state = world_set_state,
	.flush = world_flush,
};

/* All BPDUs arrive, and those they cause. */
static void arrive(struct kunit *test)
{
	struct world *world = test->priv;
	struct strata_rstp_bpdu bpdu;
	unsigned int count = 0;

	for (; world->head != world->tail; world->head++) {
		unsigned int slot = world->head % IN_FLIGHT;
		u8 data[STRATA_RSTP_BPDU_MAX_BYTES];
		struct side *to = world->to[slot];

		memcpy(data, world->data[slot], sizeof(data));
		KUNIT_ASSERT_EQ(test, 0, strata_rstp_parse(data,
							   world->len[slot],
							   &bpdu));
		if (to->peer)
			strata_rstp_receive(&to->port, &bpdu);
		KUNIT_ASSERT_LT_MSG(test, count++, 20000, "they never stop");
	}
	KUNIT_ASSERT_FALSE(test, world->lost);
}

static void pass(struct kunit *test, unsigned int seconds)
{
	struct world *world = test->priv;
	unsigned int i;

	while (seconds--) {
		for (i = 0; i < BRIDGES; i++)
			if (world->rstp[i].ops)
				strata_rstp_tick(&world->rstp[i]);
		arrive(test);
	}
}

/* Bridge @n; the lower its number, the better its identifier. */
static void bridge(struct kunit *test, unsigned int n, u8 version)
{
	struct world *world = test->priv;

	strata_rstp_init(&world->rstp[n], &world_ops,
			 0x8000020000000000ull + n + 1, version);
}

static struct side *port(struct kunit *test, unsigned int n)
{
	struct world *world = test->priv;
	unsigned int number = world->sides[n]++;
	struct side *side;

	KUNIT_ASSERT_LT(test, number, PORTS);
	side = &world->side[n][number];
	side->world = world;
	strata_rstp_port_init(&world->rstp[n], &side->port,
			      0x8000 + number + 1, COST);
	return side;
}

static void plug(struct side *a, struct side *b)
{
	a->peer = b;
	b->peer = a;
	strata_rstp_port_enable(&a->port, true);
	strata_rstp_port_enable(&b->port, true);
}

static void cut(struct side *side)
{
	struct side *peer = side->peer;

	side->peer = NULL;
	peer->peer = NULL;
	strata_rstp_port_enable(&side->port, false);
	strata_rstp_port_enable(&peer->port, false);
}

/* A cable between two bridges. Return: the end at @a. */
static struct side *cable(struct kunit *test, unsigned int a, unsigned int b)
{
	struct side *side = port(test, a);

	plug(side, port(test, b));
	return side;
}

static bool carries(const struct side *side)
{
	return side->peer && side->port.forwarding &&
	       side->peer->port.forwarding;
}

static unsigned int find(const unsigned int *island, unsigned int n)
{
	while (island[n] != n)
		n = island[n];
	return n;
}

/* Cables that carry frames join all bridges that cables join, and no two ways lead
 * from one to another. @loops_only: the first may not be true yet.
 */
static void expect_tree(struct kunit *test, bool loops_only, const char *when)
{
	unsigned int all[BRIDGES], open[BRIDGES], i, j, k;
	struct world *world = test->priv;

	for (i = 0; i < BRIDGES; i++) {
		all[i] = i;
		open[i] = i;
	}
	for (i = 0; i < BRIDGES; i++) {
		for (j = 0; j < world->sides[i]; j++) {
			struct side *side = &world->side[i][j];

			/* Each cable once, from its first end. */
			if (!side->peer || side > side->peer)
				continue;
			k = (side->peer - &world->side[0][0]) / PORTS;
			all[find(all, i)] = find(all, k);
			if (!carries(side))
				continue;
			KUNIT_EXPECT_NE_MSG(test, find(open, i), find(open, k),
					    "a loop over bridges %u and %u %s",
					    i, k, when);
			open[find(open, i)] = find(open, k);
		}
	}
	for (i = 0; !loops_only && i < BRIDGES; i++)
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_EQ_MSG(test,
					    find(all, i) == find(all, j),
					    find(open, i) == find(open, j),
					    "bridges %u and %u %s", i, j, when);
}

static int rstp_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct world), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, test->priv);
	return 0;
}

/* ------- the tests ------- */

/* 17.25: who hears no bridge for three seconds is at the edge. */
static void hosts_are_served_after_migrate_time(struct kunit *test)
{
	struct side *side;

	bridge(test, 0, STRATA_RSTP_VERSION_RSTP);
	side = port(test, 0);
	strata_rstp_port_enable(&side->port, true);
	pass(test, STRATA_RSTP_MIGRATE_TIME - 1);
	KUNIT_EXPECT_FALSE(test, side->port.forwarding);
	pass(test, 1);
	KUNIT_EXPECT_TRUE(test, side->port.forwarding);
	KUNIT_EXPECT_TRUE(test, side->port.oper_edge);
	/* 17.31: hosts coming and going change no topology. */
	KUNIT_EXPECT_EQ(test, side->port.rstp->changes, 0);
}

/* 802.1D-1998 8.5.5.7: listening and learning, 15 s each. */
static void hosts_wait_for_two_delays_in_stp(struct kunit *test)
{
	struct side *side;

	bridge(test, 0, STRATA_RSTP_VERSION_STP);
	side = port(test, 0);
	strata_rstp_port_enable(&side->port, true);
	/* It listens from the first second on. */
	pass(test, STRATA_RSTP_FORWARD_DELAY + 4);
	KUNIT_EXPECT_FALSE(test, side->port.forwarding);
	pass(test, STRATA_RSTP_MAX_AGE + STRATA_RSTP_FORWARD_DELAY);
	KUNIT_EXPECT_TRUE(test, side->port.forwarding);
}

/* 17.10: proposal and agreement, no timer. */
static void neighbours_agree_at_once(struct kunit *test)
{
	struct side *side;

	bridge(test, 0, STRATA_RSTP_VERSION_RSTP);
	bridge(test, 1, STRATA_RSTP_VERSION_RSTP);
	side = cable(test, 0, 1);
	arrive(test);
	KUNIT_EXPECT_EQ(test, side->port.role, STRATA_RSTP_DESIGNATED);
	KUNIT_EXPECT_EQ(test, side->peer->port.role, STRATA_RSTP_ROOT);
	KUNIT_EXPECT_TRUE(test, carries(side));
}

/* Which ports of a ring are what; the tie is broken by bridge identifier. */
static void a_ring_has_one_gap(struct kunit *test)
{
	struct side *ab, *bc, *ca;

	bridge(test, 0, STRATA_RSTP_VERSION_RSTP);
	bridge(test, 1, STRATA_RSTP_VERSION_RSTP);
	bridge(test, 2, STRATA_RSTP_VERSION_RSTP);
	ab = cable(test, 0, 1);
	bc = cable(test, 1, 2);
	ca = cable(test, 2, 0);
	arrive(test);
	pass(test, 3);
	KUNIT_EXPECT_EQ(test, ab->port.role, STRATA_RSTP_DESIGNATED);
	KUNIT_EXPECT_EQ(test, ab->peer->port.role, STRATA_RSTP_ROOT);
	KUNIT_EXPECT_EQ(test, ca->port.role, STRATA_RSTP_ROOT);
	KUNIT_EXPECT_EQ(test, bc->port.role, STRATA_RSTP_DESIGNATED);
	KUNIT_EXPECT_EQ(test, bc->peer->port.role, STRATA_RSTP_ALTERNATE);
	expect_tree(test, false, "in the ring");
	/* 17.10: the alternate port is there when the root port goes. */
	cut(ca);
	arrive(test);
	expect_tree(test, false, "without C-A");
	KUNIT_EXPECT_EQ(test, bc->peer->port.role, STRATA_RSTP_ROOT);
}

static void each_cable_of_a_ring_may_fail(struct kunit *test)
{
	static const struct {
		u8 version;
		unsigned int seconds;	/* until it has converged */
	} cases[] = {
		{ STRATA_RSTP_VERSION_RSTP, 3 },
		/* 802.1D-1998 table 8-3: ageing, and two delays */
		{ STRATA_RSTP_VERSION_STP, 20 + 2 * 15 + 5 },
	};
	struct side *cables[3];
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		memset(test->priv, 0, sizeof(struct world));
		for (j = 0; j < 3; j++)
			bridge(test, j, cases[i].version);
		for (j = 0; j < 3; j++)
			cables[j] = cable(test, j, (j + 1) % 3);
		pass(test, cases[i].seconds);
		expect_tree(test, false, "at first");
		for (j = 0; j < 3; j++) {
			struct side *peer = cables[j]->peer;

			cut(cables[j]);
			arrive(test);
			expect_tree(test, true, "after a cut");
			pass(test, cases[i].seconds);
			expect_tree(test, false, "long after a cut");
			plug(cables[j], peer);
			arrive(test);
			expect_tree(test, true, "repaired");
			pass(test, cases[i].seconds);
			expect_tree(test, false, "long after the repair");
		}
	}
}

/* 17.4: a bridge that knows only STP is spoken to in STP. */
static void old_bridges_are_spoken_to_in_their_tongue(struct kunit *test)
{
	struct side *side;

	bridge(test, 0, STRATA_RSTP_VERSION_RSTP);
	bridge(test, 1, STRATA_RSTP_VERSION_STP);
	side = cable(test, 0, 1);
	pass(test, 5);
	KUNIT_EXPECT_FALSE(test, side->port.send_rstp);
	pass(test, 40);
	KUNIT_EXPECT_TRUE(test, carries(side));
	KUNIT_EXPECT_EQ(test, side->peer->port.role, STRATA_RSTP_ROOT);
}

/* 17.31: whoever hears of a change forgets, but not where it heard. */
static void changes_are_heard_of_everywhere(struct kunit *test)
{
	struct world *world = test->priv;
	struct side *ab, *bc, *other;
	unsigned int before;

	bridge(test, 0, STRATA_RSTP_VERSION_RSTP);
	bridge(test, 1, STRATA_RSTP_VERSION_RSTP);
	bridge(test, 2, STRATA_RSTP_VERSION_RSTP);
	bridge(test, 3, STRATA_RSTP_VERSION_RSTP);
	ab = cable(test, 0, 1);
	bc = cable(test, 1, 2);
	pass(test, 10);
	before = ab->flushed;
	/* A new bridge at the far end. */
	other = cable(test, 2, 3);
	pass(test, 2);
	KUNIT_EXPECT_TRUE(test, carries(other));
	KUNIT_EXPECT_EQ(test, ab->flushed, before);
	KUNIT_EXPECT_GT(test, bc->port.rstp->changes, 0);
	KUNIT_EXPECT_GT(test, world->rstp[0].changes, 0);
	/* And the change is over after hello time and one. */
	pass(test, 10);
	KUNIT_EXPECT_EQ(test, ab->port.tc_while, 0);
	KUNIT_EXPECT_EQ(test, bc->port.tc_while, 0);
}

static void a_guarded_port_is_never_the_way_to_the_root(struct kunit *test)
{
	struct side *side;

	bridge(test, 0, STRATA_RSTP_VERSION_RSTP);
	bridge(test, 1, STRATA_RSTP_VERSION_RSTP);
	side = port(test, 1);
	side->port.root_guard = true;
	plug(side, port(test, 0));
	pass(test, 40);
	KUNIT_EXPECT_EQ(test, side->port.role, STRATA_RSTP_ALTERNATE);
	KUNIT_EXPECT_FALSE(test, side->port.forwarding);
	KUNIT_EXPECT_EQ(test, side->port.rstp->root_port, 0);
}

/* 17.21.23: when the root falls silent, its word holds for three hellos. */
static void silence_is_noticed(struct kunit *test)
{
	struct side *side;

	bridge(test, 0, STRATA_RSTP_VERSION_RSTP);
	bridge(test, 1, STRATA_RSTP_VERSION_RSTP);
	side = cable(test, 0, 1);
	pass(test, 5);
	/* The cable still carries power, but nothing else. */
	side->peer->peer = NULL;
	side->peer = NULL;
	pass(test, 3 * STRATA_RSTP_HELLO_TIME + 1);
	KUNIT_EXPECT_EQ(test, ((struct world *)test->priv)->rstp[1].root_port, 0);
}

/* Networks of six bridges and up to twelve cables, cut and repaired at random. */
static void any_network_becomes_a_tree(struct kunit *test)
{
	struct side *cables[12], *peers[12];
	struct rnd_state rnd;
	unsigned int seed, i, n;

	for (seed = 1; seed <= 40; seed++) {
		u8 version = seed % 4 ? STRATA_RSTP_VERSION_RSTP :
					STRATA_RSTP_VERSION_STP;

		prandom_seed_state(&rnd, seed);
		memset(test->priv, 0, sizeof(struct world));
		for (i = 0; i < BRIDGES; i++)
			bridge(test, i, version);
		for (n = 0; n < ARRAY_SIZE(cables); n++) {
			unsigned int a = n % BRIDGES;
			unsigned int b = (a + 1 + prandom_u32_state(&rnd) %
					  (BRIDGES - 1)) % BRIDGES;
			struct world *world = test->priv;

			if (world->sides[a] == PORTS || world->sides[b] == PORTS)
				break;
			cables[n] = cable(test, a, b);
			peers[n] = cables[n]->peer;
		}
		pass(test, 90);
		expect_tree(test, false, "at first");
		for (i = 0; i < 6; i++) {
			unsigned int which = prandom_u32_state(&rnd) % n;

			if (cables[which]->peer)
				cut(cables[which]);
			else
				plug(cables[which], peers[which]);
			arrive(test);
			expect_tree(test, true, "after a change");
			pass(test, 90);
			expect_tree(test, false, "long after a change");
		}
	}
}

/* 9.3.4 */
static void malformed_bpdus_are_refused(struct kunit *test)
{
	static const struct {
		const char *what;
		u8 data[4];
		size_t len;
		int err;
	} cases[] = {
		{ "nothing", { 0 }, 0, -EINVAL },
		{ "three bytes", { 0, 0, 0x80 }, 3, -EINVAL },
		{ "a TCN", { 0, 0, 0, 0x80 }, 4, 0 },
		{ "a long TCN", { 0, 0, 0, 0x80 }, 36, 0 },
		{ "another protocol", { 0, 1, 0, 0x80 }, 4, -EINVAL },
		{ "an unknown type", { 0, 0, 0, 7 }, 36, -EINVAL },
		{ "a short Configuration", { 0, 0, 0, 0 }, 34, -EINVAL },
		{ "a short RST", { 0, 0, 2, 2 }, 35, -EINVAL },
		{ "an RST of version 0", { 0, 0, 0, 2 }, 36, -EINVAL },
		{ "an RST of a later version", { 0, 0, 5, 2 }, 36, 0 },
		{ "a Configuration as old as it may be", { 0, 0, 0, 0 }, 35, -EINVAL },
	};
	struct strata_rstp_bpdu bpdu;
	unsigned int i;
	u8 data[36];

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		memset(data, 0, sizeof(data));
		memcpy(data, cases[i].data, sizeof(cases[i].data));
		KUNIT_EXPECT_EQ_MSG(test, cases[i].err,
				    strata_rstp_parse(data, cases[i].len, &bpdu),
				    "%s", cases[i].what);
	}
}

static struct kunit_case rstp_cases[] = {
	KUNIT_CASE(hosts_are_served_after_migrate_time),
	KUNIT_CASE(hosts_wait_for_two_delays_in_stp),
	KUNIT_CASE(neighbours_agree_at_once),
	KUNIT_CASE(a_ring_has_one_gap),
	KUNIT_CASE(each_cable_of_a_ring_may_fail),
	KUNIT_CASE(old_bridges_are_spoken_to_in_their_tongue),
	KUNIT_CASE(changes_are_heard_of_everywhere),
	KUNIT_CASE(a_guarded_port_is_never_the_way_to_the_root),
	KUNIT_CASE(silence_is_noticed),
	KUNIT_CASE(any_network_becomes_a_tree),
	KUNIT_CASE(malformed_bpdus_are_refused),
	{}
};

static struct kunit_suite rstp_suite = {
	.name = "strata_bridge_rstp",
	.init = rstp_init,
	.test_cases = rstp_cases,
};

kunit_test_suite(rstp_suite);
