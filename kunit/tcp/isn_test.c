// SPDX-License-Identifier: GPL-2.0
/*
 * Initial sequence numbers (RFC 6528), timestamp offsets (RFC 7323 5.4) and
 * where the search for a port begins (RFC 6056 3.3.3).
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/ktime.h>
#include <strata/packet.h>
#include "../../net/tcp/isn.h"

#define TICK_NS	64	/* of the clock that sequence numbers follow */

/**
 * struct tuple - a connection
 * @name: what is different from the first one of its family
 * @laddr: local address
 * @faddr: peer's
 * @lport: local port
 * @fport: peer's
 */
struct tuple {
	const char *name;
	u8 laddr[16];
	u8 faddr[16];
	u16 lport;
	u16 fport;
};

#define V4(last)	{ [10] = 0xff, 0xff, 10, 0, 0, last }
#define V6(first, last)	{ 0xfd, [7] = first, [15] = last }

static const struct tuple tuples[] = {
	{ "IPv4", V4(1), V4(2), 1000, 80 },
	{ "IPv4, local address", V4(3), V4(2), 1000, 80 },
	{ "IPv4, peer", V4(1), V4(3), 1000, 80 },
	{ "IPv4, addresses swapped", V4(2), V4(1), 1000, 80 },
	{ "IPv4, local port", V4(1), V4(2), 1001, 80 },
	{ "IPv4, peer's port", V4(1), V4(2), 1000, 81 },
	{ "IPv4, ports swapped", V4(1), V4(2), 80, 1000 },
	{ "IPv6", V6(0, 1), V6(0, 2), 1000, 80 },
	{ "IPv6, local network", V6(1, 1), V6(0, 2), 1000, 80 },
	{ "IPv6, local host", V6(0, 3), V6(0, 2), 1000, 80 },
	{ "IPv6, peer's network", V6(0, 1), V6(1, 2), 1000, 80 },
	{ "IPv6, peer", V6(0, 1), V6(0, 3), 1000, 80 },
	{ "IPv6, local port", V6(0, 1), V6(0, 2), 1001, 80 },
	{ "IPv6, peer's port", V6(0, 1), V6(0, 2), 1000, 81 },
};

static u32 isn(const struct tuple *t, u32 *ts_offset)
{
	struct in6_addr laddr, faddr;

	memcpy(&laddr, t->laddr, sizeof(laddr));
	memcpy(&faddr, t->faddr, sizeof(faddr));
	return strata_tcp_isn(&laddr, &faddr, htons(t->lport), htons(t->fport),
			      ts_offset);
}

static u32 port_offset(const struct tuple *t)
{
	struct in6_addr laddr, faddr;

	memcpy(&laddr, t->laddr, sizeof(laddr));
	memcpy(&faddr, t->faddr, sizeof(faddr));
	return strata_tcp_port_offset(&laddr, &faddr, htons(t->fport));
}

/* RFC 6528 3: M, the clock, alone moves the numbers of one four-tuple. */
static void isn_follows_the_clock(struct kunit *test)
{
	u64 begin_before, begin_after, end_before, end_after;
	u32 first, second, offset, again;

	begin_before = ktime_get_real_ns();
	first = isn(&tuples[0], &offset);
	begin_after = ktime_get_real_ns();
	msleep(1000);
	end_before = ktime_get_real_ns();
	second = isn(&tuples[0], &again);
	end_after = ktime_get_real_ns();

	KUNIT_EXPECT_GE(test, second - first,
			(u32)((end_before - begin_after) / TICK_NS) - 1);
	KUNIT_EXPECT_LE(test, second - first,
			(u32)((end_after - begin_before) / TICK_NS) + 1);
	/* RFC 7323 5.4: while its timestamps go on from where they were. */
	KUNIT_EXPECT_EQ(test, offset, again);
}

/* RFC 6528 3: F() depends on each part of the four-tuple. */
static void all_of_the_tuple_counts(struct kunit *test)
{
	u32 numbers[ARRAY_SIZE(tuples)], offsets[ARRAY_SIZE(tuples)];
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(tuples); i++)
		numbers[i] = isn(&tuples[i], &offsets[i]);
	for (i = 0; i < ARRAY_SIZE(tuples); i++) {
		for (j = 0; j < i; j++) {
			KUNIT_EXPECT_NE_MSG(test, offsets[i], offsets[j],
					    "offset: %s, %s", tuples[i].name,
					    tuples[j].name);
			/* Farther apart than the clock went meanwhile. */
			KUNIT_EXPECT_GT_MSG(test,
					    abs((s32)(numbers[i] - numbers[j])),
					    16, "%s, %s", tuples[i].name,
					    tuples[j].name);
		}
	}
}

/* RFC 6056 3.3.3: of both addresses and the peer's port; ours is yet to be found. */
static void search_begins_elsewhere_by_peer(struct kunit *test)
{
	unsigned int i, j;
	bool same;

	for (i = 0; i < ARRAY_SIZE(tuples); i++) {
		for (j = 0; j < i; j++) {
			same = tuples[i].fport == tuples[j].fport &&
			       !memcmp(tuples[i].laddr, tuples[j].laddr, 16) &&
			       !memcmp(tuples[i].faddr, tuples[j].faddr, 16);
			KUNIT_EXPECT_EQ_MSG(test, same,
					    port_offset(&tuples[i]) ==
					    port_offset(&tuples[j]), "%s, %s",
					    tuples[i].name, tuples[j].name);
		}
	}
}

static struct kunit_case isn_cases[] = {
	KUNIT_CASE(isn_follows_the_clock),
	KUNIT_CASE(all_of_the_tuple_counts),
	KUNIT_CASE(search_begins_elsewhere_by_peer),
	{}
};

static struct kunit_suite isn_suite = {
	.name = "strata-tcp-isn",
	.test_cases = isn_cases,
};

kunit_test_suite(isn_suite);
