// SPDX-License-Identifier: GPL-2.0
/*
 * Reassembly: what order, overlap, duplicates, time and floods come to.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <strata/frag.h>
#include <strata/packet.h>

#define TIMEOUT_s	30
#define PARTS_MAX	6

/* The family of these tests. */
static unsigned int expired;

static void note_expired(struct strata_net *sn, struct sk_buff *first)
{
	expired++;
}

static const struct strata_frag_ops test_ops = {
	.timeout_s = TIMEOUT_s,
	.expired = note_expired,
};

static struct sk_buff *add(struct kunit *test, u32 id, u32 source, u16 begin,
			   u16 len, bool more)
{
	struct strata_frags *frags = test->priv;
	struct strata_frag frag = { .offset = begin, .more = more };
	struct strata_frag_key key = { .id = id };
	struct sk_buff *skb, *whole;
	unsigned int i;
	u8 ecn;

	key.saddr.s6_addr32[3] = htonl(source);
	skb = alloc_skb(len + 64, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, 64);
	for (i = 0; i < len; i++)
		skb_put_u8(skb, (begin + i) * 7);
	local_bh_disable();
	whole = strata_frags_add(frags, &key, skb, &frag, &ecn);
	local_bh_enable();
	return whole;
}

static u64 dropped(enum strata_drop_reason reason)
{
	return strata_drop_read(strata_net(&init_net), reason);
}

/**
 * struct frag_case - fragments in order of arrival
 * @name: for the report
 * @parts: begin, length and whether more follow; length 0 ends the list
 * @bytes: of the datagram that they make; 0: none
 * @reason: for which some are dropped; STRATA_DROP_MAX: none are
 * @drops: how many
 */
struct frag_case {
	const char *name;
	struct {
		u16 begin;
		u16 len;
		bool more;
	} parts[PARTS_MAX];
	unsigned int bytes;
	enum strata_drop_reason reason;
	unsigned int drops;
};

static const struct frag_case frag_cases[] = {
	{ "in order", { { 0, 8, true }, { 8, 16, true }, { 24, 5 } }, 29,
	  STRATA_DROP_MAX },
	{ "backwards", { { 24, 5 }, { 8, 16, true }, { 0, 8, true } }, 29,
	  STRATA_DROP_MAX },
	{ "last in the middle", { { 0, 8, true }, { 24, 5 }, { 8, 16, true } },
	  29, STRATA_DROP_MAX },
	{ "a hole", { { 0, 8, true }, { 16, 5 } }, 0, STRATA_DROP_MAX },
	{ "no last one", { { 0, 8, true }, { 8, 8, true } }, 0,
	  STRATA_DROP_MAX },
	{ "a duplicate (RFC 5722, erratum 3089)",
	  { { 0, 8, true }, { 0, 8, true }, { 8, 5 } }, 13,
	  STRATA_DROP_FRAG_DUPLICATE, 1 },
	{ "a duplicate in the middle",
	  { { 0, 8, true }, { 8, 8, true }, { 24, 8, true }, { 8, 8, true },
	    { 16, 8, true }, { 32, 1 } }, 33, STRATA_DROP_FRAG_DUPLICATE, 1 },
	{ "overlap at the end (RFC 5722 4)",
	  { { 0, 16, true }, { 8, 16, true } }, 0,
	  STRATA_DROP_FRAG_OVERLAP, 2 },
	{ "overlap at the beginning (RFC 5722 4)",
	  { { 8, 16, true }, { 0, 16, true } }, 0,
	  STRATA_DROP_FRAG_OVERLAP, 2 },
	{ "one inside another (RFC 5722 4)",
	  { { 0, 32, true }, { 8, 8, true } }, 0,
	  STRATA_DROP_FRAG_OVERLAP, 2 },
	{ "one around another (RFC 5722 4)",
	  { { 8, 8, true }, { 0, 32, true } }, 0,
	  STRATA_DROP_FRAG_OVERLAP, 2 },
	{ "the same place, another length",
	  { { 0, 8, true }, { 0, 16, true } }, 0,
	  STRATA_DROP_FRAG_OVERLAP, 2 },
	{ "two ends", { { 8, 8 }, { 16, 8 } }, 0,
	  STRATA_DROP_FRAG_MALFORMED, 2 },
	{ "beyond the end", { { 8, 8 }, { 16, 8, true } }, 0,
	  STRATA_DROP_FRAG_MALFORMED, 2 },
	{ "an end too early", { { 16, 8, true }, { 8, 4 } }, 0,
	  STRATA_DROP_FRAG_MALFORMED, 2 },
};

