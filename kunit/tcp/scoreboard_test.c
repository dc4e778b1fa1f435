// SPDX-License-Identifier: GPL-2.0
/*
 * The scoreboard: ranges that overwrite, join and are bounded.
 */
#include <kunit/test.h>
#include "../../net/tcp/scoreboard.h"

/* Sequence numbers wrap in each test. */
#define BASE	0xfffffff0u

static bool mark(struct strata_tcp_board *board, u32 seq, u32 end_seq, u8 fate,
		 u32 sent_us)
{
	return strata_tcp_board_mark(board, &(struct strata_tcp_range) {
		.seq = BASE + seq,
		.end_seq = BASE + end_seq,
		.fate = fate,
		.sent_us = sent_us,
		.resent = fate == TCP_FATE_RESENT,
	});
}

static int scoreboard_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct strata_tcp_board),
				   GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

static void scoreboard_exit(struct kunit *test)
{
	if (test->priv)
		strata_tcp_board_clear(test->priv);
}

/* The ranges as a string of letters, one for each ten octets from BASE on. */
static void expect_picture(struct kunit *test,
			   const struct strata_tcp_board *board,
			   const char *want, int line)
{
	static const char letter[] = { '.', 'S', 'L', 'R' };
	u32 seq, sacked = 0, lost = 0;
	char seen[32] = {};
	int i;

	for (i = 0; i < strlen(want); i++) {
		const struct strata_tcp_range *range;

		seq = BASE + 10 * i;
		range = strata_tcp_board_find(board, seq);
		seen[i] = range && !seq_after(range->seq, seq) ?
			  letter[range->fate] : '.';
		sacked += 10 * (seen[i] == 'S');
		lost += 10 * (seen[i] == 'L');
	}
	KUNIT_EXPECT_STREQ_MSG(test, seen, want, "line %d", line);
	KUNIT_EXPECT_EQ_MSG(test, board->sacked, sacked, "line %d", line);
	KUNIT_EXPECT_EQ_MSG(test, board->lost, lost, "line %d", line);
}

#define picture(want)	expect_picture(test, board, want, __LINE__)

static void ranges_join_with_their_like(struct kunit *test)
{
	struct strata_tcp_board *board = test->priv;

	KUNIT_ASSERT_TRUE(test, mark(board, 10, 20, TCP_FATE_SACKED, 0));
	KUNIT_ASSERT_TRUE(test, mark(board, 30, 40, TCP_FATE_SACKED, 0));
	picture(".S.S.");
	KUNIT_EXPECT_EQ(test, board->count, 2U);
	KUNIT_ASSERT_TRUE(test, mark(board, 20, 30, TCP_FATE_SACKED, 0));
	picture(".SSS.");
	KUNIT_EXPECT_EQ(test, board->count, 1U);
	KUNIT_ASSERT_TRUE(test, mark(board, 0, 50, TCP_FATE_SACKED, 0));
	KUNIT_EXPECT_EQ(test, board->count, 1U);
	picture("SSSSS");
}

static void retransmissions_join_only_if_sent_together(struct kunit *test)
{
	struct strata_tcp_board *board = test->priv;

	KUNIT_ASSERT_TRUE(test, mark(board, 0, 10, TCP_FATE_RESENT, 5));
	KUNIT_ASSERT_TRUE(test, mark(board, 10, 20, TCP_FATE_RESENT, 5));
	KUNIT_EXPECT_EQ(test, board->count, 1U);
	KUNIT_ASSERT_TRUE(test, mark(board, 20, 30, TCP_FATE_RESENT, 6));
	KUNIT_EXPECT_EQ(test, board->count, 2U);
	picture("RRR.");
}

static void a_new_fate_cuts_the_old(struct kunit *test)
{
	struct strata_tcp_board *board = test->priv;

	KUNIT_ASSERT_TRUE(test, mark(board, 0, 90, TCP_FATE_LOST, 0));
	picture("LLLLLLLLL.");
	KUNIT_ASSERT_TRUE(test, mark(board, 40, 50, TCP_FATE_SACKED, 0));
	picture("LLLLSLLLL.");
	KUNIT_ASSERT_TRUE(test, mark(board, 0, 20, TCP_FATE_RESENT, 1));
	picture("RRLLSLLLL.");
	KUNIT_ASSERT_TRUE(test, mark(board, 80, 100, TCP_FATE_SACKED, 0));
	picture("RRLLSLLLSS");
	KUNIT_ASSERT_TRUE(test, mark(board, 10, 70, TCP_FATE_FLIGHT, 0));
	picture("R......LSS");
	KUNIT_EXPECT_EQ(test, board->count, 3U);
}

