/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls that block, each on a thread of its own.
 */
#ifndef TCP_SCRIPT_WORKER_H
#define TCP_SCRIPT_WORKER_H

#include "call.h"

/* Begins the call of @event; it must return within @tolerance of @base + event->to. */
void worker_start(struct program *program, const struct event *event, int64_t base,
		  int64_t tolerance);
/* Fails where a call did not return in time, or something else than it should. */
void worker_finish(const char *name);
/* Fails if a call returned something else than it should. */
void worker_check(const struct program *program, const char *name,
		  const struct event *event, long result, int err);

#endif /* TCP_SCRIPT_WORKER_H */
