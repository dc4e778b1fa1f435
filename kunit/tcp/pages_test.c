// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that data is copied into: used again, but never while somebody reads.
 */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <net/sock.h>
#include "../../net/tcp/tcp.h"

/* More than any CPU remembers. */
#define MANY	64

/**
 * struct pages_ctx - a program that sends
 * @sk: what an allocation looks at
 * @pfrag: the page it fills
 */
struct pages_ctx {
	struct sock sk;
	struct page_frag pfrag;
};

static int pages_init(struct kunit *test)
{
	struct pages_ctx *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);

	if (!ctx)
		return -ENOMEM;
	ctx->sk.sk_allocation = GFP_KERNEL;
	test->priv = ctx;
	migrate_disable();
	strata_tcp_pages_exit();
	return 0;
}

static void pages_exit(struct kunit *test)
{
	struct pages_ctx *ctx = test->priv;

	if (ctx->pfrag.page)
		put_page(ctx->pfrag.page);
	strata_tcp_pages_exit();
	migrate_enable();
}

/* Fill the page of the moment; a buffer on its way refers to it. */
static struct page *fill(struct kunit *test)
{
	struct pages_ctx *ctx = test->priv;
	struct page *page;

	KUNIT_ASSERT_TRUE(test, strata_tcp_page_refill(&ctx->sk, &ctx->pfrag));
	page = ctx->pfrag.page;
	KUNIT_ASSERT_EQ(test, ctx->pfrag.offset, 0U);
	KUNIT_ASSERT_EQ(test, page_ref_count(page), 1);
	get_page(page);
	ctx->pfrag.offset = ctx->pfrag.size;
	return page;
}

/* Given a page whose buffer has been acknowledged, then it is filled again. */
static void pages_again_when_free(struct kunit *test)
{
	struct page *first = fill(test), *second;

	second = fill(test);
	KUNIT_EXPECT_PTR_NE(test, second, first);
	put_page(first);
	KUNIT_EXPECT_PTR_EQ(test, fill(test), first);
	put_page(first);
	put_page(second);
}

/* Given that the oldest page is being read, then a fresh one is filled. */
static void pages_not_while_read(struct kunit *test)
{
	struct page *first = fill(test), *second = fill(test);
	struct page *third = fill(test), *fourth;

	put_page(second);
	fourth = fill(test);
	KUNIT_EXPECT_PTR_NE(test, fourth, first);
	KUNIT_EXPECT_PTR_NE(test, fourth, second);
	put_page(first);
	put_page(third);
	put_page(fourth);
}

/* Given a page with room, or nobody's but the task's, then it is kept. */
static void pages_stay_while_useful(struct kunit *test)
{
	struct pages_ctx *ctx = test->priv;
	struct page *page = fill(test);

	ctx->pfrag.offset = 100;
	KUNIT_ASSERT_TRUE(test, strata_tcp_page_refill(&ctx->sk, &ctx->pfrag));
	KUNIT_EXPECT_PTR_EQ(test, ctx->pfrag.page, page);
	KUNIT_EXPECT_EQ(test, ctx->pfrag.offset, 100U);

	ctx->pfrag.offset = ctx->pfrag.size;
	put_page(page);
	KUNIT_ASSERT_TRUE(test, strata_tcp_page_refill(&ctx->sk, &ctx->pfrag));
	KUNIT_EXPECT_PTR_EQ(test, ctx->pfrag.page, page);
	KUNIT_EXPECT_EQ(test, ctx->pfrag.offset, 0U);
}

/* Given a peer that acknowledges nothing, then few pages are remembered. */
static void pages_bounded(struct kunit *test)
{
	struct page **page = kunit_kcalloc(test, MANY, sizeof(*page), GFP_KERNEL);
	int i, remembered = 0;

	KUNIT_ASSERT_NOT_NULL(test, page);
	for (i = 0; i < MANY; i++)
		page[i] = fill(test);
	for (i = 0; i < MANY; i++)
		if (page_ref_count(page[i]) > 1)
			remembered++;
	/* 32 of the CPU's and the one being filled. */
	KUNIT_EXPECT_EQ(test, remembered, 33);
	KUNIT_EXPECT_EQ(test, page_ref_count(page[0]), 1);
	for (i = 0; i < MANY; i++)
		put_page(page[i]);
}

static struct kunit_case pages_cases[] = {
	KUNIT_CASE(pages_again_when_free),
	KUNIT_CASE(pages_not_while_read),
	KUNIT_CASE(pages_stay_while_useful),
	KUNIT_CASE(pages_bounded),
	{}
};

static struct kunit_suite pages_suite = {
	.name = "strata-tcp-pages",
	.init = pages_init,
	.exit = pages_exit,
	.test_cases = pages_cases,
};

kunit_test_suite(pages_suite);
