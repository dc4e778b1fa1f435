/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Routes, as they are shown.
 */
#ifndef STRATA_ROUTE_H
#define STRATA_ROUTE_H

#include "netlink.h"

#define ROUTE_TYPES	(STRATA_ROUTE_TYPE_PROHIBIT + 1)

extern const char *const route_types[ROUTE_TYPES];

/* Where one of a table leads to. False: absent. */
bool route_dst(const struct nl_row *row, struct prefix *dst);
/* One of a table: on a line, or what is within its JSON object. */
void route_print(const struct nl_row *row);
void route_json(const struct nl_row *row);
/* The answer to "route get". */
void route_show_answer(const struct nl_row *row);

#endif /* STRATA_ROUTE_H */
