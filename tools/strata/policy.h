/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policy rules, as they are shown.
 */
#ifndef STRATA_POLICY_H
#define STRATA_POLICY_H

#include "netlink.h"

/* One of the list: on a line, or what is within its JSON object. */
void policy_print(const struct nl_row *row);
void policy_json(const struct nl_row *row);

#endif /* STRATA_POLICY_H */
