/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What goes wrong, with the line of the script.
 */
#ifndef TCP_SCRIPT_REPORT_H
#define TCP_SCRIPT_REPORT_H

#include <stdio.h>

/* How a process ends that runs a script, if not with 0. */
enum status {
	STATUS_FAILED = 1,	/* as the script says, the stack does not */
	STATUS_BROKEN = 2,	/* something outside the script */
};

/* Where report() writes, stdout unless this was called. */
void report_to(FILE *file);
/* "name:line: text"; the text is printf's. */
void report(const char *name, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same to stdout, and ends this process with STATUS_FAILED. */
void fail(const char *name, int line, const char *format, ...)
	__attribute__((noreturn, format(printf, 3, 4)));
/* Something outside the script: ends this process with STATUS_BROKEN. */
void die(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

#endif /* TCP_SCRIPT_REPORT_H */
