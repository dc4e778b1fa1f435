/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The options that socket(7), ip(7), ipv6(7), tcp(7), udp(7), raw(7) and the kernel's headers
 * have a name for.
 */
#ifndef SYSCALLS_OPTIONS_H
#define SYSCALLS_OPTIONS_H

#include <stdbool.h>

/* What the outcome begins with when there is no such option. */
#define OPTION_REFUSED	"refused: "

/**
 * struct option - a socket option
 * @level: SOL_*
 * @name: its number
 * @text: its name
 * @refused: why AF_STRATA refuses it while AF_INET does not; NULL: it does not
 * @differs: why it answers otherwise; NULL: it does not
 * @later: why AF_INET may refuse it while AF_STRATA does not; NULL: it may not
 */
struct option {
	int level;
	int name;
	const char *text;
	const char *refused;
	const char *differs;
	const char *later;
};

/* Ends with an entry without a text. */
extern const struct option options[];

const struct option *option_find(int level, int name);
/* Why the option @text may do @strata here while AF_INET does @kernel; NULL: it may not. */
const char *option_excuse(const char *text, const char *kernel,
			  const char *strata);

#endif /* SYSCALLS_OPTIONS_H */
