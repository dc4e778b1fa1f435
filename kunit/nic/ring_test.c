// SPDX-License-Identifier: GPL-2.0-only
/*
 * The descriptor ring of the virtual NIC: order, bounds, wrap-around of slots
 * and of indices, and the move to a ring of another size.
 */
#include <kunit/test.h>
#include <linux/overflow.h>

#include "../../drivers/nic/ring.h"

/* Just before the free-running indices wrap. */
#define NEARLY_WRAPPED	0xfffffffcU

static struct strata_nic_ring *ring_from(struct kunit *test, u32 slots,
					 u32 start)
{
	struct strata_nic_ring *ring;

	ring = kunit_kzalloc(test,
			     roundup_pow_of_two(struct_size(ring, slot, slots)),
			     GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ring);
	ring->mask = slots - 1;
	ring->head = start;
	ring->tail = start;
	ring->tail_seen = start;
	return ring;
}

/* Frames are told apart by their address only; none is ever followed. */
static unsigned long frame(unsigned long n)
{
	return n << 4;
}

static u32 fill(struct strata_nic_ring *ring, unsigned long first)
{
	u32 posted = 0;

	while (!strata_nic_ring_full(ring))
		strata_nic_ring_post(ring, frame(first + posted++));
	return posted;
}

struct round_case {
	const char *name;
	u32 asked;
	u32 given;
};

static const struct round_case round_cases[] = {
	{ "zero is the least", 0, STRATA_NIC_RING_MIN },
	{ "below the least", STRATA_NIC_RING_MIN - 1, STRATA_NIC_RING_MIN },
	{ "a power of two stays", 64, 64 },
	{ "one more goes up", 65, 128 },
	{ "the most", STRATA_NIC_RING_MAX, STRATA_NIC_RING_MAX },
	{ "beyond the most", STRATA_NIC_RING_MAX + 1, STRATA_NIC_RING_MAX },
	{ "far beyond", 0xffffffffU, STRATA_NIC_RING_MAX },
};

static void round_desc(const struct round_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(round, round_cases, round_desc);

static void ring_rounds_what_is_asked(struct kunit *test)
{
	const struct round_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, strata_nic_ring_round(c->asked), c->given);
}

static void ring_bounds_are_powers_of_two(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, is_power_of_2(STRATA_NIC_RING_MIN));
	KUNIT_EXPECT_TRUE(test, is_power_of_2(STRATA_NIC_RING_DEFAULT));
	KUNIT_EXPECT_TRUE(test, is_power_of_2(STRATA_NIC_RING_MAX));
}

static void descriptor_keeps_frame_and_flag(struct kunit *test)
{
	struct sk_buff *skb = (struct sk_buff *)frame(7);

	KUNIT_EXPECT_PTR_EQ(test, skb,
			    strata_nic_desc_skb(strata_nic_desc(skb, true)));
	KUNIT_EXPECT_PTR_EQ(test, skb,
			    strata_nic_desc_skb(strata_nic_desc(skb, false)));
	KUNIT_EXPECT_TRUE(test,
			  strata_nic_desc_accounted(strata_nic_desc(skb, true)));
	KUNIT_EXPECT_FALSE(test,
			   strata_nic_desc_accounted(strata_nic_desc(skb,
								     false)));
}

static void new_ring_is_empty(struct kunit *test)
{
	struct strata_nic_ring *ring = ring_from(test, 8, 0);

	KUNIT_EXPECT_EQ(test, strata_nic_ring_waiting(ring), 0U);
	KUNIT_EXPECT_FALSE(test, strata_nic_ring_full(ring));
	KUNIT_EXPECT_EQ(test, strata_nic_ring_size(ring), 8U);
}

static void full_ring_holds_every_slot(struct kunit *test)
{
	struct strata_nic_ring *ring = ring_from(test, 8, NEARLY_WRAPPED);

	KUNIT_EXPECT_EQ(test, fill(ring, 1), 8U);
	KUNIT_EXPECT_EQ(test, strata_nic_ring_waiting(ring), 8U);

	strata_nic_ring_take_done(ring, 1);
	KUNIT_EXPECT_FALSE(test, strata_nic_ring_full(ring));
	strata_nic_ring_post(ring, frame(9));
	KUNIT_EXPECT_TRUE(test, strata_nic_ring_full(ring));
}