static void the_lowest_lost_range_is_next(struct kunit *test)
{
	struct strata_tcp_board *board = test->priv;

	KUNIT_EXPECT_NULL(test, strata_tcp_board_first_lost(board));
	mark(board, 50, 60, TCP_FATE_LOST, 0);
	KUNIT_EXPECT_EQ(test, strata_tcp_board_first_lost(board)->seq, BASE + 50);
	mark(board, 20, 30, TCP_FATE_LOST, 0);
	KUNIT_EXPECT_EQ(test, strata_tcp_board_first_lost(board)->seq, BASE + 20);
	mark(board, 20, 30, TCP_FATE_RESENT, 1);
	KUNIT_EXPECT_EQ(test, strata_tcp_board_first_lost(board)->seq, BASE + 50);
	mark(board, 20, 30, TCP_FATE_LOST, 1);
	KUNIT_EXPECT_EQ(test, strata_tcp_board_first_lost(board)->seq, BASE + 20);
	mark(board, 0, 90, TCP_FATE_SACKED, 0);
	KUNIT_EXPECT_NULL(test, strata_tcp_board_first_lost(board));
}

static void acknowledged_octets_are_forgotten(struct kunit *test)
{
	struct strata_tcp_board *board = test->priv;

	mark(board, 0, 20, TCP_FATE_LOST, 0);
	mark(board, 30, 60, TCP_FATE_SACKED, 0);
	strata_tcp_board_acked(board, BASE + 40);
	picture("....SS.");
	strata_tcp_board_acked(board, BASE + 60);
	picture(".......");
	KUNIT_EXPECT_EQ(test, board->count, 0U);
}

static void one_fate_can_be_taken_back(struct kunit *test)
{
	struct strata_tcp_board *board = test->priv;

	mark(board, 0, 20, TCP_FATE_LOST, 0);
	mark(board, 20, 30, TCP_FATE_SACKED, 0);
	mark(board, 40, 50, TCP_FATE_LOST, 0);
	mark(board, 50, 60, TCP_FATE_RESENT, 1);
	strata_tcp_board_drop(board, TCP_FATE_LOST);
	picture("..S..R.");
}

/* A peer that selects every second octet makes no more than the bound. */
static void hostile_blocks_are_bounded(struct kunit *test)
{
	struct strata_tcp_board *board = test->priv;
	u32 i, taken = 0;

	for (i = 0; i < 3 * TCP_BOARD_MAX; i++)
		taken += mark(board, 2 * i, 2 * i + 1, TCP_FATE_SACKED, 0);
	KUNIT_EXPECT_LE(test, board->count, TCP_BOARD_SACK_MAX);
	KUNIT_EXPECT_GE(test, taken, TCP_BOARD_SACK_MAX / 2);
	KUNIT_EXPECT_LT(test, taken, 3U * TCP_BOARD_MAX);
	KUNIT_EXPECT_EQ(test, board->sacked, taken);
	/* What closes a hole, and our own marks, are taken even so. */
	KUNIT_EXPECT_TRUE(test, mark(board, 1, 2, TCP_FATE_SACKED, 0));
	KUNIT_EXPECT_TRUE(test, mark(board, 3, 4, TCP_FATE_LOST, 0));
}

/*
 * Against a model, one letter an octet: a few thousand random marks leave the
 * same picture, and no two ranges overlap.
 */
static void random_marks_match_a_model(struct kunit *test)
{
	struct strata_tcp_board *board = test->priv;
	static u8 model[64];
	u32 seed = 1, seq, end_seq, i, j;
	u8 fate;

	memset(model, TCP_FATE_FLIGHT, sizeof(model));
	for (i = 0; i < 4000; i++) {
		const struct strata_tcp_range *range;
		u32 sacked = 0, lost = 0;

		seed = seed * 1103515245 + 12345;
		seq = (seed >> 16) % 60;
		end_seq = min(seq + 1 + (seed >> 24) % 12, 64U);
		fate = (seed >> 8) % 4;
		KUNIT_ASSERT_TRUE(test, mark(board, seq, end_seq, fate, 1));
		memset(model + seq, fate, end_seq - seq);
		for (j = 0; j < 64; j++) {
			range = strata_tcp_board_find(board, BASE + j);
			if (range && seq_after(range->seq, BASE + j))
				range = NULL;
			KUNIT_ASSERT_EQ_MSG(test, range ? range->fate : 0,
					    (int)model[j], "step %u octet %u",
					    i, j);
			sacked += model[j] == TCP_FATE_SACKED;
			lost += model[j] == TCP_FATE_LOST;
		}
		KUNIT_ASSERT_EQ(test, board->sacked, sacked);
		KUNIT_ASSERT_EQ(test, board->lost, lost);
		range = strata_tcp_board_first_lost(board);
		KUNIT_ASSERT_EQ(test, !range, !lost);
	}
}

static struct kunit_case scoreboard_cases[] = {
	KUNIT_CASE(ranges_join_with_their_like),
	KUNIT_CASE(retransmissions_join_only_if_sent_together),
	KUNIT_CASE(a_new_fate_cuts_the_old),
	KUNIT_CASE(the_lowest_lost_range_is_next),
	KUNIT_CASE(acknowledged_octets_are_forgotten),
	KUNIT_CASE(one_fate_can_be_taken_back),
	KUNIT_CASE(hostile_blocks_are_bounded),
	KUNIT_CASE(random_marks_match_a_model),
	{}
};

static struct kunit_suite scoreboard_suite = {
	.name = "strata-tcp-scoreboard",
	.init = scoreboard_init,
	.exit = scoreboard_exit,
	.test_cases = scoreboard_cases,
};

kunit_test_suite(scoreboard_suite);