static void frag_describe(const struct frag_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(frag, frag_cases, frag_describe);

static void expect_bytes(struct kunit *test, struct sk_buff *whole)
{
	unsigned int i;
	u8 byte;

	for (i = 0; i < whole->len; i++) {
		KUNIT_ASSERT_EQ(test, skb_copy_bits(whole, i, &byte, 1), 0);
		KUNIT_ASSERT_EQ(test, byte, (u8)(i * 7));
	}
}

static void datagram_is_made(struct kunit *test)
{
	const struct frag_case *c = test->param_value;
	bool drops = c->reason != STRATA_DROP_MAX;
	u64 before = drops ? dropped(c->reason) : 0;
	struct sk_buff *whole = NULL;
	unsigned int i;

	for (i = 0; i < PARTS_MAX && c->parts[i].len; i++) {
		KUNIT_EXPECT_NULL(test, whole);
		whole = add(test, 1, 1, c->parts[i].begin, c->parts[i].len,
			    c->parts[i].more);
	}
	if (drops)
		KUNIT_EXPECT_EQ(test, dropped(c->reason) - before, c->drops);
	if (!c->bytes) {
		KUNIT_EXPECT_NULL(test, whole);
		kfree_skb(whole);
		return;
	}
	KUNIT_ASSERT_NOT_NULL(test, whole);
	KUNIT_EXPECT_EQ(test, whole->len, c->bytes);
	expect_bytes(test, whole);
	kfree_skb(whole);
}

/* RFC 8200 4.5: the first fragment decides whether the sender hears of it. */
static void time_runs_out(struct kunit *test)
{
	struct strata_frags *frags = test->priv;

	add(test, 1, 1, 0, 8, true);
	msleep(10 * 1000);
	add(test, 2, 1, 8, 8, true);
	msleep((TIMEOUT_s - 11) * 1000);
	KUNIT_EXPECT_EQ(test, expired, 0);
	msleep(2 * 1000);
	KUNIT_EXPECT_EQ(test, expired, 1);
	KUNIT_EXPECT_FALSE(test, list_empty(&frags->queues));
	msleep(10 * 1000);
	KUNIT_EXPECT_EQ(test, expired, 1);
	KUNIT_EXPECT_TRUE(test, list_empty(&frags->queues));
	KUNIT_EXPECT_EQ(test, frags->bytes, 0);
}

/* One source has its own room, and what it sends last is what stays. */
static void source_has_its_own_room(struct kunit *test)
{
	struct strata_frags *frags = test->priv;
	struct sk_buff *whole;
	u32 id;

	add(test, 0, 2, 0, 8, true);
	for (id = 1; id < 4000; id++)
		add(test, id, 1, 0, 1000, true);
	KUNIT_EXPECT_LE(test, frags->bytes, STRATA_FRAG_SOURCE_BYTES + 4096);
	/* The other's datagram is still there, */
	whole = add(test, 0, 2, 8, 1, false);
	KUNIT_EXPECT_NOT_NULL(test, whole);
	kfree_skb(whole);
	/* as are the last ones of the flood. */
	whole = add(test, 3999, 1, 1000, 1, false);
	KUNIT_EXPECT_NOT_NULL(test, whole);
	kfree_skb(whole);
	whole = add(test, 1, 1, 1000, 1, false);
	KUNIT_EXPECT_NULL(test, whole);
}

static void all_have_a_bound(struct kunit *test)
{
	struct strata_frags *frags = test->priv;
	u32 source;

	for (source = 0; source < 12000; source++)
		add(test, 1, source, 0, 1000, true);
	KUNIT_EXPECT_LE(test, frags->bytes, STRATA_FRAG_BYTES);
	KUNIT_EXPECT_GT(test, frags->bytes, STRATA_FRAG_BYTES / 2);
}

static void parts_have_a_bound(struct kunit *test)
{
	struct strata_frags *frags = test->priv;
	unsigned int i;

	for (i = 0; i <= STRATA_FRAG_PARTS; i++)
		add(test, 1, 1, i * 16, 8, true);
	KUNIT_EXPECT_TRUE(test, list_empty(&frags->queues));
}

/* ---- the other way ---- */

/* What was sent of a datagram so far. */
struct sent {
	struct kunit *test;
	unsigned int parts;
	unsigned int bytes;
	bool more;
};

static int note_sent(struct sk_buff *skb, const struct strata_frag *frag,
		     void *arg)
{
	struct sent *sent = arg;
	unsigned int i;

	KUNIT_EXPECT_EQ(sent->test, frag->offset, sent->bytes);
	KUNIT_EXPECT_EQ(sent->test, frag->offset % 8, 0);
	KUNIT_EXPECT_GE(sent->test, skb_headroom(skb), 20);
	for (i = 0; i < skb->len; i++)
		KUNIT_EXPECT_EQ(sent->test, skb->data[i],
				(u8)((frag->offset + i) * 7));
	sent->parts++;
	sent->bytes += skb->len;
	sent->more = frag->more;
	kfree_skb(skb);
	return 0;
}

/**
 * struct cut_case - what a datagram of 100 bytes is cut to
 * @name: for the report
 * @payload_max: that fits into one fragment
 * @parts: how many are sent; 0: it cannot be
 */
struct cut_case {
	const char *name;
	int payload_max;
	unsigned int parts;
};

static const struct cut_case cut_cases[] = {
	{ "all multiples of 8", 24, 5 },
	{ "room that is no multiple of 8: the last uses it", 31, 4 },
	{ "one byte too few", 99, 2 },
	{ "8 bytes each", 8, 13 },
	{ "room for less than 8", 7, 0 },
	{ "room for less than the header", -20, 0 },
};

static void cut_describe(const struct cut_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(cut, cut_cases, cut_describe);

static void datagram_is_cut(struct kunit *test)
{
	const struct cut_case *c = test->param_value;
	struct sent sent = { .test = test, .more = true };
	struct strata_cut cut = {
		.room = 20,
		.payload_max = c->payload_max,
		.emit = note_sent,
		.arg = &sent,
	};
	struct sk_buff *skb = alloc_skb(100, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	for (i = 0; i < 100; i++)
		skb_put_u8(skb, i * 7);
	KUNIT_EXPECT_EQ(test, strata_frag_cut(strata_net(&init_net), skb, &cut),
			c->parts ? 0 : -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, sent.parts, c->parts);
	KUNIT_EXPECT_EQ(test, sent.bytes, c->parts ? 100 : 0);
	KUNIT_EXPECT_EQ(test, sent.more, !c->parts);
}

static int frag_init(struct kunit *test)
{
	struct strata_frags *frags = kunit_kzalloc(test, sizeof(*frags),
						   GFP_KERNEL);

	if (!frags)
		return -ENOMEM;
	expired = 0;
	strata_frags_init(frags, strata_net(&init_net), &test_ops);
	/* No two sources of a test share a slot by chance. */
	memset(&frags->key, 0, sizeof(frags->key));
	test->priv = frags;
	return 0;
}

static void frag_exit(struct kunit *test)
{
	struct strata_frags *frags = test->priv;

	if (!frags)
		return;
	strata_frags_exit(frags);
	WARN_ON(frags->bytes);
}

static struct kunit_case frag_tests[] = {
	KUNIT_CASE_PARAM(datagram_is_made, frag_gen_params),
	KUNIT_CASE(time_runs_out),
	KUNIT_CASE(source_has_its_own_room),
	KUNIT_CASE(all_have_a_bound),
	KUNIT_CASE(parts_have_a_bound),
	KUNIT_CASE_PARAM(datagram_is_cut, cut_gen_params),
	{}
};

static struct kunit_suite frag_suite = {
	.name = "strata-core-frag",
	.init = frag_init,
	.exit = frag_exit,
	.test_cases = frag_tests,
};

kunit_test_suite(frag_suite);
