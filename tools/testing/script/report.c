// SPDX-License-Identifier: GPL-2.0
/*
 * Complaints go to stdout: the process that runs a script has it redirected.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>
#include "report.h"

static FILE *reports;

void report_to(FILE *file)
{
	reports = file;
}

static void say(FILE *file, const char *name, int line, const char *format,
		va_list args)
{
	fprintf(file, "%s:%d: ", name, line);
	vfprintf(file, format, args);
	putc('\n', file);
	fflush(file);
}

void report(const char *name, int line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(reports ? reports : stdout, name, line, format, args);
	va_end(args);
}

void fail(const char *name, int line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(stdout, name, line, format, args);
	va_end(args);
	_exit(STATUS_FAILED);
}

void die(const char *format, ...)
{
	int err = errno;
	va_list args;

	va_start(args, format);
	printf("tcp_script: ");
	vprintf(format, args);
	printf(": %s\n", strerror(err));
	va_end(args);
	fflush(stdout);
	_exit(STATUS_BROKEN);
}
