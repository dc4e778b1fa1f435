// SPDX-License-Identifier: GPL-2.0
/*
 * Paths that swallow large segments (RFC 4821 7.7, RFC 8899 4.3).
 */
#include <strata/count.h>
#include "../../net/tcp/tcp.h"
#include "script.h"

#define MSS	1400
/* What IPv6 promises, less both headers. */
#define SMALL	(IPV6_MIN_MTU - 60)

static u8 *probing(void)
{
	return &strata_net(&init_net)->tcp->mtu_probing;
}

static int blackhole_init(struct kunit *test)
{
	*probing() = 1;
	return script_init(test);
}

static void blackhole_exit(struct kunit *test)
{
	script_exit(test);
	*probing() = 0;
}

/* The lengths of @n retransmissions of the first segment, and the last of them. */
static u32 timeouts(struct script *s, int n)
{
	u32 len = 0;

	while (n--) {
		KUNIT_ASSERT_GE(s->test, until_segment(s, 20000), 0);
		KUNIT_EXPECT_EQ(s->test, s->captured[s->head].seq, 1U);
		len = s->captured[s->head].len;
		forget(s);
	}
	return len;
}

static void three_timeouts_make_segments_small(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = script_counter(STRATA_COUNT_TCP_BLACK_HOLES);

	establish_passive(s, MSS, 60000);
	write_bytes(s, 10 * MSS);
	forget(s);
	KUNIT_EXPECT_EQ(test, timeouts(s, 3), (u32)MSS);
	KUNIT_EXPECT_EQ(test, timeouts(s, 1), (u32)SMALL);
	KUNIT_EXPECT_EQ(test, script_info(s).tcpi_snd_mss, (u32)SMALL);
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_BLACK_HOLES),
			before + 1);
	/* The path takes these: so they stay, for what is sent first, too. */
	send(s, ACK, .seq = 1, .ack = 1 + 10 * MSS, .win = 60000);
	forget(s);
	write_bytes(s, 2 * SMALL);
	expect_bytes(s, 1 + 10 * MSS, 2 * SMALL);
}

/* Segments that are small already tell nothing of large ones. */
static void small_segments_stay(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, MSS, 60000);
	write_bytes(s, 500);
	forget(s);
	KUNIT_EXPECT_EQ(test, timeouts(s, 5), 500U);
	KUNIT_EXPECT_EQ(test, script_info(s).tcpi_snd_mss, (u32)MSS);
}

static void nothing_happens_unless_switched_on(struct kunit *test)
{
	struct script *s = test->priv;

	*probing() = 0;
	establish_passive(s, MSS, 60000);
	write_bytes(s, 10 * MSS);
	forget(s);
	KUNIT_EXPECT_EQ(test, timeouts(s, 5), (u32)MSS);
}

static struct kunit_case blackhole_cases[] = {
	KUNIT_CASE(three_timeouts_make_segments_small),
	KUNIT_CASE(small_segments_stay),
	KUNIT_CASE(nothing_happens_unless_switched_on),
	{}
};

static struct kunit_suite blackhole_suite = {
	.name = "strata-tcp-blackhole",
	.init = blackhole_init,
	.exit = blackhole_exit,
	.test_cases = blackhole_cases,
};

kunit_test_suite(blackhole_suite);
