/* SPDX-License-Identifier: GPL-2.0 */
/*
 * strata link, for strata address, which shows the links too.
 */
#ifndef STRATA_LINK_H
#define STRATA_LINK_H

#include "netlink.h"

/* All links, or the one named. */
int link_rows(const char *device, struct nl_rows *rows);
void link_json(const struct nl_row *row);
void link_print(const struct nl_row *row);

#endif /* STRATA_LINK_H */
