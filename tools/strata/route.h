/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Routes, as they are shown.
 */
#ifndef STRATA_ROUTE_H
#define STRATA_ROUTE_H

#include "netlink.h"

#define ROUTE_TYPES	(STRATA_ROUTE_TYPE_PROHIBIT + 1)

extern const char *const route_types[ROUTE_TYPES];

/* One of a list, to @dst. */
void route_show(const struct nl_row *row, const struct prefix *dst);
/* The answer to "route get". */
void route_show_answer(const struct nl_row *row);

#endif /* STRATA_ROUTE_H */