static void producer_looks_at_the_consumer_only_when_full(struct kunit *test)
{
	struct strata_nic_ring *ring = ring_from(test, 8, 0);

	fill(ring, 1);
	strata_nic_ring_take_done(ring, 3);
	KUNIT_EXPECT_EQ(test, ring->tail_seen, 0U);
	KUNIT_EXPECT_FALSE(test, strata_nic_ring_full(ring));
	KUNIT_EXPECT_EQ(test, ring->tail_seen, 3U);
}

/* Posts and takes in uneven steps, far past the wrap of slots and indices. */
static void frames_come_out_in_order(struct kunit *test)
{
	struct strata_nic_ring *ring = ring_from(test, 16, NEARLY_WRAPPED);
	unsigned long posted = 0, taken = 0;
	u32 step, i;

	for (step = 0; step < 1000; step++) {
		for (i = 0; i < step % 7 && !strata_nic_ring_full(ring); i++)
			strata_nic_ring_post(ring, frame(++posted));
		for (i = 0; i < step % 5 && strata_nic_ring_waiting(ring); i++) {
			KUNIT_ASSERT_EQ(test, strata_nic_ring_peek(ring, 0),
					frame(++taken));
			strata_nic_ring_take_done(ring, 1);
		}
		KUNIT_ASSERT_EQ(test, strata_nic_ring_waiting(ring),
				(u32)(posted - taken));
	}
	KUNIT_EXPECT_GT(test, taken, 1000UL);
}

struct move_case {
	const char *name;
	u32 from;
	u32 to;
	u32 waiting;
	u32 left;
};

static const struct move_case move_cases[] = {
	{ "nothing", 8, 16, 0, 0 },
	{ "to a larger ring", 8, 16, 8, 0 },
	{ "to a smaller ring, all fit", 16, 8, 8, 0 },
	{ "to a smaller ring, some stay", 16, 8, 13, 5 },
};

static void move_desc(const struct move_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(move, move_cases, move_desc);

static void move_keeps_order_and_the_rest(struct kunit *test)
{
	const struct move_case *c = test->param_value;
	struct strata_nic_ring *from = ring_from(test, c->from, NEARLY_WRAPPED);
	struct strata_nic_ring *to = ring_from(test, c->to, 0);
	u32 moved = c->waiting - c->left;
	u32 i;

	for (i = 0; i < c->waiting; i++)
		strata_nic_ring_post(from, frame(i));

	KUNIT_EXPECT_EQ(test, strata_nic_ring_move(to, from), c->left);

	KUNIT_EXPECT_EQ(test, strata_nic_ring_waiting(to), moved);
	for (i = 0; i < moved; i++)
		KUNIT_EXPECT_EQ(test, strata_nic_ring_peek(to, i), frame(i));
	KUNIT_EXPECT_EQ(test, strata_nic_ring_waiting(from), c->left);
	for (i = 0; i < c->left; i++)
		KUNIT_EXPECT_EQ(test, strata_nic_ring_peek(from, i),
				frame(moved + i));
}

static struct kunit_case ring_cases[] = {
	KUNIT_CASE_PARAM(ring_rounds_what_is_asked, round_gen_params),
	KUNIT_CASE(ring_bounds_are_powers_of_two),
	KUNIT_CASE(descriptor_keeps_frame_and_flag),
	KUNIT_CASE(new_ring_is_empty),
	KUNIT_CASE(full_ring_holds_every_slot),
	KUNIT_CASE(producer_looks_at_the_consumer_only_when_full),
	KUNIT_CASE(frames_come_out_in_order),
	KUNIT_CASE_PARAM(move_keeps_order_and_the_rest, move_gen_params),
	{}
};

static struct kunit_suite ring_suite = {
	.name = "strata_nic_ring",
	.test_cases = ring_cases,
};

kunit_test_suite(ring_suite);
