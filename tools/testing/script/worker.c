// SPDX-License-Identifier: GPL-2.0
/*
 * The threads of calls that block.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include "clock.h"
#include "names.h"
#include "report.h"
#include "worker.h"

#define WORKERS_MAX	16

/**
 * struct worker - a call that may take time
 * @thread: that is in it
 * @program: whose
 * @event: which
 * @base: what its times are relative to
 * @tolerance: nanoseconds
 * @done: it has returned; what follows is valid
 * @returned: when
 * @result: what
 * @err: errno
 */
struct worker {
	pthread_t thread;
	struct program *program;
	const struct event *event;
	int64_t base;
	int64_t tolerance;
	bool done;
	int64_t returned;
	long result;
	int err;
};

static struct worker workers[WORKERS_MAX];
static unsigned int worker_count;

static void *work(void *arg)
{
	struct worker *worker = arg;
	const struct call *call = &worker->event->call;

	errno = 0;
	worker->result = call->op->run(worker->program, call);
	worker->err = errno;
	worker->returned = clock_now();
	__atomic_store_n(&worker->done, true, __ATOMIC_RELEASE);
	return NULL;
}

void worker_start(struct program *program, const struct event *event, int64_t base,
		  int64_t tolerance)
{
	struct worker *worker = &workers[worker_count];
	sigset_t alarm, before;

	if (worker_count == WORKERS_MAX)
		die("more than %d calls that block", WORKERS_MAX);
	worker_count++;
	worker->program = program;
	worker->event = event;
	worker->base = base;
	worker->tolerance = tolerance;
	/* The guard of the calls that do not block is not for these. */
	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &alarm, &before);
	if (pthread_create(&worker->thread, NULL, work, worker))
		die("a thread");
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void worker_check(const struct program *program, const char *name,
		  const struct event *event, long result, int err)
{
	const struct call *call = &event->call;

	if (program->bad_data)
		fail(name, event->line, "%s reads what the peer did not send",
		     call->op->name);
	if (call->any_result)
		return;
	if (result == -1 && (call->result != -1 || call->err != err))
		fail(name, event->line, "%s returns -1 %s", call->op->name,
		     errno_name(err));
	if (result != call->result)
		fail(name, event->line, "%s returns %ld", call->op->name, result);
}

void worker_finish(const char *name)
{
	const struct worker *worker;
	int64_t took;

	for (worker = workers; worker < workers + worker_count; worker++) {
		const char *call = worker->event->call.op->name;
		int line = worker->event->line;

		if (!__atomic_load_n(&worker->done, __ATOMIC_ACQUIRE))
			fail(name, line, "%s still blocks at the end", call);
		worker_check(worker->program, name, worker->event,
			     worker->result, worker->err);
		took = worker->returned - worker->base;
		if (took < worker->event->to - worker->tolerance ||
		    took > worker->event->to + worker->tolerance +
			   worker->event->to / 8)
			fail(name, line, "%s returned at %+.6f", call,
			     (double)took / NS_PER_S);
	}
}
