// SPDX-License-Identifier: GPL-2.0
/*
 * Hooks: order by priority, verdicts, bounds, and waiting at unregister.
 */
#include <kunit/test.h>
#include <strata/hook.h>

#define TEST_STAGE	STRATA_HOOK_L3_FORWARD	/* nothing is forwarded meanwhile */

static char trail[16];	/* one letter for each hook that ran */

static void leave(char letter)
{
	size_t len = strlen(trail);

	if (len < sizeof(trail) - 1)
		trail[len] = letter;
}

static enum strata_verdict hook_a(const struct strata_hook_state *state,
				  struct sk_buff *skb)
{
	leave('a');
	return STRATA_ACCEPT;
}

static enum strata_verdict hook_b(const struct strata_hook_state *state,
				  struct sk_buff *skb)
{
	leave('b');
	return STRATA_ACCEPT;
}

static enum strata_verdict hook_drop(const struct strata_hook_state *state,
				     struct sk_buff *skb)
{
	leave('d');
	return STRATA_DROP;
}

static bool pass_one(void)
{
	bool pass;

	memset(trail, 0, sizeof(trail));
	rcu_read_lock();
	pass = strata_hook_pass(strata_net(&init_net), TEST_STAGE, NULL, NULL,
				NULL);
	rcu_read_unlock();
	return pass;
}

typedef enum strata_verdict (*hook_function)(const struct strata_hook_state *,
					     struct sk_buff *);

static struct strata_hook_ops hook_ops(int priority, hook_function hook)
{
	return (struct strata_hook_ops){
		.stage = TEST_STAGE,
		.priority = priority,
		.hook = hook,
	};
}

static void hook_gap_is_refused(struct kunit *test)
{
	struct strata_hook_ops ops = hook_ops(0, NULL);

	KUNIT_EXPECT_EQ(test, strata_hook_register(&ops), -EINVAL);
	ops = hook_ops(0, hook_a);
	ops.stage = STRATA_HOOK_STAGES_ALL;
	KUNIT_EXPECT_EQ(test, strata_hook_register(&ops), -EINVAL);
}

static void hooks_run_by_priority(struct kunit *test)
{
	struct strata_hook_ops first = hook_ops(-10, hook_a);
	struct strata_hook_ops second = hook_ops(10, hook_b);

	KUNIT_EXPECT_TRUE(test, pass_one());
	KUNIT_EXPECT_STREQ(test, trail, "");

	KUNIT_ASSERT_EQ(test, strata_hook_register(&second), 0);
	KUNIT_ASSERT_EQ(test, strata_hook_register(&first), 0);
	KUNIT_EXPECT_TRUE(test, pass_one());
	KUNIT_EXPECT_STREQ(test, trail, "ab");

	strata_hook_unregister(&first);
	KUNIT_EXPECT_TRUE(test, pass_one());
	KUNIT_EXPECT_STREQ(test, trail, "b");
	strata_hook_unregister(&second);
	KUNIT_EXPECT_TRUE(test, pass_one());
	KUNIT_EXPECT_STREQ(test, trail, "");
}

static void drop_ends_the_walk(struct kunit *test)
{
	struct strata_hook_ops drop = hook_ops(0, hook_drop);
	struct strata_hook_ops after = hook_ops(1, hook_a);

	KUNIT_ASSERT_EQ(test, strata_hook_register(&drop), 0);
	KUNIT_ASSERT_EQ(test, strata_hook_register(&after), 0);
	KUNIT_EXPECT_FALSE(test, pass_one());
	KUNIT_EXPECT_STREQ(test, trail, "d");
	strata_hook_unregister(&drop);
	strata_hook_unregister(&after);
}

static void a_priority_is_used_once(struct kunit *test)
{
	struct strata_hook_ops one = hook_ops(5, hook_a);
	struct strata_hook_ops two = hook_ops(5, hook_b);

	KUNIT_ASSERT_EQ(test, strata_hook_register(&one), 0);
	KUNIT_EXPECT_EQ(test, strata_hook_register(&two), -EEXIST);
	strata_hook_unregister(&two);
	KUNIT_EXPECT_TRUE(test, pass_one());
	KUNIT_EXPECT_STREQ(test, trail, "a");
	strata_hook_unregister(&one);
}

static void a_stage_is_bounded(struct kunit *test)
{
	struct strata_hook_ops ops[STRATA_HOOKS_PER_STAGE];
	struct strata_hook_ops extra = hook_ops(100, hook_b);
	int i;

	for (i = 0; i < STRATA_HOOKS_PER_STAGE; i++) {
		ops[i] = hook_ops(i, hook_a);
		KUNIT_EXPECT_EQ(test, strata_hook_register(&ops[i]), 0);
	}
	KUNIT_EXPECT_EQ(test, strata_hook_register(&extra), -ENOSPC);
	for (i = 0; i < STRATA_HOOKS_PER_STAGE; i++)
		strata_hook_unregister(&ops[i]);
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&strata_hook_used[TEST_STAGE]));
}

static void unregister_waits_for_readers(struct kunit *test)
{
	struct strata_hook_ops ops = hook_ops(0, hook_a);
	unsigned long grace_period;

	KUNIT_ASSERT_EQ(test, strata_hook_register(&ops), 0);
	grace_period = get_state_synchronize_rcu();
	strata_hook_unregister(&ops);
	KUNIT_EXPECT_TRUE(test, poll_state_synchronize_rcu(grace_period));
}

static struct kunit_case hook_cases[] = {
	KUNIT_CASE(hook_gap_is_refused),
	KUNIT_CASE(hooks_run_by_priority),
	KUNIT_CASE(drop_ends_the_walk),
	KUNIT_CASE(a_priority_is_used_once),
	KUNIT_CASE(a_stage_is_bounded),
	KUNIT_CASE(unregister_waits_for_readers),
	{}
};

static struct kunit_suite hook_suite = {
	.name = "strata-core-hook",
	.test_cases = hook_cases,
};

kunit_test_suite(hook_suite);
