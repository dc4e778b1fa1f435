/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Makes a call with its first allocation failing, then with its second, and so
 * on. The kernel's failslab does it; scripts/kunit lets it fail also those
 * allocations that could wait for memory.
 */
#ifndef _KUNIT_FAULT_H
#define _KUNIT_FAULT_H

#include <kunit/test.h>
#include <linux/sched.h>

#define FAULTS_MAX	200	/* of one call; more: it does not come to an end */

static inline void fault_arm(unsigned int nth)
{
#ifdef CONFIG_FAULT_INJECTION
	current->fail_nth = nth;
#endif
}

/* Returns what was left to count; 0: something failed. */
static inline unsigned int fault_disarm(void)
{
	unsigned int left = 1;

#ifdef CONFIG_FAULT_INJECTION
	left = current->fail_nth;
	current->fail_nth = 0;
#endif
	return left;
}

/**
 * fault_each() - make a call with each of its allocations failing
 * @test: fails when the call fails with another error than -ENOMEM, or without
 *	a failure beneath it; is skipped when the kernel makes nothing fail
 * @call: returns 0 or -errno
 * @check: told what @call returned: on 0 undoes it, else sees to it that nothing
 *	has changed
 * @arg: for both
 *
 * Context: process.
 */
static inline void fault_each(struct kunit *test, int (*call)(void *arg),
			      void (*check)(struct kunit *test, int err,
					    void *arg), void *arg)
{
	unsigned int nth, left = 0, refused = 0;
	int err;

	for (nth = 1; !left && nth < FAULTS_MAX; nth++) {
		fault_arm(nth);
		err = call(arg);
		left = fault_disarm();
		if (err)
			KUNIT_EXPECT_EQ_MSG(test, err, -ENOMEM, "failure %u",
					    nth);
		KUNIT_EXPECT_FALSE_MSG(test, err && left,
				       "refused without a failure");
		refused += !!err;
		check(test, err, arg);
	}
	KUNIT_EXPECT_LT(test, nth, FAULTS_MAX);
	if (nth == 2)
		kunit_skip(test, "this kernel lets nothing fail");
	kunit_info(test, "%u failures, %u refusals\n", nth - 2, refused);
}

#endif /* _KUNIT_FAULT_H */
