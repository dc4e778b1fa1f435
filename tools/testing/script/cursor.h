/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A place in a line of a script. Each function passes over blanks first. What
 * begins with `take` returns whether it was there; what begins with `need`
 * complains if not, and everything after the first complaint does nothing.
 */
#ifndef TCP_SCRIPT_CURSOR_H
#define TCP_SCRIPT_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

struct cursor {
	const char *name;	/* of the file */
	int line;
	const char *at;
	bool bad;
};

bool cursor_end(struct cursor *c);
bool take(struct cursor *c, const char *text);
/* A name that is followed by no further letter. */
bool take_word(struct cursor *c, const char *word);
bool take_number(struct cursor *c, int64_t *value);
void need(struct cursor *c, const char *text);
int64_t need_number(struct cursor *c, int64_t min, int64_t max, const char *what);
/* Letters, digits, '_' and '.' */
void need_name(struct cursor *c, char *name, int size, const char *what);
/* Seconds, with a fraction: nanoseconds. */
int64_t need_time(struct cursor *c);
void complain(struct cursor *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* TCP_SCRIPT_CURSOR_H */
