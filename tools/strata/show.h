/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Printing, the same in every object.
 */
#ifndef STRATA_SHOW_H
#define STRATA_SHOW_H

#include "arg.h"
#include "netlink.h"

/* Room for an address, a prefix or an L2 address as text. */
#define SHOW_TEXT	128

/* Does -4 or -6 leave it out? */
bool show_family(int family);
/* "10.0.0.1", "10.0.0.0/24"; returns @text. */
const char *show_prefix(const struct prefix *prefix, char text[SHOW_TEXT]);
/* The same for a message's attribute; NULL: absent. */
const char *show_address(const struct nl_row *row, unsigned int type,
			 char text[SHOW_TEXT]);
/* "02:00:…"; NULL: absent. */
const char *show_lladdr(const struct nl_row *row, unsigned int type,
			char text[SHOW_TEXT]);
/* Each row by @show, with -j as a JSON array of what that prints; frees @rows. */
void show_rows(struct nl_rows *rows, void (*show)(const struct nl_row *row));
/* The same of all that the kernel answers; @request NULL: nl_begin() said why. */
int show_dump(struct nlmsghdr *request, void (*show)(const struct nl_row *row));
/* names[number], or "?" */
const char *show_name(const char *const *names, size_t count, uint64_t number);

/* "main", "100"; returns a constant or @text. */
const char *show_table(uint32_t table, char text[SHOW_TEXT]);

#endif /* STRATA_SHOW_H */
