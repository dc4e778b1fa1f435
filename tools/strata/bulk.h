/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The routes of a batch, many in one request.
 */
#ifndef STRATA_BULK_H
#define STRATA_BULK_H

#include "netlink.h"

/* Add a route, whose attributes @put appends, to those that wait. */
int bulk_add(void (*put)(struct nlmsghdr *request, const void *arg),
	     const void *arg);
/* There is no room for another. */
bool bulk_full(void);
/* Send what waits; returns the exit status. Each refusal names its line. */
int bulk_flush(void);

#endif /* STRATA_BULK_H */
