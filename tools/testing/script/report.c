// SPDX-License-Identifier: GPL-2.0
/*
 * Complaints go to stdout: the process that runs a script has it redirected.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>
#include "report.h"

static void say(const char *name, int line, const char *format, va_list args)
{
	printf("%s:%d: ", name, line);
	vprintf(format, args);
	putchar('\n');
	fflush(stdout);
}

void report(const char *name, int line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(name, line, format, args);
	va_end(args);
}

void fail(const char *name, int line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(name, line, format, args);
	va_end(args);
	_exit(1);
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
	_exit(2);
}
