// SPDX-License-Identifier: GPL-2.0
/*
 * The clock.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include "clock.h"
#include "report.h"
#include "script.h"

static void ignore(int number)
{
	(void)number;
}

void clock_begin(void)
{
	struct sigaction action = { .sa_handler = ignore };

	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	sigaction(SIGALRM, &action, NULL);
}

int64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

int clock_timer(void)
{
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	if (timer < 0)
		die("a timer");
	return timer;
}

void clock_arm(int timer, int64_t when)
{
	struct itimerspec at = {
		.it_value = { .tv_sec = when / NS_PER_S, .tv_nsec = when % NS_PER_S },
	};

	if (timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL))
		die("a timer's time");
}

void clock_settle(void)
{
	/* Looking at the clock takes time, too: a quarter of a microsecond. */
	struct timespec little = { .tv_nsec = 20000 };

	nanosleep(&little, NULL);
}

static void alarm_in(long seconds)
{
	struct itimerval timer = { .it_value.tv_sec = seconds };

	setitimer(ITIMER_REAL, &timer, NULL);
}

void clock_guard(void)
{
	alarm_in(1);
}

void clock_unguard(void)
{
	alarm_in(0);
}
