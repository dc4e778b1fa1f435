/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What goes wrong, with the line of the script.
 */
#ifndef TCP_SCRIPT_REPORT_H
#define TCP_SCRIPT_REPORT_H

#include <stdio.h>

/* "name:line: text" to @report_to; the text is printf's. */
void report(const char *name, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same, and ends this process with status 1. */
void fail(const char *name, int line, const char *format, ...)
	__attribute__((noreturn, format(printf, 3, 4)));
/* Something outside the script: ends this process with status 2. */
void die(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

#endif /* TCP_SCRIPT_REPORT_H */
