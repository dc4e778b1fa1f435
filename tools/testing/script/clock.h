/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Time. In a machine with virtual time it passes only while everybody waits.
 */
#ifndef TCP_SCRIPT_CLOCK_H
#define TCP_SCRIPT_CLOCK_H

#include <stdint.h>

void clock_begin(void);		/* this thread: its waits are exact */
int64_t clock_now(void);	/* nanoseconds */
int clock_timer(void);		/* a descriptor that is readable … */
void clock_arm(int timer, int64_t when);	/* … from then on */
void clock_settle(void);	/* until everybody waits */
/* A call that blocks is interrupted after a second, between these two. */
void clock_guard(void);
void clock_unguard(void);

#endif /* TCP_SCRIPT_CLOCK_H */
