/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between the parts of the parser.
 */
#ifndef TCP_SCRIPT_PARSE_H
#define TCP_SCRIPT_PARSE_H

#include "cursor.h"
#include "script.h"

/* What follows < or >. @sent: it is for the stack to receive. */
void parse_segment(struct cursor *c, struct segment *segment, bool sent);
void parse_icmp(struct cursor *c, struct icmp *icmp);
void parse_call(struct cursor *c, struct call *call);
/* What follows `info`. */
void parse_info(struct cursor *c, struct info *info);
/* A number, or names and numbers joined by |. */
long parse_value(struct cursor *c, const char *what);

#endif /* TCP_SCRIPT_PARSE_H */
