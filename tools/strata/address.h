/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An address without its device, for strata monitor.
 */
#ifndef STRATA_ADDRESS_H
#define STRATA_ADDRESS_H

#include "netlink.h"

/* On a line, or what is within its JSON object. */
void address_print(const struct nl_row *row);
void address_json(const struct nl_row *row);

#endif /* STRATA_ADDRESS_H */
